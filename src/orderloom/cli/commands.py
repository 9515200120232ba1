"""The commands that do one thing and end."""

import argparse
import asyncio
import sys
from pathlib import Path

from orderloom.access import directory, sign_in
from orderloom.access.actor import Actor
from orderloom.access.errors import (
    NoSuchPersonError,
    UnknownDepartmentError,
    UnknownRoleError,
)
from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, all_departments
from orderloom.base import ids, json, text
from orderloom.base.settings import Settings
from orderloom.cli.serving import quiet_logs, say
from orderloom.definition.finding import Finding, has_errors
from orderloom.definition.lint import lint
from orderloom.definition.load import dump_folder, load_source
from orderloom.intake.importing import run_import
from orderloom.intake.job import choose_mapping, error_file
from orderloom.intake.mapping import read_mapping
from orderloom.intake.spreadsheet import read_table
from orderloom.server import Platform, open_platform


async def key(options: argparse.Namespace, settings: Settings) -> int:
    """Make an API key and print it, and nothing else; or revoke one by its name."""
    quiet_logs()
    platform = await open_platform(settings)
    try:
        async with platform.database.transaction() as conn:
            if options.action == "revoke":
                count = await sign_in.revoke_key(conn, options.person, options.name)
                say(str(count))
                return 0 if count else 1
            secret = await sign_in.create_key(conn, options.person, options.name)
    finally:
        await platform.close()
    say(secret)
    return 0


async def create_person(options: argparse.Namespace, settings: Settings) -> int:
    """Make a person with roles; prints a first password that they should change."""
    quiet_logs()
    password = ids.token(9)
    platform = await open_platform(settings)
    try:
        roles = [tuple(one.partition(".")[::2]) for one in options.role]
        for app_id, role in roles:
            if role not in platform.catalog.app(app_id).app.roles:
                raise UnknownRoleError(role=f"{app_id}.{role}")
        async with platform.database.transaction() as conn:
            known = {one["name"]: int(str(one["id"])) for one in await all_departments(conn)}
            if options.department and options.department not in known:
                raise UnknownDepartmentError(name=options.department)
            person = NewPerson(
                login=options.login,
                name=options.name,
                password_hash=await hash_password(password),
                department_id=known.get(options.department),
                roles=[(app_id, role, {}) for app_id, role in roles],
            )
            await directory.create_person(conn, person, None)
    finally:
        await platform.close()
    say(password)
    return 0


async def import_file(options: argparse.Namespace, settings: Settings) -> int:
    """Import a workbook or csv; prints the counts and writes the error workbook."""
    quiet_logs()
    platform = await open_platform(settings)
    try:
        return await _import(platform, options)
    finally:
        await platform.close()


async def _import(platform: Platform, options: argparse.Namespace) -> int:
    actor = await _actor(platform, options.person)
    path: Path = options.file
    table = await asyncio.to_thread(lambda: read_table(path.read_bytes(), path.name))
    folders = [p.imports for p in platform.registry.packages.values() if p.imports is not None]
    platform.catalog.entity(options.entity)
    if options.mapping:
        named = [folder / f"{options.mapping}.yaml" for folder in folders]
        file = next((one for one in named if one.is_file()), Path(options.mapping))
        mapping = read_mapping(file)
    else:
        mapping = choose_mapping(platform.records, actor, options.entity, table, None, folders)
    if options.mode:
        mapping = mapping.model_copy(update={"mode": options.mode})

    async def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done:,} / {total:,}")
            sys.stderr.flush()

    report = await run_import(
        platform.records, actor, table, mapping, dry_run=options.dry_run, progress=progress
    )
    await platform.sealer.catch_up()
    say(json.dumps(report.summary(len(table.rows))))
    workbook = error_file(table, report, actor.language)
    if workbook is not None:
        target = options.errors or path.with_name(f"{path.stem}.errors.xlsx")
        if options.errors or report.failed:
            target.write_bytes(workbook)
            say(f"errors {target}")
    return 1 if report.failed else 0


async def _actor(platform: Platform, login: str | None) -> Actor:
    if login is None:
        owner = await sign_in.first_owner(platform.database, "import")
        return owner or Actor.system("import")
    found = await sign_in.by_login(platform.database, login, "import")
    if found is None:
        raise NoSuchPersonError(login=login)
    return found


async def app(options: argparse.Namespace, settings: Settings) -> int:
    """Lint, compare, publish or export an app's definition."""
    quiet_logs()
    if options.action == "lint":
        definition, source = load_source(Path(options.target))
        return _print(lint(definition, [], source))
    platform = await open_platform(settings)
    try:
        if options.action == "export":
            live = platform.catalog.app(options.target)
            folder = options.folder or Path(options.target)
            dump_folder(live.app, folder)
            say(str(folder))
            return 0
        definition, source = load_source(Path(options.target))
        if options.action == "diff":
            preview = await platform.publisher.preview(definition)
            for change in preview.changes:
                say(text.render(change.code, change.params, text.SOURCE))
            for statement in preview.plan.ddl:
                say(f"  {statement}")
            return 0
        findings = await platform.publisher.check(definition, source)
        if has_errors(findings):
            return _print(findings)
        published = await platform.publisher.publish_app(definition, actor_id=None, note="CLI")
        say(f"version {published.version}")
    finally:
        await platform.close()
    return 0


def _print(findings: list[Finding]) -> int:
    for one in findings:
        place = f"{one.file}:{one.line}: " if one.file else ""
        message = text.render(one.code, one.params, text.SOURCE)
        say(f"{place}{one.level}: {one.path}: {message}")
    return 1 if has_errors(findings) else 0
