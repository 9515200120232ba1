"""Lists as files: a csv or a workbook of what the actor may see, in the words they read.

Invariant: rows come from the same reading as lists, so rights and masks are the same; every export
leaves an event.
"""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Any, ClassVar

from orderloom import history
from orderloom.access.actor import Actor
from orderloom.base import clock, text
from orderloom.base.errors import Fault, InvalidError
from orderloom.database.retry import run_whole
from orderloom.definition.field import Field
from orderloom.definition.fields.attachments import FilesField
from orderloom.definition.fields.choice import ChoiceField
from orderloom.definition.fields.multi_choice import MultiChoiceField
from orderloom.definition.fields.text import TextField
from orderloom.history import EventDraft
from orderloom.records.command import Record
from orderloom.records.plan import EntityPlan
from orderloom.records.rights import rights_to
from orderloom.records.service import Records

PAGE = 500
MOST_ROWS = 200_000
FORMATS = ("csv", "xlsx")
_NUMERIC = frozenset(("number", "money", "percent", "integer"))
_RISKY = ("=", "+", "-", "@", "\t", "\r")


class BadExportError(InvalidError):
    """The export names columns or a format that do not exist."""

    code: ClassVar[str] = "intake.bad_export"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: a field of the record, or of its lines."""

    lines: str | None
    key: str
    field: Field | None
    title: str
    target: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What to write: the list's own filter, search and sort, and the columns in order.

    A column is a field's key, or ``lines.quantity``: then the file has one row per line.
    """

    entity: str
    actor: Actor
    filter: str | None = None
    search: str | None = None
    sort: str | None = None
    fields: Sequence[str] | None = None


class Exporter:
    """One export; ``columns`` are checked before the first row is read."""

    def __init__(self, records: Records, wanted: Export) -> None:
        rights = rights_to(records.catalog, wanted.actor, wanted.entity, "export")
        self._records, self._wanted = records, wanted
        self.plan: EntityPlan = records.plans.of(wanted.entity)
        self.columns = self._columns(rights.hidden)
        self.rows_written = 0

    def _columns(self, hidden: frozenset[str]) -> list[Column]:
        names = self._wanted.fields or [
            key
            for key, field in self.plan.root.fields.items()
            if key not in hidden and not field.hidden_in_form
        ]
        found = [self._column(name, hidden) for name in names]
        faults = [
            Fault(pointer="/fields", code="records.unknown_field", params={"field": name})
            for name, column in zip(names, found, strict=True)
            if column is None
        ]
        if faults:
            raise BadExportError(errors=faults, count=len(faults))
        return [column for column in found if column is not None]

    def _column(self, name: str, hidden: frozenset[str]) -> Column | None:
        language = self._wanted.actor.language
        head, _, rest = name.partition(".")
        if name in hidden or head in hidden:
            return None
        if rest:
            table = self.plan.lines.get(head)
            field = table.fields.get(rest) if table else None
            target = dict(table.references).get(rest) if table else None
            if field is None:
                return None
            return Column(head, rest, field, text.pick(field.label, language), target)
        root = self.plan.root
        if name in root.fields:
            field = root.fields[name]
            target = dict(root.references).get(name)
            return Column(None, name, field, text.pick(field.label, language), target)
        if name in ("id", "created_at", "updated_at"):
            return Column(None, name, None, text.title(f"intake.column_{name}", language), None)
        return None

    async def check(self) -> None:
        """Refuse a bad filter or sort before the first byte is sent."""
        wanted = self._wanted
        await self._records.find(
            wanted.entity, actor=wanted.actor, filter=wanted.filter, sort=wanted.sort, limit=1
        )

    async def rows(self) -> AsyncIterator[list[Any]]:
        """The rows, cells in column order; read page by page."""
        wanted, cursor = self._wanted, None
        lines = next((one.lines for one in self.columns if one.lines), None)
        keys = {one.lines or one.key for one in self.columns}
        while True:
            page = await self._records.find(
                wanted.entity,
                actor=wanted.actor,
                filter=wanted.filter,
                search=wanted.search,
                sort=wanted.sort,
                fields=sorted(keys - {"id"}),
                limit=PAGE,
                cursor=cursor,
            )
            for item in page.items:
                for line in (item[lines] or [{}]) if lines else [{}]:
                    self.rows_written += 1
                    yield [self._cell(column, item, line, page.refs) for column in self.columns]
            cursor = page.next
            if cursor is None or self.rows_written >= MOST_ROWS:
                return

    def _cell(
        self, column: Column, item: Record, line: Record, refs: Mapping[str, Mapping[str, str]]
    ) -> Any:
        value = (line if column.lines else item).get(column.key)
        if value is None or value == []:
            return None
        field, language = column.field, self._wanted.actor.language
        if field is None:
            return str(value) if column.key == "id" else _moment(value)
        if isinstance(field, ChoiceField | MultiChoiceField):
            labels = {one.key: text.pick(one.label, language) for one in field.options}
            chosen = value if isinstance(value, list | tuple) else [value]
            return "、".join(labels.get(one, str(one)) for one in chosen)
        if isinstance(field, TextField) and field.codes:
            return "、".join(field.said(value, language).values())
        if field.kind in ("person", "department"):
            return refs.get(field.kind, {}).get(str(value), str(value))
        if column.target is not None:
            return refs.get(column.target, {}).get(str(value), str(value))
        if field.kind in _NUMERIC:
            return value
        if field.kind == "datetime":
            return _moment(value)
        if field.kind == "boolean":
            return text.title("intake.yes" if value else "intake.no", language)
        shown = field.format(value)
        if isinstance(field, FilesField):
            return "、".join(one["name"] for one in shown)
        return shown.get("text") if isinstance(shown, dict) else str(shown)

    async def leave_event(self, door: str) -> None:
        """Say in the history who took what, once it is written."""
        wanted = self._wanted
        app, _, entity = wanted.entity.partition(".")
        draft = EventDraft(
            app=app,
            entity=entity,
            record_id=0,
            kind="export",
            door=door,
            actor_id=wanted.actor.person_id or None,
            changes={
                "export": {
                    "rows": self.rows_written,
                    "filter": wanted.filter,
                    "search": wanted.search,
                    "fields": [
                        f"{one.lines}.{one.key}" if one.lines else one.key for one in self.columns
                    ],
                }
            },
        )
        await run_whole(self._records.database, lambda conn: history.append(conn, [draft]))


