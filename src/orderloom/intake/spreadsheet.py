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
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")


class UnreadableFileError(InvalidError):
    """The file is neither a workbook nor a table of text."""

    code: ClassVar[str] = "intake.unreadable_file"


class EmptyFileError(InvalidError):
    """The file holds nothing."""

    code: ClassVar[str] = "intake.empty_file"


class MacroWorkbookError(InvalidError):
    """The workbook carries a program."""

    code: ClassVar[str] = "intake.macro_workbook"


class LockedWorkbookError(InvalidError):
    """The workbook opens with a password only."""

    code: ClassVar[str] = "intake.locked_workbook"


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

    @property
    def repeated(self) -> tuple[str, ...]:
        """The names that stand over more than one column, in their order."""
        seen: dict[str, int] = {}
        for column in self.columns:
            seen[column] = seen.get(column, 0) + 1
        return tuple(column for column, count in seen.items() if count > 1)


def read_table(content: bytes, name: str) -> Table:
    """The first sheet of a workbook, or a csv in UTF-8 or GB18030.

    Raises:
        EmptyFileError: the file holds nothing.
        MacroWorkbookError: the workbook carries a program.
        LockedWorkbookError: the workbook opens with a password only.
        UnreadableFileError: the file is neither, or holds no header.
    """
    _refuse(content, name)
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


def _refuse(content: bytes, name: str) -> None:
    """Say what is wrong with a file that no reader should open."""
    if not content.strip():
        raise EmptyFileError(name=name)
    if content.startswith(_OTHER_KINDS):
        raise UnreadableFileError(name=name)
    if content.startswith(_OLE) and _LOCKED in content:
        raise LockedWorkbookError(name=name)
    is_zip = content[:2] == b"PK"
    if name.lower().endswith((".xlsm", ".xltm")) or (is_zip and b"vbaProject.bin" in content):
        raise MacroWorkbookError(name=name)


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _workbook(content: bytes, name: str) -> Sequence[Sequence[Any]]:
    from python_calamine import (  # noqa: PLC0415 - heavy, rarely used
        CalamineError,
        CalamineWorkbook,
        PasswordError,
    )

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: Sequence[Sequence[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except PasswordError as error:
        raise LockedWorkbookError(name=name) from error
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
