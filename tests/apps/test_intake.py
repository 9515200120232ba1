"""The promise: an order from a channel arrives once, whatever the channel repeats or garbles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from orderloom.access.actor import Actor
from orderloom.database.errors import OutcomeUnknownError
from orderloom.database.pool import Connection
from orderloom.server import Platform
from tests.apps.company import Api, Company, found_company


def canonical(company: Company, number: str = "A-1", **more: Any) -> dict[str, Any]:
    return {
        "shop": "main",
        "external_no": number,
        "revision": 1,
        "ordered_at": "2026-11-20T10:00:00+08:00",
        "receiver_name": "收货部",
        "receiver_phone": "13800138000",
        "province": "广东省",
        "city": "深圳市",
        "district": "南山区",
        "address": "科技路1号",
        "lines": [{"sku": "S0", "quantity": "1", "unit_price": "10.00"}],
    } | more


async def channel(owner: Api, company: Company) -> str:
    made = await owner.create(
        "channel", code="web", name="官网", customer=company.customer, warehouse=company.warehouse
    )
    return str(made["code"])


async def test_accepted_then_repeated_then_conflict(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    first = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert first["outcome"] == "accepted", first
    again = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert (again["outcome"], again["order"]) == ("repeated", first["order"])
    other = canonical(company, buyer_message="改了")
    conflict = await owner.call("POST", f"/intake/{code}", other, status=200)
    assert conflict["outcome"] == "conflict"
    assert len(await owner.items("order")) == 1
    order = await owner.get("order", first["order"])
    assert order["external_no"] == "A-1"
    assert (order["amount"], order["lines"][0]["reserved"]) == ("10.00", "1")


async def test_a_bad_order_never_fails_its_neighbours(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    bad = canonical(company, "A-2", lines=[{"sku": "S0", "quantity": "-1", "unit_price": "1"}])
    unmatched = canonical(
        company, "A-3", lines=[{"sku": "NOPE", "quantity": "1", "unit_price": "1"}]
    )
    answer = await owner.call(
        "POST", f"/intake/{code}", [canonical(company), bad, unmatched], status=200
    )
    outcomes = [result["outcome"] for result in answer["results"]]
    assert outcomes == ["accepted", "exception", "exception"]
    assert answer["results"][1]["order"] is None
    assert answer["results"][1]["reasons"]
    assert answer["results"][2]["order"] is not None
    assert "unmatched_goods" in answer["results"][2]["reasons"]


async def test_a_shortage_at_intake_becomes_an_exception_without_reservation(owner: Api) -> None:
    company = await found_company(owner)
    code = await channel(owner, company)
    answer = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert answer["outcome"] == "exception"
    order = await owner.get("order", answer["order"])
    assert (order["state"], order["lines"][0]["reserved"]) == ("exception", "0")


async def test_a_newer_revision_changes_the_order_until_it_is_released(owner: Api) -> None:
    company = await found_company(owner)
    product = company.products[0]
    await company.receive(product, 5)
    code = await channel(owner, company)
    first = await owner.call(
        "POST", f"/intake/{code}", canonical(company, buyer_message="快"), status=200
    )
    order = await owner.get("order", first["order"])
    assert (order["state"], order["buyer_message"]) == ("pending_review", "快")

    lines = [{"sku": "S0", "quantity": "3", "unit_price": "9.00"}]
    second = canonical(company, revision=2, lines=lines)
    answer = await owner.call("POST", f"/intake/{code}", second, status=200)
    assert answer == {"outcome": "updated", "order": first["order"], "reasons": []}
    order = await owner.get("order", first["order"])
    assert (order["state"], order["amount"], order["buyer_message"]) == (
        "pending_review",
        "27.00",
        None,
    )
    assert [line["reserved"] for line in order["lines"]] == ["3"]
    assert await company.stock(product) == (5, 3, 2)

    repeated = await owner.call("POST", f"/intake/{code}", second, status=200)
    assert (repeated["outcome"], repeated["order"]) == ("repeated", first["order"])
    older = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert older == {"outcome": "ignored", "order": first["order"], "reasons": []}

    await owner.act(await owner.act(order, "approve"), "release")
    third = canonical(company, revision=3)
    answer = await owner.call("POST", f"/intake/{code}", third, status=200)
    assert answer == {
        "outcome": "conflict",
        "order": first["order"],
        "reasons": ["order_in_progress"],
    }
    order = await owner.get("order", first["order"])
    assert (order["state"], order["amount"]) == ("released", "27.00")
    assert await company.stock(product) == (5, 3, 2)
    [row] = await owner.items("intake")
    assert row["outcome"] == "conflict"
    assert '"revision":3' in row["conflict_payload"]


async def test_a_revision_in_any_order_of_arrival_ends_the_same(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 50)
    code = await channel(owner, company)
    lines = [{"sku": "S0", "quantity": "4", "unit_price": "8.00"}]
    ends = []
    for number, revisions in (
        ("B-1", (1, 2)),
        ("B-2", (2, 1)),
        ("B-3", (2, 2, 1, 1)),
        ("B-4", (2,)),
    ):
        for revision in revisions:
            more = {"lines": lines} if revision == 2 else {}
            await owner.call(
                "POST",
                f"/intake/{code}",
                canonical(company, number, revision=revision, **more),
                status=200,
            )
        [order] = await owner.items("order", filter=f'external_no = "{number}"')
        order = await owner.get("order", order["id"])
        ends.append((order["state"], order["amount"], [one["reserved"] for one in order["lines"]]))
    assert ends == [("pending_review", "32.00", ["4"])] * 4


async def test_a_revision_mends_an_exception(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    bad = canonical(company, district=None, address=None, city=None)
    first = await owner.call("POST", f"/intake/{code}", bad, status=200)
    assert (first["outcome"], first["reasons"]) == ("exception", ["address"])
    answer = await owner.call("POST", f"/intake/{code}", canonical(company, revision=2), status=200)
    assert answer == {"outcome": "updated", "order": first["order"], "reasons": []}
    assert await company.stock(company.products[0]) == (5, 1, 4)


async def test_a_revision_that_is_short_waits_for_a_clerk_without_a_reservation(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    first = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    lines = [{"sku": "S0", "quantity": "6", "unit_price": "9.00"}]
    more = canonical(company, revision=2, lines=lines)
    answer = await owner.call("POST", f"/intake/{code}", more, status=200)
    assert answer == {"outcome": "exception", "order": first["order"], "reasons": ["shortage"]}
    assert await company.stock(company.products[0]) == (5, 0, 5)


async def test_a_conflict_is_kept_for_a_person(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    other = canonical(company, buyer_message="改了")
    answer = await owner.call("POST", f"/intake/{code}", other, status=200)
    assert (answer["outcome"], answer["reasons"]) == ("conflict", ["same_revision_other_content"])
    [row] = await owner.items("intake")
    assert (row["outcome"], "改了" in row["conflict_payload"]) == ("conflict", True)
    again = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert (again["outcome"], again["reasons"]) == ("repeated", [])


async def test_whatever_a_channel_sends_leaves_a_row(owner: Api) -> None:
    company = await found_company(owner)
    code = await channel(owner, company)
    odd = [
        canonical(company, "A-1", revision=2**63),
        canonical(company, "A-2", revision=-1),
        canonical(company, "9" * 101),
        canonical(company, "A-4", shop="x" * 101),
        canonical(company, "A-5", **{f"unknown_{at}": 1 for at in range(100)}),
    ]
    answer = await owner.call("POST", f"/intake/{code}", odd, status=200)
    assert [one["outcome"] for one in answer["results"]] == ["exception"] * 5
    assert [one["reasons"][0] for one in answer["results"]] == [
        "revision_invalid",
        "revision_invalid",
        "external_no_invalid",
        "shop_invalid",
        "unknown_field:unknown_0",
    ]
    assert len(await owner.items("intake")) == 5
    assert await owner.items("order") == []


async def test_a_revision_that_cannot_be_kept_says_why(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    first = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    long = canonical(company, revision=2, receiver_name="长" * 101)
    answer = await owner.call("POST", f"/intake/{code}", long, status=200)
    assert (answer["outcome"], answer["order"]) == ("conflict", first["order"])
    assert answer["reasons"] == ["records.too_long"]
    order = await owner.get("order", first["order"])
    assert (order["receiver_name"], order["lines"][0]["reserved"]) == ("收货部", "1")


async def test_one_transaction_tells_every_step_of_an_order(owner: Api, platform: Platform) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    answer = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    (row,) = await owner.items("intake")
    actor = Actor.system("test")
    told = await platform.records.history("orders.intake", int(row["id"]), actor=actor)
    assert [item["kind"] for item in told.items] == ["update", "create"]
    assert told.items[0]["changes"]["fields"]["order"] == [None, answer["order"]]
    told = await platform.records.history("orders.order", int(answer["order"]), actor=actor)
    assert [item["kind"] for item in told.items] == ["action:submit", "create"]
    submitted, made = (item["changes"] for item in told.items)
    assert submitted["fields"]["state"] == ["draft", "pending_review"]
    assert made["fields"]["state"] == [None, "draft"]
    order = await owner.get("order", answer["order"])
    (line,) = order["lines"]
    assert submitted["lines"]["lines"][line["id"]]["fields"]["reserved"] == ["0", "1"]
    assert made["lines"]["lines"][line["id"]]["op"] == "add"
    assert (row["version"], row["order"], order["version"]) == (2, answer["order"], 2)
    assert (order["state"], order["amount"], line["reserved"]) == ("pending_review", "10.00", "1")


async def test_more_orders_than_a_request_may_have_are_none(owner: Api) -> None:
    code = await channel(owner, await found_company(owner))
    answer = await owner.call("POST", f"/intake/{code}", [{}] * 5001, status=400)
    assert answer["code"] == "http.bad_json"
    assert await owner.items("intake") == []


async def test_reasons_are_read_as_words_and_kept_as_codes(owner: Api) -> None:
    company = await found_company(owner)
    code = await channel(owner, company)
    lines = [
        {"sku": "S0", "quantity": "1", "unit_price": "1"},
        {"sku": "S1", "quantity": "0", "unit_price": "1"},
    ]
    bad = canonical(company, "A-1", lines=lines, colour="red")
    answer = await owner.call("POST", f"/intake/{code}", bad, status=200)
    assert answer["reasons"] == ["unknown_field:colour", "line_2_quantity_invalid"]
    said = {
        "unknown_field:colour": "不认识的字段 colour",
        "line_2_quantity_invalid": "第 2 行数量有误",
    }
    page = await owner.call("GET", "/orders/intake", status=200)
    assert page["items"][0]["reasons"] == "unknown_field:colour,line_2_quantity_invalid"
    assert page["refs"]["orders.reason"] == said
    path = f"/orders/intake/{page['items'][0]['id']}"
    record = await owner.call("GET", f"{path}?include=refs", status=200)
    assert record["refs"]["orders.reason"] == said

    mended = canonical(
        company, "A-1", revision=2, lines=[{"sku": "?", "quantity": "1", "unit_price": "1"}]
    )
    await owner.call("POST", f"/intake/{code}", mended, status=200)
    story = await owner.call("GET", f"{path}/history", status=200)
    changed = [item["changes"]["fields"].get("reasons") for item in story["items"]]
    assert changed == [
        [None, "unmatched_goods"],
        [",".join(said), None],
        [None, ",".join(said)],
    ]
    assert story["refs"]["orders.reason"] == said | {"unmatched_goods": "商品未匹配"}
    answered = await owner.raw("GET", "/orders/intake/export?format=csv&fields=reasons")
    assert answered.content.decode("utf-8-sig").splitlines() == ["原因", "商品未匹配"]


async def test_a_commit_that_nobody_heard_of_is_answered_as_the_first_time(
    owner: Api, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    sound, lost = platform.database.transaction, list[str]()

    @asynccontextmanager
    async def losing() -> AsyncIterator[Connection]:
        async with sound() as conn:
            yield conn
            stored = await conn.fetchval("select count(*) from orders.intake")
        if stored and not lost:
            lost.append("the answer to the commit")
            raise OutcomeUnknownError

    monkeypatch.setattr(platform.database, "transaction", losing)
    first = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert lost
    [order] = await owner.items("order")
    assert first == {"outcome": "accepted", "order": order["id"], "reasons": []}
    again = await owner.call("POST", f"/intake/{code}", canonical(company), status=200)
    assert again == {"outcome": "repeated", "order": order["id"], "reasons": []}


async def test_what_cannot_even_be_kept_is_refused_and_its_neighbours_stay(
    owner: Api, platform: Platform
) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    code = await channel(owner, company)
    async with platform.database.transaction() as conn:
        await conn.execute(
            "alter table orders.intake add constraint no_a9 check (external_no <> 'A-9')"
        )
    both = [canonical(company), canonical(company, "A-9")]
    problem = await owner.call("POST", f"/intake/{code}", both, status=403)
    assert problem["params"] == {"constraint": "no_a9"}
    assert [row["external_no"] for row in await owner.items("intake")] == ["A-1"]
    assert [row["external_no"] for row in await owner.items("order")] == ["A-1"]
    async with platform.database.transaction() as conn:
        await conn.execute("alter table orders.intake drop constraint no_a9")
    answer = await owner.call("POST", f"/intake/{code}", both, status=200)
    assert [one["outcome"] for one in answer["results"]] == ["repeated", "accepted"]
