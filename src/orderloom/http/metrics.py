"""``GET /metrics``: what the process counted, and how queue, sealer and backups stand now."""

from datetime import datetime

from prometheus_client import generate_latest
from starlette.requests import Request
from starlette.responses import Response

from orderloom.backup.config import BackupFolder
from orderloom.base import clock
from orderloom.base import metrics as counted
from orderloom.database.setting import database_bytes
from orderloom.history import lag
from orderloom.http.ports import platform
from orderloom.http.request import actor_of
from orderloom.jobs import depth

_TYPE = "text/plain; version=0.0.4"


async def read_metrics(request: Request) -> Response:
    """Prometheus metrics of this process and its database; needs a key or a session."""
    await actor_of(request)
    parts = platform(request)
    async with parts.database.read() as conn:
        queue = await depth(conn)
        waiting, seconds = await lag(conn)
        size = await database_bytes(conn)
    for state in ("waiting", "running", "silent", "failed"):
        counted.JOBS.labels(state).set(getattr(queue, state))
    counted.JOB_WAIT.set(queue.oldest_seconds)
    counted.UNSEALED.set(waiting)
    counted.SEAL_LAG.set(seconds)
    counted.DATABASE_BYTES.set(size)
    idle, open_, most = parts.database.use
    for name, value in (("busy", open_ - idle), ("idle", idle), ("most", most)):
        counted.POOL.labels(name).set(value)
    ailing = parts.background.ailing()
    for name in parts.background.names:
        counted.BACKGROUND_UP.labels(name).set(0 if name in ailing else 1)
    _backups(BackupFolder(parts.settings.data_dir))
    return Response(generate_latest(counted.REGISTRY), media_type=_TYPE)


def _backups(folder: BackupFolder) -> None:
    """NaN where there is no backup: an alert on age alone would miss that."""
    state, now = folder.state(), clock.now()

    def age(moment: datetime | None) -> float:
        return float("nan") if moment is None else (now - moment).total_seconds()

    counted.BACKUP_AGE.set(age(state.last))
    counted.BACKUP_LAG.set(age(state.reached))
    counted.BACKUP_BYTES.set(state.last_bytes)
    counted.BACKUP_FAILED.set(0 if state.failure is None else 1)
