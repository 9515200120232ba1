"""What hooks may read while they run: set-based, inside the transaction, with the clock bound."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from orderloom import history
from orderloom.access.actor import Actor, formula_context
from orderloom.access.people import departments_of
from orderloom.base import json
from orderloom.database.pool import Connection
from orderloom.database.sql import Params, advisory_key, ident
from orderloom.database.together import Change, carry_out
from orderloom.formula import Evaluate, Formula, FormulaContext
from orderloom.ledger import Position, PositionState, read_positions
from orderloom.records.command import Record
from orderloom.records.load import Lock, attach_lines, load_rows, select_list
from orderloom.records.numbers import Numbers
from orderloom.records.plan import Plans
from orderloom.records.unsaved import Unsaved
from orderloom.storage.live import Catalog
from orderloom.storage.recompute import LIMIT


class Search(NamedTuple):
    """Records by a text field, beside conditions on others: a value, or a list of them."""

    entity: str
    key: str
    values: Iterable[str]
    beside: Mapping[str, Any] = MappingProxyType({})


@dataclass(kw_only=True, slots=True)
class HookContext:
    """One transaction's reading room for hooks; system rights, because hooks decide for all."""

    conn: Connection
    catalog: Catalog
    plans: Plans
    numbers: Numbers
    now: datetime
    today: date
    fan_out: int = LIMIT
    told: list[history.EventDraft] = field(default_factory=list)
    """The events of what was written; put into the log in one statement, at the end."""
    made: set[int] = field(default_factory=set)
    """The records and lines that this transaction added and promised nothing so far."""
    promised: list[Change] = field(default_factory=list)
    """What the ledger decided, and nobody has stored yet."""
    unsaved: Unsaved = field(init=False)
    """New records that follow-ups may still change."""
    _cache: dict[tuple[str, int, bool], Record] = field(default_factory=dict)
    _written: dict[tuple[str, int], Record] = field(default_factory=dict)
    _alive: dict[str, set[int]] = field(default_factory=dict)
    _contexts: dict[Actor | None, FormulaContext] = field(default_factory=dict)
    _programs: dict[tuple[Formula, Actor | None], Evaluate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unsaved = Unsaved(self.plans)

    # lint: allow actor: hooks decide for everybody; what they answer passes the reader's masks
    async def load(
        self,
        entity: str,
        ids: Iterable[int | None],
        fields: Sequence[str] = (),
        *,
        referred: bool = False,
    ) -> dict[int, Record]:
        """Records by id with the named fields (lines included when named); missing ids absent.

        Rows are read once per transaction; fields are hints for which lines to read. What will be
        ``referred`` to is kept out of the bin until the transaction ends.
        """
        plan = self.plans.of(entity)
        wanted = {id_ for id_ in ids if id_ is not None}
        with_lines = any(key in plan.lines for key in fields)
        missing = [id_ for id_ in wanted if (entity, id_, with_lines) not in self._cache]
        if missing:
            waits = any(self.unsaved.holds(entity, id_) for id_ in missing)
            if waits or not plan.has_system:
                await self.save()
            lock_sql: Lock | None = "key share" if referred else None
            rows = await load_rows(self.conn, plan, missing, lines=with_lines, lock_sql=lock_sql)
            if referred and plan.has_system:
                self.note_alive(entity, [i for i, row in rows.items() if row["deleted_at"] is None])
            for id_, row in rows.items():
                self._cache[entity, id_, with_lines] = row
        found = {id_: self._cache.get((entity, id_, with_lines)) for id_ in wanted}
        return {id_: row for id_, row in found.items() if row is not None}

    async def hold(self, entity: str, ids: Iterable[int | None]) -> None:
        """Keep records as they are until the transaction ends, and read them anew."""
        wanted = sorted({id_ for id_ in ids if id_ is not None})
        plan = self.plans.of(entity)
        if wanted and plan.has_system:
            await self.save()
            await self.conn.execute(
                f"select 1 from {ident(*plan.table)} where id = any($1::bigint[])"
                " order by id for share",
                wanted,
            )
            self.forget(entity, wanted)

    async def alone(self, names: Iterable[str]) -> None:
        """Wait until nobody else is at the names, and keep others off them until the end."""
        keys = sorted(advisory_key(sha256(name.encode()).digest()) for name in set(names))
        await self.conn.execute(
            "select pg_advisory_xact_lock(u.key) from unnest($1::bigint[]) as u(key)", keys
        )

    def forget(self, entity: str, ids: Iterable[int]) -> None:
        """Drop what was remembered of rows that were just written."""
        alive = self._alive.get(entity, set())
        for id_ in ids:
            self._cache.pop((entity, id_, True), None)
            self._cache.pop((entity, id_, False), None)
            self._written.pop((entity, id_), None)
            alive.discard(id_)

    async def save(self, *changes: Change) -> None:
        """Store what waits, before somebody reads the tables; and further changes with it."""
        promised, self.promised = self.promised, []
        await carry_out(self.conn, [*promised, *self.unsaved.take(), *changes])

    async def stored(self, *entities: str) -> Connection:
        """The connection to read tables through: what waits is stored before.

        With ``entities`` only if any of their records wait.
        """
        if not entities or any(self.unsaved.holds_any(name) for name in entities):
            await self.save()
        return self.conn

    async def tell(self) -> None:
        """Store what waits, and put the events noted so far into the log."""
        told, self.told = self.told, []
        await self.save(*history.appended(told))

    def keep(self, entity: str, rows: Iterable[Record]) -> None:
        """Remember rows as they were just written: until the end they are ours alone."""
        self._written.update({(entity, row["id"]): row for row in rows})

    def written(self, entity: str, id_: int) -> Record | None:
        """A record with its lines as this transaction wrote it last; not to be changed."""
        return self._written.get((entity, id_))

    def note_alive(self, entity: str, ids: Iterable[int]) -> None:
        """Remember that records are not in the bin, and held: nobody deletes them until the end."""
        self._alive.setdefault(entity, set()).update(ids)

    def is_alive(self, entity: str, id_: int) -> bool:
        """Whether the record is not in the bin, and stays out of it until the end."""
        if id_ in self._alive.get(entity, ()):
            return True
        row = self._written.get((entity, id_))
        return row is not None and row["deleted_at"] is None

    # lint: allow actor: as for load
    async def select(
        self,
        entity: str,
        where: str,
        fields: Sequence[str] = (),
        limit: int = 1000,
        values: Mapping[str, Any] | None = None,
    ) -> list[Record]:
        """Live records that a formula (the app's own, never a user's) selects, by id order.

        ``values`` adds equality conditions with bound values: a scalar, or a list for membership.
        """
        plan = self.plans.of(entity)
        params = Params()
        conditions = ["a.deleted_at is null"] if plan.has_system else []
        reach = set[tuple[str, ...]]()
        if where:
            formula = self.plans.filter(plan, where)
            conditions.append(formula.sql("a", params.bind, self.formula_context()))
            reach = {path for path in formula.paths if len(path) > 1}
        if reach or self.unsaved.holds_any(entity) or not plan.has_system:
            await self.save()
        for key, value in (values or {}).items():
            conditions.append(plan.matches("a", key, value, params))
        table_sql = ident(*plan.table)
        where_sql = " and ".join(conditions) or "true"
        columns_sql = select_list(plan.columns, "a")
        rows = await self.conn.fetch(
            f"select {columns_sql} from {table_sql} a where {where_sql}"
            f" order by a.id limit {int(limit)}",
            *params.values,
        )
        with_lines = any(key in plan.lines for key in fields)
        ids = [row["id"] for row in rows]
        fresh: dict[int, Record] = {
            row["id"]: dict(row)
            for row in rows
            if (entity, row["id"], with_lines) not in self._cache
        }
        if with_lines and fresh:
            await attach_lines(self.conn, plan, fresh)
        self._cache.update({(entity, id_, with_lines): row for id_, row in fresh.items()})
        return [self._cache[entity, id_, with_lines] for id_ in ids]

    async def find(self, *searches: Search) -> list[list[tuple[str, int]]]:
        """For each search the values and ids of the live records it finds, by one statement."""
        params, parts = Params(), list[str]()
        if any(self.unsaved.holds_any(search.entity) for search in searches):
            await self.save()
        for number, (entity, key, values, beside) in enumerate(searches):
            plan = self.plans.of(entity)
            conditions = [plan.matches("a", key, sorted(set(values)), params)]
            conditions.extend(plan.matches("a", *pair, params) for pair in beside.items())
            table_sql, where_sql = ident(*plan.table), " and ".join(conditions)
            parts.append(
                f"select {int(number)} as number, a.{ident(key)} as key, a.id from {table_sql} a"
                f" where {where_sql} and a.deleted_at is null"
            )
        found: list[list[tuple[str, int]]] = [[] for _ in searches]
        for row in await self.conn.fetch(" union all ".join(parts), *params.values):
            found[row["number"]].append((row["key"], row["id"]))
        return found

    async def number(
        self, entity: str, key: str, count: int = 1, *, day: date | None = None
    ) -> list[str]:
        """``count`` fresh numbers of the entity's sequence field ``key``, of a day (today)."""
        sequence = self.plans.of(entity).sequence(key)
        name, day = f"{entity}.{key}", day or self.today
        if sequence.dense:
            return await self.numbers.dense(self.conn, name, sequence.pattern, day, count)
        return await self.numbers.loose(name, sequence.pattern, day, count)

    # lint: allow actor: numbers are no records
    async def numbers_of_days(
        self, entity: str, key: str, counts: Mapping[date, int]
    ) -> Mapping[date, list[str]]:
        """Fresh numbers of the entity's sequence field ``key``, so many of each day."""
        if len(counts) == 1:
            ((day, count),) = counts.items()
            return {day: await self.number(entity, key, count, day=day)}
        sequence = self.plans.of(entity).sequence(key)
        conn = self.conn if sequence.dense else None
        return await self.numbers.of_days(f"{entity}.{key}", sequence.pattern, counts, conn)

    def discard_numbers(self, entity: str, key: str, days: Iterable[date]) -> None:
        """Draw the next numbers of these days from where the counters are now."""
        self.numbers.discard(f"{entity}.{key}", self.plans.of(entity).sequence(key).pattern, days)

    async def note_numbers(self, entity: str, key: str, given: Iterable[str]) -> None:
        """See to it that numbers which came from outside are not given again."""
        sequence = self.plans.of(entity).sequence(key)
        conn = self.conn if sequence.dense else None
        await self.numbers.note(f"{entity}.{key}", sequence.pattern, given, conn)

    async def positions(self, positions: Iterable[Position]) -> Mapping[Position, PositionState]:
        """The ledger's balances of the positions, read without a lock."""
        await self.save()
        return await read_positions(self.conn, list(positions))

    async def departments(self, people: Iterable[int | None]) -> dict[int, int]:
        """The home department of each person; those without one are absent."""
        wanted = {person for person in people if person is not None}
        return await departments_of(self.conn, wanted) if wanted else {}

    def unpack(self, text: str) -> Any:
        """JSON text as values; fractions become Decimal."""
        return json.loads(text)

    def policy(self, app: str, name: str, default: Any = None) -> Any:
        """The company's setting of a policy, from the app's definition."""
        return self.catalog.app(app).app.policies.get(name, default)

    def formula_context(self, actor: Actor | None = None) -> FormulaContext:
        """The formula context of an actor (the system's when none is given)."""
        asker = None if actor is None or actor.is_system else actor
        found = self._contexts.get(asker)
        if found is None:
            found = formula_context(asker or Actor.system("records"), self.now)
            self._contexts[asker] = found
        return found

    def program(self, formula: Formula, actor: Actor) -> Evaluate:
        """A formula ready to run for an actor, made ready once per transaction."""
        asker = None if actor.is_system else actor
        found = self._programs.get((formula, asker))
        if found is None:
            found = self._programs[formula, asker] = formula.python(self.formula_context(actor))
        return found


def quantity(value: Decimal | None) -> Decimal:
    """A quantity with blank read as zero."""
    return Decimal(0) if value is None else value
