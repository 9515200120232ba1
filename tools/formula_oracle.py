"""Compares our formulas with LibreOffice: ``python -m tools.formula_oracle``.

The literal cases of ``spec/formula.cases.yaml`` are computed by ``soffice`` in headless mode. What
differs on purpose is named below with its reason (and in the guide); anything else fails.
"""

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import openpyxl
import yaml

from orderloom.formula import FormulaError, parse
from orderloom.formula.ast import Binary, Call, Literal, Node, Unary
from orderloom.formula.ast import Path as FieldPath
from orderloom.formula.functions import ALIASES

ROOT = Path(__file__).resolve().parents[1]
# fmt: off
SHARED = frozenset(
    (
        "IF", "IFS", "SWITCH", "AND", "OR", "NOT", "XOR", "IFERROR", "ROUND", "ROUNDUP",
        "ROUNDDOWN", "TRUNC", "INT", "ABS", "SIGN", "MOD", "CEILING", "FLOOR", "MROUND",
        "POWER", "SQRT", "LN", "EXP", "MIN", "MAX", "SUM", "AVERAGE", "PRODUCT", "LEN", "LEFT",
        "RIGHT", "MID", "FIND", "SEARCH", "SUBSTITUTE", "REPLACE", "REPT", "TRIM", "UPPER",
        "LOWER", "TEXTJOIN", "TEXT", "VALUE", "DATE", "DATEVALUE", "YEAR", "MONTH", "DAY",
        "HOUR", "MINUTE", "WEEKDAY", "ISOWEEKNUM", "DAYS", "EDATE", "EOMONTH", "DATEDIF",
        "WORKDAY", "NETWORKDAYS",
    )
)
# fmt: on
REASONS = {
    "blank": "what has no answer is blank here, an error there",
    "digits": "16 exact places here, binary numbers there",
    "case": "text compares with case here",
    "sign": "a step's sign does not count here",
    "strict": "a text is a number or a day only in the forms of the guide",
    "letters": "A to Z only have another case here",
    "characters": "a character is a code point here",
    "limit": "a limit of ours",
    "calendar": "months beyond 12 and days beyond the month do not carry over here",
    "zero": "there is no negative zero here",
    "yes": "yes and no join as TRUE and FALSE here",
    "order": "a blank is in no order here",
    "years": "a year below 100 is itself here",
    "empty": "an empty text is found where the search begins here",
    "md": "DATEDIF counts from the clamped day here",
}
KNOWN = {
    '"a" = "A"': "case",
    'LOWER("A") = "a"': "case",
    '"Z" < "a"': "case",
    '"a" < "B"': "case",
    "CEILING(-2.5, -2)": "sign",
    'UPPER("aßéz中")': "letters",
    'LOWER("AÀİZ")': "letters",
    'UPPER("straße")': "letters",
    'LOWER("İI")': "letters",
    'TEXT(-0.001, "0.00")': "zero",
    "CEILING(-2.5, 2)": "sign",
    "FLOOR(-2.5, 2)": "sign",
    "1.50 & TRUE": "yes",
    'TRUE & ""': "yes",
    'LEFT("abc", 99999999999)': "limit",
    'REPLACE("abc", 2, 99999999999, "X")': "limit",
    'FIND("", "abc", 2)': "empty",
    'FIND("", "abc", 4)': "empty",
    'DATEVALUE("2024/2/9")': "strict",
    'DATEVALUE("2024.02.09")': "strict",
    'DATEVALUE("2024年2月9日")': "strict",
    'TEXT(DATE(7, 1, 2), "yyyy-mm-dd")': "years",
    '"" < "a"': "order",
    'TEXT(12345678901234567890, "#,##0")': "digits",
    "MROUND(1.005, 0.01)": "digits",
    "ROUNDUP(1.0000000000000001)": "digits",
    "MOD(99999999999999999999,7)": "digits",
    '99999999999999999999 & ""': "digits",
    '1/3 & ""': "digits",
}
_TOLERANCE = Decimal("1e-9")


def translated(node: Node) -> str | None:
    """The formula in OpenFormula; None when it has no counterpart."""
    if isinstance(node, FieldPath):
        return None
    if isinstance(node, Literal):
        return _literal(node.value)
    if isinstance(node, Unary):
        inner = translated(node.operand)
        if inner is None:
            return None
        return f"({inner})%" if node.op == "%" else f"({node.op}{inner})"
    if isinstance(node, Binary):
        return _joined(node.op, (node.left, node.right))
    return _call(node)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE()" if value else "FALSE()"
    if isinstance(value, Decimal):
        return format(value, "f")
    return '"' + value.replace('"', '""') + '"'


def _joined(sign: str, nodes: tuple[Node, ...]) -> str | None:
    parts = [translated(one) for one in nodes]
    return None if None in parts else "(" + sign.join(str(one) for one in parts) + ")"


