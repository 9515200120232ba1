"""The hot routes: lists, records, actions, aggregates, history.

Invariant: a handler only translates; every rule lives below it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from orderloom.base import json, text
from orderloom.base.errors import Fault
from orderloom.definition.field import DEFAULT_CONTEXT
from orderloom.http import problems
from orderloom.http.carrying import carry_out
from orderloom.http.errors import BadJsonError, BadQueryError
from orderloom.http.ports import Platform, platform
from orderloom.http.request import (
    actor_of,
    json_object,
    moment,
    parsed,
    query_of,
    raw_body,
    record_id,
    reply,
    truth,
    whole_number,
)
from orderloom.records import masks
from orderloom.records.command import Command, Result
from orderloom.records.errors import EntityNotFoundError, RecordNotFoundError
from orderloom.records.idempotency import Answer
from orderloom.records.present import present, present_all
from orderloom.records.rights import entity_rights

_LIST = frozenset(
    (
        "filter",
        "search",
        "sort",
        "limit",
        "cursor",
        "fields",
        "count",
        "as_of",
        "include",
        "deleted",
    )
)
_GROUPED = {
    "dimensions": frozenset(("field", "bucket", "as")),
    "measures": frozenset(("name", "agg", "as", "formula")),
}
_MOST_COMMANDS = 5000


def entity_name(request: Request) -> str:
    """The entity of the path, ``app.entity``.

    Raises:
        EntityNotFoundError: there is none.
    """
    name = f"{request.path_params['app']}.{request.path_params['entity']}"
    if platform(request).catalog.find(name) is None:
        raise EntityNotFoundError(entity=name)
    return name


def known_id(request: Request, entity: str) -> int:
    """The id of the path.

    Raises:
        RecordNotFoundError: it can be no record's.
    """
    id_ = record_id(request.path_params["id"])
    if id_ is None:
        raise RecordNotFoundError(entity=entity, id=request.path_params["id"])
    return id_


async def list_records(request: Request) -> Response:
    """``GET /{app}/{entity}``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query = query_of(request, _LIST)
    fields = query.get("fields")
    page = await platform(request).records.find(
        entity,
        actor=actor,
        filter=query.get("filter"),
        search=query.get("search"),
        sort=query.get("sort"),
        limit=whole_number(query, "limit", 50),
        cursor=query.get("cursor"),
        fields=[part.strip() for part in fields.split(",") if part.strip()] if fields else None,
        count=query.get("count", "none"),
        as_of=moment(query, "as_of"),
        deleted=truth(query, "deleted"),
    )
    plan = platform(request).records.plans.of(entity)
    answer: dict[str, Any] = {
        "items": present_all(plan, page.items),
        "next": page.next,
        "count": page.count,
        "estimated": page.estimated,
        "refs": page.refs,
    }
    if "actions" in query.get("include", "").split(","):
        ids = [item["id"] for item in page.items]
        answer["actions"] = await _actions(request, entity, ids)
    return reply(answer)


