"""Records: the one door to app data. Commits, retries and idempotency belong to this edge.

Invariant: a batch is one transaction; a refused command never stops its neighbours unless the
caller asked for all or nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import asyncpg

from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.base.errors import OrderloomError
from orderloom.database.errors import OutcomeUnknownError
from orderloom.database.pool import Connection, Database
from orderloom.database.reads import Reads
from orderloom.database.replica import Replica
from orderloom.database.retry import run_whole
from orderloom.records import query
from orderloom.records.command import Command, Result
from orderloom.records.context import HookContext
from orderloom.records.corridor import Corridor, RerunError
from orderloom.records.errors import InUseError, NeighbourFailedError, OutOfScopeError
from orderloom.records.hooks import Registry
from orderloom.records.idempotency import Answer, Once, recall, recall_all, remember, remember_all
from orderloom.records.item import Item
from orderloom.records.numbers import Numbers
from orderloom.records.plan import Plans
from orderloom.storage.live import Catalog
from orderloom.storage.recompute import LIMIT

MAX_RERUNS = 2
MAX_RACES = 2

Render = Callable[[Sequence[Result]], Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """One client's command, with its idempotency key and how the key's answer is put."""

    command: Command
    once: Once | None = None
    render: Render | None = None


Outcome = Answer | Result | OrderloomError
"""A stored answer (of a key), the result of a command, or why a key cannot be used."""


class _Races:
    """Counts how often somebody else was first with a value that only one may have.

    The check had not seen it, because it was not committed; run again, it tells whose it is.
    """

    def __init__(self) -> None:
        self._lost = 0

    def again(self, error: asyncpg.IntegrityConstraintViolationError) -> bool:
        """Whether the batch is to run again after this."""
        self._lost += isinstance(error, asyncpg.UniqueViolationError)
        return isinstance(error, asyncpg.UniqueViolationError) and self._lost <= MAX_RACES


class _NothingKeptError(Exception):
    """Carries the outcomes of many wishes out of a transaction in which none was carried out."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__(len(outcomes))
        self.outcomes = outcomes


