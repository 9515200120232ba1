"""Operations on definitions, and differences as sentences."""

from typing import Any

import pytest

from orderloom.base.text import has, render
from orderloom.definition.diff import diff
from orderloom.definition.json import from_data, to_data
from orderloom.definition.patch import OperationError, element_path, operations, patch
from tests.support.sample_app import data, field, label, option, sample


def patched(*raw: dict[str, Any]) -> dict[str, Any]:
    return patch(to_data(sample()), operations(list(raw)))


def test_puts_a_field_and_leaves_the_given_data_alone() -> None:
    before = to_data(sample())
    colour = field("choice", options=[option("red")])
    path = "entities/order/fields/colour"
    after = patch(before, operations([{"op": "put", "path": path, "value": colour}]))
    assert list(after["entities"]["order"]["fields"])[-1] == "colour"
    assert "colour" not in before["entities"]["order"]["fields"]
    assert from_data(after).entities["order"].fields["colour"].kind == "choice"


def test_puts_before_a_neighbour() -> None:
    after = patched(
        {
            "op": "put",
            "path": "entities/order/fields/colour",
            "value": field("text"),
            "before": "customer",
        }
    )
    assert list(after["entities"]["order"]["fields"])[:3] == ["number", "colour", "customer"]


def test_reaches_items_of_lists_by_id_key_and_place() -> None:
    after = patched(
        {"op": "put", "path": "entities/order/sections/main/columns", "value": 3},
        {"op": "remove", "path": "entities/customer/fields/level/options/b"},
        {"op": "put", "path": "menu/1/icon", "value": "cube"},
        {"op": "put", "path": "views/open_orders/columns/-", "value": "remark"},
        {"op": "remove", "path": "views/open_orders/columns/number"},
    )
    assert after["entities"]["order"]["sections"][0]["columns"] == 3
    assert [o["key"] for o in after["entities"]["customer"]["fields"]["level"]["options"]] == ["a"]
    assert after["menu"][1]["icon"] == "cube"
    columns = ["customer", "amount", "state", "created_at", "remark"]
    assert after["views"]["open_orders"]["columns"] == columns


def test_makes_the_groups_that_are_not_there_yet() -> None:
    after = patched(
        {
            "op": "put",
            "path": "entities/customer/actions/block",
            "value": {"label": label("Block")},
        },
        {
            "op": "put",
            "path": "entities/customer/sections/main",
            "value": {"id": "main", "label": label("Main"), "fields": ["code"]},
        },
    )
    customer = from_data(after).entities["customer"]
    assert list(customer.actions) == ["block"]
    assert [section.id for section in customer.sections] == ["main"]


def test_refuses_what_leads_nowhere_and_lists_all() -> None:
    with pytest.raises(OperationError) as caught:
        patched(
            {"op": "remove", "path": "entities/order/fields/colour"},
            {"op": "put", "path": "entities/order/title/x", "value": 1},
            {"op": "put", "path": "views/new", "value": {}, "before": "nothing"},
        )
    assert [fault.pointer for fault in caught.value.errors] == [
        "/operations/0/path",
        "/operations/1/path",
        "/operations/2/path",
    ]


@pytest.mark.parametrize(
    "raw", [None, [], [{}], [{"op": "move", "path": "a"}], [{"op": "put"}], [5]]
)
def test_refuses_malformed_operations(raw: Any) -> None:
    with pytest.raises(OperationError):
        operations(raw)


@pytest.mark.parametrize(
    ("path", "element"),
    [
        ("entities/order/fields/colour/label/en", "entities/order/fields/colour"),
        ("entities/order/actions/submit/to", "entities/order/actions/submit"),
        ("entities/order/states/edges", "entities/order/states"),
        ("entities/order", "entities/order"),
        ("views/open_orders/columns/0", "views/open_orders"),
        ("menu/0", "menu/0"),
        ("label", "label"),
    ],
)
def test_knows_the_element_of_a_path(path: str, element: str) -> None:
    assert element_path(path) == element


def changes(*raw: dict[str, Any]) -> list[tuple[str, str, str]]:
    after = from_data(patched(*raw))
    return [(one.op, one.path, one.code) for one in diff(sample(), after)]


def test_tells_changes_of_elements() -> None:
    assert changes(
        {"op": "put", "path": "entities/order/fields/colour", "value": field("text")},
        {"op": "remove", "path": "entities/order/actions/reject"},
        {"op": "remove", "path": "views/open_orders"},
        {"op": "put", "path": "menu", "value": []},
        {
            "op": "put",
            "path": "entities/order/fields/lines/fields/note",
            "value": field("text"),
        },
    ) == [
        ("remove", "menu", "definition.change.setting_changed"),
        (
            "add",
            "entities/order/fields/lines/fields/note",
            "definition.change.column_added",
        ),
        ("add", "entities/order/fields/colour", "definition.change.field_added"),
        ("remove", "entities/order/actions/reject", "definition.change.action_removed"),
        ("remove", "views/open_orders", "definition.change.view_removed"),
    ]


def test_tells_changes_of_settings_and_of_order() -> None:
    assert changes(
        {"op": "put", "path": "entities/order/fields/remark/max_length", "value": 60},
        {"op": "put", "path": "entities/order/label/en", "value": "Sales order"},
        {
            "op": "put",
            "path": "entities/order/fields/remark",
            "value": field("text", max_length=60),
            "before": "number",
        },
    ) == [
        ("change", "entities/order/label", "definition.change.setting_changed"),
        ("add", "entities/order/fields/remark/max_length", "definition.change.setting_changed"),
        ("move", "entities/order/fields", "definition.change.setting_moved"),
    ]


def test_nothing_changed_is_no_change() -> None:
    assert diff(sample(), sample()) == []


def test_a_new_app_is_told_element_by_element() -> None:
    codes = [one.code for one in diff(None, sample())]
    assert codes.count("definition.change.entity_added") == 5
    assert "definition.change.role_added" in codes


def test_sentences_read_well_in_both_languages() -> None:
    after = patched({"op": "put", "path": "entities/order/fields/colour", "value": field("text")})
    change = diff(sample(), from_data(after))[0]
    assert render(change.code, change.params, "en") == "“Order” gets the field “text”"
    assert render(change.code, change.params, "zh-CN") == "“Order（中）”新增字段“text（中）”"


def test_every_sentence_has_a_text() -> None:
    everything = diff(None, sample()) + diff(sample(), from_data({**data(), "entities": {}}))
    for change in everything:
        assert has(change.code, "zh-CN"), change.code
        assert has(change.code, "en"), change.code
