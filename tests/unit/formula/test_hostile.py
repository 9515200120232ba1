"""Whatever is typed, the answer is a value or a FormulaError, soon."""

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderloom.base.errors import InvalidError
from orderloom.formula import FormulaError
from orderloom.formula.parser import MAX_DEPTH
from tests.unit.formula.cases import CASES, CUSTOMERS, ROW
from tests.unit.formula.trees import WORDS
from tests.unit.formula.world import CONTEXT, ORDER, formula

VALID = [text for cases in CASES.values() for text, _ in cases]
PIECES = [
    *(*WORDS, *"()，（）；：“”＝＞＜×÷≥≤≠％[]\".,;:=<>!+-*/^&%$#@?{}|~`'\\\n\t ", "<>", "\0", "\ud800"),
    *("IF(", "SUM(", "SWITCH(", "COALESCE(", "lines.n", "fees.fee", "customer.parent.", "due", "qty"),
    *("tags", "address", "title", "urgent", "1", "0", "99999999999999999999", ".5", '"x"', '""', "行"),
]  # fmt: skip
NEST = {
    "ABS": "ABS({})", "ROUNDUP": "ROUNDUP({}, 2)", "ROUNDUP twice": "ROUNDUP({0}, 2)",
    "MOD": "MOD(7, {})", "COUNT": "COUNT({})", "IF": "IF({} > 1, 2, 3)",
    "MID": "LEN(MID(title, {}, {}))", "MID once": "LEN(MID(title, {}, 2))",
    "SWITCH": "SWITCH(1, {}, 2)", "SWITCH by": "SWITCH({}, 1, 2, 3, 4, 5)",
    "text order": 'IF(IF({} > 1, "a", "b") < title, 1, 2)', "lines": "SUM(lines.n * {})",
    "date": "DAYS(DATE({}, 1, 1), due)", "edate": "DAYS(EDATE(due, {}), due)",
    "brackets": "({})", "minus": "-{}", "percent": "({}%)", "not": "IF(NOT {} = 1, 1, 2)",
    "coalesce": "COALESCE({}, 1)", "in": "IF({} IN (1, 2, qty), 1, 2)", "countif": "COUNTIF({} > lines.n)",
    "shift": "(due + {} - due)", "left": "LEN(LEFT(title, {}))",
}  # fmt: skip


def nothing_else(text: str) -> bool:
    """Compile and evaluate; only a refusal is allowed. Whether it compiled."""
    try:
        made = formula(text)
    except InvalidError as error:
        assert error.errors
        for one in error.errors:
            assert 0 <= one.params["start"] <= one.params["end"] <= len(text)
        str(error).encode()
        return False
    made.text.encode()
    made.json()
    try:
        made.sql("a", lambda *_: "$1", CONTEXT)
    except FormulaError as error:  # what only computes, such as a root, is refused in words too
        assert {one["code"] for one in error.faults} == {"formula.not_in_filters"}
    evaluate = made.python(CONTEXT)
    evaluate(ROW, lambda _entity, id_: CUSTOMERS.get(id_))
    evaluate({}, None)
    return True


SOON = 5.0
"""Seconds of the processor: a tenth is usual, and what grows without bound takes minutes."""
quick = settings(max_examples=300)


@quick
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_arbitrary_text(text: str) -> None:
    nothing_else(text)


@quick
@given(st.data())
def test_formulas_with_a_change(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(VALID))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        until = data.draw(st.integers(at, min(len(text), at + 4)))
        text = text[:at] + data.draw(st.sampled_from((*PIECES, "", *VALID))) + text[until:]
    nothing_else(text)


@pytest.mark.parametrize("depth", [5, 15, 25, 45, 95, MAX_DEPTH + 20, 600])
@pytest.mark.parametrize("name", NEST)
def test_nesting(name: str, depth: int) -> None:
    if NEST[name].count("{}") > 1:
        depth = min(depth, 9)
    text = "qty"
    for _ in range(depth):
        text = NEST[name].replace("{0}", "{}").replace("{}", text)
    started = time.process_time()
    compiled = nothing_else(text)
    assert time.process_time() - started < SOON
    assert not (compiled and depth > MAX_DEPTH)
    assert compiled or depth > 5 or name in ("MID", "lines", "countif")


@pytest.mark.parametrize(
    ("text", "compiles"),
    [
        ("9^8^8^8^8", True),
        ("2^9", True),
        ("9999999999^8", True),
        ("99999999999999999999 * 99999999999999999999 * 99999999999999999999", True),
        ("99999999999999999999 * 99999999999999999999 * 99999999999999999999 * 10", False),
        ("99999999999999999999 / 0.0000000000000001 / 0.0000000000000001", True),
        ("99999999999999999999 / 0.0000000000000001 / 0.0000000000000001 / 0.1", True),
        ("99999999999999999999 / 0.0000000000000001 / (1 / 3)", True),
        ("ROUNDUP(1, -20) * ROUNDUP(1, -20) * ROUNDUP(1, -20) * 1", False),
        ("ROUND(99999999999999999999 * 9999999999999999999, -99999999999999999999)", True),
        ("MOD(99999999999999999999 * 99999999999999999999, 0.0000000000000001)", True),
        ("LEFT(title, 99999999999999999999)", True),
        ("MID(title, 99999999999999999999, 99999999999999999999)", True),
        ("DATE(99999999999999999999, 1, 1)", True),
        ("due + 99999999999999999999", True),
        ("EDATE(due, -99999999999999999999)", True),
        ("1" * 4000, False),
        ("1" + "%" * 90, True),
        ("0." + "0" * 3000 + "1", False),
        ("1e999999999", False),
        ("&".join(["title"] * 200), True),
        ("&".join(["title"] * 201), False),
        ("+".join(["1"] * 999), True),
        ("SWITCH(qty" + ",1,2" * 400 + ")", True),
        ("a" * 4000, False),
        ("[" * 4000, False),
        ('"' * 3999, False),
        ("(" * 4000, False),
        ("IF(" * 1000, False),
        ("行" * 4000, False),
    ],
)
def test_huge(text: str, compiles: bool) -> None:
    started = time.process_time()
    assert nothing_else(text) is compiles
    assert time.process_time() - started < SOON


