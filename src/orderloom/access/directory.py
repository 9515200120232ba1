"""Administering people: who they are, where they belong, what roles they hold.

Invariant: every change is an event; a person is never deleted, only switched off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderloom import history
from orderloom.access.people import PLATFORM, NewPerson, assign_roles, create_people, set_password
from orderloom.database.pool import Connection

Role = tuple[str, str, Mapping[str, Sequence[int]]]
"""An app, a role of it, and the ids that the role's keys stand for."""

_LIST = """
select p.id, p.login, p.name, p.active, p.is_owner, d.department_id,
       coalesce(r.roles, '[]'::jsonb) as roles
  from orderloom.person p
  left join orderloom.person_department d on d.person_id = p.id and d.is_primary
  left join lateral (
       select jsonb_agg(jsonb_build_object('app', app, 'role', role, 'keys', keys)
                        order by app, role) as roles
         from orderloom.person_role where person_id = p.id) r on true
 where $1::bigint is null or p.id = $1
 order by p.login limit 1000
"""
_BEFORE = """
select p.name, p.active, d.department_id::text as department
  from orderloom.person p
  left join orderloom.person_department d on d.person_id = p.id and d.is_primary
 where p.id = $1 for update of p
"""


@dataclass(frozen=True, kw_only=True)
class PersonChange:
    """What changes about a person; None leaves it as it is. ``roles`` replaces all of them."""

    name: str | None = None
    active: bool | None = None
    department_id: int | None = None
    password_hash: str | None = None
    roles: Sequence[Role] | None = None


async def people_in_full(conn: Connection, person_id: int | None = None) -> list[dict[str, Any]]:
    """People with department and roles, by login; one of them when an id is given."""
    rows = await conn.fetch(_LIST, person_id)
    return [
        {
            "id": str(row["id"]),
            "login": row["login"],
            "name": row["name"],
            "active": row["active"],
            "owner": row["is_owner"],
            "department": None if row["department_id"] is None else str(row["department_id"]),
            "roles": [
                {**role, "keys": {k: [str(one) for one in v] for k, v in role["keys"].items()}}
                for role in row["roles"]
            ],
        }
        for row in rows
    ]


async def create_person(conn: Connection, person: NewPerson, actor_id: int | None) -> int:
    """Make one person; answers the id.

    Raises:
        LoginTakenError: the login is in use.
    """
    made = await create_people(conn, [person], actor_id)
    return made[person.login]


async def change_person(
    conn: Connection, person_id: int, change: PersonChange, actor_id: int | None
) -> None:
    """Change a person; whoever is switched off or gets a new password is signed out at once."""
    before: Any = await conn.fetchrow(_BEFORE, person_id)
    department = change.department_id
    wanted = {
        "name": change.name,
        "active": change.active,
        "department": None if department is None else str(department),
    }
    told = {
        key: [before[key], value]
        for key, value in wanted.items()
        if value is not None and value != before[key]
    }
    if "name" in told or "active" in told:
        await conn.execute(
            "update orderloom.person set name = coalesce($2, name), active = coalesce($3, active)"
            " where id = $1",
            person_id,
            change.name,
            change.active,
        )
    if change.active is False:
        await conn.execute("delete from orderloom.session where person_id = $1", person_id)
    if "department" in told:
        await _move(conn, person_id, department)
    if told:
        await _tell(conn, person_id, "update", told, actor_id)
    if change.password_hash is not None:
        await set_password(conn, person_id, change.password_hash, actor_id)
    if change.roles is not None:
        await _replace_roles(conn, person_id, change.roles, actor_id)


async def _move(conn: Connection, person_id: int, department_id: int | None) -> None:
    await conn.execute("delete from orderloom.person_department where person_id = $1", person_id)
    await conn.execute(
        "insert into orderloom.person_department (person_id, department_id) values ($1, $2)",
        person_id,
        department_id,
    )


async def _replace_roles(
    conn: Connection, person_id: int, roles: Sequence[Role], actor_id: int | None
) -> None:
    kept = [f"{app}.{role}" for app, role, _ in roles]
    gone = await conn.fetch(
        "delete from orderloom.person_role"
        " where person_id = $1 and app || '.' || role <> all($2::text[]) returning app, role",
        person_id,
        kept,
    )
    for row in gone:
        fields = {"roles": [f"{row['app']}.{row['role']}", None]}
        await _tell(conn, person_id, "revoke", fields, actor_id)
    rows = await conn.fetch(
        "select app, role, keys from orderloom.person_role where person_id = $1", person_id
    )
    held = {(row["app"], row["role"]): row["keys"] for row in rows}
    new = [
        (person_id, app, role, keys)
        for app, role, keys in roles
        if held.get((app, role)) != {key: list(ids) for key, ids in keys.items()}
    ]
    await assign_roles(conn, new, actor_id)


async def _tell(
    conn: Connection, person_id: int, kind: str, fields: Mapping[str, Any], actor_id: int | None
) -> None:
    event = history.EventDraft(
        app=PLATFORM,
        entity="person",
        record_id=person_id,
        kind=kind,
        door="platform",
        actor_id=actor_id,
        changes={"fields": fields},
    )
    await history.append(conn, [event])
