"""Defaults, carried-over fields, computed fields and numbers: what nobody has to type."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from orderloom.access.people import departments_of
from orderloom.base import clock
from orderloom.definition.fields.rollup import RollupField
from orderloom.definition.fields.sequence import SequenceField
from orderloom.formula import Formula
from orderloom.records.command import Record, copied
from orderloom.records.context import HookContext
from orderloom.records.hooks import Registry
from orderloom.records.item import Item, by_entity, standing
from orderloom.records.plan import EntityPlan, TablePlan
from orderloom.storage.made import empty_of

Load = Callable[[str, int], Record | None]


class Reader:
    """Referenced rows for formulas: read set-based beforehand, then served from memory."""

    def __init__(self, ctx: HookContext) -> None:
        self._ctx = ctx
        self._rows: dict[tuple[str, int], Record] = {}

    def __call__(self, entity: str, id_: int) -> Record | None:
        """The referenced record, or None when it is missing."""
        return self._rows.get((entity, id_))

    async def prepare(
        self, table: TablePlan, formulas: Iterable[Formula], rows: Sequence[Record]
    ) -> None:
        """Read what the formulas' reference paths need, level by level."""
        for path in _far(tuple(formulas)):
            await self._walk(dict(table.references), path, rows)

    async def prepare_record(self, plan: EntityPlan, rows: Sequence[Record]) -> None:
        """Read what the computed fields of records and of their lines need."""
        formulas = [formula for _, formula in plan.root.formulas]
        await self.prepare(plan.root, formulas, rows)
        for key, table in plan.lines.items():
            lines = [line for row in rows for line in row.get(key) or ()]
            inside = [formula for _, formula in table.formulas]
            await self.prepare(table, inside, lines)
            for path in {way for formula in formulas for way in formula.paths if way[0] == key}:
                if len(path) > 2:  # noqa: PLR2004 - lines, reference, field
                    await self._walk(dict(table.references), path[1:], lines)

    async def prepare_below(
        self, table: TablePlan, formulas: Iterable[Formula], row: Record, head: str
    ) -> None:
        """Read what paths need that reach the row by a name (``form.customer.level``)."""
        heads = dict(table.references)
        for path in {path for formula in formulas for path in formula.paths}:
            if path[0] == head and len(path) > 2:  # noqa: PLR2004 - a reference of the row
                await self._walk(heads, path[1:], [row])

    async def hold(self, plan: EntityPlan, items: Sequence[Item]) -> None:
        """Hold the references that are new to their record, as far as stored values read them.

        Whoever changes such a record cannot see ours yet, so it must not change until we commit.
        """
        for key, path, heads in plan.stored_ways:
            fresh = [row for item in items for row in _fresh(item, key, path[0])]
            await self._walk(heads, path, fresh, hold=True)

    async def _walk(
        self,
        heads: Mapping[str, str],
        path: Sequence[str],
        rows: Sequence[Record],
        *,
        hold: bool = False,
    ) -> None:
        entity = heads.get(path[0])
        if entity is None:
            return
        ids = {row.get(path[0]) for row in rows} - {None}
        if hold:
            await self._ctx.hold(entity, ids)
        found = await self._ctx.load(entity, ids)
        self._rows.update({(entity, id_): row for id_, row in found.items()})
        if len(path) > 2:  # noqa: PLR2004 - a further hop remains
            further = dict(self._ctx.plans.of(entity).root.references)
            await self._walk(further, path[1:], list(found.values()), hold=hold)


@lru_cache(maxsize=4096)
def _far(formulas: tuple[Formula, ...]) -> tuple[tuple[str, ...], ...]:
    """The paths of formulas that leave their row."""
    return tuple({path for formula in formulas for path in formula.paths if len(path) > 1})


def _fresh(item: Item, lines: str | None, reference: str) -> list[Record]:
    """The rows of an item whose reference is not what it was."""
    new, old = item.new, item.old or {}
    if new is None:
        return []
    if lines is None:
        return [new] if new.get(reference) != old.get(reference) else []
    before = {line["id"]: line.get(reference) for line in old.get(lines, [])}
    return [line for line in new[lines] if line.get(reference) != before.get(line["id"])]


