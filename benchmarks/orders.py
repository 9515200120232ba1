"""Five-line orders a second, created, submitted and reserved, beside the same by bare SQL.

Over HTTP at 1, 8 and 32 connections: through intake (one call) and through REST (create, then
submit). The server, the load generator and PostgreSQL are processes of their own that share the
machine's cores; so do the bare SQL's connections and PostgreSQL.
"""

import asyncio
import json
import os
import sys
from typing import Any

from benchmarks.lib import bare, results
from benchmarks.lib.server import load, serving
from benchmarks.lib.support import SYSTEM, company, create, order_of, platform, rate
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.records.command import Command
from orderloom.server import Platform

BATCH = 64
_ASKED = os.environ.get("ORDERLOOM_BENCH_CONNECTIONS", "1,8,32")
CONNECTIONS = tuple(int(number) for number in _ASKED.split(","))
ALL = {"bare", "sets", "intake", "rest", "read"}
LINES = 5


async def in_sets(found: Platform, customer: int, goods: list[int]) -> float:
    """Orders per second through ``records.apply``, created and submitted 64 at a time."""

    async def one(index: int) -> None:
        rows = [order_of(customer, goods, index * BATCH + at) for at in range(BATCH)]
        made = await create(found, "orders.order", rows)
        await found.records.apply(
            [
                Command(kind="action", entity="orders.order", id=id_, actor=SYSTEM, action="submit")
                for id_ in made
            ]
        )

    await one(0)
    per_second, _ = await rate(one, results.scaled(8, 2), 1)
    return per_second * BATCH


def intake_steps() -> list[dict[str, Any]]:
    """One call: the canonical channel order with five lines."""
    order = {
        "shop": "s",
        "external_no": "E{n}",
        "revision": 1,
        "receiver_name": "收货部",
        "receiver_phone": "13800138000",
        "province": "广东省",
        "city": "深圳市",
        "district": "南山区",
        "address": "科技路1号",
        "lines": [{"sku": f"{{{m}}}", "quantity": "2", "unit_price": "10"} for m in "abcde"],
    }
    return [
        {
            "method": "POST",
            "path": "/api/v1/intake/bench",
            "body": json.dumps(order, ensure_ascii=False),
            "contains": '"accepted"',
        }
    ]


def rest_steps(customer: int) -> list[dict[str, Any]]:
    """Two calls: create, then submit."""
    order = order_of(customer, [0], 0)
    order["lines"] = [{"product": f"{{{mark}}}", "quantity": "2"} for mark in "abcde"]
    return [
        {
            "method": "POST",
            "path": "/api/v1/orders/order",
            "body": json.dumps(order, ensure_ascii=False),
        },
        {
            "method": "POST",
            "path": "/api/v1/orders/order/{id}/actions/submit",
            "body": "{}",
            "contains": '"pending_review"',
        },
    ]


def read_steps(id_: str) -> list[dict[str, Any]]:
    """One order with its lines."""
    return [{"method": "GET", "path": f"/api/v1/orders/order/{id_}", "contains": '"lines":'}]


def line(name: str, facts: dict[str, Any]) -> None:
    """One line for whoever watches."""
    print(name, " ".join(f"{key}={value}" for key, value in facts.items()), flush=True)


async def measure(port: int, key: str, steps: Any, count: int, first: int, **more: Any) -> Any:
    """A rate with its spread, at each number of connections."""
    found: dict[str, Any] = {}
    for connections in CONNECTIONS:
        some = results.scaled(count if connections > 1 else count // 3, 40)
        answer = await load(
            port, key, steps, connections=connections, count=some, first=first, warm=60, **more
        )
        first += some + 60
        facts = {
            "connections": connections,
            "per_second": round(some / answer["seconds"], 1),
            **results.milliseconds(answer["took"]),
        }
        if len(steps) > 1:
            facts["steps"] = [results.milliseconds(part) for part in answer["parts"]]
        found[str(connections)] = facts
        line(f"  {connections:2}", {k: v for k, v in facts.items() if k != "steps"})
    return found


async def prepare(found: Platform) -> tuple[int, list[int], str]:
    """A company, a channel, and the owner's key."""
    warehouse, customer, goods = await company(found)
    await create(
        found,
        "orders.channel",
        [
            {
                "code": "bench",
                "name": "bench",
                "customer": str(customer),
                "warehouse": str(warehouse),
            }
        ],
    )
    async with found.database.transaction() as conn:
        await create_people(conn, [NewPerson(login="bench", name="b", is_owner=True)], None)
        key = await create_key(conn, "bench", "bench")
    return customer, goods, key


async def main() -> None:
    """Measure, print and keep."""
    only = set(sys.argv[1:]) or ALL
    before, facts = results.machine(), dict[str, Any]()
    async with platform() as found:
        customer, goods, key = await prepare(found)
        if "bare" in only:
            plain = await bare.rates(found, goods, CONNECTIONS, results.scaled(3000, 100))
            facts["bare_sql"] = plain
            line("bare SQL", plain)
        if "sets" in only:
            facts["in_sets_of_64_per_second"] = round(await in_sets(found, customer, goods), 1)
            line("in sets of 64", {"per_second": facts["in_sets_of_64_per_second"]})
        skus = [f"S{index}" for index in range(len(goods))]
        async with serving(found.settings.data_dir) as (port, _):
            if "intake" in only:
                print("through intake, one call")
                facts["intake"] = await measure(port, key, intake_steps(), 1500, 0, goods=skus)
            ids = [str(one) for one in goods]
            if "rest" in only:
                print("through REST, create then submit")
                facts["rest"] = await measure(port, key, rest_steps(customer), 1200, 0, goods=ids)
            if "read" in only:
                page = await found.records.find("orders.order", actor=SYSTEM, limit=1)
                print("read an order with its lines")
                steps = read_steps(str(page.items[0]["id"]))
                facts["read"] = await measure(port, key, steps, 1500, 0)
    for door in ("intake", "rest"):
        for connections, one in facts.get(door, {}).items() if "bare" in only else ():
            one["of_bare_sql"] = round(one["per_second"] / facts["bare_sql"][connections], 3)
            line(f"{door} {connections}", {"of_bare_sql": one["of_bare_sql"]})
    if only == ALL:
        results.keep("orders", facts, before)


if __name__ == "__main__":
    asyncio.run(main())