async def read_record(request: Request) -> Response:
    """``GET /{app}/{entity}/{id}``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    id_ = known_id(request, entity)
    query = query_of(request, frozenset(("as_of", "include")))
    records = platform(request).records
    page = await records.get(entity, id_, actor=actor, as_of=moment(query, "as_of"))
    answer = present(records.plans.of(entity), page.items[0])
    include = query.get("include", "").split(",")
    if "refs" in include:
        answer["refs"] = page.refs
    if "actions" in include:
        answer["actions"] = (await _actions(request, entity, [id_])).get(str(id_), {})
    return reply(answer, headers={"ETag": f'"{page.items[0]["version"]}"'})


async def _actions(request: Request, entity: str, ids: Sequence[int]) -> dict[str, Any]:
    actor = await actor_of(request)
    found = await platform(request).records.actions(entity, ids, actor=actor)
    return {
        str(id_): {
            key: {
                "allowed": one.allowed,
                "code": one.code,
                "reason": text.render(one.code, one.params, actor.language) if one.code else None,
            }
            for key, one in actions.items()
        }
        for id_, actions in found.items()
    }


async def create_records(request: Request) -> Response:
    """``POST /{app}/{entity}``: one object, or an array of them."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query = query_of(request, frozenset(("dry_run", "partial", "mode", "include")))
    raw = await raw_body(request)
    body = parsed(raw, empty={})
    many = isinstance(body, list)
    payloads = body if many else [body]
    if len(payloads) > _MOST_COMMANDS or not all(isinstance(one, dict) for one in payloads):
        raise BadJsonError(problem="an object, or an array of up to 5000 objects, is expected")
    mode: Any = query.get("mode", "normal")
    if mode not in ("normal", "history"):
        raise BadQueryError(errors=[Fault(pointer="/mode", code="http.bad_value")])
    commands = [
        Command(kind="create", entity=entity, actor=actor, changes=one, mode=mode)
        for one in payloads
    ]
    dry_run, partial = truth(query, "dry_run"), truth(query, "partial")

    def render(results: Sequence[Result]) -> Answer:
        if not many:
            return _one(request, entity, results[0], 200 if dry_run else 201)
        if partial:
            return Answer(200 if dry_run else 201, json.dumps(_each(request, entity, results)))
        return _all(request, entity, results, 200 if dry_run else 201)

    atomic = many and not partial
    answer = await carry_out(request, commands, raw, render, atomic=atomic, dry_run=dry_run)
    if not many and "refs" in query.get("include", ""):
        answer = await _with_refs(request, entity, answer)
    return _respond(request, answer, location=not many)


async def _with_refs(request: Request, entity: str, answer: Answer) -> Answer:
    """The answer with the names behind the record's ids, as its author may see them."""
    document = json.loads(answer.body)
    refused = answer.status >= 400  # noqa: PLR2004 - HTTP's own bound
    if refused and "preview" not in document:
        return answer
    shown = document["preview"] if refused else document
    records = platform(request).records
    values, _ = records.plans.of(entity).entity.fields.plan.run(shown, DEFAULT_CONTEXT)
    values["owner_department_id"] = record_id(str(shown.get("owner_department_id") or ""))
    shown["refs"] = await records.read.titles(entity, [values], actor=await actor_of(request))
    return Answer(answer.status, json.dumps(document), answer.repeated)


def _shown(request: Request, entity: str, result: Result) -> dict[str, Any]:
    """A result's record as its author may see it."""
    found: Platform = platform(request)
    plan = found.records.plans.of(entity)
    record = dict(result.record or {})
    rights = entity_rights(found.catalog, request.state.actor, entity)
    if rights is not None and record:
        record = {
            key: [dict(line) for line in value] if key in plan.lines else value
            for key, value in record.items()
        }
        masks.apply(rights, [record])
    shown = present(plan, record)
    if result.output:
        shown["output"] = dict(result.output)
    if result.warnings:
        language = problems.language_of(request)
        shown["warnings"] = [problems.fault(one, language) for one in result.warnings]
    return shown


def _one(request: Request, entity: str, result: Result, status: int) -> Answer:
    if result.problem is not None:
        document = problems.problem(result.problem, request)
        if result.record is not None:
            document["preview"] = _shown(request, entity, result)
        return Answer(result.problem.status, json.dumps(document))
    return Answer(status, json.dumps(_shown(request, entity, result)))


def _each(request: Request, entity: str, results: Sequence[Result]) -> dict[str, Any]:
    return {
        "results": [
            {"ok": _shown(request, entity, result)}
            if result.problem is None
            else {"problem": problems.problem(result.problem, request)}
            for result in results
        ]
    }


