"""A fault says what may be meant, and what it says compiles."""

import pytest

from orderloom.formula import FormulaError
from tests.unit.formula.world import faults, formula


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("IF(1, 2, 3)", "IF(1 <> 0, 2, 3)"),
        ("IF(qty, 2, 3)", "IF(qty <> 0, 2, 3)"),
        ("IF(qty + 1, 2, 3)", "IF((qty + 1) <> 0, 2, 3)"),
        ("IF(SUM(lines.n), 2, 3)", "IF(SUM(lines.n) <> 0, 2, 3)"),
        ("IF((qty + 1) * (2), 2, 3)", "IF(((qty + 1) * (2)) <> 0, 2, 3)"),
        ("IF(金额, 2, 3)", "IF(金额 <> 0, 2, 3)"),
        ("IF(title, 2, 3)", 'IF(title <> "", 2, 3)'),
        ("IF(status, 2, 3)", 'IF(status <> "", 2, 3)'),
        ("IF(due, 2, 3)", "IF(NOT(ISBLANK(due)), 2, 3)"),
        ("IF(customer, 2, 3)", "IF(NOT(ISBLANK(customer)), 2, 3)"),
        ('qty + "1"', 'qty + VALUE("1")'),
        ("title * 2", "VALUE(title) * 2"),
        ("YEAR(title)", "YEAR(DATEVALUE(title))"),
        ("LEFT(qty, 1)", 'LEFT(qty & "", 1)'),
        ("qyt + 1", "qty + 1"),
        ("customer.nam", "customer.name"),
        ("[qyt] + 1", "qty + 1"),
        ("SMU(lines.n)", "SUM(lines.n)"),
        ('status = "opne"', 'status = "open"'),
        ('DATEADD(due, 1, "moth")', 'DATEADD(due, 1, "month")'),
    ],
)
def test_the_fix_compiles(text: str, meant: str) -> None:
    with pytest.raises(FormulaError) as caught:
        formula(text)
    (fault,) = caught.value.faults
    fixed = text[: fault["start"]] + fault["args"]["fix"] + text[fault["end"] :]
    assert fixed == meant
    assert faults(fixed) == []


@pytest.mark.parametrize("text", ["qqq_qqq + 1", "urgent > FALSE", "SUM(title, )", "tags & 1"])
def test_where_nothing_is_meant(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        formula(text)
    assert all("fix" not in fault["args"] for fault in caught.value.faults)
