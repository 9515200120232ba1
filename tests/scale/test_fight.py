"""The promise: no unit is promised twice, from any door, whatever is killed in the middle."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.database import Database
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.history import Sealer, verify
from orderloom.ledger import prove
from tests.apps.company import Api, Company, found_company
from tests.support.postgres import kill_all
from tests.support.processes import Process
from tests.support.steady import JSON, Steady, longest_pause
from tests.support.waiting import AT_MOST

SOAK = float(os.environ.get("ORDERLOOM_SOAK", "1"))
ORDERS_EACH = 3
_TO = {
    "receiver_name": "收货部",
    "receiver_phone": "13800138000",
    "address": {
        "province": "广东省",
        "city": "深圳市",
        "district": "南山区",
        "detail": "科技路1号",
    },
}


@dataclass
class Fighter:
    """One client at one door; ``made`` are the orders it was told of, ``won`` those reserved."""

    steady: Steady
    company: Company
    name: str
    made: set[str] = field(default_factory=set)
    won: set[str] = field(default_factory=set)

    def order(self, number: int) -> JSON:
        """An order for one unit, known by its note."""
        line = {"product": self.company.products[0], "quantity": "1"}
        note = f"{self.name}-{number}"
        return {"customer": self.company.customer, "seller_note": note, "lines": [line], **_TO}

    async def by_rest(self) -> None:
        """Create, then submit, one after the other."""
        for number in range(ORDERS_EACH):
            key = f"{self.name} {number}"
            made = await self.steady.write(
                "POST", "/orders/order", self.order(number), key=f"create {key}"
            )
            self.made.add(made["id"])
            path = f"/orders/order/{made['id']}/actions/submit"
            answer = await self.steady.call("POST", path, {}, key=f"submit {key}")
            self._note(made["id"], answer.status_code, answer.json())

    async def by_bulk(self) -> None:
        """Create all in one call, submit all in another."""
        rows = [self.order(number) for number in range(ORDERS_EACH)]
        made = await self.steady.write("POST", "/orders/order", rows, key=f"create {self.name}")
        await self._submit([one["id"] for one in made["items"]])

    async def by_import(self) -> None:
        """A file of orders, then all of them submitted in one call."""
        text = "单号,商品,数量\n" + "".join(
            f"{self.name}-{number},S0,1\n" for number in range(ORDERS_EACH)
        )
        step = {
            "entity": "orders.order",
            "key": {"seller_note": "单号"},
            "values": {"customer": self.company.customer, **_TO},
            "lines": {
                "key": "lines",
                "columns": {"product": {"column": "商品", "match": "sku"}, "quantity": "数量"},
            },
        }
        answer = await self.steady.call(
            "POST",
            "/orders/order/import",
            key=f"import {self.name}",
            files={"file": ("orders.csv", text.encode(), "text/csv")},
            data={"mapping": json.dumps({"steps": [step]})},
        )
        assert answer.status_code == 202, answer.text
        self.steady.answered.append(time.monotonic())
        path = f"/jobs/{answer.json()['job']}"
        while (job := await self.steady.read("GET", path))["state"] in ("queued", "running"):
            await asyncio.sleep(0.1)
        assert (job["state"], job["result"]["failed"]) == ("done", 0), job
        notes = ", ".join(f'"{self.name}-{number}"' for number in range(ORDERS_EACH))
        page = await self.steady.read(
            "GET", "/orders/order", params={"filter": f"seller_note IN ({notes})"}
        )
        await self._submit([one["id"] for one in page["items"]])

    async def by_intake(self) -> None:
        """All payloads of a channel in one call; the inbox knows what it has already."""
        payloads = [
            {
                "external_no": f"{self.name}-{number}", "revision": 1, "payable": "10.00",
                "seller_note": f"{self.name}-{number}", "receiver_name": "张三",
                "receiver_phone": "13800138000", "province": "广东省", "city": "深圳市",
                "district": "南山区", "address": "科技路1号",
                "lines": [{"sku": "S0", "quantity": 1, "unit_price": "10.00"}],
            }
            for number in range(ORDERS_EACH)
        ]  # fmt: skip
        told = await self.steady.write("POST", "/intake/web", payloads)
        for one in told["results"]:
            assert one["order"], one
            self.made.add(one["order"])
            if one["outcome"] == "accepted":
                self.won.add(one["order"])

    async def _submit(self, ids: list[str]) -> None:
        assert len(ids) == ORDERS_EACH
        self.made.update(ids)
        told = await self.steady.write(
            "POST", "/orders/order/actions/submit", {"ids": ids}, key=f"submit {self.name}"
        )
        for one in told["results"]:
            problem = one.get("problem")
            self._note(one["id"], problem["status"] if problem else 200, problem or {})

    def _note(self, id_: str, status: int, told: JSON) -> None:
        if status == 200:
            self.won.add(id_)
            self.steady.answered.append(time.monotonic())
            return
        assert (status, told["code"]) == (409, "orders.out_of_stock"), told


DOORS: tuple[Callable[[Fighter], Awaitable[None]], ...] = (
    Fighter.by_intake,
    Fighter.by_rest,
    Fighter.by_import,
    Fighter.by_bulk,
)


async def _first_owner(url: str) -> str:
    database = await Database.open(url, size=1)
    try:
        async with database.transaction() as conn:
            hashed = await hash_password("owner")
            person = NewPerson(login="owner", name="管理员", is_owner=True, password_hash=hashed)
            await create_people(conn, [person], None)
            return await create_key(conn, "owner", "test")
    finally:
        await database.close()


def _kill_database(embedded: EmbeddedPostgres) -> None:
    """Kill -9 the embedded server and everything it has started."""
    server = int((embedded.cluster / "postmaster.pid").read_text().splitlines()[0])
    kill_all(server)


async def _fight(folder: Path, clients: int, units: int, kills: int) -> dict[str, Any]:
    embedded = EmbeddedPostgres(folder)
    server = Process("serve", folder, None)
    try:
        server.start()
        await server.ready()
        key = await _first_owner(await asyncio.to_thread(embedded.start))
        embedded.stop()
        limits = httpx.Limits(max_connections=clients + 4)
        async with httpx.AsyncClient(
            base_url=server.address, limits=limits, timeout=AT_MOST
        ) as http:
            headers = {"Authorization": f"Bearer {key}"}
            owner = Api(http, headers)
            company = await found_company(owner)
            await company.receive(company.products[0], units)
            await owner.create("channel", code="web", name="网站")
            fighters = [
                Fighter(Steady(http, headers), company, f"f{index}") for index in range(clients)
            ]
            steadies = [one.steady for one in fighters]
            doors = [
                asyncio.create_task(_through(DOORS[index % 4], one))
                for index, one in enumerate(fighters)
            ]
            for turn in range(kills * 2):
                await _until(steadies, doors, (turn + 1) * clients * 2 // (kills * 2 + 1))
                if turn % 2 == 0:
                    await asyncio.to_thread(_kill_database, embedded)
                else:
                    server.kill()
                    server.start()
            await asyncio.gather(*doors)
            await _proven(embedded, fighters, company, units)
    except BaseException:
        print(server.log.read_text(errors="replace")[-8000:])
        raise
    finally:
        server.stop()
        embedded.stop()
    return {
        "orders": sum(len(one.made) for one in fighters),
        "won": sum(len(one.won) for one in fighters),
        "without_an_acknowledgement_seconds": round(longest_pause(steadies), 2),
        "sent_again": sum(len(one.again) for one in steadies),
    }


async def _through(door: Callable[[Fighter], Awaitable[None]], fighter: Fighter) -> None:
    await door(fighter)


async def _until(steadies: list[Steady], doors: list[asyncio.Task[None]], count: int) -> None:
    """Wait until so many writes were acknowledged, and nobody has failed."""
    async with asyncio.timeout(2 * AT_MOST):
        while sum(len(one.answered) for one in steadies) < count:
            for door in doors:
                if door.done():
                    door.result()
            await asyncio.sleep(0.01)


async def _proven(
    embedded: EmbeddedPostgres, fighters: list[Fighter], company: Company, units: int
) -> None:
    """Not more than there is, what was acknowledged and nothing else, none of it twice."""
    database = await Database.open(await asyncio.to_thread(embedded.start), size=2)
    try:
        await Sealer(database).catch_up()
        async with database.read() as conn:
            rows = await conn.fetch(
                "select o.id::text as id, o.seller_note,"
                " (select sum(l.reserved) from orders.order__lines l where l.parent_id = o.id)"
                " as reserved from orders.order o"
            )
            assert await prove(conn) == []
            assert await verify(conn) == []
    finally:
        await database.close()
    notes = Counter(row["seller_note"] for row in rows)
    assert notes == {f"{one.name}-{n}": 1 for one in fighters for n in range(ORDERS_EACH)}
    assert {row["id"] for row in rows} == {id_ for one in fighters for id_ in one.made}
    reserved = {row["id"] for row in rows if row["reserved"]}
    assert {row["reserved"] for row in rows} <= {Decimal(0), Decimal(1)}
    assert {id_ for one in fighters for id_ in one.won} <= reserved
    assert len(reserved) == min(units, len(rows))
    assert await company.stock(company.products[0]) == (
        Decimal(units),
        Decimal(len(reserved)),
        Decimal(units - len(reserved)),
    )


@pytest.mark.timeout(1500)
async def test_sixteen_clients_fight_for_25_units(short_tmp: Path) -> None:
    print("fight", await _fight(short_tmp, clients=16, units=25, kills=1))


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_64_clients_fight_for_100_units(short_tmp: Path) -> None:
    for turn in range(max(int(5 * SOAK), 1)):
        found = await _fight(short_tmp / str(turn), clients=64, units=100, kills=3)
        print("fight", found)
