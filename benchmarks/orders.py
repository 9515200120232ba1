"""Five-line orders per second: created and submitted, in sets and over HTTP, beside bare SQL."""

import asyncio

import httpx
import uvicorn

from benchmarks.support import SYSTEM, company, create, order_of, platform, rate, spread
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.database.pool import Connection
from orderloom.http.app import build_app
from orderloom.records.command import Command
from orderloom.server import Platform

BATCH = 64
BATCHES = 8
CALLS = 300


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
    per_second, _ = await rate(one, BATCHES, 1)
    return per_second * BATCH


async def over_http(found: Platform, customer: int, goods: list[int], clients: int) -> None:
    """Create, then submit, each its own request over a real socket."""
    async with found.database.transaction() as conn:
        login = f"bench{clients}"
        await create_people(conn, [NewPerson(login=login, name="b", is_owner=True)], None)
        key = await create_key(conn, login, "bench")
    server = uvicorn.Server(uvicorn.Config(build_app(found), port=0, log_level="error"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"Authorization": f"Bearer {key}"}
    base = f"http://127.0.0.1:{port}/api/v1/orders/order"
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:

        async def one(index: int) -> None:
            made = await client.post(base, json=order_of(customer, goods, index))
            done = await client.post(f"{base}/{made.json()['id']}/actions/submit", json={})
            done.raise_for_status()

        await rate(one, 20, clients)
        per_second, took = await rate(one, CALLS, clients)
    print(f"HTTP, {clients} connections: {per_second:.0f} orders/s, {spread(took)}")
    server.should_exit = True
    await task


async def bare(found: Platform, warehouse: int, goods: list[int]) -> float:
    """The least SQL that a careful programmer needs for one such order, one transaction each."""
    async with found.database.transaction() as conn:
        await conn.execute(
            "create table public.o (id bigserial primary key, doc text);"
            "create table public.l (id bigserial primary key, o bigint, p bigint, q numeric);"
            "create table public.s (p bigint primary key, free numeric)"
        )
        await conn.execute(
            "insert into public.s select u, 1000000 from unnest($1::bigint[]) u", goods
        )

    async def lines(conn: Connection, index: int) -> None:
        picked = sorted(goods[(index * 5 + at) % len(goods)] for at in range(5))
        order = await conn.fetchval("insert into public.o (doc) values ('x') returning id")
        await conn.execute(
            "insert into public.l (o, p, q) select $1, u, 2 from unnest($2::bigint[]) u",
            order,
            picked,
        )
        await conn.fetch(
            "select p from public.s where p = any($1::bigint[]) order by p for update", picked
        )
        await conn.execute(
            "update public.s set free = free - 2 where p = any($1::bigint[]) and free >= 2", picked
        )

    async def one(index: int) -> None:
        async with found.database.transaction() as conn:
            await lines(conn, index)

    _ = warehouse
    per_second, _ = await rate(one, 2000, 8)
    return per_second


async def main() -> None:
    """Print the rates."""
    async with platform() as found:
        warehouse, customer, goods = await company(found)
        plain = await bare(found, warehouse, goods)
        print(f"bare SQL, 8 connections: {plain:.0f} orders/s")
        sets = await in_sets(found, customer, goods)
        print(f"in sets of {BATCH}: {sets:.0f} orders/s, {sets / plain:.2f} of bare SQL")
        for clients in (1, 8, 32):
            await over_http(found, customer, goods, clients)


if __name__ == "__main__":
    asyncio.run(main())
