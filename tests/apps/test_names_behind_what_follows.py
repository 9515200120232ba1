"""The promise: what the system does because of somebody tells by whom, and who may do it is asked."""

from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson

ADDRESS = {
    "receiver_name": "收货部",
    "receiver_phone": "13800138000",
    "address": {"province": "广东省", "city": "东莞市", "detail": "科技路1号"},
}


async def _newest(api: Api, entity: str, id_: str) -> tuple[str, str | None]:
    """The door and the person of a record's last event."""
    page = await api.call("GET", f"/orders/{entity}/{id_}/history", status=200)
    event = page["items"][0]
    return event["door"], event["actor"]["login"] if event["actor"] else None


async def test_a_receipt_on_the_order_names_who_recorded_it(
    owner: Api, make_person: MakePerson
) -> None:
    company = await found_company(owner)
    cashier = await make_person("cashier", "finance")
    order = await company.order([(company.products[0], 1)])
    receipt = await cashier.create(
        "payment_received", customer=company.customer, order=order["id"], amount="4.00"
    )
    path = f"/orders/payment_received/{receipt['id']}/actions"
    await cashier.call("POST", f"{path}/confirm", {}, status=200)
    assert (await owner.get("order", order["id"]))["payment_state"] == "part"
    assert await _newest(owner, "order", order["id"]) == ("orders.payment", "cashier")
    await owner.call("POST", f"{path}/void", {"reason": "记错"}, status=200)
    assert await _newest(owner, "order", order["id"]) == ("orders.payment", "owner")


async def test_a_shipment_names_who_shipped_and_who_had_it_signed(
    owner: Api, make_person: MakePerson
) -> None:
    company = await found_company(owner)
    keeper = await make_person("keeper", "warehouse", keys={"warehouse": [int(company.warehouse)]})
    await company.receive(company.products[0], 2)
    order = await company.order([(company.products[0], 2)])
    for action in ("submit", "approve", "release"):
        await owner.act(order, action)
    await keeper.act(order, "ship")
    (shipment,) = await owner.items("shipment")
    keeper_id = (await keeper.call("GET", "/session", status=200))["person"]["id"]
    assert shipment["created_by"] == keeper_id
    assert await _newest(owner, "shipment", shipment["id"]) == ("orders.ship", "keeper")
    await owner.act(order, "deliver")
    assert await _newest(owner, "shipment", shipment["id"]) == ("orders.deliver", "owner")


async def test_a_keeper_has_nothing_signed_or_voided_of_another_warehouse(
    owner: Api, make_person: MakePerson
) -> None:
    company = await found_company(owner)
    other = (await owner.create("warehouse", code="W2", name="二号仓"))["id"]
    keeper = await make_person("keeper", "warehouse", keys={"warehouse": [int(company.warehouse)]})
    first, second = company.products[:2]
    await company.receive(first, 1)
    await company.receive(second, 1, other)
    lines = [
        {"product": first, "quantity": "1", "warehouse": company.warehouse},
        {"product": second, "quantity": "1", "warehouse": other},
    ]
    order = await owner.create("order", customer=company.customer, **ADDRESS, lines=lines)
    for action in ("submit", "approve", "release", "ship"):
        order = await owner.act(order, action)
    shipments = {one["warehouse"]: one for one in await owner.items("shipment")}
    foreign = shipments[other]
    for action in ("void_shipment", "deliver"):
        problem = await keeper.act(order, action, status=422, shipment=foreign["id"])
        assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
            ("/shipment", "records.unknown_reference")
        ]
    await keeper.act(order, "deliver")
    states = {one["warehouse"]: one["state"] for one in await owner.items("shipment")}
    assert states == {company.warehouse: "delivered", other: "shipped"}
    assert (await owner.get("order", order["id"]))["state"] == "shipped"
    problem = await keeper.act(order, "deliver", status=409)
    assert problem["code"] == "orders.nothing_to_deliver"
    assert (await owner.get("shipment", foreign["id"]))["state"] == "shipped"
