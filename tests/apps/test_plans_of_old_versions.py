"""The promise: what was worked out for a version of an app goes when the next one is there."""

import gc

from orderloom.records.plan import EntityPlan
from orderloom.server import Platform
from tests.apps.company import Api, found_company


async def test_no_plan_outlives_its_version(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    await company.order([(company.products[0], 1)])
    entity = platform.records.plans.of("orders.order").entity
    async with platform.database.read() as conn:
        await platform.catalog.reload(conn)
    await company.order([(company.products[0], 1)])
    gc.collect()
    plans = [one for one in gc.get_objects() if isinstance(one, EntityPlan)]
    assert any(one.name == "orders.order" for one in plans)
    assert [one.version for one in plans if one.entity is entity] == []