class _RollBackError(Exception):
    """Carries the results out of a transaction that must not be kept."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__(len(results))
        self.results = results


@dataclass(kw_only=True)
class Records:
    """Commands in, results out; and every read, always for an actor."""

    database: Database
    catalog: Catalog
    registry: Registry
    zone: str = "Asia/Shanghai"
    replica: Replica | None = None
    fan_out: int = LIMIT
    plans: Plans = field(init=False)
    numbers: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self.plans = Plans(self.catalog)
        self.numbers = Numbers(self.database)
        self.read = query.Reading(
            Reads(self.database, self.replica, self.catalog.refresh), self.catalog, self.plans
        )
        self.find = self.read.find
        self.get = self.read.get
        self.aggregate = self.read.aggregate
        self.actions = self.read.actions
        self.history = self.read.history

    async def apply(
        self, commands: Sequence[Command], *, dry_run: bool = False, atomic: bool = False
    ) -> list[Result]:
        """Carry out a batch in one transaction; one Result per command, in order.

        ``dry_run`` walks the whole corridor and rolls back; ``atomic`` keeps all or nothing.
        """
        if not commands:
            return []
        skip: dict[int, OrderloomError] = {}
        races = _Races()
        for _ in range(MAX_RERUNS + MAX_RACES + 1):
            try:
                return await run_whole(
                    self.database, partial(self._attempt, commands, skip, dry_run, atomic)
                )
            except _RollBackError as kept:
                return kept.results
            except RerunError as rerun:
                skip = skip | rerun.refusals
                if atomic:
                    return _all_refused(commands, skip)
            except asyncpg.IntegrityConstraintViolationError as error:
                if races.again(error):
                    continue
                if len(commands) == 1:
                    return [Result(id=commands[0].id, problem=_translate(error))]
                break
        if atomic:
            return _all_refused(commands, skip)
        return await self._bisect(commands, dry_run=dry_run)

    async def apply_once(
        self, commands: Sequence[Command], once: Once, render: Render, *, atomic: bool = False
    ) -> Answer:
        """Carry out a batch for an idempotency key; the answer is stored with the batch.

        Refusals that changed nothing are not stored, so that a mended request may use the key.

        Raises:
            KeyInProgressError: another request works on the key.
            KeyReusedError: the key belongs to another payload.
        """
        skip: dict[int, OrderloomError] = {}
        races = _Races()

        async def body(conn: Connection) -> Answer:
            stored = await recall(conn, once)
            if stored is not None:
                return stored
            answer = render(await self._once(conn, commands, skip, False, atomic))
            await remember(conn, once, answer)
            return answer

        while True:
            try:
                return await run_whole(self.database, body, repeatable=True)
            except _RollBackError as kept:
                return render(kept.results)
            except RerunError as rerun:
                skip |= rerun.refusals
                if atomic:
                    return render(_all_refused(commands, skip))
            except asyncpg.IntegrityConstraintViolationError as error:
                if races.again(error):
                    continue
                return render([Result(problem=_translate(error)) for _ in commands])

    async def try_after(
        self, before: Sequence[Command], commands: Sequence[Command]
    ) -> list[Result]:
        """A dry run of ``commands`` where ``before`` was done first; nothing of either is kept."""
        skips: tuple[dict[int, OrderloomError], ...] = ({}, {})

        async def work(conn: Connection) -> list[Result]:
            results: list[Result] = []
            for batch, skip in zip((before, commands), skips, strict=True):
                try:
                    results = await self._once(conn, batch, skip, dry_run=False, atomic=False)
                except RerunError as rerun:
                    skip.update(rerun.refusals)
                    raise
                except _RollBackError as refused:  # all of them, before anything was written
                    results = refused.results
            raise _RollBackError(results)

        while True:
            try:
                return await run_whole(self.database, work)
            except _RollBackError as tried:
                return tried.results
            except RerunError:
                continue
            except asyncpg.IntegrityConstraintViolationError as error:
                return [Result(id=one.id, problem=_translate(error)) for one in commands]

    async def apply_each(self, wishes: Sequence[Wish]) -> list[Outcome]:
        """Carry out the commands of different clients in one transaction; each fails alone.

        The keys among the wishes must differ. Refusals are not stored under a key. When nobody can
        tell whether a commit happened, wishes with a key are made again: the key knows.
        """
        skip: dict[int, OrderloomError] = {}
        races = _Races()
        keyed = all(wish.once is not None for wish in wishes)
        for _ in range(MAX_RERUNS + MAX_RACES + 1):
            try:
                return await run_whole(
                    self.database, partial(self._each, wishes, skip), repeatable=keyed
                )
            except OutcomeUnknownError as error:
                if keyed:
                    raise
                return await self._unknown(wishes, error)
            except _NothingKeptError as kept:
                return kept.outcomes
            except RerunError as rerun:
                skip = skip | rerun.refusals
            except asyncpg.IntegrityConstraintViolationError as error:
                if races.again(error):
                    continue
                if len(wishes) == 1:
                    return [Result(id=wishes[0].command.id, problem=_translate(error))]
                break
        if len(wishes) == 1:
            return [Result(id=wishes[0].command.id, problem=NeighbourFailedError())]
        middle = len(wishes) // 2
        return [
            *(await self.apply_each(wishes[:middle])),
            *(await self.apply_each(wishes[middle:])),
        ]

    async def _unknown(self, wishes: Sequence[Wish], error: OutcomeUnknownError) -> list[Outcome]:
        """Only who brought a key can be told what became of a lost commit."""
        keyed = [wish for wish in wishes if wish.once is not None]
        told = iter(await self.apply_each(keyed) if keyed else ())
        return [next(told) if wish.once is not None else error for wish in wishes]

    async def _each(
        self, wishes: Sequence[Wish], skip: dict[int, OrderloomError], conn: Connection
    ) -> list[Outcome]:
        keyed = [(index, wish.once) for index, wish in enumerate(wishes) if wish.once is not None]
        found = await recall_all(conn, [once for _, once in keyed])
        outcomes: dict[int, Outcome] = {
            index: Result(id=wishes[index].command.id, problem=skip[index]) for index in skip
        }
        for (index, _), one in zip(keyed, found, strict=True):
            if one is not None:
                outcomes[index] = one
        todo = [index for index in range(len(wishes)) if index not in outcomes]
        try:
            results = await self._walk(conn, [wishes[index].command for index in todo], {})
        except RerunError as rerun:
            raise RerunError({todo[at]: why for at, why in rerun.refusals.items()}) from rerun
        answers: list[tuple[Once, Answer]] = []
        for index, result in zip(todo, results, strict=True):
            once, render = wishes[index].once, wishes[index].render
            outcomes[index] = result
            if once is not None and render is not None and result.ok:
                answer = render([result])
                answers.append((once, answer))
                outcomes[index] = answer
        ordered = [outcomes[index] for index in range(len(wishes))]
        if not any(result.ok for result in results):
            raise _NothingKeptError(ordered)
        await remember_all(conn, answers)
        return ordered

    async def apply_on(
        self, conn: Connection, commands: Sequence[Command], skip: dict[int, OrderloomError]
    ) -> list[Result]:
        """Carry out a batch inside the caller's transaction (the caller retries RerunError)."""
        return await self._once(conn, commands, skip, dry_run=False, atomic=False)

    async def _attempt(
        self,
        commands: Sequence[Command],
        skip: dict[int, OrderloomError],
        dry_run: bool,  # noqa: FBT001 - private, always passed through
        atomic: bool,  # noqa: FBT001 - private, always passed through
        conn: Connection,
    ) -> list[Result]:
        return await self._once(conn, commands, skip, dry_run, atomic)

    async def _once(
        self,
        conn: Connection,
        commands: Sequence[Command],
        skip: dict[int, OrderloomError],
        dry_run: bool,  # noqa: FBT001 - private, always passed through
        atomic: bool,  # noqa: FBT001 - private, always passed through
    ) -> list[Result]:
        results = await self._walk(conn, commands, skip, preview=dry_run)
        failed = any(not result.ok for result in results)
        if dry_run or (atomic and failed):
            raise _RollBackError(_neighbours(results) if atomic and failed else results)
        if failed and all(not result.ok for result in results):
            raise _RollBackError(results)
        return results

    async def _walk(
        self,
        conn: Connection,
        commands: Sequence[Command],
        skip: dict[int, OrderloomError],
        *,
        preview: bool = False,
    ) -> list[Result]:
        """The corridor once, in the given transaction; one result per command."""
        items = await Corridor(self.context(conn), self.registry).run(commands, frozenset(skip))
        found = {item.root: _result(item, preview=preview) for item in items}
        return [
            found[index] if index in found else Result(id=command.id, problem=skip[index])
            for index, command in enumerate(commands)
        ]

    async def _bisect(self, commands: Sequence[Command], *, dry_run: bool) -> list[Result]:
        if len(commands) == 1:
            return [Result(id=commands[0].id, problem=NeighbourFailedError())]
        middle = len(commands) // 2
        first = await self.apply(commands[:middle], dry_run=dry_run)
        return first + await self.apply(commands[middle:], dry_run=dry_run)

    def context(self, conn: Connection) -> HookContext:
        """A reading room for hooks on the given transaction."""
        return HookContext(
            conn=conn,
            catalog=self.catalog,
            plans=self.plans,
            numbers=self.numbers,
            now=clock.now(),
            today=clock.today(self.zone),
            fan_out=self.fan_out,
        )