async def fill_defaults(ctx: HookContext, items: Sequence[Item], reader: Reader) -> None:
    """Defaults of new records and new lines, then fields carried over from references."""
    fresh = [item for item in items if item.command.kind in ("create", "update")]
    for name, group in by_entity(fresh).items():
        root = ctx.plans.of(name).root
        new_rows = [item.values() for item in group if item.command.kind == "create"]
        await reader.prepare(root, [one for _, one in root.defaults], new_rows)
    for item in fresh:
        plan = ctx.plans.of(item.full_entity)
        new = item.values()
        if item.command.kind == "create":
            _default(ctx, item, plan.root, new, item.given, reader)
            if item.entity.states and new[item.entity.states.field] is None:
                new[item.entity.states.field] = item.entity.states.initial
        for key, table in plan.lines.items():
            known = {line["id"] for line in (item.old or {}).get(key, [])}
            marks = item.facts.get("given_lines", {}).get(key, {})
            for line in new[key]:
                if line["id"] not in known:
                    given = marks.get(line["id"], frozenset())
                    _default(ctx, item, table, line, given, reader)
    await _carry(ctx, fresh)


def _default(
    ctx: HookContext,
    item: Item,
    table: TablePlan,
    row: Record,
    given: frozenset[str],
    load: Load,
) -> None:
    for key, value in table.constants:
        if row.get(key) is None and key not in given:
            row[key] = copied(value)
    for key, formula in table.defaults:
        if row.get(key) is None and key not in given:
            row[key] = ctx.program(formula, item.actor)(row, load)


async def _carry(ctx: HookContext, items: Sequence[Item]) -> None:
    """Copy the referenced record's fields where the reference changed and nobody typed a value."""
    wanted: list[tuple[Record, frozenset[str], str, Mapping[str, str], int]] = []
    for item in items:
        if item.mode == "history":
            continue
        plan = ctx.plans.of(item.full_entity)
        new, old = item.values(), item.old or {}
        wanted.extend(_carriers(plan.root, new, old, item.given))
        for key, table in plan.lines.items():
            before = {line["id"]: line for line in old.get(key, [])}
            marks = item.facts.get("given_lines", {}).get(key, {})
            for line in new[key]:
                given = marks.get(line["id"], frozenset())
                wanted.extend(_carriers(table, line, before.get(line["id"], {}), given))
    targets: dict[str, set[int]] = {}
    for _, _, entity, _, id_ in wanted:
        targets.setdefault(entity, set()).add(id_)
    found = {entity: await ctx.load(entity, ids) for entity, ids in targets.items()}
    for row, given, entity, carry, id_ in wanted:
        source = found[entity].get(id_, {})
        for mine, theirs in carry.items():
            if mine not in given and source.get(theirs) is not None:
                row[mine] = source[theirs]


def _carriers(
    table: TablePlan, row: Record, old: Record, given: frozenset[str]
) -> list[tuple[Record, frozenset[str], str, Mapping[str, str], int]]:
    found: list[tuple[Record, frozenset[str], str, Mapping[str, str], int]] = []
    for key, entity, carry in table.carries:
        id_ = row.get(key)
        if id_ is not None and id_ != old.get(key):
            found.append((row, given, entity, carry, id_))
    return found


def compute(ctx: HookContext, registry: Registry, items: Sequence[Item], load: Load) -> None:
    """Run the app's computations and the formula fields of the items; lines before the root."""
    for item in items:
        if item.new is None or item.command.kind in ("delete", "restore"):
            continue
        plan = ctx.plans.of(item.full_entity)
        for hook in registry.of(plan.app).computes.get(plan.entity.id, []):
            hook(ctx, item)
        for key, table in plan.lines.items():
            _formulas(ctx, item, table, item.new[key], load)
        if item.old is None:
            _start_rollups(plan.root, item.new)
        _formulas(ctx, item, plan.root, (item.new,), load)


def _start_rollups(table: TablePlan, row: Record) -> None:
    """Nothing refers to a new record yet."""
    for key in table.rollups:
        field = table.fields[key]
        if isinstance(field, RollupField) and row.get(key) is None:
            row[key] = field.store(empty_of(field))


