"""The promise: the public contract at the door, statement by statement, for writes and the rest."""

from datetime import datetime
from typing import Any

import pytest

from tests.apps.company import JSON, Api, found_company
from tests.apps.conftest import MakePerson

ROWS: list[dict[str, Any]] = [
    {"code": "A", "name": "甲"},
    {"code": "B"},
    {"code": "C", "name": "丙", "credit_limit": "x"},
]


async def test_create_answers_201_with_its_address(owner: Api) -> None:
    answer = await owner.raw("POST", "/orders/customer", ROWS[0])
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/orders/customer/{made['id']}"
    assert answer.headers["etag"] == '"1"'
    read = await owner.get("customer", made["id"])
    at_read = {key: read.pop(key) for key in ("order_count", "open_amount", "last_ordered_at")}
    assert made == read
    assert at_read == {"order_count": 0, "open_amount": "0.00", "last_ordered_at": None}


async def test_many_are_all_or_nothing(owner: Api) -> None:
    problem = await owner.call("POST", "/orders/customer", ROWS, status=422)
    places = {one["pointer"] for one in problem["errors"]}
    assert places == {"/1/name", "/2/credit_limit"}
    assert await owner.items("customer") == []
    made = await owner.call("POST", "/orders/customer", ROWS[:1] * 1, status=201)
    assert [item["code"] for item in made["items"]] == ["A"]


async def test_partial_keeps_the_good_ones(owner: Api) -> None:
    answer = await owner.call("POST", "/orders/customer?partial=true", ROWS, status=201)
    assert [sorted(one) for one in answer["results"]] == [["ok"], ["problem"], ["problem"]]
    assert answer["results"][0]["ok"]["code"] == "A"
    assert answer["results"][2]["problem"]["errors"][0]["pointer"] == "/credit_limit"
    assert [item["code"] for item in await owner.items("customer")] == ["A"]


async def test_a_dry_run_says_all_and_keeps_nothing(owner: Api) -> None:
    company = await found_company(owner)
    body = {
        "customer": company.customer,
        "lines": [{"product": company.products[0], "quantity": "2"}],
    }
    shown = await owner.call("POST", "/orders/order?dry_run=true", body, status=200)
    assert (shown["amount"], shown["lines"][0]["unit_price"]) == ("20.00", "10.00")
    assert await owner.items("order") == []
    await owner.call("POST", "/orders/order?dry_run=perhaps", body, status=422)


async def test_delete_goes_to_the_recycle_bin(owner: Api, platform: Any) -> None:
    made = await owner.create("customer", **ROWS[0])
    path = f"/orders/customer/{made['id']}"
    await owner.call("DELETE", path, status=204)
    for method in ("GET", "PATCH", "DELETE"):
        await owner.call(method, path, status=404)
    assert await owner.items("customer") == []
    async with platform.database.read() as conn:
        row = await conn.fetchrow("select code, deleted_at from orders.customer")
    assert row["code"] == "A"
    assert row["deleted_at"] is not None


async def test_what_others_refer_to_is_not_deleted(owner: Api) -> None:
    company = await found_company(owner)
    await company.order([(company.products[0], 1)])
    problem = await owner.call("DELETE", f"/orders/customer/{company.customer}", status=409)
    assert problem["code"] == "records.in_use"
    assert (await owner.get("customer", company.customer))["code"] == "K1"


