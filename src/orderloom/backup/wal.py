"""The log between backups: what makes any moment restorable.

Invariant: a segment leaves the data folder only when its sealed copy is on the target's disk and
in the index; ``reaches`` is a moment before which everything committed is in the segments.
"""

import asyncio
from datetime import datetime

from orderloom.backup.box import chunks, pack
from orderloom.backup.config import BackupFolder, Config
from orderloom.backup.errors import ArchiveOffError, BackupError
from orderloom.backup.key import SealingKey
from orderloom.backup.shelf import Series
from orderloom.base import clock
from orderloom.database.pool import Connection
from orderloom.database.setting import write_setting

_NAP_SECONDS = 0.05
_ARCHIVE_SECONDS = 120.0
_MARK = "backup.mark"


async def assure_archive(conn: Connection) -> None:
    """Make sure that the server hands its finished segments over.

    Raises:
        ArchiveOffError: it was started by a release that did not.
    """
    if await conn.fetchval("show archive_mode") != "on":
        raise ArchiveOffError


async def finish_segment(conn: Connection, folder: BackupFolder) -> datetime:
    """Close the segment being written and wait for its copy; answers what is then covered.

    The mark is a commit after that moment: a replay up to the moment finds where to stop.

    Raises:
        BackupError: the server's archiver did not do it in two minutes.
    """
    covered: datetime = await conn.fetchval("select clock_timestamp()")
    await write_setting(conn, _MARK, covered.isoformat())
    name: str = await conn.fetchval("select pg_walfile_name(pg_switch_wal())")
    deadline = clock.monotonic() + _ARCHIVE_SECONDS
    while not (folder.wal / name).exists():
        last = await conn.fetchval("select last_archived_wal from pg_stat_archiver")
        if last is not None and last >= name:
            break
        if clock.monotonic() > deadline:
            raise BackupError(what="archive")
        await asyncio.sleep(_NAP_SECONDS)
    return covered


def store_segments(folder: BackupFolder, series: Series, key: SealingKey) -> int:
    """Seal the archived segments into the target; answers how many."""
    known = series.segments()
    count = 0
    for path in folder.waiting():
        name = path.name
        if not name.endswith(".backup") and name not in known:
            box = pack(series.wal_path(name), chunks(path), key, series.context("wal", name))
            series.add_segment(box)
            count += 1
        path.unlink()
    return count


async def collect(conn: Connection, folder: BackupFolder, config: Config) -> datetime:
    """Bring the target up to now; answers up to which moment one can restore."""
    covered = await finish_segment(conn, folder)
    series = Series(config.root)
    await asyncio.to_thread(store_segments, folder, series, config.key)
    series.add_reach(covered)
    return covered
