"""The promise: the browser gets the formulas of forms compiled, and none that reads what is hidden."""

from typing import Any

from tests.apps.company import Api
from tests.apps.conftest import MakePerson
from tests.apps.test_drafts_and_publish import draft

NOTE = {"kind": "text", "label": {"zh-CN": "备注", "en": "Note"}}


async def test_trees_are_sent_and_hidden_fields_stay_unknown(
    owner: Api, make_person: MakePerson
) -> None:
    sales = await make_person("sam", "sales")
    fields = {
        "dear": NOTE | {"visible": "cost > 10", "required": "=cost > 20"},
        "pretty": NOTE | {"visible": "price > 10", "default": '="x"'},
        "gain": {
            "kind": "formula",
            "result": "money",
            "formula": "price - cost",
            "label": NOTE["label"],
        },
    }
    gain = fields["gain"]
    fields["gain_kept"] = gain | {"blanks": "keep"}
    fields["gain_seen"] = gain | {"mode": "read"}
    fields["dearer"] = {
        "kind": "rollup",
        "entity": "product",
        "by": "twin",
        "aggregate": "sum",
        "expression": "price - cost",
        "condition": "cost > 1",
        "result": "money",
        "label": NOTE["label"],
    }
    fields["twin"] = {"kind": "reference", "entity": "product", "label": NOTE["label"]}
    rule = {
        "id": "loss",
        "formula": "price > cost",
        "message": NOTE["label"],
        "level": "warning",
    }
    operations: list[dict[str, Any]] = [
        {"op": "put", "path": f"entities/product/fields/{key}", "value": value}
        for key, value in fields.items()
    ]
    live = await owner.call("GET", "/apps/orders", status=200)
    rules = live["app"]["entities"]["product"].get("validations", [])
    operations.append(
        {"op": "put", "path": "entities/product/validations", "value": [*rules, rule]}
    )
    path = await draft(owner, *operations)
    await owner.call("POST", f"{path}/publish", {"note": "x"}, status=200)

    mine = await owner.call("GET", "/apps/orders", status=200)
    forms = mine["forms"]["product"]
    assert {key: one["text"] for key, one in forms["visible"].items()} == {
        "dear": "cost > 10",
        "pretty": "price > 10",
    }
    assert forms["required"]["dear"]["text"] == "cost > 20"
    assert {key: one["text"] for key, one in forms["values"].items()} == {
        "gain": "price - cost",
        "gain_kept": "price - cost",
        "gain_seen": "price - cost",
    }
    operands = {key: forms["values"][key]["expr"]["args"] for key in ("gain", "gain_kept")}
    assert {key: [one["op"] for one in args] for key, args in operands.items()} == {
        "gain": ["#zero", "#zero"],
        "gain_kept": ["path", "path"],
    }
    assert forms["validations"]["loss"]["text"] == "price > cost"
    assert forms["defaults"]["pretty"]["expr"]["value"] == "x"
    assert mine["forms"]["order"]["read_only"]["customer"]["type"] == "bool"

    theirs = await sales.call("GET", "/apps/orders", status=200)
    forms, shown = theirs["forms"]["product"], theirs["app"]["entities"]["product"]
    assert list(forms["visible"]) == ["pretty"]
    assert ("required" in forms, "values" in forms) == (False, False)
    assert shown["fields"]["dear"] | {"label": 0} == {
        "kind": "text",
        "label": 0,
        "visible": True,
        "required": "never",
    }
    assert shown["fields"]["gain_seen"]["mode"] == "read"
    assert shown["fields"]["dearer"]["aggregate"] == "sum"
    assert "formula" not in shown["fields"]["gain"]
    assert "loss" not in {one["id"] for one in shown.get("validations", [])}
    assert "cost" not in str([forms, shown])
    made = await owner.create(
        "product", sku="D", name="D", unit="个", price="1", cost="2", dear="x"
    )
    assert [one["params"]["rule"] for one in made["warnings"]] == ["loss"]
    assert made["warnings"][0]["message"] == "备注"


async def test_a_view_names_nothing_that_is_hidden(owner: Api, make_person: MakePerson) -> None:
    """Neither in its columns, sort and group nor in its filter, through references as well."""
    sales = await make_person("sam", "sales")
    views = {
        "dear": {"filter": "cost > 10"},
        "far": {"entity": "stock", "columns": ["product"], "filter": "product.cost > 10"},
        "near": {"entity": "stock", "columns": ["product"], "filter": 'product.unit = "个"'},
        "plain": {"filter": 'unit = "个"', "sort": "-cost,sku", "group": "cost"},
        "bare": {"sort": "cost"},
        "own": {
            "columns": ["sku", "id", "owner_id", "created_by"],
            "sort": "-id,+sku,created_by",
            "group": "owner_department_id",
        },
    }
    operations: list[dict[str, Any]] = [
        {
            "op": "put",
            "path": f"views/product_{key}",
            "value": {
                "id": f"product_{key}",
                "label": NOTE["label"],
                "entity": "product",
                "columns": ["sku", "cost"],
            }
            | more,
        }
        for key, more in views.items()
    ]
    operations.append(
        {"op": "put", "path": "roles/sales/grants/product/fields/created_by", "value": "hidden"}
    )
    path = await draft(owner, *operations)
    await owner.call("POST", f"{path}/publish", {"note": "x"}, status=200)

    async def shown(api: Api) -> dict[str, Any]:
        app = (await api.call("GET", "/apps/orders", status=200))["app"]["views"]
        told = ("columns", "filter", "sort", "group")
        return {
            key.removeprefix("product_"): {name: one.get(name) for name in told}
            for key, one in app.items()
            if key.startswith("product_") and key.removeprefix("product_") in views
        }

    assert (await shown(owner)).keys() == views.keys()
    assert await shown(sales) == {
        "near": {
            "columns": ["product"],
            "filter": 'product.unit = "个"',
            "sort": None,
            "group": None,
        },
        "plain": {"columns": ["sku"], "filter": 'unit = "个"', "sort": "sku", "group": None},
        "bare": {"columns": ["sku"], "filter": None, "sort": None, "group": None},
        "own": {
            "columns": ["sku", "id", "owner_id"],
            "filter": None,
            "sort": "-id,+sku",
            "group": "owner_department_id",
        },
    }


async def test_forms_know_who_asks_as_the_server_does(owner: Api, make_person: MakePerson) -> None:
    nobody = await owner.call("GET", "/session", status=200)
    assert (nobody["department"], nobody["departments"], nobody["keys"]) == (None, [], {})
    above = await owner.call("POST", "/departments", {"name": "华东"}, status=201)
    below = await owner.call(
        "POST", "/departments", {"name": "苏州", "parent": above["id"]}, status=201
    )
    keys = {"customer": [101, 102]}
    bound = await make_person("bea", "sales", department=int(above["id"]), keys=keys)
    session = await bound.call("GET", "/session", status=200)
    assert session["roles"] == ["orders.sales"]
    assert session["department"] == above["id"]
    assert sorted(session["departments"]) == sorted([above["id"], below["id"]])
    assert session["keys"] == {"customer": ["101", "102"]}
