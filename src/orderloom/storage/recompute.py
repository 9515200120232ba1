"""Recomputing stored values: set by set, level by level, inside the caller's transaction.

Invariant: rows are locked before their values are read, and values are read by a later statement
than the lock; so two writers under one parent leave the exact sum.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderloom.database import Connection, Params, ident
from orderloom.definition.fields.rollup import RollupField
from orderloom.definition.graph import PARENT, Computed, Edge, Graph, Node, Step
from orderloom.storage.holding import Rows, above, lock
from orderloom.storage.live import Catalog
from orderloom.storage.made import STABLE, rollup_join, value_sql

CHUNK = 500
"""Rows of one mark, which the worker recomputes in one transaction."""
LIMIT = 500
"""More rows of one table than this are left to the worker."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A row whose computed values changed: its record's id, and OLD and NEW by key."""

    place: str
    id: int
    record_id: int
    values: Mapping[str, tuple[Any, Any]]


async def recompute_rows(
    conn: Connection, fields: Sequence[Computed], ids: Sequence[int]
) -> list[Changed]:
    """Set fields of one place in the rows; answers those that changed. The rows are locked."""
    place = fields[0].node.place
    table_sql, params = _table(place), Params()
    values_sql = _values_sql(fields, ids, params)
    numbers = range(len(fields))
    keys = [one.node.key for one in fields]
    sets_sql = ", ".join(f"{ident(key)} = v.{ident(f'n{i}')}" for i, key in enumerate(keys))
    tests_sql = " or ".join(f"v.o{number} is distinct from v.n{number}" for number in numbers)
    shown_sql = ", ".join(f"v.o{number}, v.n{number}" for number in numbers)
    parent_sql = f"u.{ident(PARENT)}" if _is_lines(place) else "u.id"
    rows = await conn.fetch(
        f"with v as materialized ({values_sql}) update {table_sql} u set {sets_sql} from v"
        f" where u.id = v.id and ({tests_sql})"
        f" returning u.id, {parent_sql} as record_id, {shown_sql}",
        *params.values,
    )
    return [Changed(place, row["id"], row["record_id"], _pairs(fields, row)) for row in rows]


async def differing(
    conn: Connection, fields: Sequence[Computed], ids: Sequence[int]
) -> list[Changed]:
    """What ``recompute_rows`` would change, without changing it."""
    place, params = fields[0].node.place, Params()
    values_sql = _values_sql(fields, ids, params)
    tests_sql = " or ".join(
        f"v.o{number} is distinct from v.n{number}" for number in range(len(fields))
    )
    rows = await conn.fetch(f"select * from ({values_sql}) v where {tests_sql}", *params.values)
    return [Changed(place, row["id"], row["id"], _pairs(fields, row)) for row in rows]


def _values_sql(fields: Sequence[Computed], ids: Sequence[int], params: Params) -> str:
    """OLD and NEW of every field for the rows, as o0, n0, o1, n1."""
    table_sql, ids_sql = _table(fields[0].node.place), params.bind(list(ids), "bigint[]")
    joins, values = list[str](), list[str]()
    for number, one in enumerate(fields):
        key_sql, kind = ident(one.node.key), one.field
        if kind is None:
            raise TypeError(one.node)
        if isinstance(kind, RollupField):
            made = rollup_join(one, kind, number, ids_sql, params)
            joins.append(made.join_sql)
            made_sql = made.value_sql
        else:
            made_sql = value_sql(one, "t", params, STABLE)
        # lint: allow sql-identifiers: the field kind's own type, never a user's word
        made_sql = f"({made_sql})::{kind.column_type}"
        values.append(f"t.{key_sql} as o{number}, {made_sql} as n{number}")
    values_sql, joins_sql = ", ".join(values), "".join(joins)
    return f"select t.id, {values_sql} from {table_sql} t{joins_sql} where t.id = any({ids_sql})"


def _pairs(fields: Sequence[Computed], row: Any) -> dict[str, tuple[Any, Any]]:
    return {
        one.node.key: (row[f"o{number}"], row[f"n{number}"])
        for number, one in enumerate(fields)
        if row[f"o{number}"] != row[f"n{number}"]
    }


