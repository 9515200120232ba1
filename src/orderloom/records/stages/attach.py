"""Files and the records they belong to.

Invariant: a record's field takes a file that its writer brought and no record has, or one that the
same field of the same record had before; it never learns of any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orderloom.definition.fields.attachments import FilesField
from orderloom.definition.file_kinds import endings
from orderloom.files import rows
from orderloom.files.rows import StoredFile
from orderloom.records.command import Record
from orderloom.records.context import HookContext
from orderloom.records.item import Item, by_entity, standing
from orderloom.records.plan import EntityPlan

_MEGABYTE = 1024 * 1024
_ATTACH = """
update orderloom.file f
set entity = n.entity, record_id = n.record, field = n.field, removed_at = null
from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])
    as n(id, entity, record, field, person)
where f.id = n.id and f.state = 'ready' and (
    (f.record_id is null and (n.person is null or f.uploaded_by = n.person))
    or (f.entity = n.entity and f.record_id = n.record and f.field = n.field)
) returning f.id
"""
_DETACH = """
update orderloom.file f set removed_at = $4
from unnest($1::bigint[], $2::text[], $3::bigint[]) as n(id, entity, record)
where f.id = n.id and f.entity = n.entity and f.record_id = n.record
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """A field of a record or line with files: path (``lines.photo``), pointer, NEW and OLD ids."""

    path: str
    pointer: str
    field: FilesField
    value: list[dict[str, Any]]
    before: dict[str, dict[str, Any]]


def _places(plan: EntityPlan, item: Item) -> Iterator[_Place]:
    new, old = item.values(), item.old or {}
    for key, field in plan.root.files:
        if value := new.get(key):
            before = _known([old], key)
            yield _Place(path=key, pointer=f"/{key}", field=field, value=value, before=before)
    for lines, table in plan.lines.items():
        for key, field in table.files:
            before = _known(old.get(lines) or [], key)
            for index, line in enumerate(new[lines]):
                if value := line.get(key):
                    yield _Place(
                        path=f"{lines}.{key}",
                        pointer=f"/{lines}/{index}/{key}",
                        field=field,
                        value=value,
                        before=before,
                    )


def _known(lines: Sequence[Record], key: str) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for line in lines for one in line.get(key) or []}


def _with_files(ctx: HookContext, items: Sequence[Item]) -> Iterator[tuple[EntityPlan, Item]]:
    for name, group in by_entity(items).items():
        plan = ctx.plans.of(name)
        if plan.has_files:
            yield from ((plan, item) for item in group if item.new is not None)


async def resolve(ctx: HookContext, items: Sequence[Item]) -> None:
    """Put the store's words in the place of what was given; fault what may not be attached."""
    wanted: dict[int, list[tuple[EntityPlan, Item, _Place, int]]] = {}
    for plan, item in _with_files(ctx, items):
        for place in _places(plan, item):
            for index, one in enumerate(place.value):
                if one["id"] in place.before:
                    place.value[index] = dict(place.before[one["id"]])
                else:
                    spot = (plan, item, place, index)
                    wanted.setdefault(int(one["id"]), []).append(spot)
    if not wanted:
        return
    found = await rows.find(ctx.conn, list(wanted), lock=True)
    for id_, spots in wanted.items():
        for number, (plan, item, place, index) in enumerate(spots):
            file = found.get(id_)
            if file is None or number or not _may_attach(plan, item, place, file):
                item.fault(f"{place.pointer}/{index}", "records.unknown_file", id=str(id_))
                continue
            place.value[index] = file.value()
            _check(item, place, index, file)


def _may_attach(plan: EntityPlan, item: Item, place: _Place, file: StoredFile) -> bool:
    if file.record_id is None:
        return item.actor.is_system or file.uploaded_by == item.actor.person_id
    return (file.entity, file.record_id, file.field) == (plan.name, item.id, place.path)


def _check(item: Item, place: _Place, index: int, file: StoredFile) -> None:
    """What the field itself asks of a file."""
    field, pointer = place.field, f"{place.pointer}/{index}"
    if field.accepted and file.kind not in field.accepted:
        allowed = endings(field.accepted)
        item.fault(pointer, "records.file_kind", name=file.name, allowed=allowed)
    if field.largest is not None and file.size > field.largest:
        largest = field.largest // _MEGABYTE
        item.fault(pointer, "records.file_size", name=file.name, megabytes=largest)


async def attach(ctx: HookContext, items: Sequence[Item]) -> None:
    """Note, with the write, which files records got and which they lost."""
    added: list[tuple[int, str, int | None, str, int | None, Item]] = []
    gone: list[tuple[int, str, int | None]] = []
    for plan, item in _with_files(ctx, [one for one in standing(items) if one.changed]):
        after: dict[str, set[str]] = {}
        for place in _places(plan, item):
            after.setdefault(place.path, set()).update(one["id"] for one in place.value)
        if item.old is None and not after:
            continue  # as nearly all new records are
        for path in plan.file_paths:
            before = _ids_before(item.old or {}, path)
            fresh = sorted(after.get(path, set()) - before)
            person = None if item.actor.is_system else item.actor.person_id
            added.extend((int(id_), plan.name, item.id, path, person, item) for id_ in fresh)
            left = sorted(before - after.get(path, set()))
            gone.extend((int(id_), plan.name, item.id) for id_ in left)
    if gone:
        await ctx.conn.execute(_DETACH, *map(list, zip(*gone, strict=True)), ctx.now)
    if added:
        columns = [list(column) for column in zip(*[one[:5] for one in added], strict=True)]
        # lint: allow saved-first: a table of the platform's
        kept = {row["id"] for row in await ctx.conn.fetch(_ATTACH, *columns)}
        for id_, _, _, path, _, item in added:
            if id_ not in kept:
                pointer = "/" + path.replace(".", "/")
                item.fault(pointer, "records.unknown_file", id=str(id_))


async def detach(ctx: HookContext, plan: EntityPlan, items: Sequence[Item]) -> None:
    """Note that records which are removed lose their files."""
    gone = [
        (int(id_), plan.name, item.id)
        for item in items
        for path in plan.file_paths
        for id_ in sorted(_ids_before(item.old or {}, path))
    ]
    if gone:
        await ctx.conn.execute(_DETACH, *map(list, zip(*gone, strict=True)), ctx.now)


def _ids_before(old: Record, path: str) -> set[str]:
    lines, dot, key = path.rpartition(".")
    held = (old.get(lines) or []) if dot else [old]
    return set(_known(held, key))
