"""No data without an actor: whatever hands out records says for whom.

Four ways to forget it: a reader that takes no actor, a call that passes none (or the system's, at
a door where a person stands), the raw readers beneath the rights, and SQL of one's own.
"""

import ast
from collections.abc import Iterable

from tools.lint.rule import Finding, Function, Rule, Source, arguments, called, dotted, names_in

CODE = "actor"
_READS = frozenset(("find", "get", "many", "aggregate", "actions", "history", "titles"))
_READERS = frozenset(("records", "read", "reading"))
"""What the objects with these methods are called: ``platform.records``, ``records.read``."""
_ANSWERS = frozenset(("Record", "Page", "TimelinePage"))
"""Types that are records, wherever they are handed out."""
_DATA = _ANSWERS | {"Any", "Item", "Result", "Answer", "Availability"}
"""Types that carry values of records inside ``orderloom.records``."""
_CARRIERS = frozenset(("Actor", "EntityRights", "Command", "Item", "Source", "Once", "Export"))
"""Types with an actor, or an actor's rights, inside. A HookContext has none: hooks see all."""
_RAW = frozenset(("load_rows", "attach_lines"))
"""Readers that know no rights; the corridor and the queries judge what they answer."""
_FETCHES = frozenset(("fetch", "fetchrow", "fetchval", "fetchmany", "cursor"))
_DOORS = frozenset(("http", "intake", "sdk", "cli", "server"))
"""Packages that own no tables: they read through records."""
_PEOPLE = frozenset(("http", "intake", "sdk"))
"""Doors where somebody stands; the system is not who asks."""


def check(source: Source) -> Iterable[Finding]:
    """Readers and reads that do not know for whom."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield from _call(source, node)
        elif isinstance(node, ast.Module | ast.ClassDef):  # what stands in a function is private
            for one in node.body:
                if isinstance(one, ast.AsyncFunctionDef) and not one.name.startswith("_"):
                    yield from _reader(source, one)


def _reader(source: Source, node: Function) -> Iterable[Finding]:
    """A public async function that answers records and is not told for whom."""
    if not source.is_app and not source.package:
        return
    carriers = _CARRIERS | {"HookContext"} if source.is_app else _CARRIERS
    told = any(one.arg == "actor" or names_in(one.annotation) & carriers for one in arguments(node))
    if not told and _answers_records(source, names_in(node.returns)):
        message = f"{node.name}() answers records and is not told for whom"
        yield Finding(node.lineno, CODE, message, "take an actor, and make its rights part of it")


def _answers_records(source: Source, answer: set[str]) -> bool:
    """Typed records anywhere; in ``records`` also loose values and texts by key (titles)."""
    if source.package != "records":
        return bool(answer & _ANSWERS)
    return bool(answer & _DATA) or ("str" in answer and bool(answer & {"dict", "Mapping"}))


def _call(source: Source, node: ast.Call) -> Iterable[Finding]:
    """Reads through records, and the ways around them."""
    if _is_read(node):
        yield from _read(source, node)
        return
    name, message = called(node), ""
    if name in _RAW and source.package != "records":
        message = f"{name}() reads beneath the rights"
    elif dotted(node.func) == "history.timeline" and source.package not in ("records", "history"):
        message = "history.timeline() answers hidden fields too"
    elif (source.is_app or source.package in _DOORS) and _reads_tables(node):
        message = f".{name}() reads tables here"
    if message:
        yield Finding(node.lineno, CODE, message, "use records, with actor=")


def _is_read(node: ast.Call) -> bool:
    """``records.find(...)``, ``platform(request).records.get(...)`` and the like."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in _READS:
        return False
    return dotted(function.value).split(".")[-1].lstrip("_") in _READERS


def _read(source: Source, node: ast.Call) -> Iterable[Finding]:
    """A read passes an actor; where a person stands, not the system's."""
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    actor = named.get("actor")
    nobody = isinstance(actor, ast.Constant) or (actor is None and None not in named)
    if nobody:
        message = f"{called(node)}() is not told who asks"
        yield Finding(node.lineno, CODE, message, "pass actor=")
    elif source.package in _PEOPLE and isinstance(actor, ast.Call) and called(actor) == "system":
        message = f"{called(node)}() asks in the system's name"
        yield Finding(node.lineno, CODE, message, "pass the actor of the request")


def _reads_tables(node: ast.Call) -> bool:
    """A statement for the connection, but for a constant without a table (``select 1``)."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _FETCHES:
        return False
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return "from" in first.value.lower().split()
    return first is not None


RULE = Rule(
    CODE,
    "there is no function that returns records without an actor",
    "a read that does not know its reader cannot keep to the reader's rights",
    check,
)
