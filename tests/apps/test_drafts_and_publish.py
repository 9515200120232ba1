"""The promise: a field is added by draft, check, diff and publish, and is usable at once."""

from typing import Any

import pytest

from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson

COLOUR = {
    "kind": "choice",
    "label": {"zh-CN": "颜色", "en": "Colour"},
    "options": [
        {"key": "red", "label": {"zh-CN": "红", "en": "Red"}},
        {"key": "blue", "label": {"zh-CN": "蓝", "en": "Blue"}},
    ],
}
PUT = {"op": "put", "path": "entities/order/fields/colour", "value": COLOUR}


async def draft(owner: Api, *operations: dict[str, Any]) -> str:
    """The path of a new draft with these operations."""
    made = await owner.call("POST", "/apps/orders/drafts", {"name": "颜色"}, status=201)
    path = f"/apps/orders/drafts/{made['id']}"
    if operations:
        patched = await owner.call("PATCH", path, {"operations": list(operations)}, status=200)
        assert patched["revision"] == 2
    return path


def shown_everywhere(app: dict[str, Any]) -> list[dict[str, Any]]:
    """The field, in the form's first section and in the list of all orders."""
    section = app["entities"]["order"]["sections"][0]
    columns = app["views"]["order_all"]["columns"]
    place = f"entities/order/sections/{section['id']}/fields"
    return [
        PUT,
        {"op": "put", "path": place, "value": [*section["fields"], "colour"]},
        {"op": "put", "path": "views/order_all/columns", "value": [*columns, "colour"]},
    ]


async def test_a_new_field_is_usable_at_once(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    live = await owner.call("GET", "/apps/orders", status=200)
    before, path = live["version"], await draft(owner, *shown_everywhere(live["app"]))

    assert (await owner.call("POST", f"{path}/check", status=200))["findings"] == []
    diff = await owner.call("POST", f"{path}/diff", status=200)
    changes = {change["path"]: change for change in diff["changes"]}
    added = changes["entities/order/fields/colour"]
    assert (added["op"], "颜色" in added["sentence"]) == ("add", True)
    assert any("colour" in statement for statement in diff["ddl"])
    await owner.call("GET", "/orders/order?fields=colour", status=422)

    done = await owner.call("POST", f"{path}/publish", {"note": "加颜色"}, status=200)
    assert (done["version"], done["changed"]) == (before + 1, True)

    app = await owner.call("GET", "/apps/orders", status=200)
    assert app["version"] == before + 1
    model = app["app"]["entities"]["order"]
    assert model["fields"]["colour"]["kind"] == "choice"
    assert "colour" in model["sections"][0]["fields"]
    assert "colour" in app["app"]["views"]["order_all"]["columns"]
    items = await owner.items("order", fields="colour")
    assert [(item["id"], item["colour"]) for item in items] == [(order["id"], None)]

    body = {"version": order["version"], "colour": "red"}
    changed = await owner.call("PATCH", f"/orders/order/{order['id']}", body, status=200)
    assert changed["colour"] == "red"
    made = await company.order([(company.products[0], 1)], colour="blue")
    for colour, id_ in (("red", order["id"]), ("blue", made["id"])):
        found = await owner.items("order", filter=f'colour = "{colour}"')
        assert [item["id"] for item in found] == [id_]
    in_order = await owner.items("order", sort="colour", fields="colour")
    assert [item["colour"] for item in in_order] == ["blue", "red"]
    rows = await owner.call(
        "POST",
        "/orders/order/query",
        {"dimensions": [{"field": "colour"}], "measures": [{"agg": "count", "as": "n"}]},
        status=200,
    )
    assert rows["rows"] == [{"colour": "blue", "n": 1}, {"colour": "red", "n": 1}]
    problem = await owner.call(
        "POST",
        "/orders/order",
        {"customer": company.customer, "colour": "green", "lines": order["lines"][:0]},
        status=422,
    )
    assert {one["pointer"] for one in problem["errors"]} == {"/colour", "/lines"}
    document = (await owner.client.get("/openapi.json", headers=owner.headers)).json()
    assert "colour" in document["components"]["schemas"]["orders.order"]["properties"]


async def test_a_broken_draft_answers_all_findings_and_publishes_nothing(owner: Api) -> None:
    before = await owner.call("GET", "/apps/orders", status=200)
    path = await draft(
        owner,
        {
            "op": "put",
            "path": "entities/order/fields/colour",
            "value": {**COLOUR, "default": "green"},
        },
        {
            "op": "put",
            "path": "entities/order/fields/total2",
            "value": {
                "kind": "formula",
                "label": {"zh-CN": "合计", "en": "Total"},
                "formula": "no_such_field + 1",
                "result": "money",
            },
        },
        {
            "op": "put",
            "path": "entities/order/fields/friend",
            "value": {
                "kind": "reference",
                "label": {"zh-CN": "友", "en": "Friend"},
                "entity": "nobody",
            },
        },
        {"op": "put", "path": "views/order_all/columns", "value": ["number", "ghost"]},
    )
    checked = await owner.call("POST", f"{path}/check", status=200)
    errors = {one["path"] for one in checked["findings"] if one["level"] == "error"}
    for wanted in (
        "entities/order/fields/colour",
        "entities/order/fields/total2",
        "entities/order/fields/friend",
        "views/order_all",
    ):
        assert any(one.startswith(wanted) for one in errors), (wanted, errors)
    assert all(one["message"] and one["code"] for one in checked["findings"])
    problem = await owner.call("POST", f"{path}/publish", status=422)
    assert problem["code"] == "publish.refused"
    assert len(problem["errors"]) >= 4
    assert await owner.call("GET", "/apps/orders", status=200) == before


async def test_operations_that_lead_nowhere_change_nothing(owner: Api) -> None:
    path = await draft(owner, PUT)
    body = {"operations": [{"op": "move", "path": "entities"}, {"op": "put", "value": 1}]}
    problem = await owner.call("PATCH", path, body, status=422)
    assert [one["pointer"] for one in problem["errors"]] == [
        "/operations/0/op",
        "/operations/1/path",
    ]
    remove = {"operations": [{"op": "remove", "path": "entities/order/fields/nothing"}]}
    problem = await owner.call("PATCH", path, remove, status=422)
    assert problem["code"] == "definition.bad_operation"
    diff = await owner.call("POST", f"{path}/diff", status=200)
    assert len(diff["changes"]) == 1


async def test_a_removed_field_is_gone_at_once(owner: Api) -> None:
    await owner.call("POST", f"{await draft(owner, PUT)}/publish", status=200)
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)], colour="red")
    path = await draft(owner, {"op": "remove", "path": PUT["path"]})
    await owner.call("POST", f"{path}/publish", status=200)
    assert order["colour"] == "red"
    assert "colour" not in await owner.get("order", order["id"])
    await owner.call("GET", "/orders/order?sort=colour", status=422)