_NUMBER = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1).map(lambda n: Decimal(n).scaleb(-8))
)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Text": st.none() | st.text(max_size=10),
    "Choice": st.none() | st.sampled_from(("open", "gone")),
    "Number": _NUMBER,
    "Money": _NUMBER,
    "Date": st.none() | st.dates(),
    "Bool": st.none() | st.booleans(),
    "User": st.none() | st.integers(0, 2**63 - 1),
    "Department": st.none() | st.integers(0, 2**63 - 1),
    "Ref": st.none() | st.integers(100, 103),
    "ListOf": st.none() | st.lists(st.sampled_from(("hot", "slow")), max_size=3),
    "Address": st.none() | st.dictionaries(st.sampled_from(("city", "name")), st.text(max_size=5)),
}


@st.composite
def records(draw: st.DrawFn, scope: Any = ORDER) -> dict[str, Any]:
    """A record of a scope; moments stay as they are."""
    row: dict[str, Any] = {}
    for key, field in scope.fields.items():
        if field.rows is not None:
            row[key] = draw(st.lists(records(scope=field.rows), max_size=2))
        elif type(field.type).__name__ in _VALUES:
            row[key] = draw(_VALUES[type(field.type).__name__])
    return row


@settings(max_examples=60)
@given(records(), st.lists(st.sampled_from(VALID), min_size=20, max_size=40))
def test_evaluation_never_raises(row: dict[str, Any], texts: list[str]) -> None:
    for text in texts:
        formula(text).python(CONTEXT)(row, lambda _entity, id_: CUSTOMERS.get(id_))


@pytest.mark.parametrize("name", NEST)
def test_sql_does_not_grow_without_end(name: str) -> None:
    text = "qty"
    for depth in range(14):
        text = NEST[name].replace("{0}", "{}").replace("{}", text)
        try:
            made = formula(text)
        except InvalidError:
            assert depth > 0
            return
        assert len(made.sql("a", lambda *_: "$1", CONTEXT, mode="value")) <= 210_000


@pytest.mark.parametrize(
    "text",
    [
        *("__import__", "__builtins__", "R.add", "c.user_id", "K0", "load", "r", "l", "o", "E.get"),
        *("qty.__class__", "lines.__class__", "title.upper", "customer.__dict__.x", "[r.get]"),
        *("exec(1)", "eval(title)", "open(title)", "calendar(title)", "number_format(title)"),
        *("pg_sleep(9)", "lambda(1)", "getattr(title, 1)", "F(load, 1)", "format(title)"),
        *('[a"; drop table x; --]', "qty; drop", "qty::text", "qty -- x", "qty /* x */", "$1"),
        *("{title}", "%(title)s", "title.format", "f(title)", "None", "self", "import(title)"),
        'WORKDAY(due, 1, "__class__")',
        'TEXT(qty, "{0.__class__}")',
        'TEXT(due, "yyyy\'); drop table x; --")',
        'DATEADD(due, 1, "day\'); drop")',
        'DATEDIF(due, due, "__import__")',
    ],
)
def test_no_name_reaches_what_lies_behind(text: str) -> None:
    with pytest.raises(InvalidError):
        formula(text)


@pytest.mark.parametrize("hostile", ["'; drop table x; --", "__import__('os')", "{0}", "$1", "\\"])
def test_text_stays_text(hostile: str) -> None:
    quoted = hostile.replace('"', '""')
    texts = [f'"{quoted}"', f'"{quoted}" & ""', f'SUBSTITUTE("x", "x", "{quoted}")']
    texts += [f'IF(title = "{quoted}", "", "{quoted}")', f'JOIN("{quoted}", "{quoted}")']
    for text in texts:
        made = formula(text)
        assert made.python(CONTEXT)({}, None) == hostile
        bound: list[Any] = []
        sql = made.sql(
            "a", lambda value, _, kept=bound: kept.append(value) or "$1", CONTEXT, mode="value"
        )
        assert hostile not in sql or hostile == "$1"
        assert hostile in bound


def test_generated_python_has_no_builtins() -> None:
    maker = formula('IF(urgent, title & "x", note)').python(CONTEXT)
    names = maker.__globals__  # type: ignore[attr-defined]
    assert names["__builtins__"] == {}
    assert not {"open", "eval", "exec", "getattr", "__import__", "type"} & set(names)


def test_what_sql_cannot_say_is_refused_in_words() -> None:
    assert nothing_else("due + 1 + POWER(2, 0.5)")
    with pytest.raises(FormulaError) as refused:
        formula("due + 1 + POWER(2, 0.5)").sql("a", lambda *_: "$1", CONTEXT)
    assert [one["code"] for one in refused.value.faults] == ["formula.not_in_filters"]
