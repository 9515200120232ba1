"""Reading records: lists, one record, aggregates, availability of actions, history.

Invariant: there is no read without an actor; row scope and field mask are part of the SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from orderloom import history
from orderloom.access.actor import Actor, formula_context
from orderloom.access.rights import EntityRights
from orderloom.base import clock
from orderloom.base.errors import Fault
from orderloom.database.pool import Connection
from orderloom.database.reads import Reads
from orderloom.database.sql import Params, ident
from orderloom.formula import Formula, FormulaError, compile_formula
from orderloom.formula.types import BOOL
from orderloom.records import (
    availability,
    computing,
    cursor,
    grouping,
    masks,
    paging,
    refs,
    timeline,
)
from orderloom.records.command import Record
from orderloom.records.cursor import SortKey
from orderloom.records.errors import (
    InvalidQueryError,
    NotAllowedError,
    RecordNotFoundError,
    formula_faults,
)
from orderloom.records.load import attach_lines
from orderloom.records.plan import SEARCH, Column, EntityPlan, Plans
from orderloom.records.rights import entity_rights, rights_to
from orderloom.records.source import Source
from orderloom.storage.live import Catalog

MAX_LIMIT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a list. ``count`` is None unless asked for; ``estimated`` marks estimates."""

    items: list[Record]
    next: str | None
    count: int | None = None
    estimated: bool = False
    refs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Reading:
    """Every read of app data; bound to the catalogue, one read-only transaction each."""

    def __init__(self, reads: Reads, catalog: Catalog, plans: Plans) -> None:
        self.reads = reads
        self._catalog = catalog
        self._plans = plans

    def _source(
        self,
        entity: str,
        actor: Actor,
        *,
        filter_text: str | None = None,
        search: str | None = None,
        as_of: datetime | None = None,
        deleted: bool = False,
    ) -> Source:
        rights = self._rights(entity, actor)
        plan = self._plans.of(entity)
        source = Source(plan=plan, rights=rights, actor=actor, now=clock.now(), as_of=as_of)
        source.from_sql = self._from(source)
        context = formula_context(actor, source.now)
        if plan.has_system:
            source.where.append(f"a.deleted_at is {'not null' if deleted else 'null'}")
        for operation in ("see", "delete") if deleted else ("see",):
            scope_sql = rights.predicate(operation, "a", source.params.bind, context)
            if scope_sql is not None:
                source.where.append(scope_sql)
        if filter_text and filter_text.strip():
            formula = self.formula(plan, rights, actor, filter_text)
            source.where.append(
                formula.sql(
                    "a", source.params.bind, context, mode="filter", visible=self.visible(source)
                )
            )
        if search and search.strip():
            source.where.append(self._search(source, search))
        return source

    def _rights(self, entity: str, actor: Actor) -> EntityRights:
        return rights_to(self._catalog, actor, entity)

    def _from(self, source: Source) -> str:
        plan = source.plan
        rows_sql = ident(*plan.table)
        past = source.as_of is not None and plan.has_system
        if past:
            at_sql = source.params.bind(source.as_of, "timestamptz")
            past_sql = history.as_of_source(plan.app, plan.entity.id, plan.table, at_sql)
            rows_sql = f"({past_sql})"
        names = [column.key for column in (*plan.columns, SEARCH)]
        return f"{source.rows(plan.root, names, rows_sql)} a"

    def _search(self, source: Source, text: str) -> str:
        """Every word must occur; a reference typed in is not looked into."""
        conditions = []
        for word in text.lower().split()[:8]:
            pattern = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
            bound_sql = source.params.bind(pattern, "text")
            conditions.append(f"a.search_text like {bound_sql}")
        return " and ".join(conditions) or "true"

    def visible(self, source: Source) -> Any:
        """The predicate for referenced rows: rows the actor may not see read as blank."""
        context = formula_context(source.actor, source.now)

        def predicate(entity: str, alias: str) -> str | None:
            rights = entity_rights(self._catalog, source.actor, entity)
            if rights is None or not rights.may("see"):
                return "false"
            return rights.predicate("see", alias, source.params.bind, context)

        return predicate

    def formula(
        self,
        plan: EntityPlan,
        rights: EntityRights,
        actor: Actor,
        text: str,
        *,
        pointer: str = "/filter",
        condition: bool = True,
    ) -> Formula:
        """A user's formula, compiled and checked against the actor's field masks.

        Raises:
            InvalidQueryError: it does not compile, or names a field the actor may not see.
        """
        try:
            formula = compile_formula(
                text,
                plan.root.reading,
                self._catalog.scopes,
                expect=BOOL if condition else None,
                usage="filter" if condition else "value",
            )
        except FormulaError as error:
            error = self._known(plan, actor, text, error)
            raise InvalidQueryError(errors=formula_faults(error, pointer)) from error
        masks.check_references(self._catalog, actor, formula.references, pointer)
        _ = rights
        return formula

    def _known(
        self, plan: EntityPlan, actor: Actor, text: str, error: FormulaError
    ) -> FormulaError:
        """The error in words that the actor may know: no hidden field is suggested."""
        seen = masks.visible_scopes(self._catalog, actor)
        try:
            compile_formula(text, seen[plan.name], seen)
        except FormulaError as found:
            return found
        return error

    async def value(self, entity: str, id_: int, formula: Formula, *, actor: Actor) -> Any:
        """The value of a formula, checked against the actor's masks, for a record they may see.

        Raises:
            RecordNotFoundError: it does not exist, or the actor may not see it.
        """
        source = self._source(entity, actor)
        masks.check_references(self._catalog, actor, formula.references, "/formula")
        context = formula_context(actor, source.now)
        value_sql = formula.sql(
            "a", source.params.bind, context, mode="value", visible=self.visible(source)
        )
        source.where.append(f"a.id = {source.params.bind(id_, 'bigint')}")
        async with self._conn() as conn:
            row = await conn.fetchrow(
                f"select {value_sql} as found from {source.from_sql} where {source.where_sql}",
                *source.params.values,
            )
        if row is None:
            raise RecordNotFoundError(entity=entity, id=str(id_))
        return row["found"]

    def _conn(self) -> Any:
        return self.reads.connection()

    async def find(
        self,
        entity: str,
        *,
        actor: Actor,
        filter: str | None = None,  # noqa: A002 - the word of the API
        search: str | None = None,
        sort: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        fields: Sequence[str] | None = None,
        count: str = "none",
        as_of: datetime | None = None,
        deleted: bool = False,
    ) -> Page:
        """A page of records the actor may see, newest first unless sorted otherwise.

        ``deleted`` reads the recycle bin: what the actor may see and delete, latest first.

        Raises:
            EntityNotFoundError: no such entity for this actor.
            NotAllowedError: the recycle bin of an entity whose records the actor may not delete.
            InvalidQueryError: filter, sort, fields, limit, count or cursor are not valid.
        """
        if not 1 <= limit <= MAX_LIMIT:
            raise InvalidQueryError(
                errors=[
                    Fault(pointer="/limit", code="records.bad_limit", params={"max": MAX_LIMIT})
                ]
            )
        sort = "-deleted_at" if deleted and sort is None else sort

        async def work() -> Page:
            source = self._source(
                entity, actor, filter_text=filter, search=search, as_of=as_of, deleted=deleted
            )
            if deleted and not (source.plan.has_system and source.rights.may("delete")):
                raise NotAllowedError(entity=entity, operation="delete")
            columns, lines = self._columns(source, fields)
            keys = self._sort(source, sort)
            return await self._page(source, columns, lines, keys, limit, cursor, count)

        return await self.reads.run(work, anywhere=True)

    async def _page(
        self,
        source: Source,
        columns: Sequence[Column],
        lines: Sequence[str],
        keys: Sequence[SortKey],
        limit: int,
        after: str | None,
        count: str,
    ) -> Page:
        counted_sql, counted_values = source.where_sql, list(source.params.values)
        if after:
            values = cursor.decode(keys, after)
            source.where.append(cursor.after(keys, values, source.params))
        page_sql = paging.page_sql(source, columns, keys, limit + 1)
        async with self._conn() as conn:
            rows = await conn.fetch(page_sql, *source.params.values)
            more = len(rows) > limit
            rows = rows[:limit]
            items = [{column.key: row[column.key] for column in columns} for row in rows]
            if lines:
                await self._attach(conn, source, items, lines)
            total, estimated = await paging.count(conn, source, counted_sql, counted_values, count)
            found = await refs.titles(conn, self._catalog, self._plans, source.actor, source, items)
            if source.as_of is None:
                await computing.note(conn, self._catalog.graph, source.plan.name, items)
        last = cursor.encode(keys, cursor.values_of(keys, rows[-1])) if more and rows else None
        masks.apply(source.rights, items)
        return Page(items=items, next=last, count=total, estimated=estimated, refs=found)

    async def _attach(
        self, conn: Connection, source: Source, items: Sequence[Record], lines: Sequence[str]
    ) -> None:
        sources: dict[str, tuple[str, list[Any]]] = {}
        for key in lines:
            params = Params()
            params.bind(None)
            rows_sql = replace(source, params=params).line_rows(key)
            sources[key] = (rows_sql, params.values[1:])
        records = {item["id"]: item for item in items}
        await attach_lines(conn, source.plan, records, lines, sources, made=True)

    def _columns(
        self, source: Source, fields: Sequence[str] | None
    ) -> tuple[list[Column], list[str]]:
        """The columns and lines to read: all visible header fields that are stored unless named."""
        plan, hidden = source.plan, source.rights.hidden
        visible = [column for column in plan.read_columns if column.key not in hidden]
        if fields is None:
            return [column for column in plan.columns if column.key not in hidden], []
        faults = [
            Fault(pointer="/fields", code="records.unknown_field", params={"field": name})
            for name in fields
            if name in hidden
            or (name not in plan.lines and all(column.key != name for column in visible))
        ]
        if faults:
            raise InvalidQueryError(errors=faults)
        wanted = {"id", "version", *fields}
        columns = [column for column in visible if column.key in wanted]
        return columns, [key for key in plan.lines if key in wanted]

    def _sort(self, source: Source, sort: str | None) -> list[SortKey]:
        plan = source.plan
        columns = {
            column.key: column
            for column in plan.read_columns
            if column.key not in source.rights.hidden and not column.type.endswith("[]")
        }
        keys: list[SortKey] = []
        faults: list[Fault] = []
        for part in (sort or plan.entity.sort or "-id").split(","):
            name = part.strip()
            descending, name = name.startswith("-"), name.lstrip("+-")
            column = columns.get(name)
            if column is None or column.type == "jsonb":
                faults.append(
                    Fault(pointer="/sort", code="records.unknown_field", params={"field": name})
                )
                continue
            keys.append(SortKey(name, f"a.{ident(name)}", column.type, descending, _nullable(name)))
        if faults:
            raise InvalidQueryError(errors=faults)
        if all(key.key != "id" for key in keys):
            keys.append(SortKey("id", "a.id", "bigint", keys[0].descending, nullable=False))
        return keys

    async def get(
        self, entity: str, id_: int, *, actor: Actor, as_of: datetime | None = None
    ) -> Page:
        """One record with its lines, as a page of one item.

        Raises:
            RecordNotFoundError: it does not exist, or the actor may not see it.
        """
        page = await self.reads.run(partial(self._whole, entity, [id_], actor, as_of, made=True))
        if not page.items:
            raise RecordNotFoundError(entity=entity, id=str(id_))
        return page

    async def _whole(
        self,
        entity: str,
        ids: Sequence[int],
        actor: Actor,
        as_of: datetime | None = None,
        *,
        made: bool = False,
    ) -> Page:
        """Records by id with all that the actor may see of them; ``made`` at read if asked."""
        source = self._source(entity, actor, as_of=as_of)
        source.where.append(f"a.id = any({source.params.bind(list(ids), 'bigint[]')})")
        plan, hidden = source.plan, source.rights.hidden
        wanted = plan.read_columns if made else plan.columns
        columns = [column for column in wanted if column.key not in hidden]
        lines = [key for key in plan.lines if key not in hidden]
        keys = [SortKey("id", "a.id", "bigint", descending=False, nullable=False)]
        return await self._page(source, columns, lines, keys, max(len(ids), 1), None, "none")

    async def many(self, entity: str, ids: Sequence[int], *, actor: Actor) -> dict[int, Record]:
        """Records by id with their lines, masked; those the actor may not see are absent."""
        page = await self.reads.run(partial(self._whole, entity, ids, actor))
        return {item["id"]: item for item in page.items}

    async def aggregate(
        self,
        entity: str,
        *,
        actor: Actor,
        dimensions: Sequence[Mapping[str, Any]] = (),
        measures: Sequence[Mapping[str, Any]] = (),
        filter: str | None = None,  # noqa: A002 - the word of the API
        sort: str | None = None,
        limit: int = 1000,
        as_of: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Grouped measures over what the actor may see: one row object per group.

        Raises:
            InvalidQueryError: a dimension or measure names something that is not there.
        """

        async def work() -> list[dict[str, Any]]:
            source = self._source(entity, actor, filter_text=filter, as_of=as_of)
            statement = grouping.build(self, source, dimensions, measures, sort, limit)
            async with self._conn() as conn:
                rows = await conn.fetch(statement.sql, *source.params.values)
            return [statement.present(row) for row in rows]

        return await self.reads.run(work, anywhere=True)

    async def actions(
        self, entity: str, ids: Sequence[int], *, actor: Actor
    ) -> dict[int, dict[str, availability.Availability]]:
        """For each record the actor sees: every action with whether it may run now, and why not."""
        rights = self._rights(entity, actor)
        records = await self.many(entity, ids, actor=actor)
        return availability.of(self._plans.of(entity), rights, actor, records)

    async def titles(
        self, entity: str, items: Sequence[Record], *, actor: Actor
    ) -> dict[str, dict[str, str]]:
        """The names behind the ids of records that were not read here (previews)."""

        async def work() -> dict[str, dict[str, str]]:
            source = self._source(entity, actor)
            async with self._conn() as conn:
                return await refs.titles(conn, self._catalog, self._plans, actor, source, items)

        return await self.reads.run(work)

    async def history(
        self,
        entity: str,
        id_: int,
        *,
        actor: Actor,
        before: int | None = None,
        limit: int = 50,
    ) -> timeline.TimelinePage:
        """The record's events, newest first, with hidden fields left out.

        Raises:
            RecordNotFoundError: it does not exist, or the actor may not see it.
        """

        async def work() -> timeline.TimelinePage:
            rights = self._rights(entity, actor)
            if not (await self._whole(entity, [id_], actor)).items:
                raise RecordNotFoundError(entity=entity, id=str(id_))
            source = self._source(entity, actor)
            async with self._conn() as conn:
                page = await timeline.read(conn, source.plan, rights, id_, before, limit)
                sides = timeline.sides(source.plan, page)
                found = await refs.titles(conn, self._catalog, self._plans, actor, source, sides)
            return replace(page, refs=found)

        return await self.reads.run(work, anywhere=True)


def _nullable(key: str) -> bool:
    return key not in ("id", "version", "created_at", "updated_at")
