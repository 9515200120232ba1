"""The promise: one external number is one order and its newest revision, whoever comes at once."""

import asyncio
from typing import Any

import pytest

from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson
from tests.apps.test_intake import canonical, channel
from tests.support.waiting import until_locked_out


async def test_an_older_revision_that_comes_at_once_overwrites_nothing(
    platform: Platform, owner: Api
) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 50)
    path = f"/intake/{await channel(owner, company)}"
    first = await owner.call("POST", path, canonical(company), status=200)
    calls: list[asyncio.Task[Any]] = []
    async with platform.database.transaction() as conn:
        await conn.execute("select from orders.intake for update")
        for revision in (3, 2):  # both find revision 1, and the newer one is carried out first
            lines = [{"sku": "S0", "quantity": str(revision), "unit_price": "10.00"}]
            body = canonical(company, revision=revision, lines=lines)
            calls.append(asyncio.create_task(owner.call("POST", path, body, status=200)))
            await until_locked_out(platform.database, len(calls), seconds=60)
    newer, older = await asyncio.gather(*calls)
    assert (newer["outcome"], newer["order"]) == ("updated", first["order"])
    assert (older["outcome"], older["order"]) == ("ignored", first["order"])
    order = await owner.get("order", first["order"])
    assert (order["amount"], order["lines"][0]["reserved"]) == ("30.00", "3")
    (row,) = await owner.items("intake")
    assert (row["revision"], row["outcome"]) == (3, "updated")


async def test_two_revisions_of_a_new_order_without_a_shop_make_one_order(
    platform: Platform, owner: Api
) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 50)
    path = f"/intake/{await channel(owner, company)}"
    calls: list[asyncio.Task[Any]] = []
    async with platform.database.transaction() as conn:
        await conn.execute("select from orders.customer for update")
        for revision in (1, 2):  # neither finds the other
            lines = [{"sku": "S0", "quantity": str(revision), "unit_price": "10.00"}]
            body = canonical(company, shop="", revision=revision, lines=lines)
            calls.append(asyncio.create_task(owner.call("POST", path, body, status=200)))
            await until_locked_out(platform.database, len(calls), seconds=60)
    answers = await asyncio.gather(*calls)
    assert answers[0]["order"] == answers[1]["order"]
    (listed,) = await owner.items("order")
    order = await owner.get("order", listed["id"])
    assert (order["amount"], order["lines"][0]["reserved"]) == ("20.00", "2")
    assert len(await owner.items("intake")) == 1
    assert (await company.stock(company.products[0]))[1] == 2


@pytest.mark.parametrize("given", [{"intake": "x"}, {"intake": "ID"}, {"revised": True}])
async def test_only_the_intake_names_inbox_rows(
    owner: Api, make_person: MakePerson, given: dict[str, Any]
) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    answer = await owner.call(
        "POST", f"/intake/{await channel(owner, company)}", canonical(company), status=200
    )
    (row,) = await owner.items("intake")
    clerk = await make_person("service1", "service")
    order = await company.order([(company.products[0], 1)], api=clerk)
    named = {key: row["id"] if value == "ID" else value for key, value in given.items()}
    problem = await clerk.act(order, "submit", status=422, **named)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        (f"/{key}", "records.unknown_field") for key in given
    ]
    assert await owner.items("intake") == [row]
    assert (row["order"], row["outcome"]) == (answer["order"], "accepted")
    assert (await owner.get("order", order["id"]))["state"] == "draft"


async def test_a_discount_that_cannot_be_read_is_a_fault(owner: Api) -> None:
    company = await found_company(owner)
    path = f"/intake/{await channel(owner, company)}"
    line = {"sku": "S0", "quantity": "1", "unit_price": "10.00"}
    for number, discount in enumerate(("abc", "-1", True)):
        body = canonical(company, f"D-{number}", lines=[line | {"discount": discount}])
        answer = await owner.call("POST", path, body, status=200)
        assert (answer["outcome"], answer["order"]) == ("exception", None)
        assert answer["reasons"] == ["line_1_discount_invalid"]
    assert await owner.items("order") == []
