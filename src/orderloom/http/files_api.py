"""Files: brought in on their own, read through the record that has them.

Invariant: what is answered is never run: a browser is told the type, and gets it as a download
unless it is a picture; rights are asked at every read.
"""

import re
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from orderloom.definition.file_kinds import FILE_KINDS
from orderloom.files import StoredFile
from orderloom.files.errors import FileNotFoundHereError, FileTooLargeError
from orderloom.files.naming import disposition
from orderloom.files.service import MEGABYTE
from orderloom.http.errors import RangeError
from orderloom.http.multipart import file_of
from orderloom.http.ports import platform
from orderloom.http.records_api import entity_name, known_id
from orderloom.http.request import actor_of, moment, query_of, record_id, reply, truth
from orderloom.records import attached

_ROUND_THE_FILE = 64 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


async def upload(request: Request) -> Response:
    """``POST /files``: multipart ``file``; answers what a record's field takes."""
    actor = await actor_of(request)
    files = platform(request).files
    length = request.headers.get("content-length", "")
    largest = files.limits.largest
    if length.isdigit() and int(length) > largest + _ROUND_THE_FILE:
        raise FileTooLargeError(name="", megabytes=largest // MEGABYTE)
    name, content = await file_of(request)
    stored = await files.upload(actor, name, content)
    value = stored.value()
    return reply(value, 201, {"Location": f"/api/v1/files/{value['id']}"})


async def download(request: Request) -> Response:
    """``GET /files/{file}``: of a record I may see, or brought by me and not yet attached."""
    actor = await actor_of(request)
    query_of(request, frozenset(("inline",)))
    file_id = _file_id(request)
    found = await attached.by_id(platform(request).records, file_id, actor=actor)
    return await _respond(request, found)


async def download_of_record(request: Request) -> Response:
    """``GET /{app}/{entity}/{id}/files/{file}``, also as of a moment."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query = query_of(request, frozenset(("as_of", "inline")))
    found = await attached.of_record(
        platform(request).records,
        entity,
        known_id(request, entity),
        _file_id(request),
        actor=actor,
        as_of=moment(query, "as_of"),
    )
    return await _respond(request, found)


def _file_id(request: Request) -> int:
    text = request.path_params["file"]
    found = record_id(text)
    if found is None:
        raise FileNotFoundHereError(file=text)
    return found


async def _respond(request: Request, file: StoredFile) -> Response:
    kind = FILE_KINDS[file.kind]
    inline = kind.image and truth(request.query_params, "inline")
    headers = {
        "Content-Disposition": disposition(file.name, inline=inline),
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "private, no-cache",
        "ETag": f'"{file.id}"',
        "Accept-Ranges": "bytes",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    start, end = _range(request, file.size)
    headers["Content-Length"] = str(end - start)
    status = 200
    if (start, end) != (0, file.size):
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=kind.media_type)
    content = platform(request).files.read(file, start, end)
    first = await anext(content, b"")  # what is not there is a problem, not half an answer
    pieces = _from(first, content)
    return StreamingResponse(pieces, status, headers, media_type=kind.media_type)


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _range(request: Request, size: int) -> tuple[int, int]:
    """The bytes asked for; all of them when nothing that we understand is asked.

    Raises:
        RangeError: the file has no such bytes.
    """
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    if match is None or match.group() == "bytes=-" or condition not in (None, "", _etag(request)):
        return 0, size
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise RangeError(size=size)
    return start, end


def _etag(request: Request) -> str:
    return f'"{request.path_params["file"]}"'
