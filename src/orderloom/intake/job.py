"""The import as a job: file in, counts and error workbook out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orderloom import jobs
from orderloom.access.actor import Actor
from orderloom.access.remembered import remember
from orderloom.access.sign_in import by_person
from orderloom.base import text
from orderloom.intake.importing import Report, run_import
from orderloom.intake.mapping import (
    ImportMapping,
    guessed_mapping,
    mapping_of,
    parse_mapping,
    shipped_mapping,
)
from orderloom.intake.preview import topic
from orderloom.intake.spreadsheet import Table, error_workbook, read_table
from orderloom.records.rights import entity_rights
from orderloom.records.service import Records


def choose_mapping(
    records: Records,
    actor: Actor,
    entity: str,
    table: Table,
    given: Any,
    folders: Sequence[Path],
) -> ImportMapping:
    """The mapping that was given, one that an app ships for this header, or a guess.

    A guess knows no fields that are hidden from the actor.

    Raises:
        BadMappingError: none fits.
    """
    if given is not None:
        return parse_mapping(given)
    shipped = shipped_mapping(folders, table.columns, entity)
    rights = entity_rights(records.catalog, actor, entity)
    hidden = rights.hidden if rights is not None else frozenset[str]()
    model = records.catalog.entity(entity)
    return shipped or guessed_mapping(entity, model, table.columns, hidden)


def error_file(table: Table, report: Report, language: str) -> bytes | None:
    """The error workbook; None when every row was good."""
    problems = {number: list(messages) for number, messages in report.failed.items()}
    for one in report.reported:
        message = text.render("intake.first_wins", one, language)
        problems.setdefault(one["row"], []).append(message)
    if not problems:
        return None
    return error_workbook(table, problems, text.render("intake.error_column", {}, language))


def import_handler(records: Records, folders: Sequence[Path]) -> jobs.JobHandler:
    """The handler of import jobs."""

    async def handle(context: jobs.JobContext, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        job = context.job
        async with context.database.read() as conn:
            content = await jobs.file(conn, job.id, "input")
        actor = await by_person(context.database, job.actor_id or 0, "import")
        table = read_table(content or b"", str(payload["name"]))
        entity, assigned = str(payload["entity"]), payload.get("columns")
        if assigned is None:
            mapping = choose_mapping(records, actor, entity, table, payload.get("mapping"), folders)
        else:
            model = records.catalog.entity(entity)
            mapping = mapping_of(entity, model, assigned, str(payload["key"]))
            chosen = {key: payload.get(key) for key in ("columns", "key", "mode")}
            async with context.database.transaction() as conn:
                await remember(conn, actor.person_id, topic(entity, table.columns), chosen)
        if payload.get("mode") == "history":
            mapping = mapping.model_copy(update={"mode": "history"})
        report = await run_import(
            records,
            actor,
            table,
            mapping,
            dry_run=bool(payload.get("dry_run")),
            progress=context.progress,
        )
        workbook = error_file(table, report, actor.language)
        if workbook is not None:
            async with context.database.transaction() as conn:
                await jobs.add_file(conn, job.id, "errors.xlsx", workbook)
        return report.summary(len(table.rows))

    return handle
