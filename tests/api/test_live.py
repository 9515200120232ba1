"""Hints tell that something changed, never what, and nothing of records one may not see."""

import asyncio

import httpx
import pytest

from orderloom.server import Platform
from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson
from tests.support.sealing import seal_all


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


async def _hints(address: str, api: Api, query: str, last: str, started: asyncio.Event) -> str:
    """Everything that a reader is told until something names the last record."""
    told = []
    async with (
        httpx.AsyncClient(base_url=address, timeout=60) as client,
        client.stream("GET", f"/api/v1/live{query}", headers=api.headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            started.set()
            told += [line] if line.startswith("data:") else []
            if last in line:
                break
    return "\n".join(told)


@pytest.mark.parametrize("named", [True, False], ids=["those-it-named", "all-it-sees"])
async def test_a_hint_names_only_records_its_reader_sees(
    served: str, platform: Platform, owner: Api, make_person: MakePerson, *, named: bool
) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    seller = await make_person("seller", "sales")
    product = company.products[0]
    query = f"?ids={order['id']},{product}" if named else ""
    await seal_all(platform.database)
    started = [asyncio.Event(), asyncio.Event()]
    listening = asyncio.gather(
        *(
            _hints(served, api, query, product, event)
            for api, event in zip((owner, seller), started, strict=True)
        )
    )
    for event in started:
        await event.wait()
    # whatever follows the first line is told, at once or not
    change = {"seller_note": "x", "version": order["version"]}
    await owner.call("PATCH", f"/orders/order/{order['id']}", change, status=200)
    await owner.call("PATCH", f"/orders/product/{product}", {"name": "新名"}, status=200)
    to_owner, to_seller = await asyncio.wait_for(listening, 60)
    assert order["id"] in to_owner
    assert order["id"] not in to_seller
    # an entity is told without records, so that lists are read again; not to whoever named some
    assert ('"orders.order"' in to_seller) is not named
    assert '"ids":[]' not in to_owner
