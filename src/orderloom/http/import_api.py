"""Imports: what a file holds, an empty workbook to fill in, and the job that brings the rows."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from orderloom import jobs
from orderloom.access.actor import Actor
from orderloom.access.remembered import recall
from orderloom.access.rights import EntityRights
from orderloom.base import json, text
from orderloom.base.errors import Fault
from orderloom.database.pool import Connection
from orderloom.database.retry import run_whole
from orderloom.definition.entity import Entity
from orderloom.http.errors import BadJsonError, BadQueryError, TooLargeError
from orderloom.http.intake_api import JobNotFoundError, job_of
from orderloom.http.ports import platform
from orderloom.http.records_api import entity_name
from orderloom.http.request import actor_of, reply, truth
from orderloom.intake.importing import JOB
from orderloom.intake.mapping import mapping_of, shipped_mapping
from orderloom.intake.preview import fields_of, preview, topic
from orderloom.intake.spreadsheet import read_table
from orderloom.intake.template import template
from orderloom.records import idempotency
from orderloom.records.idempotency import Answer, Once
from orderloom.records.rights import rights_to

IMPORT_LIMIT = 64 * 1024 * 1024
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MODES = ("normal", "history")


async def _importer(request: Request) -> tuple[Actor, str, EntityRights, Entity]:
    """Who imports, into what, and with which rights.

    Raises:
        EntityNotFoundError: the person may not know of it.
        NotAllowedError: the person may not.
    """
    actor = await actor_of(request)
    entity = entity_name(request)
    catalog = platform(request).catalog
    rights = rights_to(catalog, actor, entity, "import")
    return actor, entity, rights, catalog.entity(entity)


async def _form(request: Request) -> FormData:
    """The form; a body that does not tell its length is counted as it arrives.

    Raises:
        TooLargeError: it has more bytes than an import takes.
    """
    length, size = request.headers.get("content-length", ""), 0
    if length.isdigit():
        _check_size(int(length))

    async def counted() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        _check_size(size)
        return message

    return await Request(request.scope, counted).form(max_part_size=IMPORT_LIMIT)


def _check_size(size: int) -> None:
    if size > IMPORT_LIMIT:
        raise TooLargeError(limit=IMPORT_LIMIT)


async def _content(
    request: Request, form: FormData, entity: str
) -> tuple[bytes, str, Mapping[str, Any]]:
    """The file that was sent, or the one of an earlier job of the same person and entity."""
    upload = form.get("file")
    if isinstance(upload, UploadFile):
        return await upload.read(), upload.filename or "import.xlsx", {}
    named = form.get("job")
    if not isinstance(named, str) or not named:
        raise BadQueryError(errors=[Fault(pointer="/file", code="records.required")])
    job = await job_of(request, named)
    if job.kind != JOB or job.payload.get("entity") != entity:
        raise JobNotFoundError(job=named)
    async with platform(request).database.read() as conn:
        content = await jobs.file(conn, job.id, "input")
    return content or b"", str(job.payload["name"]), job.payload


def _json_field(form: FormData, key: str) -> Any:
    given = form.get(key)
    try:
        return json.loads(given) if isinstance(given, str) and given.strip() else None
    except ValueError as error:
        raise BadJsonError(problem=str(error)[:200]) from error


async def preview_import(request: Request) -> Response:
    """``POST /{app}/{entity}/import/preview``: multipart ``file``, or ``job`` of an earlier try."""
    actor, entity, rights, model = await _importer(request)
    here = platform(request)
    form = await _form(request)
    content, name, earlier = await _content(request, form, entity)
    table = await asyncio.to_thread(read_table, content, name)
    last: Any = earlier if earlier.get("columns") else None
    if last is None:
        async with here.database.read() as conn:
            last = await recall(conn, actor.person_id, topic(entity, table.columns))
    folders = [one.imports for one in here.registry.packages.values() if one.imports is not None]
    shipped = shipped_mapping(folders, table.columns, entity)
    labels = {
        step.entity: text.pick(here.catalog.entity(step.entity).label, actor.language)
        for step in (shipped.steps if shipped else ())
    }
    answer = preview(
        model, rights, table, actor.language, last=last, shipped=shipped, labels=labels
    )
    return reply({"name": name, **answer})


async def read_template(request: Request) -> Response:
    """``GET /{app}/{entity}/import/template.xlsx``: headers to fill in, and what they mean."""
    actor, _, rights, model = await _importer(request)
    name = f"{text.pick(model.label, actor.language)}.xlsx"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(template(model, rights, actor.language), media_type=_WORKBOOK, headers=headers)


def _columns(
    form: FormData, earlier: Mapping[str, Any], rights: EntityRights, model: Entity
) -> dict[str, Any]:
    """The chosen columns and key, or those of the earlier try; nothing when none were chosen.

    Raises:
        BadQueryError: they are no texts, or name fields that the actor may not write.
    """
    columns = _json_field(form, "columns")
    if form.get("columns") == "null":  # not those of the earlier try, but the file's own mapping
        return {}
    if columns is None:
        return {key: earlier[key] for key in ("columns", "key") if key in earlier}
    if not isinstance(columns, dict) or not all(isinstance(one, str) for one in columns.values()):
        raise BadQueryError(errors=[Fault(pointer="/columns", code="http.bad_value")])
    open_ = {one["name"] for one in fields_of(model, rights, text.SOURCE)}
    faults = [
        Fault(pointer=f"/columns/{at}", code="records.unknown_field", params={"field": target})
        for at, target in columns.items()
        if target not in open_
    ]
    if faults:
        raise BadQueryError(errors=faults)
    key = str(form.get("key") or model.import_key or model.title or "")
    mapping_of(model.id, model, columns, key)
    return {"columns": columns, "key": key}


async def start_import(request: Request) -> Response:
    """``POST /{app}/{entity}/import``: multipart; see the guide for its fields."""
    actor, entity, rights, model = await _importer(request)
    form = await _form(request)
    content, name, earlier = await _content(request, form, entity)
    mode = str(form.get("mode") or earlier.get("mode") or "normal")
    if mode not in _MODES:
        raise BadQueryError(errors=[Fault(pointer="/mode", code="http.bad_value")])
    mapping = _json_field(form, "mapping")
    payload = {
        "entity": entity,
        "name": name,
        "mapping": earlier.get("mapping") if mapping is None else mapping,
        "dry_run": truth({"dry_run": str(form.get("dry_run") or "false")}, "dry_run"),
        "mode": mode,
        **(_columns(form, earlier, rights, model) if mapping is None else {}),
    }
    key = request.headers.get("idempotency-key")
    once = None
    if key:
        once = Once(
            actor_id=actor.person_id,
            route=f"POST {request.url.path}",
            key=key[:200],
            payload=content + json.dumps(payload).encode(),
        )

    async def queue(conn: Connection) -> Answer:
        stored = await idempotency.recall(conn, once) if once is not None else None
        if stored is not None:
            return stored
        job = await jobs.enqueue(conn, JOB, payload, actor.person_id)
        await jobs.add_file(conn, job, "input", content)
        answer = Answer(202, json.dumps({"job": str(job), "state": "queued"}))
        if once is not None:
            await idempotency.remember(conn, once, answer)
        return answer

    answer = await run_whole(platform(request).database, queue, repeatable=once is not None)
    queued = json.loads(answer.body)
    headers = {"Location": f"/api/v1/jobs/{queued['job']}"}
    if answer.repeated:
        headers["Idempotency-Replayed"] = "true"
    return reply(queued, answer.status, headers)
