"""Intake: orders from channels; and the jobs that bring rows of workbooks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from orderloom import jobs
from orderloom.base import json, text
from orderloom.base.errors import NotFoundError
from orderloom.http.errors import BadJsonError
from orderloom.http.ports import platform
from orderloom.http.request import actor_of, query_of, raw_body, record_id, reply, storable
from orderloom.records.errors import NotAllowedError
from orderloom.records.rights import entity_rights

_MOST_ORDERS = 5000
_ASKED = ("entity", "name", "dry_run", "mode", "columns", "key")
"""What of a job's order its page is told: enough to go on after it was loaded anew."""


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
    query_of(request, frozenset())
    raw = await raw_body(request)
    channel = request.path_params["channel"]
    body = storable(raw, await json_body_of(raw))
    many = isinstance(body, list)
    payloads = body if many else [body]
    if len(payloads) > _MOST_ORDERS:
        raise BadJsonError(problem=f"an order, or an array of up to {_MOST_ORDERS}, is expected")
    answers = await here.inbox.receive(channel, actor, payloads, raw)
    return reply({"results": answers} if many else answers[0])


async def json_body_of(raw: bytes) -> Any:
    """The JSON of a body that must not be empty.

    Raises:
        BadJsonError: it is none.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        raise BadJsonError(problem=str(error)[:200]) from error


async def job_of(request: Request, named: str) -> jobs.Job:
    """A job of the one who asks.

    Raises:
        JobNotFoundError: there is none, or it is somebody else's.
    """
    actor = await actor_of(request)
    id_ = record_id(named)
    async with platform(request).database.read() as conn:
        found = await jobs.find(conn, id_) if id_ is not None else None
    if found is None or (found.actor_id != actor.person_id and not actor.unrestricted):
        raise JobNotFoundError(job=named)
    return found


async def read_job(request: Request) -> Response:
    """``GET /jobs/{job}``."""
    job = await job_of(request, request.path_params["job"])
    result = dict(job.result or {})
    language = request.state.actor.language
    if job.state == "failed" and "code" in result:
        result["message"] = text.render(result["code"], result.get("params") or {}, language)
        for fault in result.get("errors") or ():
            fault["message"] = text.render(fault["code"], fault.get("params") or {}, language)
    has_errors = bool(result.get("failed") or result.get("reported"))
    return reply(
        {
            "id": str(job.id),
            "kind": job.kind,
            "state": job.state,
            "done": job.done,
            "total": job.total,
            "result": result,
            "asked": {key: job.payload[key] for key in _ASKED if key in job.payload},
            "started_at": job.started_at,
            "ended_at": job.ended_at,
            "errors": f"/api/v1/jobs/{job.id}/errors.xlsx" if has_errors else None,
        }
    )


async def cancel_job(request: Request) -> Response:
    """``DELETE /jobs/{job}``: ask it to stop."""
    job = await job_of(request, request.path_params["job"])
    async with platform(request).database.transaction() as conn:
        await jobs.request_cancel(conn, job.id)
    return Response(status_code=202)


async def job_errors(request: Request) -> Response:
    """``GET /jobs/{job}/errors.xlsx``."""
    job = await job_of(request, request.path_params["job"])
    async with platform(request).database.read() as conn:
        content = await jobs.file(conn, job.id, "errors.xlsx")
    if content is None:
        raise JobNotFoundError(job=str(job.id))
    return Response(
        content,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="errors-{job.id}.xlsx"'},
    )
