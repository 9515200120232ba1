"""The promise: the public contract at the door, statement by statement, for records and lists."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.apps.company import JSON, Api, found_company, sealed
from tests.apps.conftest import MakePerson

ID = re.compile(r"[0-9]{1,19}")


async def customers(owner: Api, count: int) -> list[JSON]:
    rows = [
        {"code": f"K{n:03}", "name": f"客户{n % 3}", "credit_limit": str(n % 5)}
        for n in range(count)
    ]
    made = await owner.call("POST", "/orders/customer", rows, status=201)
    items: list[JSON] = made["items"]
    return items


async def pages(owner: Api, **params: Any) -> list[JSON]:
    found, cursor = [], None
    while True:
        query = params | ({"cursor": cursor} if cursor else {})
        page = await owner.call("GET", "/orders/customer", status=200, params=query)
        found.append(page)
        cursor = page["next"]
        if cursor is None:
            return found


async def test_values_travel_as_the_contract_says(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order(
        [(company.products[0], 3)],
        requested_at="2026-12-01",
        ordered_at="2026-11-20T10:00:00+08:00",
        discount="0.5",
    )
    read = await owner.get("order", order["id"])
    line = read["lines"][0]
    for id_ in (read["id"], read["customer"], read["owner_id"], line["id"], line["product"]):
        assert isinstance(id_, str)
        assert ID.fullmatch(id_)
    assert (read["amount"], read["discount"], line["amount"]) == ("29.50", "0.50", "29.50")
    assert (line["quantity"], line["unit_price"], line["tax_rate"]) == ("3", "10.00", "0.13")
    assert (read["net"], read["tax"]) == ("26.11", "3.39")
    assert read["requested_at"] == date(2026, 12, 1).isoformat()
    at = datetime.fromisoformat(read["ordered_at"])
    assert at == datetime.fromisoformat("2026-11-20T10:00:00+08:00")
    for key in ("ordered_at", "created_at", "updated_at"):
        assert datetime.fromisoformat(read[key]).utcoffset() is not None
    assert read["promised_at"] is None
    assert "promised_at" in read
    quantities = {"ordered", "cancelled", "reserved", "released", "shipped", "delivered"}
    assert quantities | {"returned", "invoiced", "net", "tax"} <= line.keys()


async def test_a_list_is_items_next_and_count(owner: Api) -> None:
    await customers(owner, 7)
    page = await owner.call("GET", "/orders/customer", status=200)
    assert {"items", "next", "count"} <= page.keys()
    assert (page["next"], page["count"], len(page["items"])) == (None, None, 7)
    assert all(isinstance(item["id"], str) and item["version"] == 1 for item in page["items"])
    narrow = await owner.call("GET", "/orders/customer?fields=name,code", status=200)
    assert {frozenset(item) for item in narrow["items"]} == {
        frozenset(("id", "version", "code", "name"))
    }


@pytest.mark.parametrize("count", ["none", "estimate", "exact"])
async def test_counts(owner: Api, count: str) -> None:
    await customers(owner, 7)
    path = f"/orders/customer?limit=2&filter=credit_limit < 3&count={count}"
    page = await owner.call("GET", path, status=200)
    assert page["count"] == (None if count == "none" else 5)
    assert len(page["items"]) == 2


async def test_limits(owner: Api) -> None:
    await customers(owner, 51)
    assert len((await owner.call("GET", "/orders/customer", status=200))["items"]) == 50
    assert len(await owner.items("customer", limit=500)) == 51
    for limit in ("0", "501", "-1", "x", "1.5"):
        problem = await owner.call("GET", f"/orders/customer?limit={limit}", status=422)
        assert [one["pointer"] for one in problem["errors"]] == ["/limit"]


@pytest.mark.parametrize(
    "sort", ["code", "-code", "name,-code", "-credit_limit,code", "region,id", "-region,-name"]
)
async def test_pages_meet_every_record_once_in_order(owner: Api, sort: str) -> None:
    made = await customers(owner, 23)
    rows = [item for page in await pages(owner, sort=sort, limit=4) for item in page["items"]]
    assert sorted(item["id"] for item in rows) == sorted(item["id"] for item in made)
    for part in reversed(sort.split(",")):
        key = part.lstrip("-")
        if key in ("code", "name"):
            made.sort(key=lambda item, k=key: item[k], reverse=part.startswith("-"))
        elif key == "credit_limit":
            made.sort(key=lambda item: Decimal(item["credit_limit"]), reverse=True)
        elif key == "id":
            made.sort(key=lambda item: int(item["id"]))
    if sort != "-region,-name":
        assert [item["id"] for item in rows] == [item["id"] for item in made]
    names = [item["name"] for item in rows]
    assert sort != "-region,-name" or names == sorted(names, reverse=True)


async def test_a_record_added_meanwhile_moves_no_page(owner: Api) -> None:
    await customers(owner, 6)
    first = await owner.call("GET", "/orders/customer?sort=code&limit=3", status=200)
    await owner.create("customer", code="A", name="first of all")
    query = {"sort": "code", "limit": "3", "cursor": first["next"]}
    second = await owner.call("GET", "/orders/customer", status=200, params=query)
    assert [item["code"] for item in second["items"]] == ["K003", "K004", "K005"]
    problem = await owner.call(
        "GET", "/orders/customer", status=422, params=query | {"sort": "-code"}
    )
    assert [one["pointer"] for one in problem["errors"]] == ["/cursor"]


async def test_the_filter_is_the_formula_language(owner: Api) -> None:
    company = await found_company(owner)
    small = await company.order([(company.products[0], 1)])
    large = await company.order([(company.products[1], 9)])
    for text, wanted in (
        ("amount > 50", [large]),
        ('state IN ("draft", "exception") AND amount <= 50', [small]),
        ('ANY(lines.product.sku = "S1")', [large]),
        ('customer.code = "K1"', [large, small]),
        ("SUM(lines.quantity) = 1", [small]),
        ('NOT (state = "draft")', []),
        ("ISBLANK(shop)", [large, small]),
    ):
        found = [item["id"] for item in await owner.items("order", filter=text)]
        assert sorted(found) == sorted(order["id"] for order in wanted), text
    stock = await owner.items("stock", filter='product.sku = "S0"')
    assert stock == []
    for text in ("nothing = 1", "amount >", 'amount = "x"', "amount"):
        problem = await owner.call("GET", "/orders/order", status=422, params={"filter": text})
        assert problem["errors"][0]["pointer"] == "/filter"


async def test_as_of_reads_yesterday_in_lists_records_and_sums(owner: Api, platform: Any) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    await sealed(platform)
    async with platform.database.read() as conn:
        moment = (await conn.fetchval("select clock_timestamp()")).isoformat()
    body = {"version": 1, "lines": [{"id": order["lines"][0]["id"], "quantity": "4"}]}
    await owner.call("PATCH", f"/orders/order/{order['id']}", body, status=200)
    await sealed(platform)
    past = {"as_of": moment}
    path = f"/orders/order/{order['id']}"
    then = await owner.call("GET", path, status=200, params=past)
    assert (then["amount"], then["lines"][0]["quantity"]) == ("10.00", "1")
    assert [item["amount"] for item in await owner.items("order", **past)] == ["10.00"]
    for name, now_, before in (("amount", "40.00", "10.00"), ("lines.quantity", "4", "1")):
        query: JSON = {"measures": [{"name": name, "agg": "sum", "as": "v"}]}
        for more, value in (({}, now_), (past, before)):
            rows = await owner.call("POST", "/orders/order/query", query | more, status=200)
            assert Decimal(rows["rows"][0]["v"]) == Decimal(value), (name, more)


async def test_who_may_not_know_is_answered_404(owner: Api, make_person: MakePerson) -> None:
    made = (await customers(owner, 1))[0]
    sales = await make_person("s", "sales")
    path = f"/orders/customer/{made['id']}"
    for method, rest, body in (
        ("GET", "", None),
        ("PATCH", "", {"version": 1, "name": "x"}),
        ("DELETE", "", None),
        ("GET", "/history", None),
        ("GET", "/why", None),
    ):
        await sales.call(method, f"{path}{rest}", body, status=404)
    await sales.call("GET", "/orders/payment_received", status=404)
    assert (await owner.get("customer", made["id"]))["version"] == 1


UNKNOWN = [
    ("GET", "/orders/order?limit=1&limit=2", None, "/limit"),
    ("POST", "/orders/order/query?zz=1", {"measures": [{"name": "id", "agg": "count"}]}, "/zz"),
    ("POST", "/intake/website?zz=1", {}, "/zz"),
    ("GET", "/orders/order/7/why?zz=1", None, "/zz"),
    ("DELETE", "/orders/order/7?zz=1", None, "/zz"),
    ("POST", "/orders/order/7/restore?zz=1", {}, "/zz"),
    ("POST", "/session", {"login": "x", "password": "y", "zz": 1}, "/zz"),
    ("POST", "/session", {"login": 1, "password": "y"}, "/login"),
]


@pytest.mark.parametrize(("method", "path", "body", "pointer"), UNKNOWN)
async def test_what_a_call_does_not_know_is_refused(
    owner: Api, method: str, path: str, body: Any, pointer: str
) -> None:
    problem = await owner.call(method, path, body, status=422)
    assert problem["code"] == "http.bad_query"
    assert {one["pointer"] for one in problem["errors"]} == {pointer}


async def test_ids_in_problems_are_texts_too(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    path = f"/orders/order/{order['id']}"
    await owner.call("PATCH", path, {"seller_note": "a"}, status=200)
    late = await owner.call("PATCH", path, {"seller_note": "b", "version": 1}, status=409)
    assert late["params"]["updated_by"] == order["owner_id"]
    assert late["params"]["version"] == 2
    line = {"product": company.products[0], "warehouse": company.warehouse}
    lines = [line | {"quantity_delta": "-99999", "reason": "x"}]
    short = await owner.call("POST", "/orders/stock/actions/adjust", {"lines": lines}, status=409)
    assert short["params"]["position"] == [company.products[0], company.warehouse]


async def test_a_wrong_filter_is_told_in_words(owner: Api) -> None:
    said = {}
    for text in ("amount", "zzzz = 1", "stat = 1"):
        problem = await owner.call("GET", "/orders/order", status=422, params={"filter": text})
        said[text] = problem["errors"][0]["message"]
    assert said == {
        "amount": "类型不符：需要是否，这里是金额",
        "zzzz = 1": "没有字段“zzzz”",
        "stat = 1": "没有字段“stat”，您是否要写“state”",
    }
