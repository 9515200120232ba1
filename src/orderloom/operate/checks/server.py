"""The database server: its version, its settings, its clock, the level of our tables."""

from datetime import timedelta

from orderloom.base import clock, ids
from orderloom.database.migrate import level
from orderloom.operate.finding import Finding, Patient, fail, ok, warn

_SAFE = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
_SKEW_WARN, _SKEW_FAIL = 1.0, 5.0
_DAMAGED = """
select coalesce(sum(checksum_failures), 0)::bigint from pg_stat_database
where datname = current_database()
"""
_INVALID = """
select count(*) from pg_index i join pg_class c on c.oid = i.indexrelid
join pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid and n.nspname !~ '^pg_'
"""
_NEWEST = """
select max(record_id) from orderloom.event
where sequence is null or sequence > (select sequence from orderloom.seal) - 1000
"""
"""The last ids that were made by a clock."""


async def version(patient: Patient) -> Finding:
    """The server answers; which one it is, and how large the database."""
    async with patient.database.read() as conn:
        found = await conn.fetchval("show server_version")
        size = await conn.fetchval("select pg_database_size(current_database())")
    return ok("database", "doctor.database", version=found, megabytes=size // 2**20)


async def settings(patient: Patient) -> Finding:
    """What is acknowledged is on the disk, and the text is Unicode."""
    async with patient.database.read() as conn:
        found = {name: await conn.fetchval("select current_setting($1)", name) for name in _SAFE}
        commit = await conn.fetchval("show synchronous_commit")
        damaged = await conn.fetchval(_DAMAGED)
    unsafe = [f"{name}={value}" for name, value in found.items() if value != _SAFE[name]]
    if commit == "off":
        unsafe.append("synchronous_commit=off")
    if unsafe:
        return fail("settings", "doctor.unsafe_settings", settings=unsafe)
    if damaged:
        return fail("settings", "doctor.damaged_pages", count=damaged)
    return ok("settings", "doctor.settings")


async def migrations(patient: Patient) -> Finding:
    """The platform's own tables are those of this release."""
    async with patient.database.read() as conn:
        found = await level(conn)
    if found.unknown:
        return fail("migrations", "doctor.newer_schema", unknown=list(found.unknown))
    if found.changed:
        return fail("migrations", "doctor.changed_schema", changed=list(found.changed))
    if found.pending:
        return fail("migrations", "doctor.pending_schema", pending=list(found.pending))
    return ok("migrations", "doctor.schema", last=found.applied[-1])


async def indexes(patient: Patient) -> Finding:
    """No index was left half built."""
    async with patient.database.read() as conn:
        count = await conn.fetchval(_INVALID)
    if count:
        return warn("indexes", "doctor.invalid_indexes", count=count)
    return ok("indexes", "doctor.indexes")


async def time(patient: Patient) -> Finding:
    """Our clock and the database's agree, and neither is behind what it once said."""
    async with patient.database.read() as conn:
        before = clock.now()
        theirs = await conn.fetchval("select clock_timestamp()")
        after = clock.now()
        newest = await conn.fetchval(_NEWEST)
    # what lies between the question and the answer agrees, however long the answer took
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if newest is not None:
        ahead = ids.moment(newest) - after
        if ahead > timedelta(seconds=_SKEW_FAIL):
            return fail("clock", "doctor.clock_went_back", seconds=round(ahead.total_seconds()))
    if skew > _SKEW_FAIL:
        return fail("clock", "doctor.clock_skew", seconds=round(skew, 1))
    if skew > _SKEW_WARN:
        return warn("clock", "doctor.clock_skew", seconds=round(skew, 1))
    return ok("clock", "doctor.clock", milliseconds=round(skew * 1000))
