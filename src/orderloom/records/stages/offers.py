"""What the form offers is what every door takes: options and references that depend on the form.

Invariant: a value is judged when it is new; what was right when it was saved stays.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from orderloom.formula import Evaluate
from orderloom.records.command import Record
from orderloom.records.conditions import Filter
from orderloom.records.context import HookContext
from orderloom.records.item import Item
from orderloom.records.plan import EntityPlan, TablePlan
from orderloom.records.stages.fill import Reader

Load = Callable[[str, int], Record | None]
Place = tuple[TablePlan, Record, Record, str, bool]
"""A row with its table: NEW, OLD ({} when fresh), pointer, whether it is a line."""


def places(plan: EntityPlan, item: Item) -> Iterator[Place]:
    """The rows of an item: the record itself, then its lines."""
    new, old = item.values(), item.old or {}
    yield plan.root, new, old, "", False
    for key, table in plan.lines.items():
        before = {line["id"]: line for line in old.get(key, [])}
        for index, line in enumerate(new[key]):
            yield table, line, before.get(line["id"], {}), f"/{key}/{index}", True


def check_options(ctx: HookContext, item: Item, load: Load) -> None:
    """Options that their formula does not offer now."""
    if item.new is None or item.mode == "history" or item.command.kind in ("delete", "restore"):
        return
    plan = ctx.plans.of(item.full_entity)
    if not plan.offers_options:
        return
    for table, new, old, pointer, _ in places(plan, item):
        for (key, option), formula in table.conditions.options.items():
            fresh = option in _chosen(new.get(key)) and option not in _chosen(old.get(key))
            if fresh and ctx.program(formula, item.actor)(new, load) is not True:
                item.fault(f"{pointer}/{key}", "records.not_offered", field=key, value=option)


def _chosen(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else (value,)


async def check_filters(ctx: HookContext, items: Sequence[Item], reader: Reader) -> None:
    """References whose record the filter, read with the form, does not offer."""
    asked: list[tuple[Item, Place, str, Filter]] = []
    for item in items:
        if item.new is None or item.problem is not None or item.mode == "history":
            continue
        if item.command.kind in ("delete", "restore"):
            continue
        plan = ctx.plans.of(item.full_entity)
        for place in places(plan, item) if plan.offers_references else ():
            table, new, old, _, _ = place
            for key, one in table.conditions.filters.items():
                if new.get(key) is not None and new[key] != old.get(key):
                    asked.append((item, place, key, one))
    if asked:
        await _judge(ctx, asked, reader)


async def _judge(
    ctx: HookContext, asked: Sequence[tuple[Item, Place, str, Filter]], reader: Reader
) -> None:
    wanted: dict[str, set[int]] = {}
    for _, place, key, one in asked:
        wanted.setdefault(one.entity, set()).add(place[1][key])
    found = {entity: await ctx.load(entity, ids) for entity, ids in wanted.items()}
    for item, place, key, one in asked:
        row = found[one.entity].get(place[1][key])
        if row is None:
            continue
        plan = ctx.plans.of(item.full_entity)
        table, line, _, pointer, _ = place
        await reader.prepare(ctx.plans.of(one.entity).root, [one.formula], [row])
        await reader.prepare_below(plan.root, [one.formula], item.values(), "form")
        await reader.prepare_below(table, [one.formula], line, "line")
        run = ctx.program(one.formula, item.actor)
        if not _offers(run, row, item.values(), line, reader):
            item.fault(f"{pointer}/{key}", "records.not_offered", field=key, value=str(line[key]))


def _offers(run: Evaluate, row: Record, form: Record, line: Record, load: Load) -> bool:
    """Whether the filter is true of the record, beside this form and line."""

    def beside(entity: str, id_: int) -> Record | None:
        around = {"#form": form, "#line": line}.get(entity)
        return around if around is not None else load(entity, id_)

    return run({"form": 1, "line": 1, **row}, beside) is True
