"""The promise: a field hidden from a person answers on every path as if it did not exist."""

import csv
import io
from typing import Any

import pytest

from tests.apps.company import JSON, Api, Company
from tests.apps.demo import Demo, demo

__all__ = ["demo"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

KEEPER_ORDER = [
    "discount",
    "amount",
    "net",
    "tax",
    "paid",
    "payment_state",
    "payment_terms",
    "invoice_state",
    "invoice_kind",
    "invoice_title",
    "price_mode",
    "currency",
]
KEEPER_LINES = [
    "unit_price",
    "price_source",
    "discount",
    "allocated",
    "amount",
    "net",
    "tax_rate",
    "tax",
]
SALES_PRODUCT = ["cost", "floor_price", "supplier"]
HIDDEN: dict[tuple[str, str], list[str]] = {
    ("warehouse", "order"): KEEPER_ORDER,
    ("warehouse2", "order"): KEEPER_ORDER,
    ("warehouse", "product"): ["price", "floor_price", "cost", "tax_rate", "supplier"],
    ("warehouse", "customer"): ["credit_limit", "temporary_credit", "payment_terms", "price_list"],
    ("sales1", "product"): SALES_PRODUCT,
    ("service", "product"): SALES_PRODUCT,
    ("service", "customer"): ["credit_limit", "temporary_credit"],
    ("manager", "product"): ["cost"],
    ("clerk", "product"): ["cost"],
}
CASES = [pytest.param(*key, hidden, id="-".join(key)) for key, hidden in HIDDEN.items()]
each_case = pytest.mark.parametrize(("login", "entity", "hidden"), CASES)


def keys_of(value: Any) -> set[str]:
    """Every key at any depth of an answer."""
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys_of(one)}
    return {key for one in value for key in keys_of(one)} if isinstance(value, list) else set()


async def refused(api: Api, entity: str, *, body: JSON | None = None, **params: str) -> None:
    """A list or aggregate with the hidden field is refused just as one with an unknown field."""
    if body is None:
        problem = await api.call("GET", f"/orders/{entity}", status=422, params=params)
    else:
        problem = await api.call("POST", f"/orders/{entity}/query", body, status=422)
    assert {one["code"] for one in problem["errors"]} <= {"records.unknown_field"}, problem


@each_case
async def test_records_and_definition(
    demo: Demo, login: str, entity: str, hidden: list[str]
) -> None:
    api = demo.people[login]
    item = (await api.items(entity, limit=1))[0]
    full = await demo.people["owner"].get(entity, item["id"])
    assert set(hidden) <= keys_of(full)
    for answer in (
        item,
        await api.get(entity, item["id"]),
        await api.call("GET", f"/orders/{entity}/{item['id']}?include=refs,actions", status=200),
        await api.call("GET", f"/orders/{entity}/{item['id']}/history", status=200),
        await api.call("GET", f"/orders/{entity}/{item['id']}/why", status=200),
    ):
        assert not keys_of(answer) & set(hidden)
    app = await api.call("GET", "/apps/orders", status=200)
    model = app["app"]["entities"][entity]
    assert not set(hidden) & model["fields"].keys()
    assert not {key for one in model["sections"] for key in one["fields"]} & set(hidden)
    views = [one for one in app["app"]["views"].values() if one["entity"] == entity]
    assert not {column for one in views for column in one["columns"]} & set(hidden)


@each_case
async def test_questions(demo: Demo, login: str, entity: str, hidden: list[str]) -> None:
    api = demo.people[login]
    for key in hidden:
        await refused(api, entity, fields=f"id,{key}")
        await refused(api, entity, sort=key)
        await refused(api, entity, sort=f"-{key}")
        await refused(api, entity, filter=f"ISBLANK({key})")
        await refused(api, entity, body={"measures": [{"name": key, "agg": "max"}]})
        await refused(api, entity, body={"dimensions": [{"field": key}]})
        await refused(api, entity, body={"dimensions": [{"field": f"IF(ISBLANK({key}), 1, 2)"}]})
        await refused(
            api, entity, body={"measures": [{"agg": "count"}], "filter": f"ISBLANK({key})"}
        )


