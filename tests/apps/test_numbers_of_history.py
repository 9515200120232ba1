"""The promise: past orders are numbered by their own day, and no number is given twice."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.base.settings import Settings
from orderloom.records.command import Command
from orderloom.server import Platform, open_platform
from orderloom_apps.orders.package import PACKAGE
from tests.apps.company import Api, Company, found_company

DAY = "2025-03-07"


async def _past(platform: Platform, company: Company, *orders: dict[str, Any]) -> list[str]:
    """Orders of the past, as an import brings them; answers their numbers."""
    lines = [{"product": company.products[0], "quantity": "1", "unit_price": "1"}]
    commands = [
        Command(
            kind="create",
            entity="orders.order",
            changes={"customer": company.customer, "state": "completed", "lines": lines} | order,
            actor=Actor.system("import"),
            mode="history",
        )
        for order in orders
    ]
    results = await platform.records.apply(commands)
    assert [one.problem for one in results] == [None] * len(orders)
    return [(one.record or {})["number"] for one in results]


async def test_past_orders_are_numbered_by_their_own_day(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    numbers = await _past(
        platform,
        company,
        {"ordered_at": f"{DAY}T10:00:00+08:00"},
        {"ordered_at": "2024-12-31T23:30:00+08:00"},
        {"ordered_at": f"{DAY}T00:10:00+08:00"},
    )
    assert numbers == ["SO20250307-000001", "SO20241231-000001", "SO20250307-000002"]
    await company.receive(company.products[0], 5)
    draft = await company.order([(company.products[0], 1)])
    with clock.frozen(datetime(2031, 1, 31, 16, 30, tzinfo=UTC)):  # past midnight in Shanghai
        live = await owner.act(draft, "submit")
    assert live["number"] == "SO20310201-000001"


async def test_the_numbers_of_many_days_are_taken_together(
    platform: Platform, owner: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of the past asks the counters once, not once for each day; each day goes on."""
    company = await found_company(owner)
    asked: list[str] = []
    take = platform.database.aside.transaction

    def counted() -> Any:
        asked.append("transaction")
        return take()

    monkeypatch.setattr(platform.database.aside, "transaction", counted)
    days = [{"ordered_at": f"2025-03-{day:02}T10:00:00+08:00"} for day in (3, 1, 2, 1)]
    assert await _past(platform, company, *days) == [
        "SO20250303-000001",
        "SO20250301-000001",
        "SO20250302-000001",
        "SO20250301-000002",
    ]
    assert len(asked) == 1
    assert await _past(platform, company, *days[:2]) == ["SO20250303-000002", "SO20250301-000003"]


async def test_numbers_that_came_along_are_not_given_again(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    at = {"ordered_at": f"{DAY}T10:00:00+08:00"}
    assert await _past(platform, company, at) == ["SO20250307-000001"]
    given = [at | {"number": number} for number in ("SO20250307-000007", "A-12", "SO20250307-3")]
    assert await _past(platform, company, *given, at) == [
        "SO20250307-000007",
        "A-12",
        "SO20250307-3",
        "SO20250307-000008",
    ]
    assert await _past(platform, company, at, at) == ["SO20250307-000009", "SO20250307-000010"]


async def test_another_process_gives_none_of_them_either(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    at = {"ordered_at": f"{DAY}T10:00:00+08:00"}
    await _past(platform, company, at | {"number": "SO20250307-000100"})
    platform.records.numbers._blocks.clear()
    assert await _past(platform, company, at) == ["SO20250307-000101"]


@pytest.mark.parametrize("given", [False, True])
async def test_more_writers_than_connections_all_get_their_numbers(
    platform: Platform, owner: Api, *, given: bool
) -> None:
    """Counters move in transactions of their own, for which a connection is always left."""
    company = await found_company(owner)
    _, _, most = platform.database.use
    orders = [
        {"ordered_at": f"{DAY}T10:00:00+08:00"}
        | ({"number": f"SO20250307-{at:06}"} if given else {})
        for at in range(1, 2 * most + 1)
    ]
    async with asyncio.timeout(120):
        found = await asyncio.gather(*[_past(platform, company, one) for one in orders])
    assert len({number for (number,) in found}) == 2 * most


async def test_a_block_of_numbers_somebody_imported_into_is_given_up(
    platform: Platform, owner: Api
) -> None:
    """Another process brings numbers that this one had put by for itself."""
    company = await found_company(owner)
    at = {"ordered_at": f"{DAY}T10:00:00+08:00"}
    assert await _past(platform, company, at) == ["SO20250307-000001"]
    settings = Settings(data_dir=platform.settings.data_dir, database_url=platform.database.url)
    other = await open_platform(settings, [PACKAGE])
    try:
        given = [at | {"number": f"SO20250307-{n:06}"} for n in (2, 3, 51, 52)]
        assert await _past(other, company, *given) == [one["number"] for one in given]
    finally:
        await other.close()
    # this process holds 2 to 50 of a block, and the next one begins where the other one ended
    assert await _past(platform, company, at, at) == ["SO20250307-000053", "SO20250307-000054"]
    numbers = [one["number"] for one in await owner.items("order")]
    assert len(numbers) == len(set(numbers)) == 7


async def test_a_number_is_nobody_elses(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    taken = {"ordered_at": f"{DAY}T10:00:00+08:00", "number": "SO20250307-000007"}
    await _past(platform, company, taken)
    lines = [{"product": company.products[0], "quantity": "1", "unit_price": "1"}]
    body = {"customer": company.customer, "state": "completed", "lines": lines} | taken
    problem = await owner.call("POST", "/orders/order?mode=history", body, status=422)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/number", "records.not_unique")
    ]
    assert len(await owner.items("order")) == 1
