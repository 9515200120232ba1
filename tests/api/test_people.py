"""An owner makes people and gives them roles; nobody else does, and what is given counts at once."""

from collections.abc import Awaitable, Callable

import pytest

from orderloom.access.sign_in import create_key
from orderloom.server import Platform
from tests.apps.company import Api, Company, found_company

SignAs = Callable[[str], Awaitable[Api]]


@pytest.fixture
async def company(owner: Api) -> Company:
    return await found_company(owner)


@pytest.fixture
def sign_as(platform: Platform, owner: Api) -> SignAs:
    async def sign(login: str) -> Api:
        async with platform.database.transaction() as conn:
            key = await create_key(conn, login, "test")
        return Api(owner.client, {"Authorization": f"Bearer {key}"})

    return sign


async def _person(api: Api, **more: object) -> dict[str, object]:
    body = {"login": "new.hand", "name": "新人", "password": "a long password", **more}
    return await api.call("POST", "/people", body, status=201)


async def test_a_new_person_sees_what_their_role_sees(company: Company, sign_as: SignAs) -> None:
    owner = company.owner
    top = await owner.call("POST", "/departments", {"name": "销售部"}, status=201)
    below = await owner.call(
        "POST", "/departments", {"name": "一组", "parent": top["id"]}, status=201
    )
    made = await _person(owner, department=below["id"], roles=[{"app": "orders", "role": "sales"}])
    assert made["department"] == below["id"]
    assert made["roles"] == [{"app": "orders", "role": "sales", "keys": {}}]
    body = {"login": "new.hand", "password": "a long password"}
    await owner.call("POST", "/session", body, status=200)
    theirs = await sign_as("new.hand")
    assert await theirs.items("order") == []
    customer = await theirs.create("customer", code="K9", name="新客户")
    mine = await theirs.create(
        "order",
        customer=customer["id"],
        lines=[{"product": company.products[0], "quantity": "1"}],
    )
    assert [one["id"] for one in await theirs.items("order")] == [mine["id"]]
    assert mine["department"] == below["id"]


async def test_a_role_taken_away_counts_at_once(company: Company, sign_as: SignAs) -> None:
    owner = company.owner
    made = await _person(owner, roles=[{"app": "orders", "role": "clerk"}])
    theirs = await sign_as("new.hand")
    await theirs.items("order")
    await owner.call("PATCH", f"/people/{made['id']}", {"roles": []}, status=200)
    await theirs.call("GET", "/orders/order", status=404)


async def test_who_is_switched_off_is_out_at_once(company: Company, sign_as: SignAs) -> None:
    owner = company.owner
    made = await _person(owner, roles=[{"app": "orders", "role": "clerk"}])
    theirs = await sign_as("new.hand")
    await owner.call("PATCH", f"/people/{made['id']}", {"active": False}, status=200)
    await theirs.call("GET", "/session", status=401)
    body = {"login": "new.hand", "password": "a long password"}
    await owner.call("POST", "/session", body, status=401)


async def test_all_faults_of_a_person_are_told(company: Company) -> None:
    body = {"login": "x y", "roles": [{"app": "orders"}], "more": 1}
    problem = await company.owner.call("POST", "/people", body, status=422)
    assert {one["pointer"] for one in problem["errors"]} == {
        "/login",
        "/name",
        "/roles/0/role",
        "/more",
    }
    body = {"login": "ok", "name": "x", "roles": [{"app": "orders", "role": "king"}]}
    problem = await company.owner.call("POST", "/people", body, status=422)
    assert [one["code"] for one in problem["errors"]] == ["access.unknown_role"]
    await company.owner.call(
        "POST", "/people", {"login": "ok", "name": "x", "password": "short"}, status=422
    )


async def test_only_an_owner_administers(company: Company, sign_as: SignAs) -> None:
    await _person(company.owner, roles=[{"app": "orders", "role": "clerk"}])
    theirs = await sign_as("new.hand")
    await theirs.call("POST", "/people", {"login": "ab", "name": "b"}, status=403)
    await theirs.call("PATCH", "/people/1", {"name": "b"}, status=403)
    await theirs.call("POST", "/departments", {"name": "b"}, status=403)
    await theirs.call("GET", "/people?full=true", status=403)
