"""Engines add their kinds of elements, extensions their kinds of fields; the guides stay true."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from typing_extensions import override

from orderloom.definition.element import ELEMENT_KINDS, ElementKind
from orderloom.definition.field import DEFAULT_CONTEXT, ParseContext
from orderloom.definition.fields.text import TextLike
from orderloom.definition.finding import DefinitionError, Finding
from orderloom.definition.json import from_data, to_data, to_json
from orderloom.definition.lint import lint
from orderloom.definition.lints.context import LintScope
from orderloom.definition.load import dump_folder, load_folder
from orderloom.definition.model import FullName, Key, Label, Model
from orderloom.definition.parse import parse_record
from orderloom.definition.registry import FIELD_KINDS
from orderloom.definition.schema import app_schema
from tests.support.sample_app import data, field, label

GUIDES = Path(__file__).parents[3] / "docs" / "guide"


class Flow(Model):
    """A kind of element that the definition does not know by itself."""

    id: Key
    label: Label
    entity: FullName


def lint_flow(scope: LintScope, key: str, flow: Flow) -> Iterator[Finding]:
    yield from scope.entity_findings(f"flows/{key}/entity", flow.entity)


@pytest.fixture
def flows(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = ElementKind(name="flow", folder="flows", model=Flow, lint=lint_flow)
    monkeypatch.setitem(ELEMENT_KINDS, "flows", kind)


@pytest.mark.usefixtures("flows")
def test_elements_of_engines_stand_beside_the_entities(tmp_path: Path) -> None:
    app = from_data(data(flows={"review": {"label": label("Review"), "entity": "order"}}))
    assert to_data(app)["flows"]["review"]["entity"] == "order"
    dump_folder(app, tmp_path)
    assert (tmp_path / "flows" / "review.yaml").is_file()
    assert to_json(load_folder(tmp_path)) == to_json(app)
    assert app.elements("flows")["review"].entity == "order"
    assert "flows" in app_schema()["properties"]


@pytest.mark.usefixtures("flows")
def test_elements_of_engines_are_linted_and_checked() -> None:
    app = from_data(data(flows={"review": {"label": label("Review"), "entity": "ordr"}}))
    found = [(one.path, one.code) for one in lint(app)]
    assert ("flows/review/entity", "definition.unknown_entity") in found
    with pytest.raises(DefinitionError) as caught:
        from_data(data(flows={"review": {"label": label("Review")}}))
    assert [(one.path, one.code) for one in caught.value.findings] == [
        ("flows/review/entity", "definition.missing_setting")
    ]


def test_unknown_elements_are_refused() -> None:
    with pytest.raises(DefinitionError) as caught:
        from_data(data(flows={}))
    assert [(one.path, one.code) for one in caught.value.findings] == [
        ("flows", "definition.unknown_setting")
    ]


class ShoutField(TextLike):
    """A kind of field that an extension adds."""

    kind: Literal["shout"] = "shout"

    @override
    def parse(self, raw: Any, context: ParseContext = DEFAULT_CONTEXT) -> str:
        return str(raw).upper()


def test_an_extension_adds_a_kind_by_its_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIELD_KINDS, "shout", ShoutField)
    changed = data()
    changed["entities"]["order"]["fields"]["motto"] = field("shout")
    order = from_data(changed).entities["order"]
    assert parse_record(order, {"motto": "hey"}, partial=True) == ({"motto": "HEY"}, [])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_entity_of_the_guide_is_a_good_one(language: str) -> None:
    text = (GUIDES / language / "app-definition.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    order = yaml.safe_load(blocks[0])
    order["import_key"] = "number"
    order["fields"]["salesperson"] = field("person")
    beside = data()["entities"]
    app = from_data(data(entities={**beside, "order": order}, views={}, roles={}, menu=[]))
    assert [one for one in lint(app) if one.level == "error"] == []
    stock = {**beside["stock"], **yaml.safe_load(blocks[1])}
    stock["ledger"]["account"] = "sample.stock"
    assert from_data(data(entities={**beside, "stock": stock})).entities["stock"].ledger


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_guide_names_every_kind(language: str) -> None:
    text = (GUIDES / language / "app-definition.md").read_text("utf-8")
    assert [kind for kind in FIELD_KINDS if f"`{kind}`" not in text] == []
