"""Files of more than one chunk: what a chunk finds wrong stays with its own rows."""

import pytest

from orderloom.access.actor import Actor
from orderloom.intake.ahead import CHUNK
from orderloom.intake.importing import Report, _StepRun, run_import
from orderloom.intake.mapping import parse_mapping
from orderloom.intake.spreadsheet import Row, Table
from orderloom.jobs.worker import CancelledJobError
from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.apps.test_import_wizard import run


@pytest.mark.parametrize("mode", ["normal", "history"])
async def test_each_chunk_tells_its_own_rows(owner: Api, platform: Platform, mode: str) -> None:
    """Lost references, bad prices and rows without a key, at the beginning, between and at the end.

    Chunks are read ahead while others are saved, and those of past facts are saved side by side;
    the second time nothing is left to do.
    """
    count = CHUNK * 2 + 10
    lost, bad, keyless = {2, CHUNK + 1, count + 1}, {CHUNK + 5, CHUNK * 2 + 4}, {CHUNK + 7}
    rows = [
        f"{'' if at in keyless else f'K{at}'},客户{at},"
        f"{'没有的人' if at in lost else ''},{'多' if at in bad else '5'}"
        for at in range(2, count + 2)
    ]
    content = ("编码,名称,业务员,信用额度\n" + "\n".join(rows)).encode()
    wrong = lost | bad | keyless
    for counts in (
        {"created": count - len(wrong), "updated": 0, "unchanged": 0, "failed": len(wrong)},
        {"created": 0, "updated": 0, "unchanged": count - len(wrong), "failed": len(wrong)},
    ):
        job = await run(owner, platform, content, "customer", mode=mode)
        result = job["result"]
        assert {key: result[key] for key in counts} == counts
        told = {(one["row"], one["column"]) for one in result["faults"]}
        assert told == {
            *((row, "业务员") for row in lost),
            *((row, "信用额度") for row in bad),
            *((row, "编码") for row in keyless),
        }
        assert len(result["faults"]) == len(wrong)
        assert job["total"] == count
        kept = await owner.call("GET", "/orders/customer?limit=1&count=exact", status=200)
        assert kept["count"] == count - len(wrong)


async def test_a_file_without_rows_imports_nothing(owner: Api, platform: Platform) -> None:
    """Only the header: no chunk at all."""
    job = await run(owner, platform, "编码,名称\n".encode(), "customer")
    assert (job["result"]["created"], job["result"]["failed"]) == (0, 0)


async def test_an_import_that_is_stopped_keeps_whole_chunks(owner: Api, platform: Platform) -> None:
    """Whoever stops it is told by its own error; what is in flight beside it is not kept by half."""
    rows = [Row(at, {"code": f"K{at}", "name": f"客户{at}"}) for at in range(CHUNK * 3)]
    table = Table(("code", "name"), tuple(rows))
    mapping = parse_mapping(
        {
            "mode": "history",
            "steps": [
                {"entity": "orders.customer", "key": {"code": "code"}, "columns": {"name": "name"}}
            ],
        }
    )

    async def stop(done: int, total: int) -> None:
        assert 0 < done < total
        raise CancelledJobError

    actor = Actor.system("test")
    with pytest.raises(CancelledJobError):
        await run_import(platform.records, actor, table, mapping, progress=stop)
    page = await owner.call("GET", "/orders/customer?limit=1&count=exact", status=200)
    kept = page["count"]
    assert kept in (CHUNK, CHUNK * 2)
    report = await run_import(platform.records, actor, table, mapping)
    summary = report.summary(len(rows))
    assert (summary["created"], summary["unchanged"]) == (CHUNK * 3 - kept, kept)


@pytest.mark.parametrize("numbered", [False, True])
async def test_only_numbers_that_a_file_brings_keep_its_rows_in_order(
    owner: Api, platform: Platform, *, numbered: bool
) -> None:
    """Numbers that the platform gives differ whoever is saved first; of brought ones the first wins."""
    company = await found_company(owner)
    columns = {"customer": {"column": "C", "match": "code"}, "state": "S"}
    mapping = parse_mapping(
        {
            "mode": "history",
            "steps": [
                {
                    "entity": "orders.order",
                    "key": {"external_no": "O"},
                    "columns": columns | ({"number": "N"} if numbered else {}),
                    "lines": {
                        "key": "lines",
                        "columns": {"product": {"column": "P", "match": "sku"}, "quantity": "Q"},
                    },
                }
            ],
        }
    )
    rows = [
        Row(at, {"O": f"X{at}", "C": "K1", "S": "completed", "N": "A-1", "P": "S0", "Q": "1"})
        for at in range(CHUNK + 1)
    ]
    table = Table(("O", "C", "S", "N", "P", "Q"), tuple(rows))
    actor = Actor.system("test")
    step = _StepRun(platform.records, actor, mapping.steps[0], "history", Report(), None)
    assert step._in_any_order() is not numbered
    summary = (await run_import(platform.records, actor, table, mapping)).summary(len(rows))
    good = 1 if numbered else len(rows)
    assert (summary["created"], summary["failed"]) == (good, len(rows) - good)
    (first, *_) = await owner.items("order", sort="created_at", limit=2)
    assert first["customer"] == company.customer
    if numbered:
        assert (first["external_no"], first["number"]) == ("X0", "A-1")
