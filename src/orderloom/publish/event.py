"""The events of publishing: one per version that goes live."""

from collections.abc import Sequence

from orderloom.database import Connection
from orderloom.definition.diff import Change
from orderloom.history import EventDraft, append

_MOST = 500


async def record_publish(
    conn: Connection,
    app: str,
    version_id: int,
    version: int,
    actor_id: int | None,
    changes: Sequence[Change],
) -> None:
    """Write down that a version went live, and which parts of the definition it changed."""
    fields = {change.path: [None, change.op] for change in changes[:_MOST]}
    await append(
        conn,
        [
            EventDraft(
                app=app,
                entity="orderloom.app_version",
                record_id=version_id,
                kind="publish",
                door="publish",
                actor_id=actor_id,
                definition_version=version,
                changes={"fields": fields},
            )
        ],
    )
