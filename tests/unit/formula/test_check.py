"""Types: what is refused, where, and all of it at once; what blank does to a type."""

import pytest

from orderloom.formula import Formula, FormulaError, compile_formula
from orderloom.formula.scope import NOWHERE
from orderloom.formula.types import BOOL, DATE, NUMBER, TEXT, Choice, Number, Ref, User
from tests.unit.formula.world import ORDER, SCOPES, faults, formula


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('qty + "1"', [("type_mismatch", '"1"')]),
        ("title * 2", [("type_mismatch", "title")]),
        ("IF(1, 2, 3)", [("type_mismatch", "1")]),
        ("IF(qty, 2, 3)", [("type_mismatch", "qty")]),
        ('IF(urgent, 1, "x")', [("type_mismatch", '"x"')]),
        ("qty AND urgent", [("type_mismatch", "qty")]),
        ("NOT qty", [("type_mismatch", "qty")]),
        ('qty = "3"', [("type_mismatch", '"3"')]),
        ("due > 5", [("type_mismatch", "5")]),
        ('due > "tomorrow"', [("type_mismatch", '"tomorrow"')]),
        ('due > "2024-02-30"', [("type_mismatch", '"2024-02-30"')]),
        ('made_at > "0001-01-01T00:00"', [("type_mismatch", '"0001-01-01T00:00"')]),
        ("urgent > FALSE", [("type_mismatch", "urgent")]),
        ("customer > 5", [("type_mismatch", "customer")]),
        ('customer = "x"', [("type_mismatch", '"x"')]),
        ('customer = "9999999999999999999"', [("type_mismatch", '"9999999999999999999"')]),
        ("customer = 9999999999999999999", [("type_mismatch", "9999999999999999999")]),
        ("customer = 1.5", [("type_mismatch", "1.5")]),
        ('status = "opne"', [("unknown_option", '"opne"')]),
        ('status IN ("open", "x")', [("unknown_option", '"x"')]),
        ('"cold" IN tags', [("unknown_option", '"cold"')]),
        ('SWITCH(status, "x", 1)', [("unknown_option", '"x"')]),
        ("tags & 1", [("type_mismatch", "tags")]),
        ("address & 1", [("type_mismatch", "address")]),
        ("SUM(title)", [("type_mismatch", "title")]),
        ("MIN(title)", [("type_mismatch", "title")]),
        ("COUNTIF(lines.n)", [("type_mismatch", "lines.n")]),
        ("ISBLANK(urgent)", [("type_mismatch", "urgent")]),
        ("YEAR(qty)", [("type_mismatch", "qty")]),
        ("LEFT(qty, 1)", [("type_mismatch", "qty")]),
        ("due + title", [("type_mismatch", "title")]),
        ("due + 1 + title", [("type_mismatch", "title")]),
        ("BETWEEN(urgent, TRUE, FALSE)", [("type_mismatch", "urgent")]),
        ("qyt + 1", [("unknown_field", "qyt")]),
        ("customer.nam", [("unknown_field", "customer.nam")]),
        ("lines.m > 1", [("unknown_field", "lines.m")]),
        ("address.street", [("unknown_field", "address.street")]),
        ("qty.x", [("no_path", "qty.x")]),
        ("title.lines.n", [("no_path", "title.lines.n")]),
        ("SMU(1)", [("unknown_function", "SMU(1)")]),
        ("ABS()", [("arity", "ABS()")]),
        ("ABS(1, 2)", [("arity", "ABS(1, 2)")]),
        ("SUM(lines)", [("rows_need_field", "lines")]),
        ("lines.n", [("rows_outside_aggregate", "lines.n")]),
        ("lines.n * 2", [("rows_outside_aggregate", "lines.n * 2")]),
        ("SUM(lines.n * fees.fee)", [("two_relations", "lines.n * fees.fee")]),
        ("SUM(lines.n, fees.fee)", [("two_relations", "SUM(lines.n, fees.fee)")]),
        ('qty ^ "2"', [("type_mismatch", '"2"')]),
        ("WEEKDAY(due, 4)", [("literal_whole", "4")]),
        ("WEEKDAY(due, qty)", [("literal_whole", "qty")]),
        ('DATEDIF(due, start, "q")', [("unknown_word", '"q"')]),
        ('DATEADD(due, 1, "hour")', [("unknown_word", '"hour"')]),
        ("DATETRUNC(due, title)", [("unknown_word", "title")]),
        ('WORKDAY(due, 1, "火星")', [("unknown_word", '"火星"')]),
        ('TEXT(qty, "yyyy")', [("unknown_format", '"yyyy"')]),
        ('TEXT(due, "0.00")', [("unknown_format", '"0.00"')]),
        ('TEXT(qty, "")', [("unknown_format", '""')]),
        ("TEXT(qty, title)", [("unknown_format", "title")]),
        ('TEXT(title, "0")', [("type_mismatch", "title")]),
        ("TEXTJOIN(title, urgent, note)", [("literal_bool", "urgent")]),
        ("JOIN(lines.sku, lines.sku)", [("rows_outside_aggregate", "lines.sku")]),
        ("OLD(qty)", [("only_in_rules", "OLD(qty)")]),
        ("CHANGED(qty)", [("only_in_rules", "CHANGED(qty)")]),
        ("HAS_ROLE(title)", [("literal_text", "title")]),
        ("CURRENT_KEYS(1)", [("literal_text", "1")]),
        ("price * price * price * price", [("too_many_digits", "price * price * price")]),
        ("0.00000000000000001", [("too_many_digits", "0.00000000000000001")]),
        ("1" * 21, [("too_many_digits", "1" * 21)]),
    ],
)  # fmt: skip
def test_refused_with_its_place(text: str, found: list[tuple[str, str]]) -> None:
    assert faults(text) == found


