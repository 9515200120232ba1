"""The functions as people read them: complete, true, and the same in the guides."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderloom.formula import compile_formula
from orderloom.formula.catalogue import Entry, document, entries, table
from orderloom.formula.functions import FUNCTIONS
from orderloom.formula.json_tree import wire
from orderloom.formula.sample import sample_scope
from orderloom.formula.scope import EntityScope, ScopeField
from orderloom.formula.types import NUMBER
from tests.unit.formula.world import CONTEXT

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guide"
BEGIN, END = "<!-- functions: generated -->", "<!-- end of functions -->"
NOT_TYPED = {"#zero", "#start_of", "#+", "#neg", "#percent", "#&"}
OPERATORS = {"=", "<>", "<", ">", "<=", ">=", "-", "*", "/", "^"}


def sample(key: str) -> tuple[Any, dict[str, Any]]:
    def exact(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: exact(one) for name, one in value.items()}
        if isinstance(value, list):
            return [exact(one) for one in value]
        return Decimal(str(value)) if isinstance(value, float) else value

    given = exact(document()[key])
    given.setdefault("discount", None)
    return sample_scope(given)


def test_every_function_is_described() -> None:
    assert {one.function.name for one in entries()} | NOT_TYPED | OPERATORS == set(FUNCTIONS)
    assert all(one.group in document()["groups"] for one in entries())
    assert all(len(one.examples) == 3 and one.zh and one.en for one in entries())
    assert all(one.zh != one.en for one in entries())


def test_every_function_has_a_chinese_name() -> None:
    nameless = [one.name for one in entries() if all(name.isascii() for name in one.aliases)]
    assert nameless == []


@pytest.mark.parametrize("entry", entries(), ids=lambda one: one.name)
def test_the_examples_are_true(entry: Entry) -> None:
    scope, row = sample("sample")
    scope = EntityScope(
        "", ("", ""), {**scope.fields, "discount": ScopeField(type=NUMBER, column="discount")}
    )
    _, old = sample("old")
    usage = "change" if entry.function.changes else "rule"
    for text, value in entry.examples:
        formula = compile_formula(text, scope, {}, usage=usage)
        assert wire(formula.python(CONTEXT)(row, None, old)) == value, text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_guide_has_the_table(language: str) -> None:
    """When this fails: ``python -m tests.unit.formula.test_catalogue``."""
    text = (GUIDE / language / "formula.md").read_text("utf-8")
    found = re.search(f"{BEGIN}\n(.*?){END}", text, re.DOTALL)
    assert found is not None
    assert found[1].strip() == table(language).strip()


def write() -> None:
    """Put the tables into the guides."""
    for language in ("zh-CN", "en"):
        path = GUIDE / language / "formula.md"
        text = path.read_text("utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        path.write_text(f"{before}{BEGIN}\n{table(language).strip()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    write()
