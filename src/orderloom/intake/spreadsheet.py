"""Reading xlsx and csv into rows; writing the error workbook.

Invariant: a row keeps its number as the user sees it in the file.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from orderloom.base.errors import InvalidError

ENCODINGS = ("utf-8-sig", "gb18030")


class UnreadableFileError(InvalidError):
    """The file is neither a workbook nor a table of text."""

    code: ClassVar[str] = "intake.unreadable_file"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file (1 is the header) and its cells by column name."""

    number: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its column names and rows that are not empty."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(content: bytes, name: str) -> Table:
    """The first sheet of a workbook, or a csv in UTF-8 or GB18030.

    Raises:
        UnreadableFileError: the file is neither, or holds no header.
    """
    is_workbook = content[:2] == b"PK" or name.lower().endswith((".xls", ".xlsx", ".xlsb", ".ods"))
    grid = _workbook(content, name) if is_workbook else _csv(content, name)
    start = next((i for i, row in enumerate(grid) if any(_filled(cell) for cell in row)), None)
    if start is None:
        raise UnreadableFileError(name=name)
    header = [str(cell).strip() if _filled(cell) else "" for cell in grid[start]]
    rows = [
        Row(start + 2 + index, {k: v for k, v in zip(header, cells, strict=False) if k})
        for index, cells in enumerate(grid[start + 1 :])
        if any(_filled(cell) for cell in cells)
    ]
    return Table(tuple(column for column in header if column), tuple(rows))


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _workbook(content: bytes, name: str) -> Sequence[Sequence[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - heavy, rarely used

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: Sequence[Sequence[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise UnreadableFileError(name=name) from error
    return rows


def _csv(content: bytes, name: str) -> Sequence[Sequence[Any]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        head = text[:4096]
        delimiter = max((",", ";", "\t"), key=head.count)
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    raise UnreadableFileError(name=name)


def error_workbook(table: Table, problems: Mapping[int, Sequence[str]], title: str) -> bytes:
    """The refused rows as they were, with a column that says why; ready to mend and import."""
    import xlsxwriter  # noqa: PLC0415 - heavy, rarely used

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("errors")
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "#c00000"})
    sheet.write_row(0, 0, [title, *table.columns], bold)
    at = 1
    for row in table.rows:
        if row.number not in problems:
            continue
        sheet.write_string(at, 0, "；".join(dict.fromkeys(problems[row.number])), red)
        for index, column in enumerate(table.columns):
            value = row.cells.get(column)
            sheet.write(
                at, index + 1, value if isinstance(value, int | float) else str(value or "")
            )
        at += 1
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 40)
    book.close()
    return out.getvalue()
