"""The names behind ids and codes: titles of records the actor may see, people, words."""

from collections.abc import Mapping, Sequence
from typing import Any

from orderloom.access.actor import Actor, formula_context
from orderloom.access.people import department_names, person_names
from orderloom.access.rights import EntityRights
from orderloom.base import clock
from orderloom.database.pool import Connection
from orderloom.database.sql import Params, ident
from orderloom.records import masks
from orderloom.records.command import Record
from orderloom.records.plan import EntityPlan, Plans, TablePlan
from orderloom.records.rights import entity_rights
from orderloom.storage.live import Catalog

PEOPLE = ("created_by", "updated_by", "deleted_by", "owner_id")


async def titles(
    conn: Connection,
    catalog: Catalog,
    plans: Plans,
    actor: Actor,
    source: Any,
    items: Sequence[Record],
) -> dict[str, dict[str, str]]:
    """``{"orders.customer": {id: title}, "person": {…}, "department": {…}}`` for the items.

    The words of codes stand under the codes' name: ``{"orders.reason": {code: words}}``.
    """
    wanted = collect(source.plan, items)
    found = _words(source.plan, source.rights, actor.language, items)
    for entity, ids in wanted.items():
        if not ids:
            continue
        if entity == "person":
            found[entity] = await person_names(conn, ids)
        elif entity == "department":
            found[entity] = await department_names(conn, ids)
        else:
            found[entity] = await _record_titles(conn, catalog, plans, actor, entity, ids)
    return found


def collect(plan: EntityPlan, items: Sequence[Record]) -> dict[str, list[int]]:
    """The ids that the items refer to, by target."""
    wanted: dict[str, set[int]] = {}
    for item in items:
        for key in PEOPLE:
            _add(wanted, "person", item.get(key))
        _add(wanted, "department", item.get("owner_department_id"))
        _scan(wanted, plan.root, item)
        for key, table in plan.lines.items():
            for line in item.get(key) or []:
                _scan(wanted, table, line)
    return {target: sorted(ids) for target, ids in wanted.items()}


def _words(
    plan: EntityPlan, rights: EntityRights, language: str, items: Sequence[Record]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}

    def add(table: TablePlan, row: Record, path: str) -> None:
        for key, field in table.coded:
            value = row.get(key)
            if value and not masks.is_hidden(rights, f"{path}{key}"):
                found.setdefault(str(field.codes), {}).update(field.said(str(value), language))

    for item in items:
        add(plan.root, item, "")
        for name, table in plan.lines.items():
            if table.coded:
                for line in item.get(name) or []:
                    add(table, line, f"{name}.")
    return found


def _scan(wanted: dict[str, set[int]], table: TablePlan, row: Record) -> None:
    for key, target in table.references:
        _add(wanted, target, row.get(key))
    for key, target in table.people:
        _add(wanted, target, row.get(key))


def _add(wanted: dict[str, set[int]], target: str, value: Any) -> None:
    if value is not None:
        wanted.setdefault(target, set()).add(value)


async def _record_titles(
    conn: Connection,
    catalog: Catalog,
    plans: Plans,
    actor: Actor,
    entity: str,
    ids: Sequence[int],
) -> dict[str, str]:
    rights = entity_rights(catalog, actor, entity)
    plan = plans.of(entity)
    title = plan.entity.title
    if rights is None or not rights.may("see") or title is None or title in rights.hidden:
        return {}
    params = Params()
    ids_sql = params.bind(list(ids), "bigint[]")
    context = formula_context(actor, clock.now())
    scope_sql = rights.predicate("see", "a", params.bind, context) or "true"
    table_sql = ident(*plan.table)
    rows = await conn.fetch(
        f"select a.id, a.{ident(title)} as title from {table_sql} a"
        f" where a.id = any({ids_sql}) and ({scope_sql})",
        *params.values,
    )
    field = plan.root.fields[title]
    return {
        str(row["id"]): str(field.format(row["title"])) for row in rows if row["title"] is not None
    }


def names(found: Mapping[str, Mapping[str, str]], target: str, id_: int | None) -> str | None:
    """One title from the collected ones."""
    return None if id_ is None else found.get(target, {}).get(str(id_))
