"""Hints tell that something changed, never what, and nothing of records one may not see."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from orderloom.database.errors import DatabaseAwayError
from orderloom.http import live
from orderloom.http.live import LiveHub
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


async def _told(hub: LiveHub, stream: AsyncIterator[str], last: str) -> str:
    """What a stream tells until something names the last record."""
    told = ""
    tail = asyncio.create_task(hub.run())
    async with asyncio.timeout(60):
        while last not in told:
            told += await anext(stream)
    tail.cancel()
    return told


async def test_who_comes_back_is_told_what_it_missed(
    served: str, platform: Platform, owner: Api
) -> None:
    company = await found_company(owner)
    first, second, third = company.products
    await seal_all(platform.database)
    last = ""
    async with (
        httpx.AsyncClient(base_url=served, timeout=60) as client,
        client.stream("GET", "/api/v1/live", headers=owner.headers) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                last = line.removeprefix("id: ")
                break
    for product in (first, second):  # nobody listens
        await owner.call("PATCH", f"/orders/product/{product}", {"name": "新名"}, status=200)
    await seal_all(platform.database)
    back, started = Api(owner.client, owner.headers | {"Last-Event-ID": last}), asyncio.Event()
    listening = asyncio.create_task(_hints(served, back, "", third, started))
    await started.wait()
    await owner.call("PATCH", f"/orders/product/{third}", {"name": "新名"}, status=200)
    told = await asyncio.wait_for(listening, 60)
    assert first in told
    assert second in told
    assert company.customer not in told


async def test_a_hint_waits_for_a_database_that_is_away(platform: Platform, owner: Api) -> None:
    company = await found_company(owner)
    product, other = int(company.products[0]), int(company.products[1])
    await seal_all(platform.database)
    hub, away = LiveHub(platform.database), [DatabaseAwayError(), DatabaseAwayError()]

    async def seen(_: str, changed: Sequence[int]) -> set[int]:
        if away:
            raise away.pop()
        return {product, other}.intersection(changed)

    stream = hub.stream(frozenset(("orders.product",)), seen, only_seen=True)
    assert (await anext(stream)).startswith("retry: 2000\nid: ")
    for id_ in (product, other):
        await owner.call("PATCH", f"/orders/product/{id_}", {"name": "新名"}, status=200)
    await seal_all(platform.database)
    assert str(product) in await _told(hub, stream, str(other))
    assert away == []


async def test_more_than_is_worth_telling_is_told_as_a_whole(
    platform: Platform, owner: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_MISSED", 2)
    await found_company(owner)
    await seal_all(platform.database)
    hub = LiveHub(platform.database)

    async def seen(_: str, changed: Sequence[int]) -> set[int]:
        return set(changed)

    for after in (0, 10**12):
        stream = hub.stream(frozenset(("orders.product", "orders.order")), seen, after=after)
        assert await anext(stream) == "retry: 2000\n\n"
        assert [await anext(stream), await anext(stream)] == [
            'event: hint\ndata: {"entity":"orders.order","ids":[]}\n\n',
            'event: hint\ndata: {"entity":"orders.product","ids":[]}\n\n',
        ]
        assert (await anext(stream)).startswith(": still here\nid: ")


async def test_who_comes_while_the_process_ends_is_let_go_at_once(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "KEEP_ALIVE_SECONDS", 3600)
    hub = LiveHub(platform.database)

    async def seen(_: str, changed: Sequence[int]) -> set[int]:
        return set(changed)

    hub.close()
    async with asyncio.timeout(60):
        told = [line async for line in hub.stream(frozenset(("orders.order",)), seen)]
    assert [line.split("\n")[0] for line in told] == ["retry: 2000"]
