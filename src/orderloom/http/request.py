"""Reading requests: who asks, the body, the query parameters.

Invariant: an unsafe request of a browser carries its CSRF token, and comes from our own pages.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from orderloom.access.actor import Actor
from orderloom.access.errors import CsrfError
from orderloom.base import json
from orderloom.base.errors import Fault, UnauthenticatedError
from orderloom.http.errors import BadJsonError, BadQueryError, MediaTypeError, TooLargeError
from orderloom.http.ports import platform

COOKIE = "orderloom_session"
CSRF = "x-csrf-token"
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
JSON_LIMIT = 8 * 1024 * 1024
_LARGEST_ID = 2**63 - 1
_ESCAPES = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


async def actor_of(request: Request, door: str = "api") -> Actor:
    """Who asks, by API key or by session.

    Raises:
        UnauthenticatedError: nobody.
        CsrfError: an unsafe request of a browser without its token.
    """
    found: Actor | None = getattr(request.state, "actor", None)
    if found is not None:
        return found
    doorkeeper = platform(request).doorkeeper
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        actor = await doorkeeper.by_key(header[7:].strip(), door)
    else:
        token = request.cookies.get(COOKIE)
        if not token:
            raise UnauthenticatedError
        actor = await doorkeeper.by_session(token)
        _check_csrf(request, actor)
    request.state.actor = actor
    return actor


def _check_csrf(request: Request, actor: Actor) -> None:
    if request.method in SAFE:
        return
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise CsrfError(origin=origin)
    if request.headers.get(CSRF) != actor.csrf:
        raise CsrfError(header=CSRF)


async def raw_body(request: Request, limit: int = JSON_LIMIT) -> bytes:
    """The body's bytes.

    Raises:
        TooLargeError: more than the limit.
        MediaTypeError: there are some, and they say that they are no JSON.
    """
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise TooLargeError(limit=limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLargeError(limit=limit)
        chunks.append(chunk)
    if size:
        _check_media_type(request)
    return b"".join(chunks)


def _check_media_type(request: Request) -> None:
    """JSON, or nothing said."""
    given = request.headers.get("content-type", "")
    kind = given.partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise MediaTypeError(given=kind[:100], expected="application/json")


def parsed(raw: bytes, *, empty: Any = None) -> Any:
    """The JSON of a body.

    Raises:
        BadJsonError: it is none.
    """
    if not raw.strip():
        return empty
    try:
        return json.loads(raw)
    except (ValueError, RecursionError, UnicodeDecodeError) as error:
        raise BadJsonError(problem=str(error)[:200]) from error


async def json_body(request: Request, *, empty: Any = None) -> Any:
    """The request's JSON, its texts such as a database can store."""
    raw = await raw_body(request)
    return storable(raw, parsed(raw, empty=empty))


def storable(raw: bytes, value: Any) -> Any:
    """The value without NUL characters, as the fields of records do it.

    Raises:
        BadJsonError: a text is not Unicode.
    """
    return _storable(value) if _ESCAPES.search(raw) else value


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BadJsonError(problem="a text is not Unicode") from error
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


async def json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty one.

    Raises:
        BadJsonError: it is something else.
    """
    found = await json_body(request, empty={})
    if not isinstance(found, dict):
        raise BadJsonError(problem="an object is expected")
    return found


def query_of(request: Request, allowed: frozenset[str]) -> Mapping[str, str]:
    """The query parameters.

    Raises:
        BadQueryError: one of them is unknown, or cannot be text.
    """
    faults = [
        Fault(pointer=f"/{key}", code="http.unknown_parameter", params={"name": key})
        for key in request.query_params
        if key not in allowed
    ]
    faults += [
        Fault(pointer=f"/{key}", code="http.bad_value")
        for key, value in request.query_params.items()
        if "\0" in value or (key in allowed and len(request.query_params.getlist(key)) > 1)
    ]
    if faults:
        raise BadQueryError(errors=faults)
    return request.query_params


def whole_number(query: Mapping[str, str], key: str, default: int) -> int:
    """A whole number of the query.

    Raises:
        BadQueryError: it is none.
    """
    text = query.get(key)
    if text is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise BadQueryError(errors=[Fault(pointer=f"/{key}", code="http.not_a_number")])
    return int(text)


def moment(query: Mapping[str, Any], key: str) -> datetime | None:
    """A time of the query, RFC 3339 with its offset.

    Raises:
        BadQueryError: it is none.
    """
    text = query.get(key)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(str(text).replace(" ", "+"))
        if found.tzinfo is not None:
            found.astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None or found.tzinfo is None:
        raise BadQueryError(errors=[Fault(pointer=f"/{key}", code="http.not_a_time")])
    return found


def truth(query: Mapping[str, str], key: str) -> bool:
    """A flag of the query.

    Raises:
        BadQueryError: neither true nor false.
    """
    text = query.get(key, "false").lower()
    if text not in ("true", "false", "1", "0"):
        raise BadQueryError(errors=[Fault(pointer=f"/{key}", code="http.not_a_flag")])
    return text in ("true", "1")


def record_id(text: str) -> int | None:
    """An id of the path; None when it can be none."""
    found = int(text) if re.fullmatch(r"[0-9]{1,19}", text) else 0
    return found if 0 < found <= _LARGEST_ID else None


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(json.dumps(value), status, dict(headers or {}), media_type="application/json")
