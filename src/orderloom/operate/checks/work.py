"""What runs beside requests: jobs, the sealer and its chain."""

from orderloom.history import lag, verify
from orderloom.jobs import depth
from orderloom.operate.finding import Finding, Patient, fail, ok, warn

_WAIT_SECONDS = 60.0
_LAG_SECONDS = 10.0
_SAMPLE = 10_000
_NAMED = 5


async def jobs(patient: Patient) -> Finding:
    """Jobs are taken and come to an end."""
    async with patient.database.read() as conn:
        found = await depth(conn)
    told = {"waiting": found.waiting, "running": found.running, "failed": found.failed}
    if found.silent:
        return fail("jobs", "doctor.jobs_silent", silent=found.silent, **told)
    if found.oldest_seconds > _WAIT_SECONDS:
        return warn("jobs", "doctor.jobs_wait", seconds=round(found.oldest_seconds), **told)
    if found.failed:
        return warn("jobs", "doctor.jobs_failed", **told)
    return ok("jobs", "doctor.jobs", **told)


async def sealer(patient: Patient) -> Finding:
    """Events get their seals."""
    async with patient.database.read() as conn:
        waiting, seconds = await lag(conn)
    if waiting and seconds > _LAG_SECONDS:
        return warn("sealer", "doctor.sealer_behind", waiting=waiting, seconds=round(seconds))
    return ok("sealer", "doctor.sealer", waiting=waiting)


async def history(patient: Patient) -> Finding:
    """The chain over all events, or over the newest, is whole."""
    async with patient.database.read() as conn:
        broken = await verify(conn, None if patient.full else _SAMPLE)
    if broken:
        places = [f"{one['sequence']} {one['problem']}" for one in broken[:_NAMED]]
        return fail("history", "doctor.history_broken", count=len(broken), places=places)
    return ok(
        "history", "doctor.history_full" if patient.full else "doctor.history", newest=_SAMPLE
    )