async def test_a_published_draft_is_closed(owner: Api) -> None:
    path = await draft(owner, PUT)
    await owner.call("POST", f"{path}/publish", status=200)
    for method, rest, body in (("POST", "/publish", None), ("PATCH", "", {"operations": [PUT]})):
        problem = await owner.call(method, f"{path}{rest}", body, status=409)
        assert problem["code"] == "publish.draft_closed"


async def test_two_drafts_of_one_field_conflict(owner: Api) -> None:
    first, second = await draft(owner, PUT), await draft(owner, PUT)
    other = {"op": "put", "path": f"{PUT['path']}/label", "value": {"zh-CN": "色", "en": "Hue"}}
    await owner.call("PATCH", second, {"operations": [other]}, status=200)
    await owner.call("POST", f"{first}/publish", status=200)
    problem = await owner.call("POST", f"{second}/publish", status=409)
    assert problem["code"] == "publish.conflict"
    assert problem["errors"]


@pytest.mark.parametrize("role", ["director", "sales"])
async def test_only_an_owner_changes_apps(owner: Api, make_person: MakePerson, role: str) -> None:
    path = await draft(owner, PUT)
    person = await make_person("p", role)
    for method, address, body in (
        ("POST", "/apps/orders/drafts", {"name": "x"}),
        ("GET", "/apps/orders/drafts", None),
        ("PATCH", path, {"operations": [PUT]}),
        ("POST", f"{path}/check", None),
        ("POST", f"{path}/diff", None),
        ("POST", f"{path}/publish", None),
    ):
        await person.call(method, address, body, status=403)
    drafts = (await owner.call("GET", "/apps/orders/drafts", status=200))["items"]
    assert [one["revision"] for one in drafts] == [2]
