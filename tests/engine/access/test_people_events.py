"""Every change of a person is told once, from what to what; what did not change is not told."""

from typing import Any

import pytest

from orderloom.access import directory, sign_in
from orderloom.access.directory import PersonChange
from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_departments, create_people
from orderloom.base.errors import UnauthenticatedError
from orderloom.database.pool import Connection, Database


async def _events(conn: Connection, person: int) -> list[tuple[str, dict[str, Any], int | None]]:
    rows = await conn.fetch(
        "select kind, changes, actor_id from orderloom.event"
        " where entity = 'person' and record_id = $1 order by id",
        person,
    )
    return [(row["kind"], row["changes"]["fields"], row["actor_id"]) for row in rows]


async def _person(conn: Connection, **more: Any) -> int:
    made = await create_people(conn, [NewPerson(login="li", name="李", **more)], 7)
    return made["li"]


async def test_each_role_given_at_once_is_told(conn: Connection) -> None:
    roles = [("orders", "sales", {}), ("orders", "warehouse", {"warehouse": [3, 4]})]
    told = await _events(conn, await _person(conn, roles=roles))
    assert [fields for kind, fields, _ in told if kind == "grant"] == [
        {"roles": [None, "orders.sales"]},
        {"roles": [None, "orders.warehouse"], "keys.warehouse": [None, "3, 4"]},
    ]
    assert {actor for *_, actor in told} == {7}


async def test_a_change_tells_old_and_new(conn: Connection) -> None:
    places = await create_departments(conn, [("一部", None), ("二部", None)], 7)
    id_ = await _person(conn, department_id=places["一部"])
    change = PersonChange(name="李四", active=True, department_id=places["二部"])
    await directory.change_person(conn, id_, change, 8)
    told = (await _events(conn, id_))[1:]
    departments = [str(places["一部"]), str(places["二部"])]
    assert told == [("update", {"name": ["李", "李四"], "department": departments}, 8)]
    await directory.change_person(conn, id_, change, 8)
    assert (await _events(conn, id_))[1:] == told
    (shown,) = await directory.people_in_full(conn, id_)
    assert (shown["name"], shown["department"]) == ("李四", departments[1])


async def test_roles_are_replaced_and_only_the_difference_is_told(conn: Connection) -> None:
    roles = [("orders", "sales", {}), ("orders", "warehouse", {"warehouse": [3]})]
    id_ = await _person(conn, roles=roles)
    before = len(await _events(conn, id_))
    change = PersonChange(
        roles=[("orders", "warehouse", {"warehouse": [3]}), ("orders", "boss", {})]
    )
    await directory.change_person(conn, id_, change, 8)
    assert (await _events(conn, id_))[before:] == [
        ("revoke", {"roles": ["orders.sales", None]}, 8),
        ("grant", {"roles": [None, "orders.boss"]}, 8),
    ]
    await directory.change_person(conn, id_, change, 8)
    assert len(await _events(conn, id_)) == before + 2
    (shown,) = await directory.people_in_full(conn, id_)
    assert [one["role"] for one in shown["roles"]] == ["boss", "warehouse"]


async def test_switching_somebody_off_ends_their_sessions(database: Database) -> None:
    async with database.transaction() as conn:
        id_ = await _person(conn, password_hash=await hash_password("a long password"))
    _, token = await sign_in.sign_in(database, "li", "a long password")
    for active in (False, True):
        async with database.transaction() as conn:
            await directory.change_person(conn, id_, PersonChange(active=active), 8)
        with pytest.raises(UnauthenticatedError):
            await sign_in.by_session(database, token)
    async with database.read() as conn:
        changes = [fields for kind, fields, _ in await _events(conn, id_) if kind == "update"]
    assert changes == [{"active": [True, False]}, {"active": [False, True]}]
