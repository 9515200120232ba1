"""What happened to a record: its history, and why.

Invariant: events lose what is hidden from the reader before they come here.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from orderloom.base.errors import Fault
from orderloom.http.errors import BadQueryError
from orderloom.http.ports import platform
from orderloom.http.records_api import entity_name, known_id
from orderloom.http.request import actor_of, query_of, record_id, reply, whole_number


async def read_history(request: Request) -> Response:
    """``GET /{app}/{entity}/{id}/history``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query = query_of(request, frozenset(("cursor", "limit")))
    cursor = query.get("cursor")
    before = record_id(cursor) if cursor else None
    if cursor and before is None:
        raise BadQueryError(errors=[Fault(pointer="/cursor", code="http.bad_value")])
    limit = max(1, min(200, whole_number(query, "limit", 50)))
    page = await platform(request).records.history(
        entity, known_id(request, entity), actor=actor, before=before, limit=limit
    )
    following = str(page.next) if page.next else None
    return reply({"items": page.items, "next": following, "refs": page.refs})


async def read_why(request: Request) -> Response:
    """``GET /{app}/{entity}/{id}/why``: what happened to the record, step by step, and why."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query_of(request, frozenset())
    page = await platform(request).records.history(
        entity, known_id(request, entity), actor=actor, limit=200
    )
    return reply({"steps": [_step(item) for item in reversed(page.items)]})


def _step(item: Mapping[str, Any]) -> dict[str, Any]:
    fields = item["changes"]["fields"]
    reserved = any(
        "reserved" in row["fields"]
        for rows in item["changes"]["lines"].values()
        for row in rows.values()
    )
    kind = "check" if "exceptions" in fields else "allocation" if reserved else "flow"
    return {
        "at": item["at"],
        "kind": kind,
        "name": item["kind"].removeprefix("action:"),
        "version": None,
        "inputs": {key: pair[0] for key, pair in fields.items()},
        "because": [{"formula": "reason", "value": item["reason"]}] if item["reason"] else [],
        "effect": {key: pair[1] for key, pair in fields.items()},
        "who": [item["actor"]["login"]] if item["actor"] else [],
    }