@dataclass(kw_only=True, slots=True)
class Spread:
    """Carries changes through the graph, sources before readers."""

    conn: Connection
    catalog: Catalog
    limit: int = LIMIT
    pending: dict[Node, set[int]] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)
    marked: int = 0
    held: Rows = field(default_factory=dict)
    causes: dict[tuple[str, int], int] | None = None
    """By place and row: the number of the last of the causes that moved it; None where one cause
    moves all."""

    @property
    def graph(self) -> Graph:
        """The graph of the catalogue's versions."""
        return self.catalog.graph

    async def reach(self, edge: Edge, ids: Mapping[int, int], way: Sequence[Step]) -> None:
        """Note the readers at the beginning of a way that ends at the rows, each with its cause."""
        found = dict(ids)
        if way and found:
            rows_sql, values = (back if self.causes is None else back_to_causes)(way, found)
            rows = await self.conn.fetch(f"{rows_sql} limit {int(self.limit) + 1}", *values)
            found = {row["id"]: 0 if self.causes is None else row["cause"] for row in rows}
            if len(found) > self.limit:
                await self._mark(edge.reader, rows_sql, values)
                return
        if found:
            self.pending.setdefault(edge.reader, set()).update(found)
            self._note_causes(edge.reader.place, found)

    def _note_causes(self, place: str, found: Mapping[int, int]) -> None:
        if self.causes is not None:
            for id_, cause in found.items():
                self.causes[place, id_] = max(cause, self.causes.get((place, id_), cause))

    def cause(self, place: str, id_: int) -> int:
        """The number of the cause that moved a row last."""
        return 0 if self.causes is None else self.causes.get((place, id_), 0)

    async def run(self) -> list[Changed]:
        """Recompute all that was noted, and all that follows from it."""
        levels = self.graph.levels
        await self.hold({node: ids for node, ids in self.pending.items() if len(ids) <= self.limit})
        while self.pending:
            lowest = min(levels[node] for node in self.pending)
            level = sorted(node for node in self.pending if levels[node] == lowest)
            places = {node.place for node in level}
            for place in sorted(places, key=lambda one: (self._rank(one), one)):
                await self._place([node for node in level if node.place == place])
        return self.changed

    def _rank(self, place: str) -> int:
        entity = self.catalog.find(".".join(place.split(".")[:2]))
        return entity.rank if entity is not None else 0

    async def _place(self, nodes: Sequence[Node]) -> None:
        ids = sorted(set().union(*(self.pending.pop(node) for node in nodes)))
        if len(ids) > self.limit:
            for node in nodes:
                await self._mark(node, "select unnest($1::bigint[]) as id", [ids])
            return
        await self.hold({nodes[0]: ids})
        fields = [self.graph.nodes[node] for node in nodes]
        rows = await recompute_rows(self.conn, fields, ids)
        self.changed.extend(rows)
        for node in nodes:
            moved = {
                row.id: self.cause(row.place, row.id) for row in rows if node.key in row.values
            }
            for edge in self.graph.readers.get(node, ()) if moved else ():
                await self.reach(edge, moved, edge.way)

    async def hold(self, wanted: Mapping[Node, Iterable[int]]) -> None:
        """Lock the records of rows, and what lies above them and will follow."""
        rows: Rows = {}
        for node, ids in wanted.items():
            listed = list(ids)
            if node.lines is not None:
                lines_sql = _table(node.place)
                found = await self.conn.fetch(
                    f"select distinct parent_id as id from {lines_sql}"
                    " where id = any($1::bigint[])",
                    listed,
                )
                listed = [row["id"] for row in found]
            rows.setdefault(node.entity, set()).update(listed)
        fed = self.graph.fed_after(wanted)
        for entity, more in (await above(self.conn, self.catalog, rows, fed)).items():
            rows.setdefault(entity, set()).update(more)
        fresh = {entity: ids - self.held.get(entity, set()) for entity, ids in rows.items()}
        await lock(self.conn, self.catalog, fresh)
        for entity, ids in rows.items():
            self.held.setdefault(entity, set()).update(ids)

    async def _mark(self, node: Node, rows_sql: str, values: Sequence[Any]) -> None:
        """Leave rows to the worker; whoever reads them until then sees the mark."""
        place_sql, keys_sql = f"${len(values) + 1}::text", f"${len(values) + 2}::text[]"
        await self.conn.execute(
            "insert into orderloom.computing (place, keys, ids)"
            f" select {place_sql}, {keys_sql}, array_agg(q.id) from (select s.id,"
            f" (row_number() over (order by s.id) - 1) / {CHUNK} as chunk from ({rows_sql}) s) q"
            " group by q.chunk",
            *values,
            node.place,
            [node.key],
        )
        self.marked += 1


def back(way: Sequence[Step], ids: Iterable[int]) -> tuple[str, list[Any]]:
    """From the rows at the end of a way to the rows at its beginning."""
    rows_sql = "select unnest($1::bigint[]) as id"
    for step in reversed(way):
        table_sql, column_sql = _table(step.place), ident(step.column)
        if step.up:
            rows_sql = f"select r.id from {table_sql} r where r.{column_sql} in ({rows_sql})"
        else:
            rows_sql = (
                f"select distinct r.{column_sql} as id from {table_sql} r"
                f" where r.id in ({rows_sql}) and r.{column_sql} is not null"
            )
    return rows_sql, [list(ids)]


def back_to_causes(way: Sequence[Step], ids: Mapping[int, int]) -> tuple[str, list[Any]]:
    """The same, with the greatest of the numbers (``cause``) that the rows at the end carry."""
    rows_sql = "select unnest($1::bigint[]) as id, unnest($2::bigint[]) as cause"
    for step in reversed(way):
        table_sql, column_sql = _table(step.place), ident(step.column)
        here_sql, there_sql = ("r.id", f"r.{column_sql}")[:: 1 if step.up else -1]
        rows_sql = (
            f"select {here_sql} as id, max(s.cause) as cause from ({rows_sql}) s"
            f" join {table_sql} r on {there_sql} = s.id where {here_sql} is not null group by 1"
        )
    return rows_sql, [list(ids), list(ids.values())]


def _is_lines(place: str) -> bool:
    return place.count(".") > 1


def _table(place: str) -> str:
    """The quoted table of a place."""
    app, entity, *lines = place.split(".")
    return ident(app, "__".join([entity, *lines]))
