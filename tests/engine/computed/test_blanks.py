"""A formula field says whether blank numbers are zero or keep it blank: the same at every place."""

from decimal import Decimal
from typing import Any

from orderloom.definition.json import from_data
from orderloom.storage.drift import value_drifts
from orderloom.storage.online import run_online
from tests.engine.computed.calc_app import SYSTEM, Calc, data, kind, rollup

KEYS = ("net", "seen_net", "fees", "seen_fees")


def with_blanks(blanks: str) -> dict[str, Any]:
    """Formulas and rollups, stored and made at read, over numbers that may be blank."""
    given = data()
    customer = given["entities"]["customer"]["fields"]
    deal = given["entities"]["deal"]["fields"]
    customer["base"], customer["off"], deal["fee"] = kind("number"), kind("number"), kind("number")
    for key, mode in (("", "stored"), ("seen_", "read")):
        customer[f"{key}net"] = kind(
            "formula", formula="base - off", result="number", mode=mode, blanks=blanks
        )
        customer[f"{key}fees"] = rollup(
            "sum",
            "deal",
            "customer",
            "number",
            expression="amount + fee",
            condition="amount + fee < 100",
            mode=mode,
            blanks=blanks,
        )
    return given


async def publish(calc: Calc, blanks: str) -> list[list[str]]:
    """Publish the app with the setting; the fields that are back-filled."""
    found = await calc.publisher.publish_app(from_data(with_blanks(blanks)), actor_id=None)
    steps = [step["fields"] for step in found.online_steps if step["kind"] == "backfill"]
    await run_online(calc.database, calc.records.catalog, "calc")
    return steps


async def values(calc: Calc, id_: int) -> tuple[Any, ...]:
    record = await calc.record("customer", id_)
    assert await drifts(calc) == []
    return tuple(record[key] for key in KEYS)


async def drifts(calc: Calc) -> list[Any]:
    async with calc.database.read() as conn:
        return list(await value_drifts(conn, calc.records.catalog, None))


async def test_switching_the_setting_fills_in_again_and_back(calc: Calc) -> None:
    await publish(calc, "zero")
    one = await calc.make("customer", base="10")
    await calc.deal(one, ("2", "10"))
    as_zero = (Decimal(10), Decimal(10), Decimal(20), Decimal(20))
    assert await values(calc, one) == as_zero
    assert await publish(calc, "keep") == [["calc.customer.net", "calc.customer.fees"]]
    assert await values(calc, one) == (None, None, 0, 0)
    assert await publish(calc, "keep") == []
    assert await publish(calc, "zero") == [["calc.customer.net", "calc.customer.fees"]]
    assert await values(calc, one) == as_zero


async def test_kept_blanks_follow_every_change(calc: Calc) -> None:
    await publish(calc, "keep")
    one = await calc.make("customer", base="10")
    deal = await calc.deal(one, ("2", "10"))
    assert await values(calc, one) == (None, None, 0, 0)
    await calc.change("customer", one, off="3")
    await calc.change("deal", deal, fee="1")
    assert await values(calc, one) == (7, 7, 21, 21)
    await calc.change("deal", deal, fee="80")
    assert await values(calc, one) == (7, 7, 0, 0)
    await calc.change("customer", one, off=None)
    await calc.change("deal", deal, fee=None)
    assert await values(calc, one) == (None, None, 0, 0)
    for key in ("net", "seen_net"):
        page = await calc.records.find("calc.customer", actor=SYSTEM, filter=f"ISBLANK({key})")
        assert [item["id"] for item in page.items] == [one]
        page = await calc.records.find("calc.customer", actor=SYSTEM, filter=f"{key} = 10")
        assert page.items == []
