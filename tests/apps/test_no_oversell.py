"""The promise: no unit of stock is promised twice, from any door, at any instant."""

from decimal import Decimal
from typing import Any

from orderloom.access.actor import Actor
from orderloom.base import ids
from orderloom.ledger.prove import prove
from orderloom.records.command import Command
from orderloom.server import Platform
from tests.apps.company import Api, at_once, found_company

RACES = 40


async def test_the_last_unit_goes_to_exactly_one_of_two(owner: Api) -> None:
    company = await found_company(owner, RACES)
    for product in company.products:
        await company.receive(product, 1)
    pairs = [
        (await company.order([(product, 1)]), await company.order([(product, 1)]))
        for product in company.products
    ]

    twice, none = [], []
    for product, (first, second) in zip(company.products, pairs, strict=True):
        answers = await at_once(
            *(
                owner.raw("POST", f"/orders/order/{order['id']}/actions/submit", {})
                for order in (first, second)
            )
        )
        won = [a for a in answers if a.status_code == 200]
        lost = [a for a in answers if a.status_code == 409]
        if len(won) > 1:
            twice.append(product)
        if not won:
            none.append(product)
        assert len(won) + len(lost) == 2, [a.text for a in answers]
        for answer in lost:
            problem = answer.json()
            assert problem["code"] == "orders.out_of_stock"
            assert problem["detail"]
        assert await company.stock(product) == (Decimal(1), Decimal(1), Decimal(0))
    assert (twice, none) == ([], [])


async def test_two_lines_of_one_order_compete_with_each_other(owner: Api) -> None:
    company = await found_company(owner)
    product = company.products[0]
    await company.receive(product, 5)
    order = await company.order([(product, 3), (product, 3)])
    problem = await owner.act(order, "submit", status=409)
    assert problem["code"] == "orders.out_of_stock"
    assert await company.stock(product) == (Decimal(5), Decimal(0), Decimal(5))
    assert (await owner.get("order", order["id"]))["state"] == "draft"


async def test_a_refused_submit_changes_nothing(owner: Api) -> None:
    company = await found_company(owner)
    rich, poor = company.products[:2]
    await company.receive(rich, 100)
    order = await company.order([(rich, 10), (poor, 1)])
    await owner.act(order, "submit", status=409)
    assert await company.stock(rich) == (Decimal(100), Decimal(0), Decimal(100))
    after = await owner.get("order", order["id"])
    assert (after["state"], after["version"]) == ("draft", order["version"])


async def test_one_transaction_makes_promises_and_gives_back(
    owner: Api, platform: Platform
) -> None:
    company = await found_company(owner)
    product = company.products[0]
    await company.receive(product, 5)
    draft = await company.order([(product, 2)])
    copied = ("customer", "receiver_name", "receiver_phone", "address")
    values = {key: draft[key] for key in copied} | {
        "lines": [{"product": product, "quantity": "3"}]
    }
    told: dict[str, Any] = {
        "entity": "orders.order",
        "id": ids.new_id(),
        "actor": Actor.system("test"),
    }
    commands = [
        Command(kind="create", changes=values, **told),
        Command(kind="action", action="submit", **told),
        Command(kind="action", action="reopen", parameters={"reason": "x"}, **told),
    ]
    results = await platform.records.apply(commands)
    assert [result.problem for result in results] == [None] * 3
    assert await company.stock(product) == (5, 0, 5)
    async with platform.database.read() as conn:
        assert await prove(conn) == []
