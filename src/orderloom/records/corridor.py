"""The corridor: every command walks the same stages, in one direction, in one transaction.

Invariant: nothing is written before all checks that need no write have passed; what fails after
the write makes the whole batch run again without the failing command.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from orderloom import ledger
from orderloom.access.actor import Actor
from orderloom.base import ids
from orderloom.base.errors import OrderloomError
from orderloom.base.metrics import COMMANDS, Stages
from orderloom.records import conflict
from orderloom.records.command import Command
from orderloom.records.context import HookContext
from orderloom.records.errors import EntityNotFoundError, TooManyFollowUpsError
from orderloom.records.hooks import Registry
from orderloom.records.item import Item, by_entity, standing
from orderloom.records.stages import (
    attach,
    authorise,
    events,
    fill,
    hold,
    offers,
    prepare,
    purge,
    recompute,
    references,
    settle,
    validate,
    write,
)

MAX_DEPTH = 8
MAX_COMMANDS = 20_000


class RerunError(Exception):
    """The batch must run again without these roots (by index), each with its refusal."""

    def __init__(self, refusals: Mapping[int, OrderloomError]) -> None:
        super().__init__(len(refusals))
        self.refusals = dict(refusals)


class Corridor:
    """One batch on its way; lives as long as its transaction."""

    def __init__(self, ctx: HookContext, registry: Registry) -> None:
        self._ctx = ctx
        self._registry = registry
        self._pinned: set[str] = set()
        self._stages = Stages()
        self._askers: Sequence[Actor] = ()

    async def run(self, commands: Sequence[Command], skip: frozenset[int]) -> list[Item]:
        """Walk all commands, as ``_run`` says, and count where the time went."""
        try:
            return await self._run(commands, skip)
        finally:
            self._stages.tell()

    async def _run(self, commands: Sequence[Command], skip: frozenset[int]) -> list[Item]:
        """Walk all commands (except the skipped indexes) and what follows from them.

        Returns the roots' items in the commands' order.

        Raises:
            RerunError: something failed after the write; run again without those roots.
        """
        roots: dict[int, Item] = {}
        self._askers = [command.actor for command in commands]
        queue: deque[tuple[Command, int, int]] = deque(
            (command, index, 0) for index, command in enumerate(commands) if index not in skip
        )
        walked = 0
        while queue:
            wave, queue = self._next_wave(queue)
            walked += len(wave)
            items = await self._walk(wave)
            for item in items:
                if item.depth == 0:
                    roots[item.root] = item
                elif item.changed:
                    _show_last(roots[item.root], item)
                if item.refused:
                    continue
                for follow in item.follows:
                    if item.depth >= MAX_DEPTH or walked > MAX_COMMANDS:
                        raise RerunError({item.root: TooManyFollowUpsError(depth=item.depth)})
                    queue.append((follow, item.root, item.depth + 1))
        self._stages.enter("store")
        await self._ctx.tell()
        return [roots[index] for index in sorted(roots)]

    def _next_wave(
        self, queue: deque[tuple[Command, int, int]]
    ) -> tuple[list[tuple[Command, int, int]], deque[tuple[Command, int, int]]]:
        """The longest set of commands of one depth that touch each record once, in order."""
        wave: list[tuple[Command, int, int]] = []
        rest: deque[tuple[Command, int, int]] = deque()
        seen: set[tuple[str, int]] = set()
        depth = queue[0][2]
        for entry in queue:
            command, _, level = entry
            target = (command.entity, command.id) if command.id is not None else None
            if level != depth or (target is not None and target in seen):
                rest.append(entry)
            else:
                wave.append(entry)
            if target is not None:
                seen.add(target)
        return wave, rest

    async def _walk(self, wave: Sequence[tuple[Command, int, int]]) -> list[Item]:
        enter = self._stages.enter
        enter("pin")
        await self._pin({command.app for command, _, _ in wave})
        items = self._items(wave)
        enter("check")
        await self._before_ledger(items)
        enter("ledger")
        session = await self._ledger(items)
        good = standing(items)
        self._refuse_follow_ups(items)
        _free_values(items)
        enter("write")
        await write.write(self._ctx, good)
        await attach.attach(self._ctx, good)
        await purge.purge(self._ctx, good)
        if session is not None:
            self._ctx.promised.extend(session.changes())
            self._ctx.made.difference_update(one for _, one in session.touched_reservations)
        enter("event")
        events.note_events(self._ctx, good)
        enter("recompute")
        await recompute.recompute(self._ctx, good)
        enter("authorise")
        await authorise.authorise_new(self._ctx, good)
        enter(None)
        _count(items)
        late = {item.root: item.refusal() for item in good if item.refused}
        if late:
            raise RerunError(late)
        return items

    async def _pin(self, apps: set[str]) -> None:
        behind = {one for app in apps for one in self._ctx.catalog.graph.apps_behind(app)}
        wanted = sorted((apps | behind) - self._pinned)
        if wanted:
            await self._ctx.catalog.pin(self._ctx.conn, wanted)
            self._pinned.update(wanted)

    def _items(self, wave: Sequence[tuple[Command, int, int]]) -> list[Item]:
        items: list[Item] = []
        creates = sum(1 for command, _, _ in wave if command.kind == "create")
        fresh = iter(ids.new_ids(creates))
        for index, (command, root, depth) in enumerate(wave):
            entity = self._ctx.catalog.find(command.entity)
            if entity is None:
                raise RerunError({root: EntityNotFoundError(entity=command.entity)})
            id_ = command.id
            if command.kind == "create" and id_ is None:
                id_ = next(fresh)
            items.append(
                Item(
                    command=command,
                    entity=entity,
                    id=id_,
                    index=index,
                    root=root,
                    depth=depth,
                    asker=self._askers[root],
                )
            )
        return items

    async def _before_ledger(self, items: Sequence[Item]) -> None:
        ctx, registry = self._ctx, self._registry
        for item in items:
            if item.command.kind == "action":
                prepare.resolve_action(item)
        await hold.hold_parents(ctx, standing(items))
        await prepare.lock_old(ctx, standing(items))
        prepare.parse(ctx.plans, [item for item in items if item.problem is None])
        laid = [item for item in items if item.problem is None]
        await authorise.authorise_old(ctx, laid)
        await conflict.explain(ctx, prepare.check_version(items))
        reader = fill.Reader(ctx)
        await self._check_old(items, reader)
        await references.check_parameters(ctx, [item for item in items if item.problem is None])
        await attach.resolve(ctx, [item for item in items if item.problem is None])
        laid = [item for item in items if item.problem is None]
        await fill.fill_defaults(ctx, laid, reader)
        await self._react(laid)
        laid = [item for item in items if item.problem is None]
        await fill.assign_owner(ctx, laid)
        await self._prepare_formulas(laid, reader)
        fill.compute(ctx, registry, laid, reader)
        await self._validate(laid, reader)
        self._reader = reader

    async def _check_old(self, items: Sequence[Item], reader: fill.Reader) -> None:
        ctx = self._ctx
        for name, group in by_entity(items).items():
            plan = ctx.plans.of(name)
            rows = [item.old for item in group if item.old is not None]
            formulas = [f for _, f in plan.root.frozen] + list(plan.action_whens.values())
            await reader.prepare(plan.root, formulas, rows)
            for key, table in plan.lines.items():
                lines = [line for row in rows for line in row[key]] if table.frozen else []
                await reader.prepare(table, [f for _, f in table.frozen], lines)
        for item in standing(items):
            validate.check_action(ctx, item, reader)
        authorise.check_read_only(ctx, [i for i in items if i.problem is None], reader)

    async def _react(self, items: Sequence[Item]) -> None:
        """BEFORE functions of the app for creates and updates, and the handlers of actions."""
        ctx = self._ctx
        for name, group in by_entity(items).items():
            app, _, key = name.partition(".")
            hooks = self._registry.of(app)
            saves = [i for i in group if i.command.kind in ("create", "update")]
            for hook in hooks.befores.get(key, []) if saves else []:
                await hook(ctx, saves)
            actions = {i.command.action for i in group if i.command.kind == "action"}
            for action in sorted(a for a in actions if a is not None):
                handler = hooks.actions.get((key, action))
                mine = [i for i in standing(group) if i.command.action == action]
                if handler is not None and mine:
                    await handler(ctx, mine)
                elif handler is None:
                    _move_along(mine)

    async def _prepare_formulas(self, items: Sequence[Item], reader: fill.Reader) -> None:
        for name, group in by_entity(items).items():
            plan = self._ctx.plans.of(name)
            rows = [item.new for item in group if item.new is not None]
            await reader.hold(plan, group)
            await reader.prepare_record(plan, rows)
            formulas = [f for _, f in plan.validations]
            formulas.extend(plan.root.conditions.formulas)
            await reader.prepare(plan.root, formulas, rows)
            for key, table in plan.lines.items():
                lines = [line for row in rows for line in row[key]]
                await reader.prepare(table, table.conditions.formulas, lines)

    async def _validate(self, items: Sequence[Item], reader: fill.Reader) -> None:
        ctx = self._ctx
        await fill.assign_numbers(ctx, items)
        for item in items:
            validate.check_required(ctx, item, reader)
            validate.check_rules(ctx, item, reader)
            offers.check_options(ctx, item, reader)
        await references.check_references(ctx, items)
        await offers.check_filters(ctx, items, reader)
        await validate.check_unique(ctx, items)
        await references.check_delete(ctx, items)
        await purge.check_purge(ctx, items)
        for name, group in by_entity(items).items():
            app, _, key = name.partition(".")
            normal = [i for i in group if i.mode == "normal" and i.new is not None]
            for hook in self._registry.of(app).validates.get(key, []) if normal else []:
                await hook(ctx, normal)
        for item in items:
            validate.check_transition(ctx, item)

    async def _ledger(self, items: Sequence[Item]) -> ledger.Session | None:
        ctx, registry = self._ctx, self._registry
        session = await settle.settle(ctx, registry, standing(items))
        settled = [item for item in standing(items) if item.intents]
        fill.compute(ctx, registry, settled, self._reader)
        for item in standing(items):
            app, _, key = item.full_entity.partition(".")
            for hook in registry.of(app).invariants.get(key, []):
                hook(ctx, item)
            if item.refused and item.intents:
                raise RerunError({item.root: item.refusal()})
        return session

    def _refuse_follow_ups(self, items: Sequence[Item]) -> None:
        """A follow-up that is refused takes its root with it."""
        refused = {item.root: item.refusal() for item in items if item.refused and item.depth > 0}
        if refused:
            raise RerunError(refused)


def _free_values(items: Sequence[Item]) -> None:
    """Who was refused after all holds no unique value: those that it kept off walk again."""
    rivals = [item.facts["rival"] for item in items if "rival" in item.facts]
    gone = {rival.root: rival.refusal() for rival in rivals if rival.refused}
    if gone:
        raise RerunError(gone)


def _show_last(root: Item, item: Item) -> None:
    """The answer shows the record as its own follow-ups left it."""
    if (root.full_entity, root.id) == (item.full_entity, item.id):
        root.new = item.new


def _count(items: Sequence[Item]) -> None:
    kinds = Counter((item.command.kind, "refused" if item.refused else "done") for item in items)
    for labels, number in kinds.items():
        COMMANDS.labels(*labels).inc(number)


def _move_along(items: Sequence[Item]) -> None:
    """An action without code moves the state to its only target."""
    for item in items:
        states, action = item.entity.states, item.action
        if states and action and action.to and len(action.to) == 1 and item.new is not None:
            item.new[states.field] = action.to[0]
