"""The promise: it grows without other code, and losing the database loses nothing acknowledged."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from orderloom.database import Database
from orderloom.history import verify
from orderloom.ledger import prove
from tests.apps.company import Api, Company, found_company
from tests.scale.deployment import Deployment, deployed
from tests.support.steady import Steady, longest_pause, rate
from tests.support.waiting import AT_MOST, until

SOAK = float(os.environ.get("ORDERLOOM_SOAK", "1"))
STOCK = 1_000_000


async def _company(deployment: Deployment, http: httpx.AsyncClient) -> Company:
    owner = Api(http, {"Authorization": f"Bearer {deployment.key}"})
    company = await found_company(owner)
    for product in company.products:
        await company.receive(product, STOCK)
    await owner.create("channel", code="web", name="网站")
    return company


class Writer:
    """One client: orders by REST and by intake in turn, and its own lists after each."""

    def __init__(self, steady: Steady, company: Company, name: str) -> None:
        self.steady, self.company, self.name = steady, company, name
        self.made: dict[str, str] = {}
        self.stopping = False

    async def run(self, enough: Callable[[], bool]) -> None:
        """Write until told that it is enough."""
        while not enough():
            number = f"{self.name}-{len(self.made)}"
            self.made[number] = await (
                self._by_intake(number) if len(self.made) % 3 == 2 else self._by_rest(number)
            )
            await self._read_own(number)

    async def _by_rest(self, number: str) -> str:
        order = await self.steady.write(
            "POST",
            "/orders/order",
            {
                "customer": self.company.customer,
                "seller_note": number,
                "buyer_message": self.name,
                "receiver_name": "收货部",
                "receiver_phone": "13800138000",
                "address": {"province": "广东省", "city": "深圳市", "district": "南山区",
                            "detail": "科技路1号"},
                "lines": [{"product": self.company.products[0], "quantity": "2"}],
            },
            key=f"create {number}",
        )  # fmt: skip
        path = f"/orders/order/{order['id']}/actions/submit"
        order = await self.steady.write("POST", path, {}, key=f"submit {number}")
        assert order["state"] == "pending_review", order
        return str(order["id"])

    async def _by_intake(self, number: str) -> str:
        payload = {
            "external_no": number, "revision": 1, "payable": "20.00", "seller_note": number,
            "buyer_message": self.name, "receiver_name": "张三", "receiver_phone": "13800138000",
            "province": "广东省", "city": "深圳市", "district": "南山区", "address": "科技路1号",
            "lines": [{"sku": "S0", "quantity": 2, "unit_price": "10.00"}],
        }  # fmt: skip
        answer = await self.steady.write("POST", "/intake/web", payload)
        assert answer["outcome"] in ("accepted", "repeated"), answer
        return str(answer["order"])

    async def _read_own(self, number: str) -> None:
        """What was acknowledged is in the next list and the next figure, whoever answers them."""
        page = await self.steady.read(
            "GET", "/orders/order", params={"filter": f'seller_note = "{number}"'}
        )
        assert [(one["id"], one["state"]) for one in page["items"]] == [
            (self.made[number], "pending_review")
        ]
        figures = await self.steady.read(
            "POST",
            "/orders/order/query",
            {"filter": f'buyer_message = "{self.name}"', "measures": [{"agg": "count"}]},
        )
        assert list(figures["rows"][0].values()) == [len(self.made)]


async def _import(steady: Steady, rows: int) -> str:
    """Start an import of customers; answers the job."""
    text = "编码,名称\n" + "".join(f"I{n:06},客户{n}\n" for n in range(rows))
    mapping = '{"steps": [{"entity": "orders.customer", "key": {"code": "编码"}, "columns": {"name": "名称"}}]}'
    answer = await steady.client.post(
        "/api/v1/orders/customer/import",
        headers=steady.headers,
        files={"file": ("customers.csv", text.encode(), "text/csv")},
        data={"mapping": mapping},
        timeout=AT_MOST,
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job"])


async def _sealed(database: Database) -> None:
    """Wait until the sealer of one of the processes has sealed everything."""

    async def are() -> bool:
        async with database.read() as conn:
            waiting = "select 1 from orderloom.event where sequence is null"
            return not await conn.fetchval(waiting)

    await until(are)


async def _proven(deployment: Deployment, writers: list[Writer], company: Company) -> None:
    """Every acknowledged order is there, none twice; balances and history hold."""
    database = await Database.open(deployment.url(), size=2)
    try:
        await _sealed(database)
        async with database.read() as conn:
            rows = await conn.fetch('select id, seller_note, state from "orders"."order"')
            assert await prove(conn) == []
            assert await verify(conn) == []
    finally:
        await database.close()
    acknowledged = {number: id_ for one in writers for number, id_ in one.made.items()}
    stored = Counter(row["seller_note"] for row in rows)
    assert {number for number, count in stored.items() if count > 1} == set()
    assert {row["seller_note"]: str(row["id"]) for row in rows} == acknowledged
    assert {row["state"] for row in rows} == {"pending_review"}
    on_hand, reserved, _ = await company.stock(company.products[0])
    assert (on_hand, reserved) == (Decimal(STOCK), Decimal(2 * len(acknowledged)))


async def _fails_over(clients: int, before: int, after: int, rows: int) -> dict[str, Any]:
    async with deployed() as deployment, httpx.AsyncClient(
        base_url=deployment.proxy.address if deployment.proxy else "", timeout=AT_MOST
    ) as http:  # fmt: skip
        company = await _company(deployment, http)
        writers = [
            Writer(deployment.client(http), company, f"w{index}") for index in range(clients)
        ]
        steadies = [one.steady for one in writers]
        goal = before

        def enough() -> bool:
            return min(len(one.made) for one in writers) >= goal > before

        began = time.monotonic()
        tasks = [asyncio.create_task(one.run(enough)) for one in writers]
        while min(len(one.made) for one in writers) < before or (
            deployment.lists_on_standby() < before * clients
        ):
            await asyncio.wait(tasks, timeout=0.05, return_when=asyncio.FIRST_EXCEPTION)
            assert not any(task.done() for task in tasks), [task for task in tasks if task.done()]
        job = await _import(deployment.client(http), rows)
        killed = time.monotonic()
        await asyncio.to_thread(deployment.fail_over)
        promoted = time.monotonic()
        goal = max(len(one.made) for one in writers) + after
        await asyncio.gather(*tasks)
        ended = time.monotonic()
        figures = {
            "before_per_second": round(rate(steadies, began, killed), 1),
            "after_per_second": round(rate(steadies, promoted, ended), 1),
            "kill_to_promoted_seconds": round(promoted - killed, 2),
            "without_an_acknowledgement_seconds": round(longest_pause(steadies), 2),
            "orders": sum(len(one.made) for one in writers),
            "sent_again": sum(len(one.again) for one in steadies),
        }
        assert set(deployment.proxy.given.values() if deployment.proxy else ()) - {0}
        await _ends(deployment.client(http), job, rows)
        await _proven(deployment, writers, company)
        await _comes_back(deployment, writers[0])
        return figures


async def _ends(steady: Steady, job: str, rows: int) -> None:
    """The import that was running when the database was killed ends well, each row once."""
    async with asyncio.timeout(2 * AT_MOST + rows / 50):
        while (found := await steady.read("GET", f"/jobs/{job}"))["state"] in ("queued", "running"):
            await asyncio.sleep(0.2)
    assert found["state"] == "done", found
    figures = await steady.read(
        "POST",
        "/orders/customer/query",
        {"filter": 'STARTSWITH(code, "I")', "measures": [{"agg": "count"}]},
    )
    assert list(figures["rows"][0].values()) == [rows]


async def _comes_back(deployment: Deployment, writer: Writer) -> None:
    """With a new standby in the old place, lists are answered there again."""
    await asyncio.to_thread(deployment.rejoin)
    seen = deployment.lists_on_standby()
    async with asyncio.timeout(AT_MOST):
        while deployment.lists_on_standby() == seen:
            number = f"{writer.name}-{len(writer.made)}"
            writer.made[number] = await writer._by_rest(number)
            await writer._read_own(number)
            await asyncio.sleep(0.1)


@pytest.mark.timeout(1500)
async def test_killing_the_primary_loses_nothing_acknowledged() -> None:
    print("failover", await _fails_over(clients=4, before=4, after=3, rows=1500))


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_killing_the_primary_under_load_loses_nothing_acknowledged() -> None:
    count, rows = max(int(100 * SOAK), 5), max(int(20_000 * SOAK), 1000)
    print("failover", await _fails_over(clients=16, before=count, after=count, rows=rows))
