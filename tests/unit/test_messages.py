"""Every code that can be said has its words, in both languages, with the same holes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from orderloom.base import text
from orderloom_apps.orders.package import PACKAGE

SOURCES = Path(__file__).parents[2] / "src"
_CODE = re.compile(r"^[a-z_]+\.[a-z0-9_]+$")
_CALLS = {"Fault": "code", "fault": None, "finding": None, "FieldFault": None}


@pytest.fixture(autouse=True)
def _registered() -> None:
    assert PACKAGE.messages is not None
    text.register_messages(PACKAGE.messages)


def _codes(path: Path) -> Iterator[str]:
    """Codes that a module names: of its errors, and of the faults it makes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                target = getattr(line, "target", None) or next(
                    iter(getattr(line, "targets", [])), 0
                )
                if getattr(target, "id", "") == "code" and isinstance(line.value, ast.Constant):  # type: ignore[attr-defined] # an assignment
                    yield str(line.value.value)  # type: ignore[attr-defined] # an assignment
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in _CALLS:
                values = [*node.args, *(one.value for one in node.keywords if one.arg == "code")]
                for value in values:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value


CODES = sorted(
    {
        code
        for path in SOURCES.rglob("*.py")
        for code in _codes(path)
        if _CODE.match(code) and not code.endswith(("_api.py",))
    }
)


def test_codes_are_found() -> None:
    assert len(CODES) > 80
    assert "orders.out_of_stock" in CODES
    assert "records.required" in CODES


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    assert [code for code in CODES if not text.has(code, language)] == []


def test_both_languages_say_the_same_things() -> None:
    assert text.codes("zh-CN") == text.codes("en")


def test_both_languages_have_the_same_holes() -> None:
    def holes(code: str, language: str) -> set[str]:
        entry = text._entry(code, language) or {}
        return {
            name or ""
            for words in entry.values()
            for _, name, _, _ in Formatter().parse(words)
            if name is not None
        }

    different = [code for code in text.codes("en") if holes(code, "en") ^ holes(code, "zh-CN")]
    assert different == []


def test_chinese_is_chinese() -> None:
    bare = [
        code
        for code in text.codes("zh-CN")
        if not re.search(r"[\u4e00-\u9fff]", "".join((text._entry(code, "zh-CN") or {}).values()))
    ]
    assert bare == []