async def test_lines_of_orders(demo: Demo) -> None:
    api = demo.people["warehouse"]
    listed = await api.items("order", limit=20, fields="lines")
    one = await api.get("order", listed[0]["id"])
    assert any(item["lines"] for item in listed)
    assert "quantity" in one["lines"][0]
    assert not keys_of([listed, one]) & {*KEEPER_LINES, *KEEPER_ORDER}
    whole = await demo.people["owner"].get("order", one["id"])
    assert set(KEEPER_LINES) <= whole["lines"][0].keys()
    for key in KEEPER_LINES:
        path = f"lines.{key}"
        await refused(api, "order", filter=f"ANY(NOT ISBLANK({path}))")
        await refused(api, "order", body={"measures": [{"name": path, "agg": "max"}]})
        await refused(api, "order", body={"dimensions": [{"field": path}]})
        mixed = f"lines.IF(ISBLANK({key}), 1, 2)"
        problem = await api.call(
            "POST", "/orders/order/query", {"dimensions": [{"field": mixed}]}, status=422
        )
        assert problem["code"] == "records.invalid_query"
    for trick in ("lines.quantity * unit_price", "lines.quantity + IF(amount > 10, 1, 0)"):
        await refused(api, "order", body={"measures": [{"name": trick, "agg": "sum"}]})
        await refused(api, "order", body={"dimensions": [{"field": trick}]})
    answer = await api.call(
        "POST",
        "/orders/order/query",
        {"measures": [{"name": "lines.quantity", "agg": "sum"}]},
        status=200,
    )
    assert answer["rows"][0]["lines.quantity"] != "0"


async def test_through_references(demo: Demo) -> None:
    keeper, sales = demo.people["warehouse"], demo.people["sales1"]
    await refused(keeper, "shipment", filter="order.amount > 0")
    await refused(keeper, "stock", filter="product.price > 0")
    await refused(keeper, "stock", body={"dimensions": [{"field": "product.price"}]})
    await refused(keeper, "shipment", body={"measures": [{"name": "order.amount", "agg": "max"}]})
    await refused(sales, "order", filter="ANY(lines.product.cost > 1)")
    await refused(sales, "order", body={"dimensions": [{"field": "lines.product.cost"}]})
    await refused(sales, "stock", body={"measures": [{"name": "product.cost", "agg": "max"}]})
    names = {"dimensions": [{"field": "lines.product.name"}], "limit": 3}
    answer = await sales.call("POST", "/orders/order/query", names, status=200)
    assert len(answer["rows"]) == 3


async def test_exports(demo: Demo) -> None:
    manager = demo.people["manager"]
    answer = await manager.raw("GET", "/orders/product/export", params={"format": "csv"})
    titles = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "含税单价" in titles
    assert "成本" not in titles
    problem = await manager.call(
        "GET", "/orders/product/export", status=422, params={"format": "csv", "fields": "sku,cost"}
    )
    assert problem["errors"][0]["params"] == {"field": "cost"}
    await manager.call("GET", "/orders/product/export?sort=cost", status=422)


async def test_answers_of_writes(demo: Demo) -> None:
    owner, clerk, keeper = (demo.people[one] for one in ("owner", "clerk", "warehouse"))
    product = (await owner.items("product", limit=1))[0]
    path = f"/orders/product/{product['id']}"
    body = {"version": product["version"], "cost": "1.23", "remark": "成本更新"}
    await owner.call("PATCH", path, body, status=200)
    late = {"version": product["version"], "remark": "x"}
    problem = await clerk.call("PATCH", path, late, status=409)
    assert problem["params"]["changes"][0]["fields"]["remark"][1] == "成本更新"
    assert "cost" not in keys_of(problem)
    history = await clerk.call("GET", f"{path}/history", status=200)
    assert history["items"][0]["changes"]["fields"].keys() == {"remark"}
    version = (await clerk.get("product", product["id"]))["version"]
    refusal = await clerk.call("PATCH", path, {"version": version, "cost": "9"}, status=422)
    assert [(one["pointer"], one["code"]) for one in refusal["errors"]] == [
        ("/cost", "records.unknown_field")
    ]
    assert (await owner.get("product", product["id"]))["cost"] == "1.23"
    ready = f"/orders/order/{await _released(owner, keeper)}/actions/ship?dry_run=true"
    preview = await keeper.call("POST", ready, {}, status=200)
    assert preview["state"] == "shipped"
    assert not keys_of(preview) & {*KEEPER_ORDER, *KEEPER_LINES}


async def _released(owner: Api, keeper: Api) -> str:
    """An order that the keeper's warehouse can ship whole: those of the demo depend on the day."""
    warehouse = (await keeper.items("warehouse"))[0]["id"]
    customer = await owner.create("customer", code="K-1", name="整单发货的客户")
    product = await owner.create("product", sku="S-1", name="商品", unit="个", price="10.00")
    company = Company(owner, warehouse, customer["id"], [product["id"]])
    await company.receive(product["id"], 5)
    order = await company.order([(product["id"], 1)], warehouse=warehouse)
    for action in ("submit", "approve", "release"):
        await owner.act(order, action)
    return str(order["id"])
