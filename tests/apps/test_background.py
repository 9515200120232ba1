"""Background work of a running server that dies comes back, and whoever asks is told."""

import asyncio

import httpx
import pytest

from orderloom.base.supervisor import Supervisor
from orderloom.history import lag
from orderloom.server import Platform
from tests.apps.company import Api


async def _told(client: httpx.AsyncClient) -> dict[str, object]:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


async def test_a_sealer_that_dies_of_the_unforeseen_seals_again(
    platform: Platform, client: httpx.AsyncClient, owner: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = asyncio.Event()
    sound = platform.sealer._lead

    async def failing(conn: object) -> None:
        if not died.is_set():
            died.set()
            raise KeyError("unforeseen")
        await sound(conn)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(platform.sealer, "_lead", failing)
    platform.background = Supervisor(steady_seconds=3600)  # well again after this test only
    platform.start_background()
    await died.wait()
    while not platform.background.ailing():
        await asyncio.sleep(0.01)
    assert await _told(client) == {"status": "ok", "ailing": ["sealer"]}
    await owner.create("customer", code="C-1", name="客户")
    while await _unsealed(platform):
        await asyncio.sleep(0.02)
    lines = (await client.get("/metrics", headers=owner.headers)).text.splitlines()
    assert 'orderloom_background_up{task="sealer"} 0.0' in lines
    assert 'orderloom_background_up{task="worker"} 1.0' in lines
    deaths = [
        line
        for line in lines
        if line.startswith('orderloom_background_deaths_total{task="sealer"}')
    ]
    assert float(deaths[0].split()[-1]) >= 1


async def _unsealed(platform: Platform) -> int:
    async with platform.database.read() as conn:
        return (await lag(conn))[0]
