"""Imports: a table becomes Commands, set-based, in chunks of 500, each failing alone.

Invariant: the same file again changes nothing; a refused record never stops its neighbours.
"""

from asyncio import sleep
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from orderloom.access.actor import Actor
from orderloom.access.people import ids_by_name
from orderloom.base import ids, text
from orderloom.base.errors import Fault, OrderloomError
from orderloom.database.retry import again
from orderloom.definition.field import DEFAULT_CONTEXT, Field
from orderloom.definition.fields.lines import LinesField
from orderloom.intake.ahead import ReadAhead, together
from orderloom.intake.allowed import check, visible
from orderloom.intake.mapping import (
    BadMappingError,
    ImportMapping,
    LinesMapping,
    Source,
    Step,
)
from orderloom.intake.reading import Reader, Unmatched, cell_key, cell_keys, readers
from orderloom.intake.spreadsheet import Row, Table
from orderloom.intake.tried import Tried
from orderloom.records.command import Command, Record, Result
from orderloom.records.plan import EntityPlan
from orderloom.records.service import Records
from orderloom.storage.indexes import unique_sets

JOB = "intake.import"
LANES = 2
"""While the database works on one chunk, the next one is worked out."""
BREATH = 10
"""After so many records somebody else may have the processor."""
MOST_TOLD = 200
Progress = Callable[[int, int], Awaitable[None]]


@dataclass(slots=True)
class Report:
    """What an import did: counts by step, and the rows that need a look."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    failed: dict[int, list[str]] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    reported: list[dict[str, Any]] = field(default_factory=list)

    def summary(self, rows: int) -> dict[str, Any]:
        """The counts as JSON values."""
        return {
            "rows": rows,
            "steps": self.steps,
            "created": sum(step["created"] for step in self.steps),
            "updated": sum(step["updated"] for step in self.steps),
            "unchanged": sum(step["unchanged"] for step in self.steps),
            "failed": len(self.failed),
            "reported": len(self.reported),
            "reports": self.reported[:MOST_TOLD],
            "faults": sorted(self.faults, key=lambda one: one["row"])[:MOST_TOLD],
        }


@dataclass(slots=True)
class Draft:
    """One record on its way: its rows, its raw values, and what one sees stored of it."""

    key: tuple[str, ...]
    rows: list[Row]
    values: dict[str, Any] = field(default_factory=dict)
    """What the file says, as the fields' parsers take it."""
    lost: list[tuple[Row, str, Unmatched]] = field(default_factory=list)
    """Rows and columns that name records which nobody finds."""
    old: Record | None = None
    ambiguous: bool = False


