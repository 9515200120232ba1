"""The promise: a file goes where its record goes, and is seen by who sees its field."""

import csv
import io
from typing import Any

import httpx
import pytest

from orderloom.base import clock
from orderloom.server import Platform
from tests.apps.company import JSON, Api, Company, found_company
from tests.apps.conftest import MakePerson
from tests.support import samples
from tests.support.sealing import seal_all

GONE = (404, "files.not_found")


@pytest.fixture
async def company(owner: Api) -> Company:
    return await found_company(owner)


async def bring(api: Api, name: str, content: bytes = samples.PDF) -> str:
    answer = await api.raw("POST", "/files", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def order_of(api: Api, company: Company, **more: Any) -> JSON:
    customer = await api.create("customer", code=f"C-{clock.now().timestamp()}", name="自己的客户")
    lines = [{"product": company.products[0], "quantity": "1"}]
    return await api.create("order", customer=customer["id"], lines=lines, **more)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else None


async def both_ways(api: Api, entity: str, id_: str, file: str) -> tuple[int, str | None]:
    """What somebody is told who asks for a file by its record and by its id; the same twice."""
    by_record = told(await api.raw("GET", f"/orders/{entity}/{id_}/files/{file}"))
    assert told(await api.raw("GET", f"/files/{file}")) == by_record
    return by_record


async def test_a_contract_is_seen_by_who_sees_the_order_and_the_field(
    company: Company, owner: Api, make_person: MakePerson, client: httpx.AsyncClient
) -> None:
    sales, other = await make_person("s1", "sales"), await make_person("s2", "sales")
    finance, boss = await make_person("f", "finance"), await make_person("b", "boss")
    keeper = await make_person("w", "warehouse", keys={"warehouse": [int(company.warehouse)]})
    file = await bring(sales, "采购合同.pdf")
    order = await order_of(sales, company, attachments=[file])
    assert order["attachments"] == [
        {"id": file, "name": "采购合同.pdf", "kind": "pdf", "size": len(samples.PDF)}
    ]
    await company.receive(company.products[0], 5)
    await owner.call(
        "PATCH", f"/orders/order/{order['id']}", {"address": company_address()}, status=200
    )
    for action in ("submit", "approve", "release"):
        await owner.act(order["id"], action)
    seen = await keeper.get("order", order["id"])
    assert "attachments" not in seen
    answers = [
        await both_ways(api, "order", order["id"], file)
        for api in (sales, owner, finance, boss, other, keeper)
    ]
    assert answers == [(200, None)] * 4 + [GONE] * 2
    anonymous = await client.get(f"/api/v1/orders/order/{order['id']}/files/{file}")
    assert told(anonymous) == (401, "unauthenticated")
    document = (await keeper.client.get("/openapi.json", headers=keeper.headers)).json()
    assert "/api/v1/orders/order/{id}/files/{file}" not in document["paths"]
    assert "/api/v1/orders/shipment/{id}/files/{file}" in document["paths"]


def company_address() -> str:
    return "张三 13812345678 广东省深圳市南山区科技园1号"


async def test_nobody_attaches_what_another_brought(
    company: Company, make_person: MakePerson
) -> None:
    sales, other = await make_person("s1", "sales"), await make_person("s2", "sales")
    file = await bring(sales, "a.pdf")
    mine = await order_of(other, company)
    for body in ({"attachments": [file]}, {"attachments": [{"id": file, "name": "a.pdf"}]}):
        problem = await other.call("PATCH", f"/orders/order/{mine['id']}", body, status=422)
        assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
            ("/attachments/0", "records.unknown_file")
        ]
    assert (await other.get("order", mine["id"]))["attachments"] is None
    order = await order_of(sales, company, attachments=[file])
    await sales.call("PATCH", f"/orders/order/{mine['id']}", {"attachments": [file]}, status=404)
    assert await both_ways(sales, "order", order["id"], file) == (200, None)
    assert await both_ways(other, "order", mine["id"], file) == GONE


