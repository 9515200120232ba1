"""Changes that go in one statement: all of them are made, or none."""

import asyncpg
import pytest

from orderloom.database.pool import Connection
from orderloom.database.together import Change, carry_out

TABLES = """
create temp table hen (id int primary key, egg int, name text);
create temp table egg (id int primary key, hen int references hen (id), name text);
alter table hen add foreign key (egg) references egg (id)
"""
HEN = "insert into hen select * from unnest($1::int[], $2::int[], $3::text[])"
EGG = "insert into egg select * from unnest($1::int[], $2::int[], $3::text[])"


async def test_what_refers_in_a_circle_is_stored_at_once(conn: Connection) -> None:
    await conn.execute(TABLES)
    eggs = Change(EGG, ([1, 2], [10, 10], ["a", "b"]))
    hens = Change(HEN, ([10], [1], ["h"]))
    await carry_out(conn, [eggs, hens])
    assert await conn.fetchval("select array_agg((id, hen, name)::text order by id) from egg") == [
        "(1,10,a)",
        "(2,10,b)",
    ]
    assert await conn.fetchval("select (id, egg, name)::text from hen") == "(10,1,h)"


async def test_every_change_gets_its_own_values(conn: Connection) -> None:
    await conn.execute(TABLES)
    await carry_out(conn, [Change(HEN, ([1, 2, 3], [None] * 3, ["x", "y", "z"]))])
    names = ",".join(f"${number}::text" for number in range(2, 12))
    many = Change(
        f"update hen set name = concat({names}) where id = $1", [1, *"abcdefghij"]
    )  # more than nine, so that $1 is also the beginning of another
    changes = [
        many,
        Change("delete from hen where id = any($1::int[])", ([3],)),
        Change("update hen set name = $2 || $1 where id = 2", ("1", "2")),
        Change(HEN, ([4], [None], ["n"])),
    ]
    await carry_out(conn, changes)
    rows = await conn.fetch("select id, name from hen order by id")
    assert [tuple(row) for row in rows] == [(1, "abcdefghij"), (2, "21"), (4, "n")]


async def test_when_one_is_refused_nothing_is_changed(conn: Connection) -> None:
    await conn.execute(TABLES)
    hens = Change(HEN, ([1], [None], ["h"]))
    eggs = Change(EGG, ([1], [2], ["nobody's"]))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with conn.transaction():
            await carry_out(conn, [hens, eggs])
    assert await conn.fetchval("select count(*) from hen") == 0
    await carry_out(conn, [])
    assert await conn.fetchval("select count(*) from egg") == 0