def _all(request: Request, entity: str, results: Sequence[Result], status: int) -> Answer:
    """All or nothing: the faults of all of them, each pointer below its index."""
    refused = [(index, r.problem) for index, r in enumerate(results) if r.problem is not None]
    if not refused:
        shown = [_shown(request, entity, result) for result in results]
        return Answer(status, json.dumps({"items": shown}))
    guilty = [(i, p) for i, p in refused if p.code != "records.neighbour_failed"] or refused
    first = max((problem for _, problem in guilty), key=lambda problem: problem.status)
    faults = [
        Fault(pointer=f"/{index}{one.pointer}", code=one.code, params=one.params)
        for index, problem in guilty
        for one in (
            problem.errors or (Fault(pointer="", code=problem.code, params=problem.params),)
        )
    ]
    document = problems.problem(first, request)
    language = problems.language_of(request)
    document["errors"] = [problems.fault(one, language) for one in faults]
    return Answer(first.status, json.dumps(document))


def _respond(request: Request, answer: Answer, *, location: bool = False) -> Response:
    media = "application/json" if answer.status < 400 else problems.MEDIA_TYPE  # noqa: PLR2004
    headers = {"Idempotency-Replayed": "true"} if answer.repeated else {}
    if location and answer.status == 201:  # noqa: PLR2004 - created
        made = json.loads(answer.body)
        headers["Location"] = f"{request.url.path}/{made['id']}"
        headers["ETag"] = f'"{made["version"]}"'
    return Response(answer.body, answer.status, headers, media_type=media)


def _version(request: Request, body: dict[str, Any]) -> int | None:
    given = body.pop("version", None)
    header = request.headers.get("if-match")
    if given is None and header:
        given = header.strip().removeprefix("W/").strip('"')
    if given is None or given == "*":
        return None
    if isinstance(given, bool) or not re.fullmatch("[0-9]{1,18}", str(given)):
        raise BadQueryError(errors=[Fault(pointer="/version", code="http.not_a_number")])
    return int(given)


def _only_version(request: Request, body: dict[str, Any]) -> int | None:
    version = _version(request, body)
    if body:
        told = [
            Fault(pointer=f"/{key}", code="http.unknown_parameter", params={"name": key})
            for key in body
        ]
        raise BadQueryError(errors=told)
    return version


async def update_record(request: Request) -> Response:
    """``PATCH /{app}/{entity}/{id}``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    id_ = known_id(request, entity)
    query = query_of(request, frozenset(("dry_run", "include")))
    raw = await raw_body(request)
    body = parsed(raw, empty={})
    if not isinstance(body, dict):
        raise BadJsonError(problem="an object is expected")
    version = _version(request, body)
    command = Command(
        kind="update", entity=entity, id=id_, actor=actor, changes=body, version=version
    )
    here = platform(request)
    if truth(query, "dry_run"):
        (result,) = await here.records.apply([command], dry_run=True)
    else:
        result = await here.edge.carry_out(command, size=len(raw))
    answer = _one(request, entity, result, 200)
    if "refs" in query.get("include", ""):
        answer = await _with_refs(request, entity, answer)
    response = _respond(request, answer)
    if result.problem is None:
        response.headers["ETag"] = f'"{result.version}"'
    return response


async def delete_record(request: Request) -> Response:
    """``DELETE /{app}/{entity}/{id}``: to the recycle bin."""
    actor = await actor_of(request)
    entity = entity_name(request)
    id_ = known_id(request, entity)
    query_of(request, frozenset())
    version = _only_version(request, await json_object(request))
    command = Command(kind="delete", entity=entity, id=id_, actor=actor, version=version)
    result = (await platform(request).records.apply([command]))[0]
    if result.problem is not None:
        raise result.problem
    return Response(status_code=204)


async def restore_record(request: Request) -> Response:
    """``POST /{app}/{entity}/{id}/restore``: out of the recycle bin."""
    actor = await actor_of(request)
    entity = entity_name(request)
    id_ = known_id(request, entity)
    query_of(request, frozenset())
    version = _only_version(request, await json_object(request))
    command = Command(kind="restore", entity=entity, id=id_, actor=actor, version=version)
    results = await platform(request).records.apply([command])
    return _respond(request, _one(request, entity, results[0], 200))


async def act(request: Request) -> Response:
    """``POST /{app}/{entity}/{id}/actions/{action}``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    id_ = known_id(request, entity)
    query = query_of(request, frozenset(("dry_run",)))
    raw = await raw_body(request)
    body = parsed(raw, empty={})
    if not isinstance(body, dict):
        raise BadJsonError(problem="an object is expected")
    version = _version(request, body)
    command = Command(
        kind="action",
        entity=entity,
        id=id_,
        actor=actor,
        action=request.path_params["action"],
        parameters=body,
        version=version,
    )
    answer = await carry_out(
        request,
        [command],
        raw,
        lambda results: _one(request, entity, results[0], 200),
        dry_run=truth(query, "dry_run"),
    )
    return _respond(request, answer)


