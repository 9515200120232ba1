"""Hints tell that something changed, never what, and nothing of records one may not see."""

import asyncio

import httpx
import pytest

from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson


@pytest.fixture
async def served(platform: Platform):  # noqa: ANN201 - a generator of an address
    """The application on a real socket: streams do not end, so they cannot run in process."""
    import uvicorn

    from orderloom.http.app import build_app

    platform.start_background()
    config = uvicorn.Config(build_app(platform), port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.force_exit = server.should_exit = True
    await task


async def _first_hint(address: str, api: Api, query: str, started: asyncio.Event) -> str:
    async with (
        httpx.AsyncClient(base_url=address, timeout=15) as client,
        client.stream("GET", f"/api/v1/live{query}", headers=api.headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            started.set()
            if line.startswith("data:"):
                return line
    return ""


@pytest.mark.parametrize("named", [True, False], ids=["those-it-named", "all-it-sees"])
async def test_a_hint_names_only_records_its_reader_sees(
    served: str, owner: Api, make_person: MakePerson, *, named: bool
) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    seller = await make_person("seller", "sales")
    query = f"?ids={order['id']}" if named else ""
    hints = []
    for api in (owner, seller):
        started = asyncio.Event()
        waiting = asyncio.create_task(_first_hint(served, api, query, started))
        await started.wait()
        await asyncio.sleep(0.6)
        current = await owner.get("order", order["id"])
        body = {"seller_note": f"x{len(hints)}", "version": current["version"]}
        await owner.call("PATCH", f"/orders/order/{order['id']}", body, status=200)
        hints.append(await asyncio.wait_for(waiting, 10))
    assert order["id"] in hints[0]
    assert '"orders.order"' in hints[1]
    assert order["id"] not in hints[1]
