"""The bare twin: the least SQL a careful programmer needs for such an order, one a transaction.

Order header, five lines, five positions locked in order, checked and reserved, five reservations,
one row of a change log; each order commits by itself.
"""

from collections.abc import Sequence

import asyncpg

from benchmarks.lib.support import rate
from orderloom.database import Connection
from orderloom.server import Platform

_TABLES = """
create schema bare;
create table bare.o (id bigserial primary key, number text not null, customer bigint not null,
    receiver text, phone text, address jsonb, state text not null, amount numeric,
    created_at timestamptz not null default now());
create table bare.l (id bigserial primary key, o bigint not null references bare.o (id),
    position bigint not null, product bigint not null, quantity numeric not null,
    price numeric not null, amount numeric not null);
create index on bare.l (o, position);
create table bare.s (p bigint primary key, on_hand numeric not null, reserved numeric not null,
    check (reserved <= on_hand));
create table bare.r (line bigint primary key, p bigint not null, quantity numeric not null);
create table bare.e (id bigserial primary key, o bigint not null, changes jsonb not null)
"""
_ORDER = """
insert into bare.o (number, customer, receiver, phone, address, state, amount)
values ($1, $2, $3, $4, $5, 'pending_review', $6) returning id
"""
_LINES = """
insert into bare.l (o, position, product, quantity, price, amount)
select $1, u.n, u.p, 2, 10, 20 from unnest($2::bigint[]) with ordinality as u(p, n) returning id
"""
_LOCK = "select p, on_hand - reserved from bare.s where p = any($1::bigint[]) order by p for update"
_RESERVE = "update bare.s set reserved = reserved + 2 where p = any($1::bigint[])"
_HOLD = "insert into bare.r select u.l, u.p, 2 from unnest($1::bigint[], $2::bigint[]) as u(l, p)"
_EVENT = "insert into bare.e (o, changes) values ($1, $2)"
_ADDRESS = '{"province":"广东省","city":"深圳市","district":"南山区","detail":"科技路1号"}'


async def _order(conn: Connection, goods: Sequence[int], index: int) -> None:
    picked = sorted(goods[(index * 5 + at) % len(goods)] for at in range(5))
    async with conn.transaction():
        order = await conn.fetchval(_ORDER, f"B{index}", 1, "收货部", "13800138000", _ADDRESS, 100)
        lines = await conn.fetch(_LINES, order, picked)
        free = await conn.fetch(_LOCK, picked)
        assert min(row[1] for row in free) > 1
        await conn.execute(_RESERVE, picked)
        await conn.execute(_HOLD, [row["id"] for row in lines], picked)
        await conn.execute(_EVENT, order, '{"fields":{"state":[null,"pending_review"]}}')


async def rates(
    found: Platform, goods: Sequence[int], connections: Sequence[int], count: int
) -> dict[str, float]:
    """Orders a second at each number of connections, by asyncpg alone."""
    every: dict[str, float] = {}
    pool = await asyncpg.create_pool(
        found.database.url, min_size=max(connections), max_size=max(connections)
    )
    async with pool.acquire() as conn:
        await conn.execute(_TABLES)
        await conn.execute(
            "insert into bare.s select u, 1000000000, 0 from unnest($1::bigint[]) u", list(goods)
        )

    async def one(index: int) -> None:
        async with pool.acquire() as conn:
            await _order(conn, goods, index)

    for clients in connections:
        await rate(one, 100, clients)
        per_second, _ = await rate(one, count, clients)
        every[str(clients)] = round(per_second, 1)
    await pool.close()
    return every
