"""The promise: an order from a channel arrives once, whatever the channel repeats or garbles."""

from typing import Any

from tests.apps.company import Api, Company, found_company


def canonical(company: Company, number: str = "A-1", **more: Any) -> dict[str, Any]:
    return {
        "shop": "main",
        "external_no": number,
        "revision": 1,
        "ordered_at": "2026-11-20T10:00:00+08:00",
        "receiver_name": "收货部",
        "receiver_phone": "13800138000",
        "province": "广东省",
        "city": "深圳市",
        "district": "南山区",
        "address": "科技路1号",
        "lines": [{"sku": "S0", "quantity": "1", "unit_price": "10.00"}],
    } | more


async def channel(owner: Api, company: Company) -> str:
    made = await owner.create(
        "channel", code="web", name="官网", customer=company.customer, warehouse=company.warehouse
    )
    return str(made["code"])


async def test_accepted_then_repeated_then_conflict(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    first = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert first["outcome"] == "accepted", first
    again = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert (again["outcome"], again["order"]) == ("repeated", first["order"])
    other = canonical(company, buyer_message="改了")
    conflict = await owner.call("POST", f"/intake/{code}", other, status=200)
    assert conflict["outcome"] == "conflict"
    assert len(await owner.items("order")) == 1
    order = await owner.get("order", first["order"])
    assert order["external_no"] == "A-1"
    assert (order["amount"], order["lines"][0]["reserved"]) == ("10.00", "1")


async def test_a_bad_order_never_fails_its_neighbours(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    bad = canonical(company, "A-2", lines=[{"sku": "S0", "quantity": "-1", "unit_price": "1"}])
    unmatched = canonical(
        company, "A-3", lines=[{"sku": "NOPE", "quantity": "1", "unit_price": "1"}]
    )
    answer = await owner.call(
        "POST", f"/intake/{code}", [canonical(company), bad, unmatched], status=200
    )
    outcomes = [result["outcome"] for result in answer["results"]]
    assert outcomes == ["accepted", "exception", "exception"]
    assert answer["results"][1]["order"] is None
    assert answer["results"][1]["reasons"]
    assert answer["results"][2]["order"] is not None
    assert "unmatched_goods" in answer["results"][2]["reasons"]


async def test_a_shortage_at_intake_becomes_an_exception_without_reservation(owner: Api) -> None:
    company = await found_company(owner)
    code = await channel(owner, company)
    answer = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert answer["outcome"] == "exception"
    order = await owner.get("order", answer["order"])
    assert (order["state"], order["lines"][0]["reserved"]) == ("exception", "0")
