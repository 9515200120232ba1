"""The verifier: stored computed values against what they should be.

Invariant: it only reads; what waits for the worker, rows or a back-fill, is not called wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orderloom.database import Connection, ident
from orderloom.definition.graph import Computed, Node
from orderloom.storage.live import Catalog
from orderloom.storage.recompute import differing

SAMPLE = 1000
"""Rows of each table that a sample looks at."""
_CHUNK = 2000
_UNFILLED = """
select jsonb_array_elements_text(detail -> 'fields') as name from orderloom.online_step
where kind = 'backfill' and state in ('queued', 'running')
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueDrift:
    """A stored value that is not what its definition says."""

    place: str
    key: str
    id: int
    stored: Any
    computed: Any


async def value_drifts(
    conn: Connection, catalog: Catalog, sample: int | None = SAMPLE
) -> list[ValueDrift]:
    """Recompute a sample of the rows of every table (all of them when None); what differs."""
    found: list[ValueDrift] = []
    places = sorted({node.place for node in catalog.graph.nodes})
    rows = await conn.fetch(_UNFILLED)
    unfilled = {row["name"] for row in rows}
    for place in places:
        fields = [
            one
            for one in catalog.graph.of(place)
            if one.is_stored and f"{place}.{one.node.key}" not in unfilled
        ]
        if fields:
            found.extend(await _of_place(conn, fields, sample))
    return found


async def _of_place(
    conn: Connection, fields: Sequence[Computed], sample: int | None
) -> list[ValueDrift]:
    place, found = fields[0].node.place, list[ValueDrift]()
    waiting = await _waiting(conn, place)
    ids = await _ids(conn, ident(*fields[0].scope.table), sample)
    for start in range(0, len(ids), _CHUNK):
        for row in await differing(conn, fields, ids[start : start + _CHUNK]):
            found.extend(
                ValueDrift(place=place, key=key, id=row.id, stored=pair[0], computed=pair[1])
                for key, pair in row.values.items()
                if row.id not in waiting.get(Node(place, key), ())
            )
    return found


async def _waiting(conn: Connection, place: str) -> dict[Node, set[int]]:
    rows = await conn.fetch("select keys, ids from orderloom.computing where place = $1", place)
    found: dict[Node, set[int]] = {}
    for row in rows:
        for key in row["keys"]:
            found.setdefault(Node(place, key), set()).update(row["ids"])
    return found


async def _ids(conn: Connection, table_sql: str, sample: int | None) -> list[int]:
    """All ids, or about so many by chance."""
    if sample is not None:
        known = await conn.fetchval(
            "select greatest(reltuples, 0)::bigint from pg_class where oid = $1::regclass",
            table_sql,
        )
        if known > 2 * sample:
            rows = await conn.fetch(
                f"select id from {table_sql} tablesample bernoulli ($1) limit $2",
                100 * 1.5 * sample / known,
                sample,
            )
            return [row["id"] for row in rows]
    rows = await conn.fetch(f"select id from {table_sql} order by id")
    return [row["id"] for row in rows]
