"""``orderloom doctor`` and ``orderloom upgrade``."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from orderloom.base import json, text
from orderloom.base.errors import OrderloomError
from orderloom.base.settings import Settings
from orderloom.cli.serving import quiet_logs, say
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.pool import Database
from orderloom.operate.doctor import examine
from orderloom.operate.finding import Finding, Patient, fail
from orderloom.operate.upgrade import Trial, dry_run, pending, upgrade


@asynccontextmanager
async def _joined(settings: Settings) -> AsyncIterator[tuple[str, EmbeddedPostgres | None]]:
    """The database's address; an embedded one is joined or started, never made."""
    if settings.database_url is not None:
        yield settings.database_url, None
        return
    server = EmbeddedPostgres(settings.data_dir)
    if not (server.cluster / "PG_VERSION").exists():
        raise NoDataError(data=str(settings.data_dir))
    url = await asyncio.to_thread(server.start)
    try:
        yield url, server
    finally:
        await asyncio.to_thread(server.stop)


class NoDataError(OrderloomError):
    """There is no database in the data folder."""

    code = "operate.no_data"
    status = 500


async def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Look at everything; one line each, and what to do."""
    quiet_logs()
    if not options.json:
        return 0 if await look(settings, full=options.full) else 1
    findings = [one async for one in _examined(settings, full=options.full)]
    told = [
        {
            "check": one.check,
            "health": one.health,
            "code": one.code,
            "params": one.params,
            "message": text.render(one.code, one.params, settings.language),
        }
        for one in findings
    ]
    say(json.dumps(told))
    return 1 if any(one.health == "fail" for one in findings) else 0


async def look(settings: Settings, *, full: bool) -> bool:
    """Say every finding as it is made; answers whether nothing failed."""
    good = True
    async for finding in _examined(settings, full=full):
        _tell(finding, settings.language)
        good = good and finding.health != "fail"
    return good


async def _examined(settings: Settings, *, full: bool) -> AsyncIterator[Finding]:
    try:
        async with _joined(settings) as (url, server):
            database = await Database.open(url, size=4)
            try:
                patient = Patient(
                    settings=settings,
                    database=database,
                    embedded=server is not None,
                    full=full,
                )
                async for finding in examine(patient):
                    yield finding
            finally:
                await database.close()
    except OrderloomError as error:
        yield fail("database", error.code, **error.params)
    except (OSError, asyncpg.PostgresError) as error:
        yield fail("database", "doctor.could_not_look", problem=type(error).__name__)


def _tell(finding: Finding, language: str) -> None:
    words = text.render(finding.code, finding.params, language)
    say(f"{finding.health:<5} {finding.check:<12} {words}")


async def upgrade_tables(options: argparse.Namespace, settings: Settings) -> int:
    """Try the pending migrations on a copy, and (unless it is a dry run) make them."""
    quiet_logs()
    async with _joined(settings) as (url, server):
        found = await pending(url)
        if not found.pending and not found.unknown and not found.changed:
            say(text.render("operate.up_to_date", {}, settings.language))
            return 0
        for name in found.pending:
            say(f"pending {name}")
        _tell_trial(await dry_run(settings, url, server), settings.language)
        if not options.dry_run:
            for one in await upgrade(url):
                say(f"ran {one.name} {one.seconds:.2f} s")
    return 0


def _tell_trial(trial: Trial, language: str) -> None:
    say(f"copied {trial.copy_seconds:.1f} s")
    for one in trial.ran:
        say(f"tried {one.name} {one.seconds:.2f} s")
    for finding in trial.findings:
        _tell(finding, language)