def _call(node: Call) -> str | None:
    name = ALIASES.get(node.name.upper(), node.name.upper())
    if name in ("#+", "#&"):
        return _joined(name[1:], node.args)
    name = name.removeprefix("#")
    third = node.args[2:]
    named = name in ("WORKDAY", "NETWORKDAYS") and third
    if name not in SHARED or named:
        return None
    parts = [translated(one) for one in node.args]
    return None if None in parts else f"{name}({';'.join(str(one) for one in parts)})"


def cases() -> list[tuple[str, str, Any, str]]:
    """Formula, type, value and translation of every case over literals."""
    found = yaml.safe_load((ROOT / "spec" / "formula.cases.yaml").read_text("utf-8"))
    chosen: dict[str, tuple[str, str, Any, str]] = {}
    for section in (found["functions"], found["traps"]):
        for listed in section.values():
            for text, kind, value in listed:
                try:
                    there = translated(parse(text))
                except FormulaError:
                    continue
                if there is not None:
                    chosen[text] = (text, kind, value, there)
    return list(chosen.values())


def computed(formulas: list[str]) -> list[Any]:
    """What LibreOffice makes of them."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise SystemExit("LibreOffice is not installed: apt-get install libreoffice-calc-nogui")
    rows = "".join(
        "<table:table-row><table:table-cell table:formula="
        f"{quoteattr('of:=' + one)}/></table:table-row>"
        for one in formulas
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
        ' office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        f'<office:body><office:spreadsheet><table:table table:name="t">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document>"
    )
    with tempfile.TemporaryDirectory(prefix="oracle") as name:
        folder = Path(name)
        (folder / "given.fods").write_text(document, "utf-8")
        command = [program, "--headless", f"-env:UserInstallation=file://{folder}/profile"]
        command += ["--convert-to", "xlsx", "--outdir", str(folder), str(folder / "given.fods")]
        subprocess.run(command, check=True, timeout=300, capture_output=True)
        sheet = openpyxl.load_workbook(folder / "given.xlsx", data_only=True).active
        return [sheet.cell(row=at + 1, column=1).value for at in range(len(formulas))]


def agree(kind: str, ours: Any, theirs: Any) -> bool:
    """Whether two answers are the same, as far as binary numbers go."""
    if kind == "bool":
        return bool(theirs) is ours and not isinstance(theirs, str)
    if ours is None:
        return theirs in (None, "")
    if kind == "number":
        if isinstance(theirs, bool | str | None):
            return False
        if isinstance(theirs, date):
            return False
        size = max(Decimal(1), abs(Decimal(ours)))
        return abs(Decimal(ours) - Decimal(repr(theirs))) <= _TOLERANCE * size
    if kind == "date":
        if isinstance(theirs, int | float):
            return date.fromordinal(int(theirs) + 693594).isoformat() == ours
        return isinstance(theirs, date) and theirs.isoformat()[:10] == ours
    return str(theirs if theirs is not None else "") == ours


def reason(text: str, kind: str, ours: Any, theirs: Any) -> str | None:
    """Why the two differ, when it is on purpose."""
    if text in KNOWN:
        return KNOWN[text]
    failed = isinstance(theirs, str) and theirs.startswith(("#", "Err:"))
    if ours is None:
        strict = text.startswith(("VALUE", "DATEVALUE"))
        carried = text.startswith("DATE(")
        limit = text.startswith(("POWER", "EXP", "REPT", "SUBSTITUTE", "PRODUCT"))
        wrong = "strict" if strict else "calendar" if carried else "limit" if limit else "blank"
        return "blank" if failed else wrong
    if "DATEDIF" in text and '"md"' in text.lower():
        return "md"
    if kind == "number" and len(str(ours).lstrip("-0.").replace(".", "")) > 14:  # noqa: PLR2004
        return "digits"
    if any(ord(char) > 0xFFFF for char in text):  # noqa: PLR2004 - the basic plane
        return "characters"
    return "blank" if failed and "/0" in text.replace(" ", "") else None


def main() -> int:
    """Print what differs; 1 when something differs that should not."""
    every = cases()
    answers = computed([there for *_, there in every])
    tally: Counter[str] = Counter()
    unexplained = []
    for (text, kind, ours, _), theirs in zip(every, answers, strict=True):
        if agree(kind, ours, theirs):
            tally["same"] += 1
            continue
        why = reason(text, kind, ours, theirs)
        if why is None:
            unexplained.append(f"{text}\n  ours   {ours!r}\n  theirs {theirs!r}")
        else:
            tally[why] += 1
    print(f"{len(every)} formulas, {tally.pop('same')} the same")
    for why, count in tally.most_common():
        print(f"{count:5} {REASONS[why]}")
    print("\n".join([f"{len(unexplained)} unexplained", *unexplained]))
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