async def act_on_many(request: Request) -> Response:
    """``POST /{app}/{entity}/actions/{action}``: of the entity, or of many records by ``ids``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query = query_of(request, frozenset(("dry_run",)))
    raw = await raw_body(request)
    body = parsed(raw, empty={})
    if not isinstance(body, dict):
        raise BadJsonError(problem="an object is expected")
    key = request.path_params["action"]
    model = platform(request).catalog.entity(entity).actions.get(key)
    single = model is None or model.scope == "entity"
    named = {"": None} if single else _named(body.pop("ids", None))
    ids = list(dict.fromkeys(id_ for id_ in named.values() if single or id_ is not None))
    commands = [
        Command(kind="action", entity=entity, id=id_, actor=actor, action=key, parameters=body)
        for id_ in ids
    ]

    def render(results: Sequence[Result]) -> Answer:
        if single:
            return _one(request, entity, results[0], 200)
        found = dict(zip(ids, results, strict=True))
        told = [
            found[id_] if id_ is not None else _nobody(entity, name) for name, id_ in named.items()
        ]
        each = _each(request, entity, told)["results"]
        rows = [{"id": name, **one} for name, one in zip(named, each, strict=True)]
        return Answer(200, json.dumps({"results": rows}))

    answer = await carry_out(request, commands, raw, render, dry_run=truth(query, "dry_run"))
    return _respond(request, answer)


def _named(raw: Any) -> dict[str, int | None]:
    """The records that a call names, each once; None for what can be no record's id."""
    if not isinstance(raw, list) or not 0 < len(raw) <= _MOST_COMMANDS:
        raise BadQueryError(errors=[Fault(pointer="/ids", code="http.bad_value")])
    names = [one if isinstance(one, str) else json.dumps(one) for one in raw]
    return {name: record_id(name) for name in names}


def _nobody(entity: str, name: str) -> Result:
    return Result(problem=RecordNotFoundError(entity=entity, id=name[:64]))


async def aggregate(request: Request) -> Response:
    """``POST /{app}/{entity}/query``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query_of(request, frozenset())
    body = await json_object(request)
    faults = [
        Fault(pointer=f"/{key}", code="http.unknown_parameter", params={"name": key})
        for key in body
        if key not in ("dimensions", "measures", "filter", "sort", "limit", "as_of")
    ]
    for key in ("dimensions", "measures"):
        rows = body.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
            faults.append(Fault(pointer=f"/{key}", code="http.bad_value"))
            continue
        faults += [
            Fault(pointer=f"/{key}/{at}/{one}", code="http.unknown_parameter", params={"name": one})
            for at, row in enumerate(rows)
            for one in row.keys() - _GROUPED[key]
        ]
    faults += [
        Fault(pointer=f"/{key}", code="http.bad_value")
        for key in ("filter", "sort")
        if not isinstance(body.get(key), str | None)
    ]
    limit = body.get("limit", 1000)
    if isinstance(limit, bool) or not isinstance(limit, int):
        faults.append(Fault(pointer="/limit", code="http.not_a_number"))
    if faults:
        raise BadQueryError(errors=faults)
    rows = await platform(request).records.aggregate(
        entity,
        actor=actor,
        dimensions=body.get("dimensions", []),
        measures=body.get("measures", []),
        filter=body.get("filter"),
        sort=body.get("sort"),
        limit=limit,
        as_of=moment(body, "as_of"),
    )
    return reply({"rows": rows})
