"""What a customer's record says of its orders, who may see it, and a doctor who finds a forgery."""

from orderloom.operate.checks import content
from orderloom.operate.finding import Patient
from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson

FIGURES = ("order_count", "open_amount", "last_ordered_at")


async def test_a_customer_knows_its_orders(owner: Api, make_person: MakePerson) -> None:
    company = await found_company(owner)
    product = company.products[0]
    await company.receive(product, 10)

    async def figures() -> tuple[object, ...]:
        record = await owner.get("customer", company.customer)
        return tuple(record[key] for key in FIGURES)

    assert await figures() == (0, "0.00", None)
    first = await company.order([(product, 2)], ordered_at="2026-03-01T10:00:00+08:00")
    assert await figures() == (0, "0.00", None)
    await owner.act(first, "submit")
    second = await company.order([(product, 3)], ordered_at="2026-02-01T10:00:00+08:00")
    await owner.act(second, "submit")
    assert await figures() == (2, "50.00", "2026-03-01T02:00:00Z")
    await owner.act(first, "cancel", reason="x")
    assert await figures() == (1, "30.00", "2026-02-01T02:00:00Z")

    listed = await owner.items("customer", filter="open_amount > 20", fields="name,order_count")
    assert [one["order_count"] for one in listed] == [1]
    assert await owner.items("customer", filter="open_amount > 30") == []
    keys = {"warehouse": [int(company.warehouse)]}
    keeper = await make_person("keeper", "warehouse", keys=keys)
    seen = await keeper.get("customer", company.customer)
    assert not seen.keys() & set(FIGURES)
    await keeper.call("GET", "/orders/customer", params={"filter": "open_amount > 0"}, status=422)


async def test_the_doctor_finds_a_forged_value(owner: Api, platform: Platform) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 3)])
    patient = Patient(
        settings=platform.settings, database=platform.database, embedded=False, full=True
    )
    assert (await content.values(patient)).health == "ok"
    line = order["lines"][0]
    async with platform.database.transaction() as conn:
        await conn.execute(
            "update orders.order__lines set backordered = 99 where id = $1", int(line["id"])
        )
    found = await content.values(patient)
    assert (found.health, found.code, found.params["count"]) == ("fail", "doctor.values_drift", 1)
    (told,) = found.params["places"]
    assert told.startswith(f"orders.order.lines.backordered {line['id']}: 99 <> 3")