async def test_outside_draft_only_change_changes(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    order = await owner.act(await company.order([(company.products[0], 1)]), "submit")
    line = {"id": order["lines"][0]["id"], "quantity": "2"}
    for body in ({"lines": [line]}, {"address": "别处"}, {"customer": company.customer + "1"}):
        changed = {"version": order["version"], **body}
        await owner.call("PATCH", f"/orders/order/{order['id']}", changed, status=409)
    assert await owner.get("order", order["id"]) == order


async def test_a_shortage_answers_409_and_changes_nothing(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 1)
    order = await company.order([(company.products[0], 2)])
    problem = await owner.act(order, "submit", status=409)
    assert problem["code"] == "orders.out_of_stock"
    assert await owner.get("order", order["id"]) == order
    assert (await company.stock(company.products[0]))[1] == 0
    allowed = await owner.act(order, "submit", backorder=True)
    assert allowed["lines"][0]["backordered"] == "1"


async def test_query_answers_an_object_per_row(owner: Api) -> None:
    company = await found_company(owner)
    for day, quantity in (("2026-01-05", 1), ("2026-01-31", 2), ("2026-02-01", 4)):
        at = f"{day}T23:30:00+08:00"
        await company.order([(company.products[0], quantity)], ordered_at=at)
    body: dict[str, Any] = {
        "dimensions": [{"field": "ordered_at", "bucket": "month"}],
        "measures": [{"name": "amount", "agg": "sum"}, {"agg": "count", "as": "n"}],
    }
    answer = await owner.call("POST", "/orders/order/query", body, status=200)
    assert answer["rows"] == [
        {"ordered_at": "2026-01-01", "amount": "30.00", "n": 2},
        {"ordered_at": "2026-02-01", "amount": "40.00", "n": 1},
    ]
    whole = {"measures": [{"name": "amount", "agg": "sum"}]}
    answer = await owner.call("POST", "/orders/order/query", whole, status=200)
    assert answer["rows"] == [{"amount": "70.00"}]
    sorted_ = body | {"sort": "-amount", "limit": 1, "filter": "amount > 5"}
    answer = await owner.call("POST", "/orders/order/query", sorted_, status=200)
    assert [row["ordered_at"] for row in answer["rows"]] == ["2026-02-01"]
    by_product = {
        "dimensions": [{"field": "lines.product.sku"}],
        "measures": [{"name": "lines.quantity", "agg": "sum", "as": "q"}],
    }
    answer = await owner.call("POST", "/orders/order/query", by_product, status=200)
    assert answer["rows"] == [{"lines.product.sku": "S0", "q": "7"}]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"measures": [{"name": "number", "agg": "sum"}]},
        {"measures": [{"name": "amount", "agg": "median"}]},
        {"measures": [{"name": "address", "agg": "max"}]},
        {"dimensions": [{"field": "amount", "bucket": "month"}]},
        {"dimensions": [{"field": "ordered_at", "bucket": "century"}]},
        {"dimensions": "state"},
        {"dimensions": [{"field": "state"}], "filter": 5},
        {"dimensions": [{"field": "state"}], "sort": 5},
        {"dimensions": [{"field": "state"}], "limit": 0},
        {"dimensions": [{"field": "state"}], "colour": 1},
    ],
)
async def test_a_query_that_means_nothing_is_refused(owner: Api, body: dict[str, Any]) -> None:
    problem = await owner.call("POST", "/orders/order/query", body, status=422)
    assert problem["errors"]


async def test_history_and_why(owner: Api) -> None:
    made = await owner.create("customer", **ROWS[0])
    path = f"/orders/customer/{made['id']}"
    for version, name in ((1, "乙"), (2, "丙")):
        await owner.call("PATCH", path, {"version": version, "name": name}, status=200)
    page = await owner.call("GET", f"{path}/history?limit=2", status=200)
    told = [item["changes"]["fields"]["name"] for item in page["items"]]
    assert told == [["乙", "丙"], ["甲", "乙"]]
    rest = await owner.call("GET", f"{path}/history?cursor={page['next']}", status=200)
    assert [item["kind"] for item in rest["items"]] == ["create"]
    assert rest["next"] is None
    steps = (await owner.call("GET", f"{path}/why", status=200))["steps"]
    assert len(steps) == 3
    keys = {"at", "kind", "name", "version", "inputs", "because", "effect", "who"}
    assert all(step.keys() == keys for step in steps)
    assert all(datetime.fromisoformat(step["at"]).utcoffset() is not None for step in steps)
    assert {tuple(step["who"]) for step in steps} == {("owner",)}


async def test_formulas_over_literals(owner: Api) -> None:
    asked = [{"formula": "ROUND(1.005,2)", "context": {}}, {"formula": "1 +"}, {"formula": "x"}]
    good, *bad = await owner.call("POST", "/formula/evaluate", asked, status=200)
    assert good == {"value": "1.01", "type": "number"}
    for one in bad:
        assert all({"code", "start", "end", "args"} <= error.keys() for error in one["errors"])


