"""The promise: requests that are carried out together stay strangers to each other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
import uvicorn

from orderloom.http.app import build_app
from orderloom.ledger.prove import prove
from orderloom.records.context import HookContext
from orderloom.records.edge import Edge
from orderloom.records.item import Item
from orderloom.server import Platform
from orderloom_apps.orders.hooks.registry import HOOKS
from tests.apps.company import Api, at_once, found_company
from tests.apps.conftest import MakePerson
from tests.support.gathering import Crowd

Together = Callable[..., Awaitable[list[httpx.Response]]]


FIRST = 8
"""So many of a channel's orders are in its first batch at least."""


def customer(at: int, **more: Any) -> dict[str, Any]:
    return {"code": f"C{at}", "name": f"客户{at}", **more}


@pytest.fixture
def together(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Together:
    """Runs requests as one batch, in the order in which they are given."""

    async def run(*calls: Coroutine[Any, Any, httpx.Response]) -> list[httpx.Response]:
        crowd = Crowd(len(calls))
        crowd.gather(monkeypatch, "orderloom.records.edge")
        platform.edge = Edge(records=platform.records)
        return await crowd.one_by_one(*calls)

    return run


async def transactions(platform: Platform, entity: str, kind: str) -> int:
    """How many transactions wrote events of a kind."""
    async with platform.database.read() as conn:
        return int(
            await conn.fetchval(
                "select count(distinct xid) from orderloom.event where entity = $1 and kind = $2",
                entity,
                kind,
            )
        )


async def test_each_fails_alone_in_a_shared_transaction(
    owner: Api, platform: Platform, together: Together
) -> None:
    await owner.create("customer", code="C7", name="早就在")
    bodies = [customer(at) for at in range(20)]
    bodies[3] = {"code": "C3"}
    bodies[5]["credit_limit"] = "viel"
    answers = await together(*(owner.raw("POST", "/orders/customer", body) for body in bodies))
    statuses = [answer.status_code for answer in answers]
    assert [at for at, status in enumerate(statuses) if status != 201] == [3, 5, 7]
    assert [answers[at].json()["errors"][0]["pointer"] for at in (3, 5, 7)] == [
        "/name",
        "/credit_limit",
        "/code",
    ]
    for at, answer in enumerate(answers):
        if answer.status_code == 201:
            assert answer.json()["code"] == f"C{at}"
            assert answer.headers["location"].endswith(answer.json()["id"])
    assert len(await owner.items("customer")) == 18
    assert await transactions(platform, "customer", "create") == 2


async def test_who_is_refused_takes_no_code_from_a_neighbour(
    owner: Api, together: Together
) -> None:
    wrong = customer(1, credit_limit="viel")
    bodies = [customer(0), wrong, customer(1), wrong, customer(2)]
    answers = await together(*(owner.raw("POST", "/orders/customer", body) for body in bodies))
    assert [answer.status_code for answer in answers] == [201, 422, 201, 422, 201]
    assert {row["code"] for row in await owner.items("customer")} == {"C0", "C1", "C2"}


async def test_everybody_keeps_the_own_rights(owner: Api, make_person: MakePerson) -> None:
    people = {
        login: await make_person(login, role)
        for login, role in (("a", "sales"), ("b", "sales"), ("keeper", "warehouse"))
    }
    company = await found_company(owner)
    orders = {}
    for login in ("a", "b"):
        mine = await people[login].create("customer", code=login, name=login)
        lines = [(company.products[0], 1)]
        orders[login] = await company.order(lines, api=people[login], customer=mine["id"])

    def patch(login: str, whose: str) -> Any:
        path, body = f"/orders/order/{orders[whose]['id']}", {"seller_note": login}
        return people[login].raw("PATCH", path, body)

    answers = await at_once(
        people["a"].raw("POST", "/orders/customer", customer(1)),
        people["keeper"].raw("POST", "/orders/customer", customer(2)),
        owner.raw("POST", "/orders/customer", customer(3)),
        patch("a", "b"),
        patch("b", "b"),
        patch("a", "a"),
    )
    assert [one.status_code for one in answers] == [201, 403, 201, 404, 200, 200]
    made = {row["code"]: row for row in await owner.items("customer")}
    assert set(made) == {"K1", "a", "b", "C1", "C3"}
    assert made["C1"]["owner_id"] != made["C3"]["owner_id"]
    notes = [(await owner.get("order", orders[login]["id"]))["seller_note"] for login in "ab"]
    assert notes == ["a", "b"]


async def test_a_key_that_comes_twice_at_once_is_carried_out_once(
    owner: Api, together: Together
) -> None:
    def post(key: str, body: dict[str, Any]) -> Any:
        return owner.raw("POST", "/orders/customer", body, headers={"Idempotency-Key": key})

    answers = await together(
        post("k", customer(1)),
        post("k", customer(1)),
        post("k", customer(2)),
        post("other", customer(3)),
        owner.raw("POST", "/orders/customer", customer(4)),
    )
    assert [one.status_code for one in answers] == [201, 201, 422, 201, 201]
    assert answers[0].content == answers[1].content
    replayed = ["idempotency-replayed" in one.headers for one in answers]
    assert replayed == [False, True, False, False, False]
    assert answers[2].json()["code"] == "records.key_reused"
    assert {row["code"] for row in await owner.items("customer")} == {"C1", "C3", "C4"}


async def test_a_key_that_another_process_works_on_answers_409(
    owner: Api, platform: Platform
) -> None:
    path, headers = "/orders/customer", {"Idempotency-Key": "k"}
    answered = await owner.raw("POST", path, customer(1), headers=headers)
    assert answered.status_code == 201
    async with platform.database.transaction() as conn:
        digest = await conn.fetchval("select digest from orderloom.idempotency")
        lock = int.from_bytes(digest[:8], "big", signed=True)
        await conn.fetchval("select pg_advisory_xact_lock($1)", lock)
        busy, free = await at_once(
            owner.raw("POST", path, customer(1), headers=headers),
            owner.raw("POST", path, customer(2), headers={"Idempotency-Key": "free"}),
        )
    assert (busy.status_code, busy.json()["code"]) == (409, "records.key_in_progress")
    assert free.status_code == 201
    assert {row["code"] for row in await owner.items("customer")} == {"C1", "C2"}


@pytest.fixture
def poison() -> Iterator[None]:
    """A hook that crashes on one name."""

    async def crash(ctx: HookContext, items: list[Item]) -> None:
        _ = ctx
        if any(item.values()["name"] == "poison" for item in items):
            raise ZeroDivisionError

    HOOKS.befores["customer"].append(crash)
    yield
    HOOKS.befores["customer"].remove(crash)


@pytest.mark.usefixtures("poison")
async def test_a_crash_hits_only_whom_it_concerns(owner: Api, together: Together) -> None:
    bodies = [customer(at) for at in range(10)]
    bodies[4]["name"] = "poison"
    answers = await together(*(owner.raw("POST", "/orders/customer", body) for body in bodies))
    statuses = [answer.status_code for answer in answers]
    assert statuses == [500 if at == 4 else 201 for at in range(10)]
    assert {row["code"] for row in await owner.items("customer")} == {
        f"C{at}" for at in range(10) if at != 4
    }


@pytest.fixture
def choosy() -> Iterator[None]:
    """A hook that refuses one name, after the unique values were checked."""

    async def refuse(ctx: HookContext, items: list[Item]) -> None:
        _ = ctx
        for item in items:
            if item.values()["name"] == "late":
                item.fault("/name", "records.required")

    HOOKS.validates.setdefault("customer", []).append(refuse)
    yield
    HOOKS.validates["customer"].remove(refuse)


@pytest.mark.usefixtures("choosy")
async def test_who_is_refused_late_takes_no_code_either(owner: Api, together: Together) -> None:
    late = customer(1, name="late")
    bodies = [customer(0), late, customer(1), customer(1), customer(2)]
    answers = await together(*(owner.raw("POST", "/orders/customer", body) for body in bodies))
    assert [answer.status_code for answer in answers] == [201, 422, 201, 422, 201]
    assert [answers[at].json()["errors"][0]["pointer"] for at in (1, 3)] == ["/name", "/code"]
    assert {row["code"] for row in await owner.items("customer")} == {"C0", "C1", "C2"}


async def test_the_later_of_two_changes_to_one_record_sees_the_first(
    owner: Api, together: Together
) -> None:
    made = await owner.create("customer", **customer(1))
    path = f"/orders/customer/{made['id']}"
    answers = await together(
        owner.raw("PATCH", path, {"version": made["version"], "name": "甲"}),
        owner.raw("PATCH", path, {"version": made["version"], "name": "乙"}),
        owner.raw("PATCH", path, {"region": "东"}),
    )
    assert [one.status_code for one in answers] == [200, 409, 200]
    assert answers[1].json()["code"] == "records.version_conflict"
    now = await owner.get("customer", made["id"])
    assert (now["name"], now["region"], now["version"]) == ("甲", "东", made["version"] + 2)


@asynccontextmanager
async def real_server(platform: Platform) -> AsyncIterator[str]:
    """The application behind a real socket."""
    config = uvicorn.Config(build_app(platform), port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


def channel_order(number: int, sku: str) -> dict[str, Any]:
    return {
        "shop": "s",
        "external_no": f"E{number}",
        "revision": 1,
        "ordered_at": "2026-11-20T10:00:00+08:00",
        "receiver_name": "收货人",
        "receiver_phone": "13800138000",
        "province": "广东省",
        "city": "深圳市",
        "district": "南山区",
        "address": "科技路1号",
        "lines": [{"sku": sku, "quantity": "3", "unit_price": "10"}],
    }


async def test_sixty_four_at_once_never_oversell(
    owner: Api, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """64 clients want 3 of 100 each, half by REST, half through intake: 33 get them."""
    company = await found_company(owner)
    product = company.products[0]
    await company.receive(product, 100)
    await owner.create("channel", code="web", name="web", warehouse=company.warehouse)
    drafts = [(await company.order([(product, 3)]))["id"] for _ in range(32)]
    Crowd(FIRST).gather(monkeypatch, "orderloom.intake.inbox")
    limits = httpx.Limits(max_connections=64)
    async with (
        real_server(platform) as base,
        httpx.AsyncClient(base_url=base, limits=limits, timeout=60) as client,
    ):
        api = Api(client, owner.headers)
        answers = await at_once(
            *(api.raw("POST", f"/orders/order/{id_}/actions/submit", {}) for id_ in drafts),
            *(api.raw("POST", "/intake/web", channel_order(at, "S0")) for at in range(32)),
        )
    assert {answer.status_code for answer in answers} <= {200, 409}
    by_hand = sum(answer.status_code == 200 for answer in answers[:32])
    outcomes = [answer.json()["outcome"] for answer in answers[32:]]
    assert set(outcomes) <= {"accepted", "exception"}
    assert by_hand + outcomes.count("accepted") == 33
    assert await company.stock(product) == (Decimal(100), Decimal(99), Decimal(1))
    orders = await owner.items("order")
    assert len({order["external_no"] for order in orders if order["external_no"]}) == 32
    assert sum(order["state"] == "pending_review" for order in orders) == 33
    async with platform.database.read() as conn:
        assert await prove(conn) == []
    assert await transactions(platform, "intake", "create") <= 32 - FIRST + 1
