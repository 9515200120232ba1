"""From a record to its files: who sees the field sees what it holds, and nobody else.

Invariant: a file is found through a record that the actor reads, field masks included, or by the
person who brought it while it belongs to none.
"""

from collections.abc import Iterator
from datetime import datetime

from orderloom.access.actor import Actor
from orderloom.base.errors import OrderloomError
from orderloom.files import rows
from orderloom.files.errors import FileNotFoundHereError
from orderloom.files.rows import StoredFile
from orderloom.records.command import Record
from orderloom.records.errors import EntityNotFoundError, RecordNotFoundError
from orderloom.records.plan import EntityPlan
from orderloom.records.service import Records


async def of_record(
    records: Records,
    entity: str,
    id_: int,
    file_id: int,
    *,
    actor: Actor,
    as_of: datetime | None = None,
) -> StoredFile:
    """A file of a record that the actor may see, now or as of a moment.

    Raises:
        FileNotFoundHereError: the record, the field or the file is not there for this actor.
    """
    try:
        page = await records.get(entity, id_, actor=actor, as_of=as_of)
    except (RecordNotFoundError, EntityNotFoundError) as error:
        raise FileNotFoundHereError(file=str(file_id)) from error
    held = set(_ids(records.plans.of(entity), page.items[0]))
    async with records.database.read() as conn:
        file = (await rows.find(conn, [file_id])).get(file_id)
    if str(file_id) not in held or file is None or (file.entity, file.record_id) != (entity, id_):
        raise FileNotFoundHereError(file=str(file_id))
    return file


async def by_id(records: Records, file_id: int, *, actor: Actor) -> StoredFile:
    """A file by its id: of a record that the actor may see, or brought by the actor just now.

    Raises:
        FileNotFoundHereError: it is not there for this actor.
    """
    missing: OrderloomError = FileNotFoundHereError(file=str(file_id))
    async with records.database.read() as conn:
        file = (await rows.find(conn, [file_id])).get(file_id)
    if file is None:
        raise missing
    if file.entity is not None and file.record_id is not None:
        return await of_record(records, file.entity, file.record_id, file_id, actor=actor)
    if file.uploaded_by != actor.person_id:
        raise missing
    return file


def _ids(plan: EntityPlan, record: Record) -> Iterator[str]:
    for key, _ in plan.root.files:
        yield from (one["id"] for one in record.get(key) or [])
    for lines, table in plan.lines.items():
        for line in record.get(lines) or []:
            for key, _ in table.files:
                yield from (one["id"] for one in line.get(key) or [])
