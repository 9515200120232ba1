"""Whatever writers do beside each other: no refusal, no deadlock left over, no value that drifts."""

import asyncio
import os
import random
from typing import Any

from orderloom.definition.json import from_data
from orderloom.storage.drift import value_drifts
from tests.engine.computed.calc_app import Calc, kind, label

WRITERS = 5
STEPS = int(12 * float(os.environ.get("ORDERLOOM_SOAK", "1")))


class Writer:
    """Somebody who does what comes to mind."""

    def __init__(self, calc: Calc, known: dict[str, list[int]], seed: int) -> None:
        self.calc = calc
        self.known = known
        self.dice = random.Random(seed)

    def some(self, name: str) -> str:
        return str(self.dice.choice(self.known[name]))

    async def step(self) -> None:
        dice = self.dice
        id_ = int(self.some("deal"))
        act = dice.randrange(8)
        if act == 0:
            await self.make_deal()
        elif act == 1:
            await self.tell("deal", id_, customer=self.some("customer"))
        elif act == 2:
            await self.tell("deal", id_, lines=self.lines())
        elif act == 3:
            await self.tell("deal", id_, state=dice.choice(["open", "void"]))
        elif act == 4:
            await self.calc.tell(dice.choice(["delete", "restore"]), "deal", id_)
        elif act == 5:
            given = {"level": dice.choice("ab"), "region": self.some("region")}
            await self.tell("customer", int(self.some("customer")), **given)
        elif act == 6:
            parent = self.some("customer")
            name = f"name {dice.randrange(99)}"
            await self.tell("customer", int(self.some("customer")), parent=parent, name=name)
        else:
            await self.tell("region", int(self.some("region")), rate=str(dice.randrange(5)))
            unit = f"u{dice.randrange(9)}"
            await self.tell("product", int(self.some("product")), unit=unit)

    async def tell(self, kind_: str, id_: int, /, **given: Any) -> None:
        """Change it; it may lie in the recycle bin, and that is all that may go wrong."""
        result = await self.calc.tell("update", kind_, id_, **given)
        assert result.ok or result.problem.code == "records.not_found", result.problem

    def lines(self) -> list[dict[str, Any]]:
        dice = self.dice
        return [
            {
                "product": self.some("product"),
                "quantity": str(dice.randrange(9)),
                "price": f"{dice.randrange(99)}.{dice.randrange(99):02}",
            }
            for _ in range(dice.randrange(4))
        ]

    async def make_deal(self) -> None:
        given = {"customer": self.some("customer"), "lines": self.lines()}
        self.known["deal"].append(await self.calc.make("deal", **given))


async def test_any_writers_leave_no_drift(calc: Calc) -> None:
    known: dict[str, list[int]] = {"deal": []}
    for name in ("region", "product", "customer"):
        known[name] = [await calc.make(name, name=f"{name} {number}") for number in range(3)]
    for id_ in known["customer"]:
        await calc.make("visit", customer=str(id_))
    writers = [Writer(calc, known, seed) for seed in range(WRITERS)]
    for writer in writers:
        await writer.make_deal()

    async def work(writer: Writer) -> None:
        for _ in range(STEPS):
            await writer.step()

    await asyncio.gather(*(work(writer) for writer in writers))
    async with calc.database.read() as conn:
        assert await value_drifts(conn, calc.records.catalog, None) == []


async def test_values_of_another_app_follow(calc: Calc) -> None:
    far = {
        "id": "far",
        "label": label("Far"),
        "uses": ["calc"],
        "entities": {
            "note": {
                "label": label("Note"),
                "title": "name",
                "fields": {
                    "name": kind("text"),
                    "customer": kind("reference", entity="calc.customer"),
                    "total": kind("lookup", path="customer.total", result="money"),
                    "twice": kind("formula", formula="total * 2", result="money"),
                },
            }
        },
    }
    await calc.publisher.publish_app(from_data(far), actor_id=None)
    customer = await calc.make("customer")
    async with calc.database.transaction() as conn:
        await conn.execute(
            "insert into far.note (id, version, created_at, updated_at, customer, total)"
            " values (1, 1, now(), now(), $1, 0)",
            customer,
        )
    await calc.deal(customer, ("2", "10"))
    async with calc.database.read() as conn:
        row = await conn.fetchrow("select total, twice, version from far.note")
        kinds = await conn.fetch(
            "select kind, definition_version from orderloom.event"
            " where app = 'far' and record_id = 1"
        )
    assert tuple(row or ()) == (20, 40, 1)
    assert [tuple(one) for one in kinds] == [("recompute", 1)]