async def test_formulas_over_a_sample_with_blanks(owner: Api) -> None:
    sample = {"price": "2.5", "lines": [{"n": 1, "m": 2}, {"n": 3, "m": None}]}
    asked = [
        {"formula": "SUM(lines.n + lines.m)", "context": sample},
        {"formula": "SUM(lines.n + lines.m)", "context": sample, "blanks": "keep"},
    ]
    zero, kept = await owner.call("POST", "/formula/evaluate", asked, status=200)
    assert (zero, kept) == (
        {"value": "6", "type": "number"},
        {"value": "3", "type": "number"},
    )


async def test_session_and_apps(owner: Api) -> None:
    body = {"login": "owner", "password": "owner"}
    answer = await owner.client.post("/api/v1/session", json=body)
    assert (answer.status_code, answer.json()["person"]["login"]) == (200, "owner")
    assert answer.json()["csrf"]
    apps = await owner.call("GET", "/apps", status=200)
    assert [app["id"] for app in apps["items"]] == ["orders"]
    entities = (await owner.call("GET", "/apps/orders", status=200))["app"]["entities"]
    assert {"customer", "product", "warehouse", "stock", "channel", "intake"} <= entities.keys()
    assert {"order", "shipment", "payment_received"} <= entities.keys()


async def test_faults_of_a_stock_document_are_all_told_at_once(owner: Api) -> None:
    company = await found_company(owner)
    lines: list[JSON] = [
        {"product": company.products[0], "warehouse": company.warehouse, "quantity": "-1"},
        {"product": company.products[0], "unit_cost": "x"},
        {},
    ]
    receive = "/orders/stock/actions/receive"
    problem = await owner.call("POST", receive, {"lines": lines}, status=422)
    assert {(one["pointer"], one["code"]) for one in problem["errors"]} == {
        ("/lines/0/quantity", "records.not_positive"),
        ("/lines/1/unit_cost", "records.invalid_number"),
        ("/lines/1/warehouse", "records.required"),
        ("/lines/1/quantity", "records.required"),
        ("/lines/2/product", "records.required"),
        ("/lines/2/warehouse", "records.required"),
        ("/lines/2/quantity", "records.required"),
    }
    assert await company.stock(company.products[0]) == (0, 0, 0)


async def test_a_held_order_says_by_what_in_words(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 1)
    order = await company.order([(company.products[0], 1)])
    await owner.act(order, "submit")
    await owner.act(order, "hold", type="address")
    await owner.act(order, "hold", type="price")
    problem = await owner.act(order, "approve", status=409)
    assert problem["params"]["holds"] == ["address", "price"]
    assert problem["detail"] == "订单有未解除的挂起（地址、价格），解除后才能继续。"
    other = await owner.act(order, "release_hold", status=409, type="fraud")
    assert other["detail"] == "订单没有“欺诈嫌疑”类型的挂起。"


async def test_what_one_may_not_know_of_has_no_export_either(
    owner: Api, make_person: MakePerson
) -> None:
    _ = owner
    seller = await make_person("seller", "sales")
    for path in ("export", "import/template.xlsx"):
        for entity in ("payment_received", "nothing"):
            problem = await seller.call("GET", f"/orders/{entity}/{path}", status=404)
            assert problem["code"] == "records.entity_not_found"


async def test_what_only_the_system_gives_is_refused_in_words(owner: Api) -> None:
    given = {"code": "A", "name": "甲", "id": "123", "version": 7, "computing": ["x"]}
    problem = await owner.call("POST", "/orders/customer", given, status=422)
    assert {(one["pointer"], one["code"]) for one in problem["errors"]} == {
        ("/id", "records.read_only"),
        ("/version", "records.read_only"),
        ("/computing", "records.read_only"),
    }
    assert problem["errors"][0]["message"] == "此字段由系统填写"
    assert await owner.items("customer") == []
    made = await owner.create("customer", code="A", name="甲", id=None)
    path = f"/orders/customer/{made['id']}"
    echoed = {"id": made["id"], "version": made["version"], "name": "乙"}
    assert (await owner.call("PATCH", path, echoed, status=200))["name"] == "乙"
    problem = await owner.call("PATCH", path, {"id": "123", "name": "丙"}, status=422)
    assert [one["pointer"] for one in problem["errors"]] == ["/id"]
    assert (await owner.get("customer", made["id"]))["name"] == "乙"