def _result(item: Item, *, preview: bool) -> Result:
    if item.refused:
        seen = item.new if preview and item.problem is None else None
        return Result(id=item.command.id, problem=item.refusal(), record=seen)
    new = item.new
    return Result(
        id=item.id,
        version=new.get("version") if new else None,
        record=new,
        output=item.output,
        warnings=tuple(item.warnings),
        changed=item.changed,
    )


def _all_refused(commands: Sequence[Command], refusals: dict[int, OrderloomError]) -> list[Result]:
    return [
        Result(id=command.id, problem=refusals.get(index) or NeighbourFailedError())
        for index, command in enumerate(commands)
    ]


def _neighbours(results: Sequence[Result]) -> list[Result]:
    return [
        result if not result.ok else Result(id=result.id, problem=NeighbourFailedError())
        for result in results
    ]


def _translate(error: asyncpg.IntegrityConstraintViolationError) -> OrderloomError:
    """A guard of the database spoke last; say it in our words."""
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        return InUseError(entity=error.table_name or "", by=error.table_name or "", label={})
    if isinstance(error, asyncpg.UniqueViolationError):
        return NeighbourFailedError(constraint=error.constraint_name)
    return OutOfScopeError(constraint=error.constraint_name or "")


def system(door: str = "system") -> Actor:
    """The system's own actor."""
    return Actor.system(door)
