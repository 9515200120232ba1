"""What a scrape tells: counts by kind, the state of queue, sealer and backups, and nobody's data."""

import re
from datetime import timedelta

import httpx
import pytest

from orderloom.backup.config import BackupFolder, State
from orderloom.base import clock, json, metrics
from orderloom.jobs import enqueue
from orderloom.server import Platform
from tests.apps.company import Api, found_company


async def _scrape(owner: Api) -> dict[str, float]:
    answer = await owner.client.get("/metrics", headers=owner.headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


async def test_requests_commands_and_refusals_are_counted_by_kind(
    owner: Api, client: httpx.AsyncClient
) -> None:
    company = await found_company(owner)
    before = await _scrape(owner)
    created = 'orderloom_requests_total{method="POST",route="/api/v1/{app}/{entity}",status="201"}'
    refused = 'orderloom_refused_total{code="http.unknown_parameter"}'
    problem = 'orderloom_refused_total{code="records.not_found"}'
    done = 'orderloom_commands_total{kind="create",outcome="done"}'
    order = await company.order([(company.products[0], 1)])
    await client.request("BREW", "/api/v1/orders/order", headers=owner.headers)
    missing = await owner.raw("GET", f"/orders/order/{int(order['id']) + 1}")
    assert missing.json()["code"] == "records.not_found"
    after = await _scrape(owner)

    def grown(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grown(created) == 1
    assert grown(done) == 1
    assert grown(refused) == 0
    assert grown(problem) == 1
    assert grown('orderloom_stage_seconds_count{stage="write"}') == 1
    assert not [name for name in after if 'method="BREW"' in name]
    assert not [name for name in after if order["id"] in name]
    labels = {label for name in after for label in re.findall(r'(\w+)="', name)}
    assert labels <= {
        "method",
        "route",
        "status",
        "code",
        "kind",
        "outcome",
        "stage",
        "state",
        "task",
        "le",
    }


async def test_queue_sealer_pool_and_backup_are_told(owner: Api, platform: Platform) -> None:
    folder = BackupFolder(platform.settings.data_dir)
    assert str((await _scrape(owner))["orderloom_backup_age_seconds"]) == "nan"
    now = clock.now()
    folder.folder.mkdir()
    folder.save_state(
        State(last_at=json.timestamp(now), last_bytes=7, reaches=json.timestamp(now), failure="x")
    )
    async with platform.database.transaction() as conn:
        await enqueue(conn, "nobody takes it", {}, None)
    await platform.sealer.catch_up()
    with clock.frozen(now + timedelta(seconds=90)):
        found = await _scrape(owner)
    assert found["orderloom_backup_age_seconds"] == 90
    assert found["orderloom_backup_bytes"] == 7
    assert found["orderloom_backup_failed"] == 1
    assert found['orderloom_jobs{state="waiting"}'] >= 1
    assert found['orderloom_pool_connections{state="busy"}'] >= 0
    assert found['orderloom_pool_connections{state="most"}'] == platform.settings.pool_size
    assert found["orderloom_database_bytes"] > 1e6
    assert found["orderloom_seal_lag_seconds"] >= 0


def test_codes_beyond_a_bound_share_a_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a set of its own: others in this process still count codes that they see first."""
    monkeypatch.setattr(metrics, "_codes", set())
    for number in range(600):
        metrics.count_refusal(f"test.code_{number}")
    assert len(metrics._codes) <= 501
    assert "test.code_599" not in metrics._codes
