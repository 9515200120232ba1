"""A page of 50 over 1,000,000 orders for a salesperson who owns 1 % of them, over HTTP.

Filters and sorts as the lists of the product ask for them, first pages and pages behind a cursor.
The orders are made by SQL: this is the benchmark's own database.
"""

import asyncio
import os
import time
from typing import Any
from urllib.parse import urlencode

from benchmarks.lib import results
from benchmarks.lib.server import load, serving
from benchmarks.lib.support import company, platform
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.server import Platform

ORDERS = results.scaled(int(1_000_000 * float(os.environ.get("ORDERLOOM_SOAK", "1"))), 1000)
SELLERS = 100
CHUNK = 100_000
STATES = ("draft", "pending_review", "approved", "released", "shipped", "signed", "completed")
_FILL = """
insert into orders."order" (id, version, owner_id, created_at, created_by, updated_at, updated_by,
    number, kind, state, customer, salesperson, ordered_at, receiver_name, receiver_phone,
    delivery_method, currency, price_mode, amount, net, tax, paid, payment_state,
    fulfilment_state, invoice_state, search_text)
select g, 1, ($1::bigint[])[g % $2 + 1], t, null, t, null, 'SO-' || g, 'standard',
    ($3::text[])[(g * 7919) % array_length($3::text[], 1) + 1], $4, ($1::bigint[])[g % $2 + 1],
    t, '收货部', '13800138000', 'express', 'CNY', 'included',
    (g * 7907) % 100000 / 10.0, (g * 7907) % 100000 / 11.3, 0, 0, 'unpaid', 'none', 'none',
    'so-' || g
from generate_series($5::bigint, $6::bigint) g,
    lateral (select timestamptz '2026-01-01' + g * interval '20 seconds' as t) x
"""
PAGES = {
    "default order": {},
    "filter and sort by time": {
        "sort": "-created_at",
        "filter": 'state = "approved" AND amount > 500',
    },
    "open ones, sort by time": {
        "sort": "-created_at",
        "filter": 'state IN ("draft", "pending_review")',
    },
    "filter, sort by amount": {"sort": "-amount", "filter": 'state = "approved"'},
    "sort by order date": {"sort": "-ordered_at"},
    "as the browser asks: all, with their count": {"sort": "-created_at", "count": "estimate"},
    "as the browser asks: to release, with their count": {
        "sort": "promised_at",
        "filter": 'state = "approved"',
        "count": "estimate",
    },
}


async def fill(found: Platform) -> tuple[list[int], list[str], float]:
    """Orders shared evenly among the salespeople; answers people, keys and seconds."""
    _, customer, _ = await company(found, 10)
    async with found.database.transaction() as conn:
        people = [
            NewPerson(login=f"s{at}", name=f"s{at}", roles=[("orders", "sales", {})])
            for at in range(SELLERS)
        ]
        made = list((await create_people(conn, people, None)).values())
        keys = [await create_key(conn, f"s{at}", "bench") for at in range(20)]
    began = time.perf_counter()
    async with found.database.session() as conn:
        await conn.execute("set session_replication_role = replica")  # keys need no check here
        indexes = await conn.fetch(
            "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made"
            """ from pg_index where indrelid = 'orders."order"'::regclass and not indisprimary"""
        )
        for row in indexes:
            await conn.execute(f"drop index {row['name']}")
        for start in range(1, ORDERS + 1, CHUNK):
            end = min(start + CHUNK - 1, ORDERS)
            values = (made, SELLERS, list(STATES), customer, start, end)
            await conn.execute(_FILL, *values, timeout=600)
        await conn.execute("set maintenance_work_mem = '512MB'")
        for row in indexes:
            await conn.execute(row["made"], timeout=600)
        await conn.execute('vacuum analyze orders."order"', timeout=600)
    return made, keys, time.perf_counter() - began


async def main() -> None:
    """Measure, print and keep."""
    before, facts = results.machine(), dict[str, Any]()
    async with platform() as found:
        _, keys, took = await fill(found)
        facts["orders"], facts["own_share"] = ORDERS, 1 / SELLERS
        print(f"{ORDERS:,} orders made in {took:.0f} s")
        async with serving(found.settings.data_dir) as (port, _):
            for name, query in PAGES.items():
                first = {
                    "method": "GET",
                    "path": "/api/v1/orders/order?" + urlencode(query | {"limit": "50"}),
                }
                after = {"method": "GET", "path": first["path"] + "&cursor={next}"}
                answer = await load(
                    port,
                    keys[0],
                    [first, after],
                    connections=1,
                    count=results.scaled(200, 20),
                    warm=20,
                    keys=keys,
                )
                one = {
                    "first_page": results.milliseconds(answer["parts"][0]),
                    "next_page": results.milliseconds(answer["parts"][1]),
                }
                facts[name] = one
                print(f"{name}: first {one['first_page']}, next {one['next_page']}", flush=True)
    results.keep("lists", facts, before)


if __name__ == "__main__":
    asyncio.run(main())
