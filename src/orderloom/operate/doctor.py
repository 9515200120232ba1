"""The doctor: every check in turn, each with one answer.

Invariant: whoever cannot reach the database, or finds tables of another release, is told so and
nothing else is guessed at.
"""

from collections.abc import AsyncIterator

import asyncpg
import structlog

from orderloom.base.errors import OrderloomError
from orderloom.operate.checks import content, host, server, work
from orderloom.operate.finding import Check, Finding, Patient, fail

FIRST: tuple[tuple[str, Check], ...] = (
    ("database", server.version),
    ("settings", server.settings),
    ("migrations", server.migrations),
)
HOST: tuple[tuple[str, Check], ...] = (
    ("disk", host.disk),
    ("keys", host.keys),
    ("backup", host.backups),
)
REST: tuple[tuple[str, Check], ...] = (
    ("clock", server.time),
    ("indexes", server.indexes),
    ("jobs", work.jobs),
    ("sealer", work.sealer),
    ("history", work.history),
    ("balances", content.balances),
    ("values", content.values),
    ("files", content.files),
    ("definitions", content.definitions),
)
_log = structlog.get_logger("doctor")


async def examine(patient: Patient) -> AsyncIterator[Finding]:
    """All findings, as they are made."""
    good = True
    for name, check in FIRST:
        finding = await _made(name, check, patient)
        good = good and finding.health != "fail"
        yield finding
    for name, check in HOST:
        yield await _made(name, check, patient)
    if good:
        for name, check in REST:
            yield await _made(name, check, patient)


async def _made(name: str, check: Check, patient: Patient) -> Finding:
    try:
        return await check(patient)
    except (OrderloomError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _log.warning("doctor.check_failed", check=name, kind=type(error).__name__)
        problem = error.code if isinstance(error, OrderloomError) else type(error).__name__
        return fail(name, "doctor.could_not_look", problem=problem)
