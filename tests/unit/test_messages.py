"""Every code that can be said has its words, in both languages, with the same holes."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import yaml

from orderloom.base import errors, text
from orderloom.definition.fields.multi_choice import MultiChoiceField
from orderloom.definition.fields.text import TextField
from orderloom.definition.load import load_folder
from orderloom_apps.orders.domain.intake import read
from orderloom_apps.orders.package import PACKAGE

SOURCES = Path(__file__).parents[2] / "src"
_CODE = re.compile(r"^[a-z_]+(\.[a-z0-9_]+)+$")
_SAYS = frozenset(
    (
        "ok",
        "warn",
        "fail",
        "FieldFault",
        "_fault",
        "fault",
        "_refuse",
        "clean_text",
        "finding",
        "render",
        "unknown_keys",
    )
)
_MADE = {  # codes put together from parts: the prefix, and where the parts are
    "address.": "definition/address.py",
    "definition.change.": "definition/diff.py",
    "formula.type_": "http/problems.py",
    "intake.column_": "intake/exporting.py",
    "intake.means_": "intake/template.py",
    "intake.template_": "intake/template.py",
}
NAMED = tuple(  # codes that fields hold as text: the words are the definition's
    f"{name}."
    for file in sorted(SOURCES.rglob("app/entities/*.yaml"))
    for name in re.findall(r"\bcodes: ([a-z_.]+)", file.read_text("utf-8"))
)


@pytest.fixture(autouse=True)
def _registered() -> None:
    assert PACKAGE.messages is not None
    text.register_messages(PACKAGE.messages)


def _strings(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _said(node: ast.AST) -> Iterator[str]:
    """What a node says by code: an error's class, a fault, a refusal, a result of a job."""
    if isinstance(node, ast.ClassDef):
        for line in node.body:
            if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
                targets = line.targets if isinstance(line, ast.Assign) else [line.target]
                if ast.unparse(targets[0]) == "code":
                    yield from _strings(line.value)
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        for value in node.args if name in _SAYS else ():
            yield from _strings(value)
        for keyword in node.keywords:
            if keyword.arg == "code":
                yield from _strings(keyword.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "code":
                yield from _strings(value)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (one for value in node.args.defaults for one in _strings(value))


TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCES.rglob("*.py"))}
CODES = {
    code
    for tree in TREES.values()
    for node in ast.walk(tree)
    for code in _said(node)
    if _CODE.match(code)
}
FORMULA = {  # said as fault("arity", …)
    f"formula.{node.args[0].value}"
    for path, tree in TREES.items()
    for node in ast.walk(tree)
    if "formula" in path.parts
    and isinstance(node, ast.Call)
    and ast.unparse(node.func) == "fault"
    and isinstance(node.args[0], ast.Constant)
}
FAMILIES = {
    one.code for one in vars(errors).values() if hasattr(one, "code") and hasattr(one, "status")
}
FILES = sorted(SOURCES.rglob("messages/*.yaml"))


def test_codes_are_found() -> None:
    assert len(CODES) > 150
    assert {
        "orders.out_of_stock",  # a class
        "records.required",  # a fault, in one branch of two
        "records.read_only",  # item.fault(…)
        "definition.too_large",  # finding(…)
        "storage.type_change",  # a refusal of storage
        "jobs.gave_up",  # a job's result
        "records.invalid_number",  # FieldFault(…)
        "definition.unknown_field",  # a default
    } <= CODES
    assert {"formula.arity", "formula.unknown_option", "formula.bad_character"} <= FORMULA
    assert {"conflict", "internal"} <= FAMILIES


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    assert sorted(code for code in CODES | FORMULA | FAMILIES if not text.has(code, language)) == []


def test_nothing_is_written_that_nobody_says() -> None:
    words = {one for tree in TREES.values() for one in _strings(tree)}
    dead = {
        code
        for code in text.codes("zh-CN") - words
        if not code.startswith((*_MADE, *NAMED)) and code not in FAMILIES | FORMULA
    }
    assert dead == set()


def test_codes_made_of_parts_are_made_where_we_think() -> None:
    for prefix, place in _MADE.items():
        assert f'f"{prefix}' in (SOURCES / "orderloom" / place).read_text("utf-8"), prefix
        assert any(code.startswith(prefix) for code in text.codes("en")), prefix


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_code_is_written_twice_in_a_file(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    keys = [line.partition(":")[0] for line in lines if line and line[0] not in " #"]
    assert keys
    assert [key for key, count in Counter(keys).items() if count > 1] == []


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_no_code_is_written_in_two_files(language: str) -> None:
    owners = Counter(
        code
        for file in FILES
        if file.name.endswith(f"{language}.yaml")
        for code in yaml.safe_load(file.read_text("utf-8"))
    )
    assert len(owners) > 200
    assert [code for code, count in owners.items() if count > 1] == []


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


ODD: tuple[object, ...] = (
    "an order",
    {"external_no": 7, "shop": 7, "payable": "?", "freight": "?", "revision": -1, "colour": "red"},
    {"lines": [7, {"quantity": "0", "unit_price": "?"}]},
)


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_every_reason_of_an_intake_has_words(language: str) -> None:
    app = load_folder(PACKAGE.folder)
    reasons = app.entities["intake"].fields["reasons"]
    assert isinstance(reasons, TextField)
    exceptions = app.entities["order"].fields["exceptions"]
    assert isinstance(exceptions, MultiChoiceField)
    found = {fault for payload in ODD for fault in read(payload).faults} | exceptions.option_keys
    found |= {"same_revision_other_content", "order_in_progress", "records.too_long"}
    assert {"not_an_object", "line_2_sku_missing", "unknown_field:colour", "shortage"} <= found
    said = reasons.said(",".join(sorted(found)), language)
    assert [code for code in found if said[code] == code] == []
    assert "—" not in "".join(said.values())


def test_a_reason_without_words_is_told_as_it_is() -> None:
    reasons = TextField(label={"zh-CN": "原因"}, codes="orders.reason")
    assert reasons.said("nobody_knows", "en") == {"nobody_knows": "nobody_knows"}
    assert reasons.said("line_12_sku_missing", "en") == {
        "line_12_sku_missing": "Line 12: no product code"
    }
