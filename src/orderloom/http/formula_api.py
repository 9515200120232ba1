"""Formulas for the editor: what is wrong with one, what it gives, and the functions there are.

Invariant: a person's answer knows what the person may see, and nothing else.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from orderloom.access.actor import Actor
from orderloom.base import json
from orderloom.base.errors import Fault
from orderloom.definition.entity import Entity
from orderloom.definition.labels import Names
from orderloom.definition.model import full_name
from orderloom.formula import BLANKS, Formula, FormulaError, compile_formula, parse
from orderloom.formula.catalogue import entries
from orderloom.formula.fixes import add_fixes
from orderloom.formula.runtime import plain
from orderloom.formula.types import BOOL, DATE, DATETIME, NUMBER, TEXT, FormulaType, Number, is_id
from orderloom.http import problems
from orderloom.http.errors import BadQueryError
from orderloom.http.ports import platform
from orderloom.http.request import actor_of, json_object, record_id, reply
from orderloom.records import masks
from orderloom.records.errors import EntityNotFoundError, RecordNotFoundError
from orderloom.records.rights import entity_rights
from orderloom.storage.live import Catalog

_EXPECTED = {"bool": BOOL, "number": NUMBER, "text": TEXT, "date": DATE, "datetime": DATETIME}
_USAGES = ("filter", "scope", "rule", "value")


async def check_formula(request: Request) -> Response:
    """``POST /formula/check``: faults with places, type, canonical text, and the text as shown.

    Fields may be named by key or by label. With ``record`` the answer carries the value for it;
    ``blanks`` is the setting of the field that the formula is written for.
    """
    actor = await actor_of(request)
    asked = _asked(await json_object(request))
    catalog = platform(request).catalog
    name = full_name(asked["app"], asked["entity"])
    seen = masks.visible_scopes(catalog, actor)
    scope, lines = seen.get(name), asked["lines"]
    if scope is not None and lines is not None:
        column = scope.fields.get(lines)
        scope = column.rows if column is not None else None
    if scope is None:
        raise EntityNotFoundError(entity=name)
    names = _names(catalog, actor, name, lines)
    try:
        formula = compile_formula(
            names.keys(parse(asked["formula"])),
            scope,
            seen,
            expect=_EXPECTED.get(asked["expect"]),
            usage=asked["usage"],
            blanks=asked["blanks"],
        )
    except FormulaError as error:
        shown = [_shown(fault, names, actor) for fault in error.faults]
        add_fixes(shown, asked["formula"])
        return reply({"errors": shown})
    answer = {
        "errors": [],
        "type": _type(formula.type),
        "canonical": formula.text,
        "display": names.display(formula.node, actor.language),
    }
    if asked["record"] is not None and lines is None:
        answer["value"] = await _value(request, actor, name, asked["record"], formula)
    return reply(answer)


def _asked(body: dict[str, Any]) -> dict[str, Any]:
    """The request, its words checked.

    Raises:
        BadQueryError: something is missing or is no such word.
    """
    faults = [
        Fault(pointer=f"/{key}", code="records.required")
        for key in ("app", "entity", "formula")
        if not isinstance(body.get(key), str)
    ]
    faults += [
        Fault(pointer=f"/{key}", code="http.bad_value")
        for key, known in (("usage", _USAGES), ("expect", tuple(_EXPECTED)), ("blanks", BLANKS))
        if body.get(key) is not None and body[key] not in known
    ]
    faults += [
        Fault(pointer=f"/{key}", code="http.bad_value")
        for key in ("lines", "record")
        if not isinstance(body.get(key), str | None)
    ]
    if faults:
        raise BadQueryError(errors=faults)
    words = {"usage": "rule", "blanks": "zero"}
    given = {key: value for key, value in body.items() if value is not None or key not in words}
    return {"lines": None, "expect": None, "record": None, **words, **given}


def _names(catalog: Catalog, actor: Actor, entity: str, lines: str | None) -> Names:
    def find(name: str) -> Entity | None:
        rights = entity_rights(catalog, actor, name) if catalog.find(name) is not None else None
        return catalog.find(name) if rights is not None and rights.may("see") else None

    def sees(name: str, key: str) -> bool:
        rights = entity_rights(catalog, actor, name)
        return rights is not None and not masks.is_hidden(rights, key)

    return Names(entity=entity, find=find, sees=sees, lines=lines)


def _shown(fault: dict[str, Any], names: Names, actor: Actor) -> dict[str, Any]:
    """A fault with its message; a field is suggested by the name that is shown for it."""
    args, code = dict(fault["args"]), fault["code"]
    if code == "formula.unknown_field":
        meant = args.get("suggestion") or str(args["name"])
        args["suggestion"] = names.near(meant, actor.language)
    return {**fault, "args": args, "message": problems.said(code, args, actor.language)}


def _type(type_: FormulaType) -> str:
    return "number" if isinstance(type_, Number) else type_.name


async def _value(request: Request, actor: Actor, name: str, given: str, formula: Formula) -> Any:
    id_ = record_id(given)
    if id_ is None:
        raise RecordNotFoundError(entity=name, id=given)
    value = await platform(request).records.read.value(name, id_, formula, actor=actor)
    if value is None or isinstance(value, bool | str):
        return value
    return str(value) if is_id(formula.type) else json.loads(json.dumps(plain(value)))


async def list_functions(request: Request) -> Response:
    """``GET /formula/functions``: names, arguments, what each gives, examples, contexts."""
    await actor_of(request)
    return reply({"items": [one.json() for one in entries()], "next": None})
