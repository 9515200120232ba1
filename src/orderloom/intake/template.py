"""An empty workbook to fill in: headers that the import knows, and a sheet that explains them."""

import io
from typing import Any

from orderloom.access.rights import EntityRights
from orderloom.base import text
from orderloom.definition.entity import Entity
from orderloom.intake.preview import fields_of

_ROWS = 5000
_LONGEST_LIST = 255


def template(model: Entity, rights: EntityRights, language: str) -> bytes:
    """The workbook, for what the actor may write."""
    import xlsxwriter  # noqa: PLC0415 - heavy, rarely used

    def say(code: str) -> str:
        return text.title(f"intake.template_{code}", language)

    fields = [one for one in fields_of(model, rights, language, titles=True) if not one["finished"]]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    bold, must = (
        book.add_format({"bold": True}),
        book.add_format({"bold": True, "font_color": "#c00000"}),
    )
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(text.pick(model.label, language)[:31])
    guide = book.add_worksheet(say("guide"))
    sheet.freeze_panes(1, 0)
    guide.freeze_panes(1, 0)
    for at, width in enumerate((28, 10, 60)):
        guide.set_column(at, at, width)
    guide.write_row(0, 0, [say("column"), say("required"), say("means")], bold)
    key = model.import_key or model.title
    for at, one in enumerate(fields):
        head = must if one["required"] or one["name"] == key else bold
        sheet.write_string(0, at, one["label"], head)
        sheet.set_column(at, at, max(12, min(30, len(one["label"]) * 2)))
        guide.write_string(at + 1, 0, one["label"], head)
        guide.write_string(at + 1, 1, text.title("intake.yes", language) if head is must else "")
        guide.write_string(at + 1, 2, _meaning(one, key, language), wrap)
        options = one["options"]
        if options and one["kind"] == "choice" and len(",".join(options)) <= _LONGEST_LIST:
            sheet.data_validation(1, at, _ROWS, at, {"validate": "list", "source": options})
    book.close()
    return out.getvalue()


def _meaning(field: dict[str, Any], key: str | None, language: str) -> str:
    code = f"intake.means_{field['kind']}"
    said = text.title(code if text.has(code, text.SOURCE) else "intake.means_text", language)
    parts = [said]
    if field["options"]:
        parts.append(("、" if language == text.SOURCE else ", ").join(field["options"]))
    if field["name"] == key:
        parts.append(text.title("intake.template_key", language))
    if "." in field["name"]:
        parts.append(text.title("intake.template_line", language))
    return "\n".join(parts)
