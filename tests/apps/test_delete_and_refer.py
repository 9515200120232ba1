"""The promise: no live record refers to one in the bin, whoever comes first."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from orderloom.access.actor import Actor
from orderloom.base.errors import OrderloomError
from orderloom.records.command import Command
from orderloom.records.context import HookContext
from orderloom.records.errors import InUseError
from orderloom.records.item import Item
from orderloom.records.stages import references
from orderloom.server import Platform
from tests.apps.company import Api, Company, found_company
from tests.apps.conftest import MakePerson
from tests.support.waiting import until_locked_out


class Gate:
    """Holds up the first transaction that has passed a check of a kind of command."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, check: str, kind: str) -> None:
        self.passed, self.go = asyncio.Event(), asyncio.Event()
        sound = getattr(references, check)

        async def held(ctx: HookContext, items: Sequence[Item]) -> None:
            await sound(ctx, items)
            if any(one.command.kind == kind for one in items) and not self.passed.is_set():
                self.passed.set()
                await self.go.wait()

        monkeypatch.setattr(references, check, held)


async def _order(api: Api, company: Company, customer: str) -> tuple[int, Any]:
    line = {"product": company.products[0], "quantity": "1"}
    answer = await api.raw("POST", "/orders/order", {"customer": customer, "lines": [line]})
    return answer.status_code, answer.json()


async def _delete(
    platform: Platform, customer: str, *, renamed: bool = False
) -> OrderloomError | None:
    """Delete a customer; if asked after another change of it in the same transaction."""
    id_, system = int(customer), Actor.system()
    entity = "orders.customer"
    commands = [Command(kind="delete", entity=entity, id=id_, actor=system)]
    if renamed:
        change = Command(
            kind="update", entity=entity, id=id_, changes={"name": "改名"}, actor=system
        )
        commands.insert(0, change)
    return (await platform.records.apply(commands))[-1].problem


async def _whole(owner: Api) -> None:
    """Every order's customer is there."""
    there = {one["id"] for one in await owner.items("customer")}
    assert {one["customer"] for one in await owner.items("order")} <= there


@pytest.fixture(params=["owner", "clerk"])
async def writer(request: pytest.FixtureRequest, owner: Api, make_person: MakePerson) -> Api:
    """Who refers: somebody who sees everything, or somebody whom grants limit."""
    return owner if request.param == "owner" else await make_person("clerk1", "clerk")


@pytest.mark.parametrize("renamed", [False, True])
async def test_what_is_being_deleted_is_not_referred_to(
    platform: Platform, owner: Api, writer: Api, monkeypatch: pytest.MonkeyPatch, *, renamed: bool
) -> None:
    company = await found_company(owner)
    customer = (await owner.create("customer", code="K9", name="将删"))["id"]
    gate = Gate(monkeypatch, "check_delete", "delete")
    deleting = asyncio.create_task(_delete(platform, customer, renamed=renamed))
    await gate.passed.wait()
    ordering = asyncio.create_task(_order(writer, company, customer))
    await until_locked_out(platform.database, unless=ordering)
    gate.go.set()
    assert await deleting is None
    status, problem = await ordering
    assert status == 422
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/customer", "records.unknown_reference")
    ]
    await _whole(owner)


async def test_what_is_being_referred_to_is_not_deleted(
    platform: Platform, owner: Api, writer: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = await found_company(owner)
    customer = (await owner.create("customer", code="K9", name="将删"))["id"]
    gate = Gate(monkeypatch, "check_references", "create")
    ordering = asyncio.create_task(_order(writer, company, customer))
    await gate.passed.wait()
    deleting = asyncio.create_task(_delete(platform, customer))
    await until_locked_out(platform.database, unless=deleting)
    gate.go.set()
    status, _ = await ordering
    assert status == 201
    assert isinstance(await deleting, InUseError)
    assert (await owner.get("customer", customer))["deleted_at"] is None
    await _whole(owner)


@pytest.mark.parametrize("first", ["delete", "refer"])
async def test_in_one_batch_what_is_referred_to_stays(
    platform: Platform, owner: Api, first: str
) -> None:
    company = await found_company(owner)
    customer = (await owner.create("customer", code="K9", name="将删"))["id"]
    system = Actor.system()
    line = {"product": company.products[0], "quantity": "1"}
    commands = [
        Command(kind="delete", entity="orders.customer", id=int(customer), actor=system),
        Command(
            kind="create",
            entity="orders.order",
            changes={"customer": customer, "lines": [line]},
            actor=system,
        ),
    ]
    if first == "refer":
        commands.reverse()
    results = await platform.records.apply(commands)
    assert [type(one.problem) for one in sorted(results, key=lambda one: one.ok)] == [
        InUseError,
        type(None),
    ]
    assert (await owner.get("customer", customer))["deleted_at"] is None
    await _whole(owner)
