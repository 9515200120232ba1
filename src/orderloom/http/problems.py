"""Errors as application/problem+json (RFC 9457); the one renderer.

Invariant: an unknown exception tells its request id only.
"""

import re
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from orderloom.base import ids, json, text
from orderloom.base.errors import Fault, OrderloomError
from orderloom.base.metrics import count_refusal
from orderloom.http.errors import BadJsonError, MethodError, UnknownRouteError

MEDIA_TYPE = "application/problem+json"
_EXACT = 2**53
_TYPED = frozenset(("expected", "found"))
_PLAINLY = {
    "formula.unknown_field": "formula.no_such_field",
    "formula.unknown_function": "formula.no_such_function",
}
"""What is said when there is nothing to suggest."""
_log = structlog.get_logger("http")


def language_of(request: Request) -> str:
    """The actor's language, or the browser's among ours; Chinese by default."""
    actor = getattr(request.state, "actor", None)
    if actor is not None:
        return str(actor.language)
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> str:
    """Our language that an Accept-Language header likes best; Chinese when it likes none."""
    best, found = 0.0, text.SOURCE
    for part in header.split(","):
        name, _, weight = part.partition(";")
        language = {"en": "en", "zh": text.SOURCE}.get(name.strip().lower().partition("-")[0])
        quality = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", weight.strip() or "q=1")
        if language is not None and quality is not None and float(quality[1]) > best:
            best, found = float(quality[1]), language
    return found


def request_id(request: Request) -> str:
    """The request's id, made once."""
    found = getattr(request.state, "request_id", None)
    if found is None:
        found = request.state.request_id = f"{ids.new_id():x}"
    return str(found)


def problem(error: OrderloomError, request: Request) -> dict[str, Any]:
    """The problem document of an error."""
    return body(error, language_of(request), str(request.url.path), request_id(request))


def body(
    error: OrderloomError, language: str, instance: str | None = None, id_: str | None = None
) -> dict[str, Any]:
    """The problem document of an error in a language."""
    document: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": text.title(error.code, language, error.params),
        "status": error.status,
        "detail": text.render(error.code, error.params, language),
        "code": error.code,
        "params": _plain(error.params),
        "errors": [fault(one, language) for one in error.errors],
    }
    if instance is not None:
        document["instance"] = instance
    if id_ is not None:
        document["request_id"] = id_
    return document


def fault(one: Fault, language: str) -> dict[str, Any]:
    """One fault with its message."""
    message = one.params.get("message")
    return {
        "pointer": one.pointer,
        "code": one.code,
        "params": _plain(one.params),
        "message": text.pick(message, language)
        if isinstance(message, Mapping)
        else said(one.code, one.params, language),
    }


def said(code: str, params: Mapping[str, Any], language: str) -> str:
    """The long text of a code: types in words, and no suggestion where there is none."""
    plainly = _PLAINLY.get(code, code) if params.get("suggestion") is None else code
    typed = _TYPED if params.keys() >= _TYPED else ()
    words = {key: _type_word(params[key], language) for key in typed}
    return text.render(plainly, {**params, **words}, language)


def _type_word(type_: Any, language: str) -> str:
    """A type of formulas in the words of a language."""
    code = f"formula.type_{type_}"
    return text.title(code, language) if text.has(code, language) else str(type_)


def _plain(params: Mapping[str, Any]) -> Any:
    return _told(json.loads(json.dumps(dict(params))))


def _told(value: Any) -> Any:
    """Ids as texts, as everywhere: a browser's numbers have no room for them."""
    if isinstance(value, dict):
        return {key: _told(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_told(one) for one in value]
    large = isinstance(value, int) and abs(value) > _EXACT
    return str(value) if large else value


def respond(error: OrderloomError, request: Request) -> Response:
    """The response of an error."""
    count_refusal(error.code)
    headers: dict[str, str] = {}
    wait = error.params.get("retry_after_seconds")
    if wait is not None:
        headers["Retry-After"] = str(wait)
    if error.status == 405:  # noqa: PLR2004 - and for the methods there are
        headers["Allow"] = ", ".join(error.params.get("allow", ()))
    if error.status == 416:  # noqa: PLR2004 - and how many there are
        headers["Content-Range"] = f"bytes */{error.params.get('size')}"
    if error.status == 401:  # noqa: PLR2004 - RFC 9110 asks for the challenge
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        json.dumps(problem(error, request)), error.status, headers, media_type=MEDIA_TYPE
    )


async def on_error(request: Request, error: Exception) -> Response:
    """Our own refusals."""
    if isinstance(error, OrderloomError):
        return respond(error, request)
    return await on_crash(request, error)


async def on_http(request: Request, error: Exception) -> Response:
    """What the router refuses."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    refused: OrderloomError = UnknownRouteError(path=request.url.path)
    if status == 405:  # noqa: PLR2004 - method not allowed
        refused = MethodError(method=request.method, allow=_allowed(error))
    elif status == 400:  # noqa: PLR2004 - a form that is none
        refused = BadJsonError(problem=str(getattr(error, "detail", ""))[:200])
    return respond(refused, request)


def _allowed(error: Exception) -> list[str]:
    headers = getattr(error, "headers", None) or {}
    return sorted(part.strip() for part in str(headers.get("Allow", "")).split(",") if part)


async def on_crash(request: Request, error: Exception) -> Response:
    """What nobody foresaw: logged whole, told as a request id only."""
    _log.exception("http.crash", request_id=request_id(request), exc_info=error)
    return respond(OrderloomError(request_id=request_id(request)), request)
