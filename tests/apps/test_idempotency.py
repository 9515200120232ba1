"""The promise: a request that is sent again is answered again, and carried out once."""

import asyncio
from typing import Any

import httpx

from tests.apps.company import Api, at_once, found_company
from tests.apps.conftest import MakePerson

BODY = {"code": "K9", "name": "重复提交有限公司"}


async def post(api: Api, path: str, key: str, body: Any) -> httpx.Response:
    return await api.raw("POST", path, body, headers={"Idempotency-Key": key})


async def test_the_same_key_replays_the_same_answer(owner: Api) -> None:
    first = await post(owner, "/orders/customer", "a", BODY)
    again = await post(owner, "/orders/customer", "a", BODY)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert len(await owner.items("customer")) == 1


async def test_another_body_under_the_same_key_is_refused(owner: Api) -> None:
    await post(owner, "/orders/customer", "a", BODY)
    other = await post(owner, "/orders/customer", "a", {**BODY, "code": "K10"})
    assert other.status_code == 422
    assert other.json()["code"] == "records.key_reused"
    assert other.headers["content-type"] == "application/problem+json"
    assert [item["code"] for item in await owner.items("customer")] == ["K9"]


async def test_a_key_belongs_to_its_person_and_address(owner: Api, make_person: MakePerson) -> None:
    clerk = await make_person("clerk", "clerk")
    codes = [("customer", owner, "A"), ("customer", clerk, "B"), ("warehouse", owner, "C")]
    for entity, api, code in codes:
        answer = await post(api, f"/orders/{entity}", "same", {"code": code, "name": code})
        assert answer.status_code == 201, answer.text
    assert {item["code"] for item in await owner.items("customer")} == {"A", "B"}
    assert [item["code"] for item in await owner.items("warehouse")] == ["C"]


async def test_without_a_key_everything_is_new(owner: Api) -> None:
    company = await found_company(owner)
    first = await company.order([(company.products[0], 1)])
    second = await company.order([(company.products[0], 1)])
    assert first["id"] != second["id"]
    assert len(await owner.items("order")) == 2


async def test_a_refusal_is_not_kept_so_that_a_mended_request_may_use_the_key(owner: Api) -> None:
    bad = await post(owner, "/orders/customer", "a", {"code": "K9"})
    assert bad.status_code == 422
    good = await post(owner, "/orders/customer", "a", BODY)
    assert good.status_code == 201
    assert len(await owner.items("customer")) == 1


async def test_requests_at_once_are_carried_out_once(owner: Api) -> None:
    answers = await at_once(*(post(owner, "/orders/customer", "a", BODY) for _ in range(8)))
    statuses = {answer.status_code for answer in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {
        "records.key_in_progress"
    }
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert [item["id"] for item in await owner.items("customer")] == list(made)
    later = await post(owner, "/orders/customer", "a", BODY)
    assert (later.status_code, {later.json()["id"]}) == (201, made)


async def test_an_action_reserves_once(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 10)
    order = await company.order([(company.products[0], 4)])
    path = f"/orders/order/{order['id']}/actions/submit"
    first = await post(owner, path, "s", {})
    again = await post(owner, path, "s", {})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert (await company.stock(company.products[0]))[1] == 4


async def test_stock_is_received_once(owner: Api) -> None:
    company = await found_company(owner)
    line = {
        "product": company.products[0],
        "warehouse": company.warehouse,
        "quantity": "5",
        "unit_cost": "1",
    }
    path, body = "/orders/stock/actions/receive", {"lines": [line]}
    answers = await at_once(*(post(owner, path, "r", body) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    await asyncio.sleep(0)
    assert (await post(owner, path, "r", body)).status_code == 200
    assert (await company.stock(company.products[0]))[0] == 5


async def test_a_batch_is_replayed_whole(owner: Api) -> None:
    rows = [{"code": f"P{n}", "name": "x"} for n in range(3)]
    first = await post(owner, "/orders/customer", "b", rows)
    again = await post(owner, "/orders/customer", "b", rows)
    assert first.status_code == 201
    assert again.content == first.content
    assert len(await owner.items("customer")) == 3


async def test_a_dry_run_uses_no_key(owner: Api) -> None:
    dry = await post(owner, "/orders/customer?dry_run=true", "d", BODY)
    assert dry.status_code == 200
    assert await owner.items("customer") == []
    assert (await post(owner, "/orders/customer", "d", BODY)).status_code == 201
