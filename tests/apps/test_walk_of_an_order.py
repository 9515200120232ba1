"""The promise: one order walks the whole way, and every number agrees at every step."""

from decimal import Decimal

from tests.apps.company import Api, found_company


def quantities(order: dict, key: str) -> list[Decimal]:
    return [Decimal(line[key] or 0) for line in order["lines"]]


async def test_submitted_reviewed_released_shipped_in_parts_signed_paid(owner: Api) -> None:
    company = await found_company(owner)
    first, second = company.products[:2]
    await company.receive(first, 10)
    await company.receive(second, 4)
    order = await company.order([(first, 10), (second, 4)])
    assert order["state"] == "draft"
    assert order["number"] is None
    assert (order["amount"], order["net"], order["tax"]) == ("140.00", "123.90", "16.10")

    order = await owner.act(order, "submit")
    assert order["state"] == "pending_review"
    assert order["number"].startswith("SO")
    assert quantities(order, "reserved") == [10, 4]
    assert await company.stock(first) == (Decimal(10), Decimal(10), Decimal(0))

    order = await owner.act(order, "approve")
    assert order["state"] == "approved"
    order = await owner.act(order, "release")
    assert order["state"] == "released"
    assert quantities(order, "released") == [10, 4]

    part = [{"line": order["lines"][0]["id"], "quantity": "6"}]
    order = await owner.act(order, "ship", lines=part, carrier="顺丰", waybill_no="SF1")
    assert order["state"] == "released"
    assert order["fulfilment_state"] == "part"
    assert quantities(order, "shipped") == [6, 0]
    assert quantities(order, "reserved") == [4, 4]
    assert await company.stock(first) == (Decimal(4), Decimal(4), Decimal(0))

    order = await owner.act(order, "ship", carrier="顺丰", waybill_no="SF2")
    assert (order["state"], order["fulfilment_state"]) == ("shipped", "full")
    assert len(await owner.items("shipment", filter=f'order = "{order["id"]}"')) == 2

    order = await owner.act(order, "deliver")
    assert order["state"] in ("signed", "completed")
    assert quantities(order, "delivered") == [10, 4]

    receipt = await owner.create(
        "payment_received", customer=company.customer, order=order["id"], amount="140.00"
    )
    await owner.call(
        "POST", f"/orders/payment_received/{receipt['id']}/actions/confirm", {}, status=200
    )
    order = await owner.get("order", order["id"])
    assert (order["state"], order["payment_state"]) == ("completed", "paid")

    history = await owner.call("GET", f"/orders/order/{order['id']}/history", status=200)
    kinds = [event["kind"] for event in reversed(history["items"])]
    assert kinds[0] == "create"
    assert [k for k in kinds if k.startswith("action:")][:6] == [
        "action:submit",
        "action:approve",
        "action:release",
        "action:ship",
        "action:ship",
        "action:deliver",
    ]


async def test_price_and_quantity_cannot_be_patched_after_submit(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    order = await owner.act(await company.order([(company.products[0], 2)]), "submit")
    line = order["lines"][0] | {"quantity": "3"}
    problem = await owner.call(
        "PATCH",
        f"/orders/order/{order['id']}",
        {"version": order["version"], "lines": [{"id": line["id"], "quantity": "3"}]},
        status=409,
    )
    assert problem["code"] == "records.frozen"
    assert (await owner.get("order", order["id"]))["version"] == order["version"]


async def test_an_illegal_edge_is_refused_and_nothing_changes(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 2)])
    for action in ("approve", "release", "ship", "deliver"):
        problem = await owner.act(order, action, status=409)
        assert problem["code"] == "records.action_not_now"
    assert (await owner.get("order", order["id"]))["version"] == 1


async def test_cancel_frees_the_reservation(owner: Api) -> None:
    company = await found_company(owner)
    product = company.products[0]
    await company.receive(product, 5)
    order = await owner.act(await company.order([(product, 5)]), "submit")
    assert await company.stock(product) == (Decimal(5), Decimal(5), Decimal(0))
    order = await owner.act(order, "cancel", reason="客户取消")
    assert order["state"] == "cancelled"
    assert await company.stock(product) == (Decimal(5), Decimal(0), Decimal(5))


async def test_a_hold_stops_the_way_until_it_is_released(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    order = await owner.act(await company.order([(company.products[0], 5)]), "submit")
    order = await owner.act(order, "hold", type="credit", reason="等财务确认")
    assert order["holds"] == ["credit"]
    await owner.act(order, "approve", status=409)
    order = await owner.act(order, "release_hold", type="credit")
    assert not order["holds"]
    assert (await owner.act(order, "approve"))["state"] == "approved"


async def test_what_has_happened_is_not_deleted(owner: Api) -> None:
    """A shipment or a submitted order goes by its actions, never to the bin."""
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    order = await company.order([(company.products[0], 2)])
    await company.owner.act(order, "submit")
    current = await owner.get("order", order["id"])
    path = f"/orders/order/{order['id']}"
    await owner.call("DELETE", path, {"version": current["version"]}, status=409)
    await owner.act(order, "approve")
    await owner.act(order, "release")
    await owner.act(order, "ship")
    (shipment,) = await owner.items("shipment")
    problem = await owner.call("DELETE", f"/orders/shipment/{shipment['id']}", {}, status=409)
    assert problem["code"] == "records.not_directly"
    assert await company.stock(company.products[0]) == (3, 0, 3)
