"""A record's events as its reader may see them: hidden fields leave no trace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orderloom import history
from orderloom.access.people import person_logins, person_names
from orderloom.access.rights import EntityRights
from orderloom.database.pool import Connection
from orderloom.definition.field import FieldFault
from orderloom.records import masks
from orderloom.records.plan import EntityPlan

_QUIET = frozenset({"version", "updated_at", "updated_by", "created_at", "created_by"})


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelinePage:
    """Events newest first, the cursor of the next page, and the names behind what they changed."""

    items: list[dict[str, Any]]
    next: int | None
    refs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def sides(plan: EntityPlan, page: TimelinePage) -> list[dict[str, Any]]:
    """What stood before and after each event, as far as it has names behind it.

    A field of the same key may have been of another kind then: such a value says only itself.
    """
    ids = {key for key, _ in plan.root.pointers}
    named = ids | {key for key, _ in plan.root.coded}
    return [
        {
            key: _id(plan, key, pair[side]) if key in ids else pair[side]
            for key, pair in item["changes"]["fields"].items()
            if key in named
        }
        for item in page.items
        for side in (0, 1)
    ]


def _id(plan: EntityPlan, key: str, value: Any) -> Any:
    """The id that a side of a pair is; None when it is none."""
    try:
        return None if value is None else plan.root.fields[key].parse(value)
    except FieldFault:
        return None


async def read(
    conn: Connection,
    plan: EntityPlan,
    rights: EntityRights,
    id_: int,
    before: int | None,
    limit: int,
) -> TimelinePage:
    """One page of the record's events."""
    events = await history.timeline(conn, plan.app, plan.entity.id, id_, before, limit + 1)
    more = len(events) > limit
    events = events[:limit]
    people = sorted({event.actor_id for event in events if event.actor_id is not None})
    names = await person_names(conn, people)
    logins = await person_logins(conn, people)
    items = [_present(event, rights, names, logins) for event in events]
    return TimelinePage(items=items, next=events[-1].id if more else None)


def _present(
    event: history.Event,
    rights: EntityRights,
    names: Mapping[str, str],
    logins: Mapping[str, str],
) -> dict[str, Any]:
    actor = None
    if event.actor_id is not None:
        id_ = str(event.actor_id)
        actor = {"id": id_, "name": names.get(id_), "login": logins.get(id_)}
    return {
        "id": str(event.id),
        "sequence": event.sequence,
        "at": event.at,
        "kind": event.kind,
        "door": event.door,
        "actor": actor,
        "reason": event.reason,
        "changes": _masked(event.changes, rights),
    }


def _masked(changes: Mapping[str, Any], rights: EntityRights) -> dict[str, Any]:
    fields = {
        key: pair
        for key, pair in (changes.get("fields") or {}).items()
        if key not in _QUIET and not masks.is_hidden(rights, key)
    }
    lines: dict[str, Any] = {}
    for key, rows in (changes.get("lines") or {}).items():
        if masks.is_hidden(rights, key):
            continue
        lines[key] = {
            id_: {
                "op": row["op"],
                "fields": {
                    name: pair
                    for name, pair in row["fields"].items()
                    if name != "position" and not masks.is_hidden(rights, f"{key}.{name}")
                },
            }
            for id_, row in rows.items()
        }
    return {"fields": fields, "lines": lines}
