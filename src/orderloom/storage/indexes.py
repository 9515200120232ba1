"""Which indexes an entity's table has: they follow its views, row scopes and references.

Invariant: their number has a bound, however many views there are: every write pays for each.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from orderloom.definition.entity import Entity, sort_keys
from orderloom.definition.system import SYSTEM_COLUMNS
from orderloom.definition.view import View
from orderloom.storage.filters import ViewFilter
from orderloom.storage.parts import Order, TableShape

OF_VIEWS = 8
"""So many indexes of a table come from its views, the first ones first."""
BESIDE = 8
"""So many columns the indexes of the row scopes carry, beside when the record was deleted."""
_SCOPES = ("owner_id", "owner_department_id")
_NARROW = frozenset({"bigint", "numeric", "date", "timestamptz", "boolean"})


def add_indexes(
    shape: TableShape,
    entity: Entity,
    views: Sequence[View],
    filters: Mapping[str, ViewFilter],
    scoped: Collection[str],
) -> None:
    """Add the indexes of an entity's table; ``scoped`` are the fields that row scopes read.

    Whoever sees only their own rows reads them from the index of their scope alone: it carries
    what views filter, sort by and mostly show, so that any of these sorts a few thousand rows
    without a look into the table.
    """
    sort = _indexable(entity, sort_keys(entity.sort)) or (("created_at", True),)
    shape.index(sort)
    if entity.states is not None and _can_index(entity, entity.states.field):
        shape.index(_behind([entity.states.field], sort))
    for columns in _of_views(entity, views, filters, sort)[:OF_VIEWS]:
        shape.index(columns)
    beside = _beside(entity, views, filters)
    for head in _SCOPES:
        columns = _behind([head], sort)
        keys = {key for key, _ in columns}
        carried = tuple(key for key in beside if key not in keys) if head in scoped else ()
        shape.index(columns, beside=carried)
    for key in entity.references:
        shape.index(((key, False),))
    if entity.import_key and _can_index(entity, entity.import_key):
        shape.index(((entity.import_key, False),))
    shape.drop_served()
    for fields in unique_sets(entity):
        shape.index(tuple((key, False) for key in fields), unique=True)
    shape.index((("search_text", False),), trigram=True)


def unique_sets(entity: Entity) -> list[tuple[str, ...]]:
    """The field sets whose values no two live records may share."""
    single = [(key,) for key, field in entity.stored.items() if field.unique]
    return list(dict.fromkeys([*single, *entity.unique]))


def _of_views(
    entity: Entity, views: Sequence[View], filters: Mapping[str, ViewFilter], sort: Order
) -> list[Order]:
    """Each view's own index, then one for every other field that a filter compares."""
    own: list[Order] = []
    more: list[Order] = []
    for view in views:
        found = filters.get(view.id, ViewFilter())
        order = _indexable(entity, sort_keys(view.sort)) or sort
        own.append(_behind([key for key in found.equal if _can_index(entity, key)], order))
        # system columns have indexes of their own, or are not worth one
        others = [key for key in found.others if key in entity.stored and _can_index(entity, key)]
        more.extend(_behind([key], sort) for key in others)
    return list(dict.fromkeys([*own, *more]))


def _behind(heads: Sequence[str], order: Order) -> Order:
    """Columns that are held to one value, then an order without them."""
    return (
        *((key, False) for key in heads),
        *(pair for pair in order if pair[0] not in heads),
    )


def _beside(
    entity: Entity, views: Sequence[View], filters: Mapping[str, ViewFilter]
) -> tuple[str, ...]:
    """What views filter or sort by, then what half of them show; narrow columns only."""
    used: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for view in views:
        used.update(filters.get(view.id, ViewFilter()).reads)
        used.update(key for key, _ in sort_keys(view.sort))
        shown.update(view.columns)
    often = sorted(
        (key for key in shown if 2 * shown[key] >= len(views)), key=lambda k: (-shown[k], k)
    )
    wanted = [key for key in (*sorted(used), *often) if _is_narrow(entity, key)]
    return tuple(sorted({*list(dict.fromkeys(wanted))[:BESIDE], "deleted_at"}))


def _is_narrow(entity: Entity, key: str) -> bool:
    """Whether a column is small enough to be carried; ids of choices are short texts."""
    one = entity.stored.get(key)
    if one is None or not one.indexable:
        return False
    return one.column_type in _NARROW or one.kind == "choice"


def _can_index(entity: Entity, key: str) -> bool:
    if key in SYSTEM_COLUMNS:
        return key != "search_text"
    return key in entity.stored and entity.stored[key].indexable


def _indexable(entity: Entity, keys: list[tuple[str, bool]]) -> Order:
    """The sort as index columns: same directions are read backwards, so they are ascending."""
    if not keys or not all(_can_index(entity, key) for key, _ in keys):
        return ()
    columns = [*keys] if any(key == "id" for key, _ in keys) else [*keys, ("id", keys[-1][1])]
    if all(descending for _, descending in columns):
        return tuple((key, False) for key, _ in columns)
    return tuple(columns)