async def run_import(
    records: Records,
    actor: Actor,
    table: Table,
    mapping: ImportMapping,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Import a table; nothing is kept when ``dry_run``.

    Raises:
        BadMappingError: the mapping names columns that the file does not have, or unknown fields.
    """
    check(records, actor, table, mapping)
    report = Report()
    tried = Tried() if dry_run else None
    total = len(table.rows) * len(mapping.steps)
    for index, step in enumerate(mapping.steps):
        run = _StepRun(records, actor, step, mapping.mode, report, tried)
        await run.run(table, progress, index * len(table.rows), total)
    return report


class _StepRun:
    """One step over the whole table."""

    def __init__(
        self,
        records: Records,
        actor: Actor,
        step: Step,
        mode: Any,
        report: Report,
        tried: Tried | None,
    ) -> None:
        self._records = records
        self._actor = actor
        self._step = step
        self._mode = mode
        self._report = report
        self._tried = tried
        """Set in a dry run: what the steps before would have made."""
        self._plan: EntityPlan = records.plans.of(step.entity)
        self._counts = {"created": 0, "updated": 0, "unchanged": 0, "failed": 0}
        self._matches: dict[tuple[str, str], dict[str, int]] = {}
        self._header: Sequence[Reader] = ()
        self._inner: Sequence[Reader] = ()

    async def run(self, table: Table, progress: Progress | None, offset: int, total: int) -> None:
        """Group, match, compare, apply."""
        groups = self._groups(table)
        await self._match(table)
        self._header, self._inner = self._readers()
        chunks = ReadAhead(groups, self._read)
        lanes = LANES if self._in_any_order() else 1
        done = 0

        async def lane() -> None:
            nonlocal done
            while chunk := await chunks.following():
                await again(partial(self._chunk, chunk))
                done += sum(len(draft.rows) for draft in chunk)
                if progress is not None:
                    await progress(offset + min(done, len(table.rows)), total)

        try:
            await together([lane() for _ in range(lanes)])
        finally:
            chunks.stop()
        self._report.steps.append(
            {"entity": self._step.entity, "records": len(groups), **self._counts}
        )

    def _in_any_order(self) -> bool:
        """Whether chunks may be saved side by side: past facts that only their key tells apart.

        Otherwise the earlier row has to win: a unique value, stock, a number without gaps. Numbers
        that the file does not bring are the platform's to keep apart.
        """
        entity = self._plan.entity
        dense = any(getattr(one, "dense", False) for one in entity.fields.values())
        brought = {*self._step.key, *self._step.columns, *self._step.values}
        own = {key for key, _ in self._plan.root.sequences} - brought
        return (
            self._mode == "history"
            and self._tried is None
            and not dense
            and all({*keys} <= {*self._step.key} | own for keys in unique_sets(entity))
        )

    def _groups(self, table: Table) -> list[Draft]:
        """Rows by their key; where a header value differs, the first wins and is reported."""
        found: dict[tuple[str, ...], Draft] = {}
        columns = list(self._step.key.values())
        for row in table.rows:
            get = row.cells.get
            key = tuple([cell_key(get(column)) for column in columns])
            if "" in key:
                message = text.render("intake.key_empty", {"column": columns}, self._lang)
                self._fail(row, message, columns[key.index("")])
                continue
            draft = found.get(key)
            if draft is None:
                found[key] = Draft(key, [row])
            else:
                draft.rows.append(row)
        if self._step.lines is None:
            told = {
                key: source if isinstance(source, str) else source.column
                for key, source in self._step.columns.items()
                if isinstance(source, str) or not source.divide
            }
            for draft in found.values():
                self._report_differences(draft, told)
        return list(found.values())

    def _report_differences(self, draft: Draft, columns: Mapping[str, str]) -> None:
        first = draft.rows[0].cells
        for row in draft.rows[1:]:
            for key, column in columns.items():
                kept, other = first.get(column), row.cells.get(column)
                if kept.__class__ is other.__class__ and kept == other:
                    continue
                mine, theirs = cell_key(kept), cell_key(other)
                if mine != theirs:
                    self._report.reported.append(
                        {
                            "row": row.number,
                            "entity": self._step.entity,
                            "key": list(draft.key),
                            "field": key,
                            "kept": mine,
                            "other": theirs,
                        }
                    )
                    return

    @property
    def _lang(self) -> str:
        return self._actor.language

    def _fail(self, row: Row, message: str, column: str = "") -> None:
        said = f"{column}：{message}" if column and column not in message else message
        before = self._report.failed.setdefault(row.number, [])
        if said in before:
            return  # a chunk that runs again says nothing twice
        before.append(said)
        told = {"row": row.number, "column": column, "message": message}
        if len(self._report.faults) < MOST_TOLD:
            self._report.faults.append(told)

    async def _match(self, table: Table) -> None:
        """Find referenced records by the values of whole columns, one statement per reference."""
        async with self._records.database.read() as conn:
            ctx = self._records.context(conn)
            for fields, columns in self._mapped():
                for key, source in columns.items():
                    if not isinstance(source, Source) or source.match is None:
                        continue
                    target = self._target(fields[key], source)
                    if target in self._matches:
                        continue
                    cells = cell_keys(table, source.column)
                    self._matches[target] = {}
                    if target[0].startswith("orderloom."):
                        self._matches[target] = await ids_by_name(conn, target[0], sorted(cells))
                        continue
                    plan = self._records.plans.of(target[0])
                    for name in self._names(plan, target[1]):
                        rows = await ctx.select(
                            target[0], "", limit=200_000, values={name: sorted(cells)}
                        )
                        seen = await visible(
                            self._records, self._actor, target[0], [row["id"] for row in rows]
                        )
                        for row in rows:
                            if row["id"] in seen:
                                self._matches[target].setdefault(str(row[name]), row["id"])
                        for made in self._tried.of(target[0]) if self._tried else ():
                            value = cell_key(made.changes.get(name))
                            if value and made.id is not None:
                                self._matches[target].setdefault(value, made.id)

    def _names(self, plan: EntityPlan, match: str) -> list[str]:
        if match != "*":
            return [match]
        entity = plan.entity
        return [key for key in (entity.import_key, entity.title) if key is not None]

    def _target(self, kind: Field, source: Source) -> tuple[str, str]:
        entity = kind.target or ""
        full = entity if "." in entity else f"{self._plan.app}.{entity}"
        return full, source.match or "*"

    def _mapped(self) -> list[tuple[Mapping[str, Field], Mapping[str, str | Source]]]:
        pairs: list[tuple[Mapping[str, Field], Mapping[str, str | Source]]] = [
            (self._plan.entity.fields, self._step.columns)
        ]
        lines = self._step.lines
        if lines is not None:
            pairs.append((self._lines_field(lines).fields, lines.columns))
        return pairs

    def _readers(self) -> tuple[Sequence[Reader], Sequence[Reader]]:
        """How the header's fields are read, and those of lines."""
        made: list[Sequence[Reader]] = [(), ()]
        for at, (fields, columns) in enumerate(self._mapped()):
            matches = {
                key: self._matches[self._target(fields[key], source)]
                for key, source in columns.items()
                if isinstance(source, Source) and source.match is not None
            }
            made[at] = readers(fields, columns, matches)
        return made[0], made[1]

    def _needs(self, values: Mapping[str, Any]) -> frozenset[int]:
        """The records that a draft refers to; only a dry run has to know."""
        if self._tried is None:
            return frozenset()
        lines = self._step.lines
        rows = [(self._header, values)]
        rows += [(self._inner, line) for line in values[lines.key]] if lines else []
        found = (row[one.key] for columns, row in rows for one in columns if one.matches)
        return frozenset(int(id_) for id_ in found if id_ is not None)

    def _lines_field(self, lines: LinesMapping) -> LinesField:
        kind = self._plan.entity.fields[lines.key]
        if not isinstance(kind, LinesField):
            raise BadMappingError(
                errors=[Fault(pointer="/mapping/lines", code="records.unknown_field")]
            )
        return kind

    async def _chunk(self, chunk: Sequence[Draft]) -> None:
        """Look up and apply; a chunk cut short finds what it has saved when it runs again."""
        await self._existing(chunk)
        await self._apply(chunk)

    async def _existing(self, chunk: Sequence[Draft]) -> None:
        first = next(iter(self._step.key))
        keys = list(self._step.key)
        fields = [self._step.lines.key] if self._step.lines else []
        async with self._records.database.read() as conn:
            ctx = self._records.context(conn)
            rows = await ctx.select(
                self._step.entity,
                "",
                fields,
                limit=200_000,
                values={first: [draft.key[0] for draft in chunk]},
            )
        found_ids = [row["id"] for row in rows]
        seen = await visible(self._records, self._actor, self._step.entity, found_ids)
        by_key: dict[tuple[str, ...], list[Record]] = {}
        for row in rows:
            if row["id"] in seen:  # another is not there for the one who imports
                by_key.setdefault(tuple(cell_key(row[key]) for key in keys), []).append(row)
        for draft in chunk:
            found = by_key.get(draft.key, [])
            draft.old, draft.ambiguous = found[0] if found else None, len(found) > 1

    async def _apply(self, chunk: Sequence[Draft]) -> None:
        commands: list[tuple[Draft, Command]] = []
        needs: list[frozenset[int]] = []
        counts = {"failed": 0, "unchanged": 0}
        for draft in chunk:
            values = self._values(draft)
            if values is None:
                counts["failed"] += 1
            elif draft.old is not None and self._same(draft.old, values):
                counts["unchanged"] += 1
            else:
                commands.append((draft, self._command(draft, values)))
                needs.append(self._needs(values))
        results = await self._carry_out([command for _, command in commands], needs)
        for key, count in counts.items():
            self._counts[key] += count
        for (draft, command), result in zip(commands, results, strict=True):
            if result.problem is None:
                self._counts["created" if command.kind == "create" else "updated"] += 1
            else:
                self._counts["failed"] += 1
                self._tell(draft, result.problem)

    async def _carry_out(
        self, commands: Sequence[Command], needs: Sequence[frozenset[int]]
    ) -> Sequence[Result]:
        """Apply; or try, after what earlier steps would have made for these commands."""
        if self._tried is None:
            return await self._records.apply(commands)
        before = self._tried.before(frozenset().union(*needs))
        results = await self._records.try_after(before, commands)
        for command, needed, result in zip(commands, needs, results, strict=True):
            if result.problem is None:
                self._tried.add(command, needed)
        return results

    def _command(self, draft: Draft, values: dict[str, Any]) -> Command:
        old = draft.old
        return Command(
            kind="create" if old is None else "update",
            entity=self._step.entity,
            id=ids.new_id() if old is None else old["id"],
            changes=values,
            actor=self._actor,
            mode=self._mode,
        )

    def _tell(self, draft: Draft, problem: OrderloomError) -> None:
        faults = problem.errors or (Fault(pointer="", code=problem.code, params=problem.params),)
        for one in faults:
            message = text.render(one.code, one.params, self._lang)
            rows = draft.rows
            parts = one.pointer.split("/")
            if len(parts) > 2 and parts[2].isdigit() and int(parts[2]) < len(rows):  # noqa: PLR2004
                rows = [rows[int(parts[2])]]
            column = self._column_of(parts[1:])
            for row in rows:
                self._fail(row, message, column)

    def _column_of(self, parts: Sequence[str]) -> str:
        """The column that a fault's pointer is about; the field's label when no column fills it."""
        step, lines = self._step, self._step.lines
        if not parts or not parts[0]:
            return ""
        key, fields = parts[0], self._plan.entity.fields
        columns: Mapping[str, str | Source] = step.columns | step.key
        if lines is not None and key == lines.key and len(parts) > 2:  # noqa: PLR2004
            key, fields, columns = parts[2], self._lines_field(lines).fields, lines.columns
        source = columns.get(key)
        if source is not None:
            return source if isinstance(source, str) else source.column
        return text.pick(fields[key].label, self._lang) if key in fields else ""

    async def _read(self, chunk: Sequence[Draft]) -> None:
        """Read the cells of a chunk, while the database works on the chunk before."""
        step = self._step
        for at, draft in enumerate(chunk):
            if not at % BREATH:
                await sleep(0)
            draft.values = dict(zip(step.key, draft.key, strict=True))
            self._fill(draft, draft.rows[0], self._header, draft.values)
            draft.values |= step.values
            lines = step.lines
            if lines is None:
                continue
            made = draft.values[lines.key] = []
            for row in draft.rows:
                line = dict(lines.values)
                self._fill(draft, row, self._inner, line)
                if lines.id and lines.id_field:
                    line[lines.id_field] = cell_key(row.cells.get(lines.id))
                made.append(line)

    def _fill(
        self, draft: Draft, row: Row, columns: Sequence[Reader], into: dict[str, Any]
    ) -> None:
        cells = row.cells
        for reader in columns:
            value = reader.read(cells)
            if value.__class__ is Unmatched:
                draft.lost.append((row, reader.column, value))
                value = None
            into[reader.key] = value

    def _values(self, draft: Draft) -> dict[str, Any] | None:
        """The raw values of a record; None when it cannot be one (told by row)."""
        if draft.ambiguous:
            column, params = next(iter(self._step.key.values())), {"value": draft.key}
            message = text.render("intake.several_match", params, self._lang)
            for row in draft.rows:
                self._fail(row, message, column)
            return None
        for row, column, lost in draft.lost:
            told = {"value": lost.label, "column": column}
            self._fail(row, text.render("intake.no_match", told, self._lang), column)
        lines = self._step.lines
        if lines is not None and lines.id and lines.id_field:
            stored = (draft.old or {}).get(lines.key, ())
            known = {cell_key(line.get(lines.id_field)): str(line["id"]) for line in stored}
            for line in draft.values[lines.key]:
                id_ = known.get(line[lines.id_field])
                if id_ is None:
                    line.pop("id", None)
                else:
                    line["id"] = id_
        return None if draft.lost else draft.values

    def _same(self, old: Record, values: Mapping[str, Any]) -> bool:
        """Whether what is stored says the same; fields the file does not name are not asked."""
        parsed, faults = self._plan.entity.fields.plan.run(values, DEFAULT_CONTEXT)
        if faults:
            return False
        for key, value in parsed.items():
            if key in self._plan.lines:
                if not _same_lines(old[key], value or []):
                    return False
            elif old.get(key) != value:
                return False
        return True


def _same_lines(old: Sequence[Record], new: Sequence[Record]) -> bool:
    by_id = {line["id"]: line for line in old}
    return len(old) == len(new) and all(
        line.get("id") in by_id
        and all(by_id[line["id"]].get(key) == value for key, value in line.items())
        for line in new
    )
