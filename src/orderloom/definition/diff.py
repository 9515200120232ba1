"""The difference of two definitions, as changes that read like sentences.

Invariant: applying nothing but the listed changes turns one into the other; every change names the
element that it belongs to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orderloom.definition.app import App
from orderloom.definition.json import to_data

_NOUNS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("entities", "*"), "entity"),
    (("entities", "*", "fields", "*"), "field"),
    (("entities", "*", "fields", "*", "options", "*"), "option"),
    (("entities", "*", "fields", "*", "fields", "*"), "column"),
    (("entities", "*", "fields", "*", "fields", "*", "options", "*"), "option"),
    (("entities", "*", "actions", "*"), "action"),
    (("entities", "*", "actions", "*", "parameters", "*"), "parameter"),
    (("entities", "*", "validations", "*"), "validation"),
    (("entities", "*", "sections", "*"), "section"),
    (("entities", "*", "states", "edges", "*"), "edges"),
    (("views", "*"), "view"),
    (("roles", "*"), "role"),
    (("roles", "*", "grants", "*"), "grant"),
)
"""Paths of elements; anything deeper is a setting of the nearest element."""

_MISSING = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One difference; ``code`` and ``params`` make its sentence."""

    op: Literal["add", "remove", "change", "move"]
    path: str
    old: Any = None
    new: Any = None
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def diff(old: App | None, new: App) -> list[Change]:
    """What changes from ``old`` to ``new``; everything is added when there is no ``old``."""
    before = to_data(old) if old is not None else {"id": new.id}
    after = to_data(new)
    return [
        _worded(change, before, after)
        for change in _differences((), before, after)
        if change.path != "id"
    ]


def changed_paths(old: App, new: App) -> set[str]:
    """The paths of all differences."""
    return {change.path for change in diff(old, new)}


def _differences(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    before, after = _keyed(old), _keyed(new)
    if before is None or after is None or _is_label(new):
        if old != new:
            yield Change(op="change", path="/".join(path), old=old, new=new)
        return
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key, _MISSING), after.get(key, _MISSING)
        inner = (*path, key)
        if was is _MISSING:
            yield from _whole("add", inner, None, now)
        elif now is _MISSING:
            yield from _whole("remove", inner, was, None)
        else:
            yield from _differences(inner, was, now)
    kept = [key for key in before if key in after]
    if kept != [key for key in after if key in before]:
        yield Change(op="move", path="/".join(path), old=kept, new=[*after])


def _whole(
    op: Literal["add", "remove"], path: tuple[str, ...], old: Any, new: Any
) -> Iterator[Change]:
    """An added or removed part; a whole folder or group is told element by element."""
    value = new if op == "add" else old
    inner = _keyed(value)
    if inner and _noun(path) is None and any(_noun((*path, key)) for key in inner):
        for key, item in inner.items():
            yield from _whole(op, (*path, key), *((None, item) if op == "add" else (item, None)))
    else:
        yield Change(op=op, path="/".join(path), old=old, new=new)


def _keyed(value: Any) -> dict[str, Any] | None:
    """A mapping, or a list of items with ids as a mapping; None for plain values."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list) and value and all(_name(item) for item in value):
        keyed = {str(_name(item)): item for item in value}
        return keyed if len(keyed) == len(value) else None
    return None


def _name(item: Any) -> Any:
    return (item.get("id") or item.get("key")) if isinstance(item, Mapping) else None


def _is_label(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and set(value) <= {"zh-CN", "en"}


def _noun(path: tuple[str, ...]) -> str | None:
    for pattern, noun in _NOUNS:
        if len(pattern) == len(path) and all(
            part in ("*", key) for part, key in zip(pattern, path, strict=True)
        ):
            return noun
    return None


def _worded(change: Change, before: Any, after: Any) -> Change:
    """The change with its sentence: of an element, or of a setting of the nearest element."""
    path = tuple(change.path.split("/"))
    noun = _noun(path)
    if noun is not None and change.op in ("add", "remove"):
        suffix = "added" if change.op == "add" else "removed"
        code = f"definition.change.{noun}_{suffix}"
        params = {**_parents(path, before, after), "name": _label(path, before, after)}
    else:
        depth = next((size for size in range(len(path), 0, -1) if _noun(path[:size])), 0)
        code = f"definition.change.setting_{_SETTING[change.op]}"
        params = {
            "name": _label(path[:depth], before, after),
            "setting": "/".join(path[depth:]) or path[-1],
            "old": _brief(change.old),
            "new": _brief(change.new),
        }
    return Change(
        op=change.op, path=change.path, old=change.old, new=change.new, code=code, params=params
    )


_SETTING = {"add": "changed", "remove": "changed", "change": "changed", "move": "moved"}


def _parents(path: tuple[str, ...], before: Any, after: Any) -> dict[str, Any]:
    """The label of the element around the one named by the path."""
    for size in range(len(path) - 1, 0, -1):
        if _noun(path[:size]):
            return {"parent": _label(path[:size], before, after)}
    return {}


def _label(path: tuple[str, ...], before: Any, after: Any) -> Any:
    """The label of an element, as it is or as it was; its key when it has none."""
    for data in (after, before):
        found = _at(path, data)
        if isinstance(found, Mapping) and found.get("label"):
            return found["label"]
    return path[-1] if path else (_at((), after) or {}).get("label", "")


def _at(path: tuple[str, ...], data: Any) -> Any:
    for key in path:
        inner = _keyed(data)
        if inner is None or key not in inner:
            return None
        data = inner[key]
    return data


def _brief(value: Any) -> Any:
    """A value short enough for a sentence."""
    if value is None or isinstance(value, bool | int | str) or _is_label(value):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    return "…"
