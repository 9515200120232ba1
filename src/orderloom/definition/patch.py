"""Changing a definition by operations on its JSON: what drafts are edited with.

Invariant: a patch answers new data and leaves the given data alone; a path names dictionary keys,
and items of lists by their ``id``, ``key`` or place.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from orderloom.base.errors import Fault, InvalidError

_LISTS = frozenset({"sections", "options", "validations", "menu", "items", "unique", "uses"})
"""Settings that are lists, for paths through ones that are not there yet."""
_NAMES = ("id", "key")


class OperationError(InvalidError):
    """Operations that cannot be applied; nothing was changed."""

    code: ClassVar[str] = "definition.bad_operation"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """Put a value at a path, or remove what is there; ``before`` names the next neighbour."""

    op: Literal["put", "remove"]
    path: str
    value: Any = None
    before: str | None = None

    @property
    def keys(self) -> list[str]:
        """The parts of the path."""
        return [part.replace("~1", "/").replace("~0", "~") for part in self.path.split("/")]


def operations(raw: Any) -> list[Operation]:
    """Operations from JSON.

    Raises:
        OperationError: some are malformed; all of them are listed.
    """
    faults: list[Fault] = []
    found: list[Operation] = []
    if not isinstance(raw, list) or not raw:
        raise OperationError(errors=[Fault(pointer="/operations", code="definition.no_operations")])
    for index, one in enumerate(raw):
        pointer = f"/operations/{index}"
        if not isinstance(one, Mapping) or one.get("op") not in ("put", "remove"):
            faults.append(Fault(pointer=f"{pointer}/op", code="definition.unknown_operation"))
        elif not isinstance(one.get("path"), str) or not one["path"].strip("/"):
            faults.append(Fault(pointer=f"{pointer}/path", code="definition.bad_path"))
        else:
            before = one.get("before")
            found.append(
                Operation(
                    op=one["op"],
                    path=one["path"].strip("/"),
                    value=one.get("value"),
                    before=before if isinstance(before, str) else None,
                )
            )
    if faults:
        raise OperationError(errors=faults)
    return found


def patch(data: Mapping[str, Any], changes: Sequence[Operation]) -> dict[str, Any]:
    """The data after the operations, in their order.

    Raises:
        OperationError: a path leads nowhere; every such operation is listed.
    """
    result = deepcopy(dict(data))
    faults: list[Fault] = []
    for index, change in enumerate(changes):
        try:
            _apply(result, change)
        except LookupError as error:
            faults.append(
                Fault(
                    pointer=f"/operations/{index}/path",
                    code="definition.bad_path",
                    params={"path": change.path, "part": str(error.args[0])},
                )
            )
    if faults:
        raise OperationError(errors=faults)
    return result


def element_path(path: str) -> str:
    """The element that a path belongs to, for conflicts: a field, an action, a view, a setting.

    ``entities/order/fields/colour/label`` is part of ``entities/order/fields/colour``.
    """
    parts = path.split("/")
    deep = parts[0] == "entities" and len(parts) > _SUB and parts[2] in ("fields", "actions")
    return "/".join(parts[:4] if deep else parts[:3] if parts[0] == "entities" else parts[:2])


_SUB = 3


def _apply(data: dict[str, Any], change: Operation) -> None:
    *heads, last = change.keys
    target: Any = data
    for position, key in enumerate(heads):
        following = [*heads, last][position + 1]
        target = _enter(target, key, following, create=change.op == "put")
    if change.op == "put":
        _put(target, last, deepcopy(change.value), change.before)
    else:
        _remove(target, last)


def _enter(target: Any, key: str, following: str, *, create: bool) -> Any:
    if isinstance(target, dict):
        if key not in target:
            if not create:
                raise LookupError(key)
            target[key] = [] if key in _LISTS or following == "-" else {}
        return target[key]
    if isinstance(target, list):
        return target[_place(target, key)]
    raise LookupError(key)


def _put(target: Any, key: str, value: Any, before: str | None) -> None:
    match target:
        case dict():
            _put_key(target, key, value, before)
        case list():
            _put_item(target, key, value, before)
        case _:
            raise LookupError(key)


def _put_key(target: dict[str, Any], key: str, value: Any, before: str | None) -> None:
    if before is None:
        target[key] = value
        return
    if before not in target or before == key:
        raise LookupError(before)
    items = [(name, item) for name, item in target.items() if name != key]
    at = next(index for index, (name, _) in enumerate(items) if name == before)
    items.insert(at, (key, value))
    target.clear()
    target.update(items)


def _put_item(target: list[Any], key: str, value: Any, before: str | None) -> None:
    try:
        at = _place(target, key)
    except LookupError:
        at = len(target)
        target.append(value)
    else:
        target[at] = value
    if before is not None:
        item = target.pop(at)
        target.insert(_place(target, before), item)


def _remove(target: Any, key: str) -> None:
    match target:
        case dict() if key in target:
            del target[key]
        case list():
            del target[_place(target, key)]
        case _:
            raise LookupError(key)


def _place(items: list[Any], key: str) -> int:
    """The place of an item by id, key, text or number.

    Raises:
        LookupError: there is none.
    """
    for place, item in enumerate(items):
        if isinstance(item, Mapping) and any(item.get(name) == key for name in _NAMES):
            return place
        if item == key:
            return place
    if key.isascii() and key.isdigit() and int(key) < len(items):
        return int(key)
    raise LookupError(key)
