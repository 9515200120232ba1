"""The promise: of two who want the same value at the same moment, the second is told in words."""

import asyncio
from typing import Any

import pytest

from orderloom.access.actor import Actor
from orderloom.records.command import Command
from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.support.waiting import until_locked_out


@pytest.mark.parametrize("key", [None, "k1"])
@pytest.mark.parametrize("many", [False, True])
async def test_whoever_is_second_is_told_which_value_is_taken(
    platform: Platform, owner: Api, key: str | None, *, many: bool
) -> None:
    first = Command(
        kind="create",
        entity="orders.customer",
        changes={"code": "A", "name": "先到"},
        actor=Actor.system(),
    )
    body: Any = {"code": "A", "name": "后到"}
    body = [body, {"code": "B", "name": "旁人"}] if many else body
    path = "/orders/customer?partial=true" if many else "/orders/customer"
    headers = {"Idempotency-Key": key} if key else {}
    async with platform.database.transaction() as conn:
        (done,) = await platform.records.apply_on(conn, [first], {})
        assert done.ok
        second = asyncio.create_task(owner.raw("POST", path, body, headers=headers))
        await until_locked_out(platform.database, unless=second)
        assert not second.done()
    answer = await second
    problem = answer.json()["results"][0]["problem"] if many else answer.json()
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/code", "records.not_unique")
    ]
    there = sorted((one["code"], one["name"]) for one in await owner.items("customer"))
    assert there == ([("A", "先到"), ("B", "旁人")] if many else [("A", "先到")])


async def test_whoever_imports_a_number_another_transaction_draws_gets_his_own(
    platform: Platform, owner: Api
) -> None:
    """A number that is drawn twice, because the other was not committed yet, is drawn again."""
    company = await found_company(owner)
    day = "2025-03-07T10:00:00+08:00"
    values = {
        "customer": company.customer,
        "state": "completed",
        "ordered_at": day,
        "lines": [{"product": company.products[0], "quantity": "1", "unit_price": "1"}],
    }
    one = Command(
        kind="create", entity="orders.order", changes=values, actor=Actor.system(), mode="history"
    )
    (made,) = await platform.records.apply([one])
    given = Command(
        kind="create",
        entity="orders.order",
        changes=values | {"number": "SO20250307-000002"},
        actor=Actor.system(),
        mode="history",
    )
    async with platform.database.transaction() as conn:
        await platform.records.apply_on(conn, [given], {})
        platform.records.numbers._blocks["orders.order.number", "2025-03-07"] = [2, 3, 4]
        other = asyncio.create_task(platform.records.apply([one]))
        await until_locked_out(platform.database, unless=other)
    (late,) = await other
    assert late.problem is None
    numbers = [(row.record or {})["number"] for row in (made, late)]
    assert numbers[0] == "SO20250307-000001"
    assert numbers[1] not in (None, "SO20250307-000001", "SO20250307-000002")