def _moment(value: datetime) -> str:
    return clock.local(value).replace(tzinfo=None).isoformat(" ", "minutes")


async def as_csv(export: Exporter, door: str) -> AsyncIterator[bytes]:
    """The file in pieces: UTF-8 with a mark, so that a spreadsheet program reads Chinese."""
    yield b"\xef\xbb\xbf" + _csv_rows([[one.title for one in export.columns]])
    waiting: list[list[Any]] = []
    async for row in export.rows():
        waiting.append([_plain(cell) for cell in row])
        if len(waiting) >= PAGE:
            yield _csv_rows(waiting)
            waiting = []
    yield _csv_rows(waiting)
    await export.leave_event(door)


def _csv_rows(rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _plain(cell: Any) -> str:
    """A cell as text; text that a spreadsheet program would run as a formula is quoted."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal | int):
        return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
    return f"'{cell}" if str(cell).startswith(_RISKY) else str(cell)


async def as_workbook(export: Exporter, door: str) -> IO[bytes]:
    """A workbook in a temporary file, rewound; its rows never all in memory."""
    import xlsxwriter  # noqa: PLC0415 - heavy, rarely used

    out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.##%"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(export.columns) - 1, 16)
    for index, column in enumerate(export.columns):
        sheet.write_string(0, index, column.title, bold)
    at = 0
    async for row in export.rows():
        at += 1
        for index, cell in enumerate(row):
            field = export.columns[index].field
            kind = field.kind if field else ""
            if isinstance(cell, Decimal | int) and len(str(cell)) <= 15:  # noqa: PLR2004 - exact
                sheet.write_number(at, index, float(cell), percent if kind == "percent" else None)
            elif cell is not None:
                sheet.write_string(at, index, str(cell))
    book.close()
    out.seek(0)
    await export.leave_event(door)
    return out
