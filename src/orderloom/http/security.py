"""What every response carries, and how much every request costs."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from orderloom.base import ids, metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    " blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'self'; object-src 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_STREAM = "/api/v1/live"
_REFUSED, _FAULT = 400, 500
_SLOW_SECONDS = 1.0
_log = structlog.get_logger("http")
_HSTS = (b"strict-transport-security", b"max-age=31536000")


def labelled(endpoint: Any, route: str) -> Any:
    """An endpoint that is counted and logged under its route's template."""
    endpoint.route_label = route
    return endpoint


class Edge:
    """The outermost layer: security headers, request ids, no caching of data, counts."""

    def __init__(self, app: Any, stop: Callable[[], None]) -> None:
        self._app = app
        self._stop = stop

    def stop(self) -> None:
        """End what would go on by itself: the streams of live hints."""
        self._stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = f"{ids.new_id():x}"
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        is_api = scope["path"].startswith("/api/")
        status = 500

        async def outgoing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", []))
                headers += [*HEADERS, (b"x-request-id", request_id.encode())]
                if scope.get("scheme") == "https":
                    headers.append(_HSTS)
                if is_api and not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        try:
            await self._app(scope, receive, outgoing)
        finally:
            _tell(scope, status, time.perf_counter() - started)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """Count a request and log it: its route, who and how long, and nothing of its content."""
    endpoint = scope.get("endpoint")
    route = getattr(endpoint, "route_label", None) or getattr(endpoint, "__name__", "none")
    method = scope["method"] if scope["method"] in _METHODS else "other"
    metrics.REQUESTS.labels(method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    if status >= _FAULT:
        say = _log.error
    elif seconds > _SLOW_SECONDS and route != _STREAM:
        say = _log.warning
    else:
        say = _log.info if status >= _REFUSED else _log.debug
    actor = scope["state"].get("actor")
    say(
        "http.request",
        method=method,
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        actor=None if actor is None else str(actor.person_id),
    )