async def test_a_keeper_photographs_the_receipt_and_the_salesperson_sees_it(
    company: Company, owner: Api, make_person: MakePerson
) -> None:
    sales = await make_person("s1", "sales")
    keeper = await make_person("w", "warehouse", keys={"warehouse": [int(company.warehouse)]})
    order = await order_of(sales, company)
    await company.receive(company.products[0], 5)
    await owner.call(
        "PATCH", f"/orders/order/{order['id']}", {"address": company_address()}, status=200
    )
    for action in ("submit", "approve", "release"):
        await owner.act(order["id"], action)
    await keeper.act(order["id"], "ship", warehouse=company.warehouse)
    shipment = (await keeper.items("shipment"))[0]
    zip_ = await bring(keeper, "回单.zip", samples.ZIP)
    path = f"/orders/shipment/{shipment['id']}"
    problem = await keeper.call("PATCH", path, {"receipts": [zip_]}, status=422)
    assert [one["code"] for one in problem["errors"]] == ["records.file_kind"]
    assert "jpg、jpeg、png、webp、pdf" in problem["errors"][0]["message"]
    photo = await bring(keeper, "回单.jpg", samples.JPEG)
    await keeper.call("PATCH", path, {"receipts": [photo]}, status=200)
    assert await both_ways(sales, "shipment", shipment["id"], photo) == (200, None)
    problem = await sales.call("PATCH", path, {"receipts": []}, status=403)
    assert problem["code"] == "records.not_allowed"
    assert (await sales.get("shipment", shipment["id"]))["receipts"][0]["name"] == "回单.jpg"


async def test_what_is_taken_off_leaves_the_record_and_stays_in_its_past(
    company: Company, owner: Api, platform: Platform
) -> None:
    one, two = await bring(owner, "一.pdf"), await bring(owner, "二.png", samples.PNG)
    product = company.products[0]
    path = f"/orders/product/{product}"
    wrong = await owner.call("PATCH", path, {"picture": [one]}, status=422)
    assert wrong["errors"][0]["code"] == "records.file_kind"
    await owner.call("PATCH", path, {"picture": [two]}, status=200)
    await seal_all(platform.database)
    moment = clock.now()
    await owner.call("PATCH", path, {"picture": None}, status=200)
    assert await both_ways(owner, "product", product, two) == GONE
    past = {"params": {"as_of": moment.isoformat(), "inline": "true"}}
    answer = await owner.raw("GET", f"{path}/files/{two}", **past)
    assert (answer.status_code, answer.content) == (200, samples.PNG)
    history = (await owner.call("GET", f"{path}/history", status=200))["items"]
    pictures = [item["changes"]["fields"]["picture"] for item in history[:2]]
    assert [[side and side[0]["name"] for side in pair] for pair in pictures] == [
        ["二.png", None],
        [None, "二.png"],
    ]
    await owner.call("PATCH", path, {"picture": [two]}, status=200)
    assert await both_ways(owner, "product", product, two) == (200, None)


async def test_lists_and_exports_name_the_files_and_filters_find_them(
    company: Company, owner: Api
) -> None:
    with_ = await order_of(owner, company, attachments=[await bring(owner, "合同.pdf")])
    await order_of(owner, company)
    found = await owner.items("order", filter="NOT ISBLANK(attachments)")
    assert [one["id"] for one in found] == [with_["id"]]
    assert found[0]["attachments"][0]["name"] == "合同.pdf"
    answer = await owner.raw(
        "GET", "/orders/order/export", params={"format": "csv", "fields": "id,attachments"}
    )
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert sorted(row[1] for row in rows[1:]) == ["", "合同.pdf"]
    page = await owner.call("GET", "/orders/order", params={"sort": "attachments"}, status=422)
    assert page["code"] == "records.invalid_query"


async def test_a_copied_order_starts_without_files(company: Company, owner: Api) -> None:
    file = await bring(owner, "a.pdf")
    order = await order_of(owner, company, attachments=[file])
    await owner.act(order["id"], "copy")
    orders = await owner.items("order")
    assert sorted(len(one["attachments"] or []) for one in orders) == [0, 1]
    assert await both_ways(owner, "order", order["id"], file) == (200, None)


async def test_a_file_of_a_deleted_order_is_seen_by_nobody_until_it_is_back(
    company: Company, owner: Api
) -> None:
    file = await bring(owner, "a.pdf")
    order = await order_of(owner, company, attachments=[file])
    await owner.call("DELETE", f"/orders/order/{order['id']}", status=204)
    assert await both_ways(owner, "order", order["id"], file) == GONE
    await owner.call("POST", f"/orders/order/{order['id']}/restore", status=200)
    assert await both_ways(owner, "order", order["id"], file) == (200, None)
