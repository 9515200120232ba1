"""People and departments: made in sets, read by id.

Invariant: every change is an event.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from orderloom import history
from orderloom.access.errors import LoginTakenError
from orderloom.base import ids, json
from orderloom.database.pool import Connection

PLATFORM = "orderloom"


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """A person to be made. ``roles``: ``(app, role, {key: [record ids]})``."""

    login: str
    name: str
    password_hash: str | None = None
    is_owner: bool = False
    language: str = "zh-CN"
    department_id: int | None = None
    roles: Sequence[tuple[str, str, Mapping[str, Sequence[int]]]] = field(default_factory=tuple)


async def create_departments(
    conn: Connection, tree: Sequence[tuple[str, str | None]], actor_id: int | None
) -> dict[str, int]:
    """Make departments from (name, parent's name), parents first; answers ids by name."""
    made = dict(zip([name for name, _ in tree], ids.new_ids(len(tree)), strict=True))
    await conn.execute(
        "insert into orderloom.department (id, name, parent_id)"
        " select * from unnest($1::bigint[], $2::text[], $3::bigint[])",
        [made[name] for name, _ in tree],
        [name for name, _ in tree],
        [made[parent] if parent else None for _, parent in tree],
    )
    await _tell(
        conn, "department", [(made[name], {"name": [None, name]}) for name, _ in tree], actor_id
    )
    return made


async def create_department(
    conn: Connection, name: str, parent_id: int | None, actor_id: int | None
) -> int:
    """Make one department below another, or at the top; answers its id."""
    made = ids.new_id()
    await conn.execute(
        "insert into orderloom.department (id, name, parent_id) values ($1, $2, $3)",
        made,
        name,
        parent_id,
    )
    await _tell(conn, "department", [(made, {"name": [None, name]})], actor_id)
    return made


async def create_people(
    conn: Connection, people: Sequence[NewPerson], actor_id: int | None
) -> dict[str, int]:
    """Make people with their departments and roles; answers ids by login.

    Raises:
        LoginTakenError: a login is in use.
    """
    made = dict(zip([one.login for one in people], ids.new_ids(len(people)), strict=True))
    try:
        await conn.execute(
            "insert into orderloom.person (id, login, name, password_hash, is_owner, language)"
            " select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[],"
            " $5::boolean[], $6::text[])",
            [made[one.login] for one in people],
            [one.login for one in people],
            [one.name for one in people],
            [one.password_hash for one in people],
            [one.is_owner for one in people],
            [one.language for one in people],
        )
    except asyncpg.UniqueViolationError as error:
        raise LoginTakenError(logins=sorted(made)) from error
    placed = [one for one in people if one.department_id is not None]
    await conn.execute(
        "insert into orderloom.person_department (person_id, department_id)"
        " select * from unnest($1::bigint[], $2::bigint[])",
        [made[one.login] for one in placed],
        [one.department_id for one in placed],
    )
    roles = [(made[one.login], *role) for one in people for role in one.roles]
    await assign_roles(conn, roles, actor_id)
    await _tell(
        conn,
        "person",
        [
            (made[one.login], {"login": [None, one.login], "name": [None, one.name]})
            for one in people
        ],
        actor_id,
    )
    return made


async def assign_roles(
    conn: Connection,
    roles: Sequence[tuple[int, str, str, Mapping[str, Sequence[int]]]],
    actor_id: int | None,
) -> None:
    """Give people roles: (person, app, role, keys); an existing assignment gets the new keys."""
    if not roles:
        return
    await conn.execute(
        "insert into orderloom.person_role (person_id, app, role, keys)"
        " select u.p, u.a, u.r, u.k::jsonb"
        " from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as u(p, a, r, k)"
        " on conflict (person_id, app, role) do update set keys = excluded.keys",
        [person for person, *_ in roles],
        [app for _, app, _, _ in roles],
        [role for _, _, role, _ in roles],
        [json.dumps({k: list(v) for k, v in keys.items()}) for *_, keys in roles],
    )
    told = [
        (person, {"roles": [None, f"{app}.{role}"]} | _keys_told(keys))
        for person, app, role, keys in roles
    ]
    await _tell(conn, "person", told, actor_id, kind="grant")


def _keys_told(keys: Mapping[str, Sequence[int]]) -> dict[str, list[str | None]]:
    return {f"keys.{key}": [None, ", ".join(map(str, ids_))] for key, ids_ in keys.items()}


async def set_password(
    conn: Connection, person_id: int, password_hash: str, actor_id: int | None
) -> None:
    """Replace a person's password and end their sessions."""
    await conn.execute(
        "update orderloom.person set password_hash = $2 where id = $1", person_id, password_hash
    )
    await conn.execute("delete from orderloom.session where person_id = $1", person_id)
    await _tell(conn, "person", [(person_id, {})], actor_id, kind="password")


async def set_preferences(
    conn: Connection, person_id: int, *, language: str | None, theme: str | None
) -> None:
    """Remember a person's language and theme."""
    await conn.execute(
        "update orderloom.person set language = coalesce($2, language),"
        " theme = coalesce($3, theme) where id = $1",
        person_id,
        language,
        theme,
    )


async def _tell(
    conn: Connection,
    entity: str,
    changes: Sequence[tuple[int, Mapping[str, Sequence[str | None]]]],
    actor_id: int | None,
    *,
    kind: str = "create",
) -> None:
    await history.append(
        conn,
        [
            history.EventDraft(
                app=PLATFORM,
                entity=entity,
                record_id=id_,
                kind=kind,
                door="platform",
                actor_id=actor_id,
                changes={"fields": dict(fields)},
            )
            for id_, fields in changes
        ],
    )


async def departments_of(conn: Connection, people: Iterable[int]) -> dict[int, int]:
    """The primary department of each person."""
    rows = await conn.fetch(
        "select person_id, department_id from orderloom.person_department"
        " where person_id = any($1::bigint[]) and is_primary",
        list(people),
    )
    return {row["person_id"]: row["department_id"] for row in rows}


async def existing_people(conn: Connection, wanted: Iterable[int]) -> set[int]:
    """Those of the ids that are people."""
    rows = await conn.fetch(
        "select id from orderloom.person where id = any($1::bigint[])", list(wanted)
    )
    return {row["id"] for row in rows}


async def existing_departments(conn: Connection, wanted: Iterable[int]) -> set[int]:
    """Those of the ids that are departments."""
    rows = await conn.fetch(
        "select id from orderloom.department where id = any($1::bigint[])", list(wanted)
    )
    return {row["id"] for row in rows}


async def person_names(conn: Connection, wanted: Iterable[int]) -> dict[str, str]:
    """Names by id text."""
    rows = await conn.fetch(
        "select id, name from orderloom.person where id = any($1::bigint[])", list(wanted)
    )
    return {str(row["id"]): row["name"] for row in rows}


async def person_logins(conn: Connection, wanted: Iterable[int]) -> dict[str, str]:
    """Logins by id text."""
    rows = await conn.fetch(
        "select id, login from orderloom.person where id = any($1::bigint[])", list(wanted)
    )
    return {str(row["id"]): row["login"] for row in rows}


async def department_names(conn: Connection, wanted: Iterable[int]) -> dict[str, str]:
    """Names by id text."""
    rows = await conn.fetch(
        "select id, name from orderloom.department where id = any($1::bigint[])", list(wanted)
    )
    return {str(row["id"]): row["name"] for row in rows}


async def search_people(conn: Connection, text: str, limit: int = 50) -> list[dict[str, str]]:
    """Active people whose name or login contains the text."""
    rows = await conn.fetch(
        "select id, name, login from orderloom.person where active"
        " and (position(lower($1) in lower(name)) > 0 or position(lower($1) in lower(login)) > 0)"
        " order by name, id limit $2",
        text,
        limit,
    )
    return [{"id": str(r["id"]), "name": r["name"], "login": r["login"]} for r in rows]


async def all_departments(conn: Connection) -> list[dict[str, str | None]]:
    """All departments with their parents."""
    rows = await conn.fetch("select id, name, parent_id from orderloom.department order by id")
    return [
        {
            "id": str(row["id"]),
            "name": row["name"],
            "parent": str(row["parent_id"]) if row["parent_id"] else None,
        }
        for row in rows
    ]


_NAMED = {
    "orderloom.person": "select id, name, login as other from orderloom.person"
    " where active and (name = any($1::text[]) or lower(login) = any($1::text[]))",
    "orderloom.department": "select id, name, name as other from orderloom.department"
    " where name = any($1::text[])",
}


async def ids_by_name(conn: Connection, target: str, names: Sequence[str]) -> dict[str, int]:
    """The ids of people or departments by name; people also by login.

    Namesakes stand for nobody: only a login can mean one of them.
    """
    rows = await conn.fetch(_NAMED[target], list(names))
    found: dict[str, int] = {row["other"]: row["id"] for row in rows}
    seen = Counter(row["name"] for row in rows)
    return found | {row["name"]: row["id"] for row in rows if seen[row["name"]] == 1}
