"""What the database holds: balances, and definitions that fit their tables."""

from orderloom.files import check_files, open_files
from orderloom.ledger import prove
from orderloom.operate.finding import Finding, Patient, fail, ok
from orderloom.publish.publisher import Publisher
from orderloom.storage.drift import SAMPLE, value_drifts
from orderloom.storage.live import Catalog

_NAMED = 5
_SAMPLE = 20


async def balances(patient: Patient) -> Finding:
    """Every balance is what its entries say."""
    async with patient.database.read() as conn:
        drifts = await prove(conn)
    if drifts:
        places = [f"{d.account} {d.dims} {d.what}: {d.cached} <> {d.derived}" for d in drifts]
        return fail("balances", "doctor.drift", count=len(drifts), places=places[:_NAMED])
    return ok("balances", "doctor.balances")


async def values(patient: Patient) -> Finding:
    """Stored computed values are what they would be now: a sample, or all."""
    catalog = Catalog(patient.database)
    await catalog.load_all()
    async with patient.database.read() as conn:
        wrong = await value_drifts(conn, catalog, None if patient.full else SAMPLE)
    if wrong:
        places = [f"{v.place}.{v.key} {v.id}: {v.stored} <> {v.computed}" for v in wrong[:_NAMED]]
        return fail("values", "doctor.values_drift", count=len(wrong), places=places)
    return ok("values", "doctor.values")


async def files(patient: Patient) -> Finding:
    """Every stored file is there, and a sample of them (or all) opens."""
    store = open_files(patient.settings, patient.database)
    report = await check_files(store, sample=None if patient.full else _SAMPLE)
    told = {"files": report.files, "megabytes": report.bytes // 2**20, "opened": report.opened}
    if report.broken:
        places = [f"{id_} {problem}" for id_, _, problem in report.broken[:_NAMED]]
        return fail("files", "doctor.files_broken", count=len(report.broken), places=places, **told)
    return ok("files", "doctor.files", **told)


async def definitions(patient: Patient) -> Finding:
    """Every live app compiles without errors, and its tables are those that it asks for."""
    catalog = Catalog(patient.database)
    await catalog.load_all()
    publisher = Publisher(patient.database, catalog)
    errors: list[str] = []
    for key, live in sorted(catalog.apps.items()):
        found = await publisher.check(live.app)
        errors += [f"{key} {one.path}: {one.code}" for one in found if one.level == "error"]
        if not errors:
            planned = (await publisher.preview(live.app)).plan
            errors += [f"{key}: {statement}" for statement in planned.ddl]
    if errors:
        return fail(
            "definitions", "doctor.bad_definition", count=len(errors), places=errors[:_NAMED]
        )
    return ok("definitions", "doctor.definitions", apps=sorted(catalog.apps))
