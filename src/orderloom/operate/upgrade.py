"""Upgrades of the platform's own tables, tried on a copy first.

Invariant: the original is changed only after the same migrations ran on a copy of it and the doctor
found the copy well; a dry run leaves no trace.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg

from orderloom.backup import program
from orderloom.base import clock
from orderloom.base.errors import OrderloomError
from orderloom.base.settings import Settings
from orderloom.database.copy import copied
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.host import hand_over
from orderloom.database.migrate import Level, Ran, level, migrate
from orderloom.database.pool import Database
from orderloom.operate.doctor import examine
from orderloom.operate.finding import Finding, Patient

TRIAL = "trial"
# the copy's place says nothing of these
_NOT_OF_A_COPY = frozenset(("disk", "keys", "backup", "jobs", "sealer", "clock"))


class TrialFailedError(OrderloomError):
    """The upgrade did not go well on the copy; the original was not touched."""

    code = "operate.trial_failed"
    status = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What happened on the copy."""

    copy_seconds: float
    ran: tuple[Ran, ...]
    findings: tuple[Finding, ...]


async def pending(url: str) -> Level:
    """How far the tables of a database are."""
    conn = await asyncpg.connect(url)
    try:
        return await level(conn)
    finally:
        await conn.close()


async def dry_run(settings: Settings, url: str, server: EmbeddedPostgres | None) -> Trial:
    """Run the pending migrations on a copy and let the doctor look at it.

    Raises:
        CopyInUseError: an external database has other connections.
        TrialFailedError: a migration failed on the copy, or the copy is not well afterwards.
    """
    started = clock.monotonic()
    place = _own_copy(server) if server is not None else copied(url)
    async with place as copy:
        seconds = clock.monotonic() - started
        database = await Database.open(copy, size=2)
        try:
            ran = await _migrated(database)
            patient = Patient(
                settings=replace(settings, database_url=copy), database=database, embedded=False
            )
            findings = [one async for one in examine(patient) if one.check not in _NOT_OF_A_COPY]
        finally:
            await database.close()
    bad = [one for one in findings if one.health == "fail"]
    if bad:
        raise TrialFailedError(problem=f"{bad[0].check}: {bad[0].code} {dict(bad[0].params)}")
    return Trial(copy_seconds=seconds, ran=tuple(ran), findings=tuple(findings))


async def _migrated(database: Database) -> list[Ran]:
    try:
        return await migrate(database)
    except asyncpg.PostgresError as error:
        raise TrialFailedError(problem=f"{type(error).__name__}: {error}") from error


async def upgrade(url: str) -> list[Ran]:
    """Run the pending migrations, all or none."""
    database = await Database.open(url, size=2)
    try:
        return await migrate(database)
    finally:
        await database.close()


@asynccontextmanager
async def _own_copy(server: EmbeddedPostgres) -> AsyncIterator[str]:
    """The embedded cluster copied while it runs, under a server of its own."""
    home = server.home / TRIAL
    await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
    copy = EmbeddedPostgres(home)
    try:
        await asyncio.to_thread(_copy_cluster, server, home)
        yield await asyncio.to_thread(copy.start)
    finally:
        await asyncio.to_thread(copy.stop)
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
        with suppress(OSError):
            copy.sockets.rmdir()


def _copy_cluster(server: EmbeddedPostgres, home: Path) -> None:
    home.mkdir(mode=0o700)
    command = [program.bundled("pg_basebackup"), "-h", str(server.sockets), "-U", "orderloom", "-w"]
    command += ["-D", str(home / "postgres"), "-X", "stream", "--checkpoint=fast", "--no-sync"]
    program.run([*command, "--no-manifest"])
    hand_over(home / "postgres")
