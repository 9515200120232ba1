"""The events of publishing: one per version that goes live."""

from collections.abc import Sequence
from dataclasses import dataclass

from orderloom.database import Connection
from orderloom.definition.diff import Change
from orderloom.history import EventDraft, append

_MOST = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The version that an event is about."""

    app: str
    version: int
    version_id: int


async def record_publish(
    conn: Connection, at: Place, actor_id: int | None, changes: Sequence[Change]
) -> None:
    """Write down that a version went live, and which parts of the definition it changed."""
    fields = {change.path: [None, change.op] for change in changes[:_MOST]}
    await append(
        conn,
        [
            EventDraft(
                app=at.app,
                entity="orderloom.app_version",
                record_id=at.version_id,
                kind="publish",
                door="publish",
                actor_id=actor_id,
                definition_version=at.version,
                changes={"fields": fields},
            )
        ],
    )
