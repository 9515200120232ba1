"""The promise: publishing at noon fails nobody's request, and a kill leaves the old or the new."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from orderloom.base import ids
from orderloom.database.retry import run_whole
from tests.scale.publishing import Publishing, with_customers
from tests.support.waiting import AT_MOST

SOAK = float(os.environ.get("ORDERLOOM_SOAK", "1"))
STAGES = ("ddl", "version", "step", "draft", "commit", "online", "backfill")
_AFTER_COMMIT = ("online", "backfill")


class Writer:
    """One client without patience: whatever is not a success is a failed request."""

    def __init__(self, publishing: Publishing, index: int, rows: int) -> None:
        self.publishing, self.index, self.rows = publishing, index, rows
        self.random = ids.rng(index)
        self.took: list[float] = []
        self.failed: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.names: dict[int, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Change, create and list until told to stop."""
        turn = 0
        while not stop.is_set():
            turn += 1
            id_ = self.random.randrange(self.index, self.rows - 64, 64) + 1
            name = f"改{self.index}-{turn}"
            await self._send("PATCH", f"/orders/customer/{id_}", {"name": name})
            self.names[id_] = name
            body = {"code": f"N{self.index}-{turn}", "name": name}
            await self._send("POST", "/orders/customer", body)
            await self._send("GET", f'/orders/customer?filter=code = "C{id_}"&limit=5')

    async def _send(self, method: str, path: str, body: Any = None) -> None:
        steady = self.publishing.steady
        began = time.monotonic()
        answer = await steady.client.request(
            method, f"/api/v1{path}", json=body, headers=steady.headers
        )
        self.took.append(time.monotonic() - began)
        self.statuses[answer.status_code] += 1
        if answer.status_code not in (200, 201):
            self.failed.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")


async def _loaded(folder: Path, rows: int, clients: int) -> dict[str, Any]:
    async with with_customers(folder, rows) as publishing:
        await publishing.drafted()
        writers = [Writer(publishing, index, rows) for index in range(clients)]
        stop = asyncio.Event()
        tasks = [asyncio.create_task(one.run(stop)) for one in writers]
        await asyncio.sleep(1)
        began = time.monotonic()
        answer = await publishing.publish()
        published = time.monotonic()
        assert answer.status_code == 200, answer.text
        steps = await publishing.finished(600 + rows / 250)
        online = time.monotonic()
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*tasks)
        assert [one for writer in writers for one in writer.failed] == []
        assert {(step["state"], step["problem"]) for step in steps} == {("done", None)}
        assert {"backfill", "create_index"} <= {step["kind"] for step in steps}
        await _whole(publishing, {id_: n for one in writers for id_, n in one.names.items()})
        took = sorted(second for one in writers for second in one.took)
        return {
            "rows": rows,
            "requests": len(took),
            "publish_seconds": round(published - began, 2),
            "online_seconds": round(online - published, 2),
            "p50_ms": round(took[len(took) // 2] * 1000),
            "slowest_ms": round(took[-1] * 1000),
        }


async def _whole(publishing: Publishing, names: dict[int, str]) -> None:
    """Every row has its value, and what the clients wrote is there."""
    wrong = "select count(*) from orders.customer where card is distinct from 'K-' || code"
    assert await run_whole(publishing.database, lambda conn: conn.fetchval(wrong)) == 0
    some = "select id, name from orders.customer where id = any($1)"
    found = await run_whole(publishing.database, lambda conn: conn.fetch(some, list(names)))
    assert {row["id"]: row["name"] for row in found} == names


async def _killed(folder: Path, rows: int, plan: list[tuple[str, str]]) -> Counter[str]:
    """At each stage kill the one that is named; answers how often old and new were left."""
    left: Counter[str] = Counter()
    async with with_customers(folder, rows) as publishing:
        await publishing.drafted()
        for stage, victim in plan:
            await publishing.dawdle(stage)
            waiting = asyncio.create_task(publishing.publish())
            await publishing.is_reached()
            if victim == "server":
                publishing.kill_server()
            else:
                await asyncio.to_thread(publishing.kill_database)
            await asyncio.wait([waiting], timeout=AT_MOST)
            _ = waiting.exception()
            await publishing.dawdle(None)
            await publishing.server.ready()
            outcome = await _old_or_new(publishing)
            left[outcome] += 1
            print(stage, victim, outcome)
            assert outcome == "new" or stage not in _AFTER_COMMIT, (stage, victim)
            await _works(publishing, outcome)
            if outcome == "new":
                await _again(publishing, rows)
    return left


async def _old_or_new(publishing: Publishing) -> str:
    """Which of the two is there; a transaction that was cut off on one side only is waited for."""
    alone = "select pg_advisory_xact_lock(20331, hashtext('orders'))"
    await run_whole(publishing.database, lambda conn: conn.fetchval(alone))
    found = await publishing.found()
    if found == publishing.old():
        return "old"
    assert publishing.is_new(found), found
    return "new"


async def _works(publishing: Publishing, outcome: str) -> None:
    """The door speaks of what is there: the new field is known, or it is not."""
    code = f"W{ids.new_id()}"
    values = {"code": code, "name": "甲", "points": 120}
    answer = await publishing.steady.call("POST", "/orders/customer", values, key=code)
    assert answer.status_code == (201 if outcome == "new" else 422), answer.text
    if outcome == "new":
        assert (answer.json()["points"], answer.json()["card"]) == (120, f"K-{code}")


async def _again(publishing: Publishing, rows: int) -> None:
    """The steps end as if nothing had been; then the change is taken back for the next kill."""
    steps = await publishing.finished(AT_MOST + rows / 250)
    assert {(step["state"], step["problem"]) for step in steps} == {("done", None)}
    await _whole(publishing, {})
    operations = [
        {"op": "remove", "path": path}
        for path in (
            "views/customer_loyal",
            "entities/customer/fields/card",
            "entities/customer/fields/points",
        )
    ]
    made = await publishing.steady.write("POST", "/apps/orders/drafts", {"name": "撤回"})
    path = f"/apps/orders/drafts/{made['id']}"
    await publishing.steady.write("PATCH", path, {"operations": operations})
    await publishing.steady.write("POST", f"{path}/publish", {})
    publishing.version += 1
    await publishing.finished(AT_MOST + rows / 250)
    await publishing.drafted()


@pytest.mark.timeout(1500)
async def test_a_publish_under_load_fails_no_request(short_tmp: Path) -> None:
    print("publish", await _loaded(short_tmp, rows=20_000, clients=8))


@pytest.mark.timeout(1500)
async def test_a_kill_during_a_publish_leaves_the_old_or_the_new(short_tmp: Path) -> None:
    plan = [("ddl", "server"), ("version", "database"), ("commit", "database")]
    left = await _killed(short_tmp, 5_000, [*plan, ("backfill", "server")])
    assert left == {"old": 3, "new": 1}


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_a_publish_over_a_million_rows_fails_no_request(short_tmp: Path) -> None:
    print("publish", await _loaded(short_tmp, rows=max(int(1_000_000 * SOAK), 20_000), clients=16))


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_a_kill_at_every_stage_leaves_the_old_or_the_new(short_tmp: Path) -> None:
    rows = max(int(100_000 * SOAK), 5_000)
    plan = [(stage, victim) for stage in STAGES for victim in ("server", "database")]
    left = await _killed(short_tmp, rows, plan)
    print("killed", dict(left))
    assert left["new"] >= 2 * len(_AFTER_COMMIT)