def test_all_faults_at_once() -> None:
    assert faults('IF(qyt > 1, SMU(lines.n), status = "x") & (title + 1)') == [
        *(("unknown_field", "qyt"), ("unknown_function", "SMU(lines.n)")),
        *(("unknown_option", '"x"'), ("type_mismatch", "title")),
    ]


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("qyt + 1", "qty"), ("SMU(1)", "SUM"), ('status = "opne"', "open"), ("qqq_qqq", None)],
)
def test_did_you_mean(text: str, suggestion: str | None) -> None:
    with pytest.raises(FormulaError) as caught:
        formula(text)
    assert [one["args"]["suggestion"] for one in caught.value.faults] == [suggestion]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("1 + 2", Number(0)),
        ("IF(urgent, 1)", Number(0)),
        ('IF(urgent, "a", status)', TEXT),
        ("IF(urgent, status)", Choice(("open", "done", "已关闭"))),
        ("due + 1", DATE),
        ("due - start", Number(0)),
        ("qty / 3", Number(16)),
        ("qty > 1", BOOL),
        ("owner_id", User()),
        ("customer.parent", Ref("t.customer")),
        ("lines.n > 1 AND TRUE", None),
    ],
)
def test_types(text: str, type_: object) -> None:
    if type_ is None:
        assert faults(text) == [("rows_outside_aggregate", text)]
    else:
        assert formula(text).type == type_


@pytest.mark.parametrize(
    ("text", "expect", "usage", "code"),
    [
        ("qty", None, "filter", "type_mismatch"),
        ("title", None, "scope", "type_mismatch"),
        ("urgent", None, "filter", None),
        ("qty", TEXT, "value", "type_mismatch"),
        ("status", TEXT, "value", None),
        ("1.5", NUMBER, "value", None),
        ("customer", User(), "value", None),
        ("urgent", NUMBER, "value", "type_mismatch"),
        ("made_at", DATE, "value", "type_mismatch"),
    ],
)
def test_what_the_place_expects(text: str, expect: object, usage: str, code: str | None) -> None:
    assert faults(text, expect=expect, usage=usage) == ([] if code is None else [(code, text)])


def test_what_a_formula_refers_to() -> None:
    made: Formula = formula("SUMIF(lines.maker.vip, lines.n) + customer.parent.credit + qty")
    assert made.references == {
        *(("t.order", "lines.maker"), ("t.customer", "vip"), ("t.order", "lines.n")),
        *(("t.order", "customer"), ("t.customer", "parent"), ("t.customer", "credit")),
        ("t.order", "qty"),
    }
    assert ("lines", "maker", "vip") in made.paths


@pytest.mark.parametrize(
    ("text", "volatility"),
    [
        *(
            ("qty + 1", "stable"),
            ("owner_id = CURRENT_USER()", "user"),
            ("TODAY() > due", "volatile"),
        ),
        ("CURRENT_USER() = owner_id AND NOW() > made_at", "volatile"),
        ("NOW() > made_at AND CURRENT_USER() = owner_id", "volatile"),
    ],
)
def test_volatility(text: str, volatility: str) -> None:
    assert formula(text).volatility == volatility


def test_literals_need_no_scope() -> None:
    assert compile_formula("1 + 1", NOWHERE, {}).type == Number(0)
    with pytest.raises(FormulaError):
        compile_formula("qty", NOWHERE, SCOPES)
    assert compile_formula("qty", ORDER, {}).type == Number(0)