async def test_lines_and_actions_ignore_nothing_either(owner: Api) -> None:
    company = await found_company(owner)
    line = {"product": company.products[0], "quantity": "1", "version": 1, "computing": []}
    problem = await owner.call(
        "POST", "/orders/order", {"customer": company.customer, "lines": [line]}, status=422
    )
    assert {(one["pointer"], one["code"]) for one in problem["errors"]} == {
        ("/lines/0/computing", "records.unknown_field"),
        ("/lines/0/version", "records.unknown_field"),
    }
    order = await company.order([(company.products[0], 1)])
    problem = await owner.act(order, "submit", status=422, id=order["id"])
    assert [one["pointer"] for one in problem["errors"]] == ["/id"]
    assert await owner.get("order", order["id"]) == order


async def test_of_many_records_one_that_can_be_none_fails_alone(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    first = await company.order([(company.products[0], 1)])
    second = await company.order([(company.products[0], 1)])
    ids = [first["id"], "x-1", 17, None, second["id"], "99", first["id"]]
    path = "/orders/order/actions/submit"
    answer = await owner.call("POST", path, {"ids": ids}, status=200)
    shown = [
        (one["id"], one["ok"]["state"] if "ok" in one else one["problem"]["code"])
        for one in answer["results"]
    ]
    assert shown == [
        (first["id"], "pending_review"),
        ("x-1", "records.not_found"),
        ("17", "records.not_found"),
        ("null", "records.not_found"),
        (second["id"], "pending_review"),
        ("99", "records.not_found"),
    ]
    none = await owner.call("POST", path, {"ids": ["x"]}, status=200)
    assert [sorted(one) for one in none["results"]] == [["id", "problem"]]
    for wrong in ([], "x", None):
        await owner.call("POST", path, {"ids": wrong}, status=422)


async def test_unknown_ids_of_a_stock_document_are_told_with_its_other_faults(
    owner: Api, make_person: MakePerson
) -> None:
    company = await found_company(owner)
    product = company.products[0]
    other = (await owner.create("warehouse", code="W2", name="二号仓"))["id"]
    keeper = await make_person("keeper", "warehouse", keys={"warehouse": [int(company.warehouse)]})
    lines: list[JSON] = [
        {"product": "99", "warehouse": company.warehouse, "quantity": "-1"},
        {"product": product, "warehouse": other, "quantity": "x"},
        {"product": "y", "warehouse": "98", "quantity": "1"},
    ]
    both = {
        ("/lines/0/product", "records.unknown_reference"),
        ("/lines/0/quantity", "records.not_positive"),
        ("/lines/1/quantity", "records.invalid_number"),
        ("/lines/2/product", "records.invalid_id"),
        ("/lines/2/warehouse", "records.unknown_reference"),
    }
    not_his = {("/lines/1/warehouse", "records.unknown_reference")}
    for api, expected in ((owner, both), (keeper, both | not_his)):
        problem = await api.call(
            "POST", "/orders/stock/actions/receive", {"lines": lines}, status=422
        )
        assert {(one["pointer"], one["code"]) for one in problem["errors"]} == expected
    moved = {"from": "97", "to": other, "lines": [{"product": "99"}]}
    problem = await owner.call("POST", "/orders/stock/actions/transfer", moved, status=422)
    assert {(one["pointer"], one["code"]) for one in problem["errors"]} == {
        ("/from", "records.unknown_reference"),
        ("/lines/0/product", "records.unknown_reference"),
        ("/lines/0/quantity", "records.required"),
    }
    assert await owner.items("stock") == []


async def test_neither_a_deletion_nor_a_cursor_is_guessed_at(owner: Api) -> None:
    made = await owner.create("customer", code="A", name="甲")
    path = f"/orders/customer/{made['id']}"
    problem = await owner.call("DELETE", path, {"version": 1, "force": True}, status=422)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/force", "http.unknown_parameter")
    ]
    assert await owner.get("customer", made["id"]) is not None
    await owner.call("DELETE", path, {"version": made["version"]}, status=204)
    problem = await owner.call("POST", f"{path}/restore", {"name": "乙"}, status=422)
    assert [one["pointer"] for one in problem["errors"]] == ["/name"]
    assert await owner.items("customer") == []
    await owner.call("POST", f"{path}/restore", {}, status=200)
    for cursor in ("x", "-1", "0"):
        problem = await owner.call("GET", f"{path}/history?cursor={cursor}", status=422)
        assert [one["pointer"] for one in problem["errors"]] == ["/cursor"]
