"""Session, apps, drafts, people, formula: the platform's own calls."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from orderloom.access import people, sign_in
from orderloom.access.actor import Actor, formula_context
from orderloom.access.passwords import check_strength
from orderloom.access.rights import rights
from orderloom.base import clock, json
from orderloom.base.errors import Fault, ForbiddenError, NotFoundError
from orderloom.definition.field import Field
from orderloom.definition.fields.text import TextField
from orderloom.definition.json import to_data
from orderloom.formula import FormulaError, explain
from orderloom.formula.types import Bool, FormulaType, Number
from orderloom.http import form_trees
from orderloom.http.errors import BadJsonError, BadQueryError
from orderloom.http.ports import platform
from orderloom.http.request import (
    COOKIE,
    actor_of,
    json_body,
    json_object,
    record_id,
    reply,
)
from orderloom.http.shown_views import shown_views


class DesignerError(ForbiddenError):
    """Only an owner changes apps."""

    code = "http.designer_only"


class AppNotFoundError(NotFoundError):
    """The app does not exist, or the actor may not open it."""

    code = "http.app_not_found"


def _session(request: Request, actor: Actor) -> dict[str, Any]:
    return {
        "person": {"id": str(actor.person_id), "login": actor.login, "name": actor.name},
        "roles": sorted(actor.roles),
        "department": None if actor.department_id is None else str(actor.department_id),
        "departments": [str(one) for one in actor.department_ids],
        "keys": {name: [str(one) for one in found] for name, found in actor.keys.items()},
        "is_owner": actor.is_owner,
        "language": actor.language,
        "theme": actor.theme,
        "csrf": actor.csrf,
        "apps": _apps(request, actor),
        "limits": {"file_mb": platform(request).settings.files_limit_mb},
    }


def _apps(request: Request, actor: Actor) -> list[dict[str, Any]]:
    catalog = platform(request).catalog
    return [
        {"id": live.id, "label": live.app.label, "icon": live.app.icon, "version": live.version}
        for live in catalog.apps.values()
        if rights(actor, live, catalog.scopes).entities
    ]


def _with_cookie(request: Request, response: Response, token: str) -> Response:
    secure = platform(request).settings.secure_cookies or request.url.scheme == "https"
    response.set_cookie(
        COOKIE, token, max_age=30 * 86400, httponly=True, samesite="lax", secure=secure, path="/"
    )
    return response


async def open_session(request: Request) -> Response:
    """``POST /session``."""
    body = await json_object(request)
    login, password = body.get("login"), body.get("password")
    faults = [
        Fault(pointer=f"/{key}", code="http.bad_value" if body.get(key) else "records.required")
        for key in ("login", "password")
        if not isinstance(body.get(key), str)
    ]
    faults += [
        Fault(pointer=f"/{key}", code="http.unknown_parameter", params={"name": key})
        for key in body
        if key not in ("login", "password", "code")
    ]
    if faults or not isinstance(login, str) or not isinstance(password, str):
        raise BadQueryError(errors=faults)
    address = request.client.host if request.client else None
    actor, token = await sign_in.sign_in(platform(request).database, login, password, address)
    request.state.actor = actor
    return _with_cookie(request, reply(_session(request, actor)), token)


async def read_session(request: Request) -> Response:
    """``GET /session``."""
    return reply(_session(request, await actor_of(request)))


async def change_session(request: Request) -> Response:
    """``PATCH /session``: language and theme."""
    actor = await actor_of(request)
    body = await json_object(request)
    faults = [
        Fault(pointer=f"/{key}", code="http.bad_value")
        for key, allowed in (("language", ("zh-CN", "en")), ("theme", ("light", "dark")))
        if body.get(key) is not None and body[key] not in allowed
    ]
    if faults:
        raise BadQueryError(errors=faults)
    async with platform(request).database.transaction() as conn:
        await people.set_preferences(
            conn, actor.person_id, language=body.get("language"), theme=body.get("theme")
        )
    return Response(status_code=204)


async def close_session(request: Request) -> Response:
    """``DELETE /session``."""
    await actor_of(request)
    await sign_in.end_session(platform(request).database, request.cookies.get(COOKIE, ""))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


async def set_up(request: Request) -> Response:
    """``POST /setup``: make the owner with the one-time link."""
    body = await json_object(request)
    values = {key: body.get(key) for key in ("token", "login", "name", "password")}
    missing = [key for key, value in values.items() if not isinstance(value, str) or not value]
    if missing:
        raise BadQueryError(
            errors=[Fault(pointer=f"/{key}", code="records.required") for key in missing]
        )
    check_strength(str(values["password"]))
    actor, token = await sign_in.make_owner(
        platform(request).database,
        str(values["token"]),
        str(values["login"]),
        str(values["name"]),
        str(values["password"]),
    )
    request.state.actor = actor
    return _with_cookie(request, reply(_session(request, actor), 201), token)


async def list_apps(request: Request) -> Response:
    """``GET /apps``."""
    return reply({"items": _apps(request, await actor_of(request)), "next": None})


async def read_app(request: Request) -> Response:
    """``GET /apps/{app}``: the definition as the actor may see it, and what they may do."""
    actor = await actor_of(request)
    catalog = platform(request).catalog
    live = catalog.apps.get(request.path_params["app"])
    mine = rights(actor, live, catalog.scopes) if live else None
    if live is None or mine is None or not mine.entities:
        raise AppNotFoundError(app=request.path_params["app"])
    data = to_data(live.app)
    data.pop("roles", None)
    entities: dict[str, Any] = {}
    for key, entity in data["entities"].items():
        held = mine.entity(key)
        if held is not None:
            entities[key] = _with_words(
                _visible(entity, held.hidden), live.app.entities[key].fields
            )
    forms = {
        key: form_trees.apply(platform(request), actor, f"{live.id}.{key}", entity)
        for key, entity in entities.items()
    }
    data["entities"] = entities
    views = data.get("views", {})
    data["views"] = shown_views(platform(request), actor, live.id, views, entities)
    data["menu"] = _menu(data.get("menu", []), data["views"], entities)
    return reply(
        {
            "version": live.version,
            "app": data,
            "forms": forms,
            "rights": {
                key: {
                    **{
                        operation: held.may(operation)
                        for operation in ("see", "create", "edit", "delete", "import", "export")
                    },
                    "actions": [
                        action for action in live.app.entities[key].actions if held.may_act(action)
                    ],
                    "read_only": sorted(held.read_only),
                }
                for key, held in mine.entities.items()
            },
        }
    )


def _visible(entity: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    if not hidden:
        return entity
    fields: dict[str, Any] = {}
    for key, field in entity["fields"].items():
        if key in hidden:
            continue
        if "fields" in field:
            nested = {k: f for k, f in field["fields"].items() if f"{key}.{k}" not in hidden}
            totals = [one for one in field.get("totals", []) if one in nested]
            fields[key] = {**field, "fields": nested, "totals": totals}
        else:
            fields[key] = field
    sections = [
        {**section, "fields": [key for key in section["fields"] if key in fields]}
        for section in entity.get("sections", [])
    ]
    return {**entity, "fields": fields, "sections": [s for s in sections if s["fields"]]}


def _with_words(entity: dict[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """With the words of texts that hold codes, as what a filter offers to choose from."""
    shown = {
        key: {**field, "options": known.choices()}
        for key, field in entity["fields"].items()
        if isinstance(known := fields[key], TextField) and known.codes
    }
    return {**entity, "fields": {**entity["fields"], **shown}}


def _menu(
    items: list[dict[str, Any]], views: dict[str, Any], entities: dict[str, Any]
) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for item in items:
        if item.get("items"):
            nested = _menu(item["items"], views, entities)
            if nested:
                shown.append({**item, "items": nested})
        elif item.get("view") in views or item.get("entity") in entities:
            shown.append(item)
    return shown


async def evaluate_formulas(request: Request) -> Response:
    """``POST /formula/evaluate``: over literals, or over the values of ``context``.

    With ``"blanks": "keep"`` arithmetic over blank numbers is blank.
    """
    actor = await actor_of(request)
    body = await json_body(request, empty=[])
    if not isinstance(body, list) or len(body) > 200:  # noqa: PLR2004 - a page of them
        raise BadJsonError(problem="an array of up to 200 objects is expected")
    context = formula_context(actor, clock.now())
    answers: list[dict[str, Any]] = []
    for one in body:
        text = one.get("formula") if isinstance(one, dict) else None
        if not isinstance(text, str):
            answers.append({"errors": [_bad_formula()]})
            continue
        sample, blanks = one.get("context"), one.get("blanks")
        try:
            value, type_, notes = explain(
                text,
                context,
                sample if isinstance(sample, dict) else None,
                blanks="keep" if blanks == "keep" else "zero",
            )
        except FormulaError as error:
            answers.append({"errors": error.faults})
            continue
        answer = {"value": _shown(value), "type": _type_name(type_)}
        answers.append({**answer, "notes": notes} if notes else answer)
    return reply(answers)


def _bad_formula() -> dict[str, Any]:
    return {"code": "formula.unexpected_end", "start": 0, "end": 0, "args": {}}


def _shown(value: Any) -> Any:
    from orderloom.formula.runtime import plain  # noqa: PLC0415 - a leaf, used here only

    if value is None or isinstance(value, bool | str):
        return value
    return json.loads(json.dumps(plain(value)))


def _type_name(type_: FormulaType) -> str:
    if isinstance(type_, Number):
        return "number"
    return "bool" if isinstance(type_, Bool) else type_.name


def designer(actor: Actor) -> Actor:
    """The actor, when they may change apps.

    Raises:
        DesignerError: they may not.
    """
    if not actor.unrestricted:
        raise DesignerError
    return actor


def draft_id(request: Request) -> int:
    """The draft's id of the path."""
    return record_id(request.path_params["draft"]) or 0