def _formulas(
    ctx: HookContext, item: Item, table: TablePlan, rows: Iterable[Record], load: Load
) -> None:
    """Sources first within a row; nothing here reads another row of the table."""
    programs = [
        (key, ctx.program(one, item.actor), table.stores[key]) for key, one in table.formulas
    ]
    for row in rows if programs else ():
        for key, run, store in programs:
            row[key] = store(run(row, load))


async def assign_numbers(ctx: HookContext, items: Sequence[Item]) -> None:
    """Give each record its numbers when their fields say so; none that came from outside."""
    wanted: dict[tuple[str, str], list[Item]] = {}
    given: dict[tuple[str, str], list[str]] = {}
    for item in standing(items):
        if item.new is None or item.command.kind in ("delete", "restore"):
            continue
        plan = ctx.plans.of(item.full_entity)
        states = item.entity.states
        early = states and item.mode == "normal" and item.new[states.field] == states.initial
        for key, value in plan.root.sequences:
            if item.new[key] is not None:
                if item.old is None or item.old[key] != item.new[key]:
                    given.setdefault((plan.name, key), []).append(item.new[key])
            elif not (early and value.assign == "after_initial"):
                item.facts.setdefault("drawn", {})[key] = _day(ctx, item, value)
                wanted.setdefault((plan.name, key), []).append(item)
    for (entity, key), numbers in sorted(given.items()):
        await ctx.note_numbers(entity, key, numbers)
    for entity, key in sorted(wanted):
        await _draw(ctx, entity, key, wanted[entity, key])


async def _draw(ctx: HookContext, entity: str, key: str, items: Sequence[Item]) -> None:
    days: dict[date, list[Record]] = {}
    for item in items:
        days.setdefault(item.facts["drawn"][key], []).append(item.values())
    counts = {day: len(rows) for day, rows in days.items()}
    found = await ctx.numbers_of_days(entity, key, counts)
    for day, rows in days.items():
        for row, number in zip(rows, found[day], strict=True):
            row[key] = number


async def draw_again(ctx: HookContext, key: str, items: Sequence[Item]) -> None:
    """Other numbers for those whose own turned out to be taken: it came along with an import.

    What this process still held of that block is likely to be taken too.
    """
    entity = items[0].full_entity
    ctx.discard_numbers(entity, key, {item.facts["drawn"][key] for item in items})
    await _draw(ctx, entity, key, items)


def _day(ctx: HookContext, item: Item, sequence: SequenceField) -> date:
    """The day of a number: today's, of past facts their own."""
    found = item.values().get(sequence.date or "") if item.mode == "history" else None
    if isinstance(found, datetime):
        return clock.local(found).date()
    return found if isinstance(found, date) else ctx.today


async def assign_owner(ctx: HookContext, items: Sequence[Item]) -> None:
    """The owner follows the entity's owner field, or is whoever made the record.

    The department is a snapshot of that moment; editing what nobody owns makes nobody its owner.
    """
    moved: list[tuple[Item, int]] = []
    for item in standing(items):
        if item.new is None or not ctx.plans.of(item.full_entity).has_system:
            continue
        key = item.entity.owner
        owner = item.new.get(key) if key else None
        if owner is None and item.old is None and not item.actor.is_system:
            owner = item.new["owner_id"] or item.actor.person_id
        if owner is not None and owner != item.new["owner_id"]:
            item.new["owner_id"] = owner
            moved.append((item, owner))
    others = {owner for item, owner in moved if owner != item.actor.person_id}
    departments = await departments_of(ctx.conn, others) if others else {}
    for item, owner in moved:
        mine = owner == item.actor.person_id
        department = item.actor.department_id if mine else departments.get(owner)
        item.values()["owner_department_id"] = department


def system_values(ctx: HookContext, plan: EntityPlan, item: Item) -> None:
    """Version, times and authors of what is about to be written."""
    new = item.values()
    author = item.author_id
    if item.old is None:
        new["version"] = 1
        new["created_at"] = new["created_at"] or ctx.now
        new["created_by"] = author
    else:
        new["version"] = item.old["version"] + 1
    new["updated_at"] = ctx.now
    new["updated_by"] = author
    if item.command.kind == "delete":
        new["deleted_at"], new["deleted_by"] = ctx.now, author
    elif item.command.kind == "restore":
        new["deleted_at"] = new["deleted_by"] = None
    _ = plan
