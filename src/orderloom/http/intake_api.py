"""Intake and imports: orders from channels, rows from workbooks."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from orderloom import jobs
from orderloom.base import json, text
from orderloom.base.errors import Fault, NotFoundError
from orderloom.http.errors import BadJsonError, BadQueryError, TooLargeError
from orderloom.http.ports import platform
from orderloom.http.records_api import entity_name
from orderloom.http.request import actor_of, raw_body, record_id, reply, storable, truth
from orderloom.intake.importing import JOB
from orderloom.records.errors import NotAllowedError
from orderloom.records.rights import entity_rights

IMPORT_LIMIT = 64 * 1024 * 1024
_CHANNEL = "orders.channel"


class ChannelNotFoundError(NotFoundError):
    """There is no such channel, or it is switched off."""

    code = "intake.unknown_channel"


class JobNotFoundError(NotFoundError):
    """There is no such job, or it is somebody else's."""

    code = "jobs.not_found"


async def receive(request: Request) -> Response:
    """``POST /intake/{channel}``: one order, or an array."""
    actor = await actor_of(request, "intake")
    here = platform(request)
    rights = entity_rights(here.catalog, actor, "orders.intake")
    if rights is None or not rights.may("create"):
        raise NotAllowedError(entity="orders.intake", operation="create")
    package = here.registry.packages.get("orders")
    code = request.path_params["channel"]
    async with here.database.read() as conn:
        rows = await here.records.context(conn).select(_CHANNEL, "", values={"code": code})
    if not rows or rows[0]["active"] is False or package is None or package.receive is None:
        raise ChannelNotFoundError(channel=code)
    raw = await raw_body(request)
    body = storable(raw, await json_body_of(raw))
    payloads = body if isinstance(body, list) else [body]
    answers = await package.receive(here.records, actor, rows[0], payloads)
    answer = {"results": answers} if isinstance(body, list) else answers[0]
    return reply(answer)


async def json_body_of(raw: bytes) -> Any:
    """The JSON of a body that must not be empty.

    Raises:
        BadJsonError: it is none.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        raise BadJsonError(problem=str(error)[:200]) from error


async def start_import(request: Request) -> Response:
    """``POST /{app}/{entity}/import``: multipart ``file``, ``mapping`` (JSON), ``dry_run``."""
    actor = await actor_of(request)
    entity = entity_name(request)
    here = platform(request)
    rights = entity_rights(here.catalog, actor, entity)
    if rights is None or not rights.may("import"):
        raise NotAllowedError(entity=entity, operation="import")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > IMPORT_LIMIT:
        raise TooLargeError(limit=IMPORT_LIMIT)
    form = await request.form(max_part_size=IMPORT_LIMIT)
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise BadQueryError(errors=[Fault(pointer="/file", code="records.required")])
    mapping = form.get("mapping")
    try:
        parsed = json.loads(mapping) if isinstance(mapping, str) and mapping.strip() else None
    except ValueError as error:
        raise BadJsonError(problem=str(error)[:200]) from error
    flags = {"dry_run": str(form.get("dry_run") or "false")}
    content = await upload.read()
    async with here.database.transaction() as conn:
        payload = {
            "entity": entity,
            "name": upload.filename or "import.xlsx",
            "mapping": parsed,
            "dry_run": truth(flags, "dry_run"),
            "mode": str(form.get("mode") or "normal"),
        }
        job = await jobs.enqueue(conn, JOB, payload, actor.person_id)
        await jobs.add_file(conn, job, "input", content)
    return reply({"job": str(job), "state": "queued"}, 202, {"Location": f"/api/v1/jobs/{job}"})


async def _job(request: Request) -> jobs.Job:
    actor = await actor_of(request)
    id_ = record_id(request.path_params["job"])
    async with platform(request).database.read() as conn:
        found = await jobs.find(conn, id_) if id_ is not None else None
    if found is None or (found.actor_id != actor.person_id and not actor.unrestricted):
        raise JobNotFoundError(job=request.path_params["job"])
    return found


async def read_job(request: Request) -> Response:
    """``GET /jobs/{job}``."""
    job = await _job(request)
    result = dict(job.result or {})
    language = request.state.actor.language
    if job.state == "failed" and "code" in result:
        result["message"] = text.render(result["code"], result.get("params") or {}, language)
    has_errors = bool(result.get("failed") or result.get("reported"))
    return reply(
        {
            "id": str(job.id),
            "kind": job.kind,
            "state": job.state,
            "done": job.done,
            "total": job.total,
            "result": result,
            "errors": f"/api/v1/jobs/{job.id}/errors.xlsx" if has_errors else None,
        }
    )


async def cancel_job(request: Request) -> Response:
    """``DELETE /jobs/{job}``: ask it to stop."""
    job = await _job(request)
    async with platform(request).database.transaction() as conn:
        await jobs.request_cancel(conn, job.id)
    return Response(status_code=202)


async def job_errors(request: Request) -> Response:
    """``GET /jobs/{job}/errors.xlsx``."""
    job = await _job(request)
    async with platform(request).database.read() as conn:
        content = await jobs.file(conn, job.id, "errors.xlsx")
    if content is None:
        raise JobNotFoundError(job=str(job.id))
    return Response(
        content,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="errors-{job.id}.xlsx"'},
    )
