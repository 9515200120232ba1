"""Structured logs: one line an event, as JSON for machines or plain for a console.

Invariant: a line has no secret and no personal data. Failures are told by their kind and place;
their words, which may quote a customer's, only at the level ``debug``.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

LEVELS = ("debug", "info", "warning", "error")
_SECRET = ("password", "token", "secret", "authorization", "cookie", "csrf", "api_key", "login")
_FRAMES = 12


def configure(level: str, *, as_json: bool) -> None:
    """Set up structlog, and the standard library's log with it."""
    number = logging.getLevelNamesMapping()[level.upper()]
    words = level == "debug"

    def failure(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return _failure(event, words=words)

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_secrets,
        failure,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))


def without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Hide values whose names say that they are secret, at any depth."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: str, value: Any) -> Any:
    if any(word in key.lower() for word in _SECRET):
        return "***"
    if isinstance(value, MutableMapping):
        return {name: _hidden(str(name), one) for name, one in value.items()}
    return value


def _failure(event: EventDict, *, words: bool) -> EventDict:
    """An exception as its kind, its SQL state and the last places it passed."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()[1]
    elif isinstance(given, tuple):
        given = given[1]
    if isinstance(given, BaseException):
        event["error"] = type(given).__name__
        state = getattr(given, "sqlstate", None)
        if state is not None:
            event["sqlstate"] = state
        frames = traceback.extract_tb(given.__traceback__)[-_FRAMES:]
        event["places"] = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
        if words:
            event["words"] = str(given)
    return event
