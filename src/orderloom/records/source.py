"""The rows that an actor may read of an entity, as SQL.

Invariant: whoever selects from a source selects within the actor's row scope; values that are made
at read are columns like others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orderloom import history
from orderloom.access.actor import Actor, formula_context
from orderloom.access.rights import EntityRights
from orderloom.database.sql import Params, ident
from orderloom.records.plan import EntityPlan, TablePlan
from orderloom.storage.made import made_source


@dataclass(kw_only=True, slots=True)
class Source:
    """The rows an actor may read of an entity, as SQL: FROM, WHERE, and the values so far."""

    plan: EntityPlan
    rights: EntityRights
    actor: Actor
    now: datetime
    params: Params = field(default_factory=Params)
    from_sql: str = ""
    where: list[str] = field(default_factory=list)
    as_of: datetime | None = None

    @property
    def is_made(self) -> bool:
        """Whether the rows are not simply those of the entity's table."""
        plan = self.plan
        return self.as_of is not None or not plan.has_system or bool(plan.root.made)

    def rows(self, table: TablePlan, columns: Sequence[str], rows_sql: str) -> str:
        """The rows of a table with the values that are made at read."""
        if not table.made:
            return rows_sql
        context = formula_context(self.actor, self.now)
        past = self.as_of is not None
        return made_source(rows_sql, columns, table.made, self.params, context, past=past)

    def line_rows(self, key: str) -> str:
        """The rows of lines, now or as they were, with the values that are made at read."""
        plan = self.plan
        table = plan.lines[key]
        rows_sql = ident(*table.table)
        if self.as_of is not None:
            at_sql = self.params.bind(self.as_of, "timestamptz")
            past_sql = history.as_of_lines_source(
                plan.app, plan.entity.id, key, table.table, at_sql
            )
            rows_sql = f"({past_sql})"
        return self.rows(table, ["id", "parent_id", "position", *table.keys], rows_sql)

    @property
    def where_sql(self) -> str:
        """The conditions joined; never empty."""
        return " and ".join(f"({condition})" for condition in self.where) or "true"
