"""The promise: every refusal is application/problem+json of one shape, in the reader's language."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orderloom.base import clock
from orderloom.http.app import build_app
from orderloom.http.problems import preferred
from orderloom.http.request import JSON_LIMIT
from orderloom.server import Platform
from tests.apps.company import Api
from tests.apps.conftest import MakePerson

ORDER = "/api/v1/orders/order"
CUSTOMER = "/api/v1/orders/customer"
HTML = {"content-type": "text/html"}
NO_KEY = {"Authorization": "Bearer olk_none"}
REFUSALS: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "http.bad_json": (400, "POST", CUSTOMER, {"content": b"{"}),
    "unauthenticated": (401, "GET", ORDER, {"headers": {"Authorization": ""}}),
    "access.bad_credentials": (
        401,
        "POST",
        "/api/v1/session",
        {"json": {"login": "x", "password": "y"}, "headers": {"Authorization": ""}},
    ),
    "http.unknown_route": (404, "GET", "/api/v1/a/b/c/d/e/f", {}),
    "records.entity_not_found": (404, "GET", "/api/v1/orders/nothing", {}),
    "records.not_found": (404, "GET", f"{ORDER}/7", {}),
    "records.unknown_action": (404, "POST", f"{ORDER}/7/actions/fly", {}),
    "http.app_not_found": (404, "GET", "/api/v1/apps/nothing", {}),
    "publish.unknown_draft": (404, "POST", "/api/v1/apps/orders/drafts/7/check", {}),
    "jobs.not_found": (404, "GET", "/api/v1/jobs/7", {}),
    "intake.unknown_channel": (404, "POST", "/api/v1/intake/nowhere", {"json": {}}),
    "http.method": (405, "PUT", ORDER, {}),
    "http.too_large": (413, "POST", CUSTOMER, {"content": b" " * (JSON_LIMIT + 1)}),
    "http.media_type": (415, "POST", CUSTOMER, {"content": b"<p>", "headers": HTML}),
    "records.invalid": (422, "POST", CUSTOMER, {"json": {}}),
    "records.invalid_query": (422, "GET", f"{ORDER}?sort=nothing", {}),
    "http.bad_query": (422, "GET", f"{ORDER}?nothing=1", {}),
    "definition.bad_operation": (422, "PATCH", "/api/v1/apps/orders/drafts/7", {"json": {}}),
}
KEYS = {
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "code",
    "params",
    "errors",
    "request_id",
}


def check_shape(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The shape of every problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found.keys() == KEYS
    assert (found["code"], found["status"], found["type"]) == (code, status, f"/problems/{code}")
    assert found["request_id"] == answer.headers["x-request-id"]
    assert found["instance"] == answer.request.url.path
    assert found["title"]
    assert found["detail"]
    assert isinstance(found["params"], dict)
    for one in found["errors"]:
        assert one.keys() == {"pointer", "code", "params", "message"}
        assert one["pointer"] == "" or one["pointer"].startswith("/")
        assert one["message"]
    return found


@pytest.mark.parametrize("code", REFUSALS)
async def test_every_family_has_the_same_shape(owner: Api, code: str) -> None:
    status, method, path, more = REFUSALS[code]
    headers = owner.headers | more.get("headers", {})
    given = {key: value for key, value in more.items() if key != "headers"}
    answer = await owner.client.request(method, path, headers=headers, **given)
    check_shape(answer, status, code)
    meaning = await owner.client.get(f"/problems/{code}")
    assert meaning.status_code == 200
    titles = meaning.json()["title"]
    assert titles["zh-CN"] != titles["en"]


async def test_wrong_key_forbidden_conflict(owner: Api, make_person: MakePerson) -> None:
    answer = await owner.client.get(ORDER, headers=NO_KEY)
    check_shape(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    sales = await make_person("s", "sales")
    answer = await sales.raw("POST", "/apps/orders/drafts", {"name": "x"})
    check_shape(answer, 403, "http.designer_only")
    answer = await sales.raw("POST", "/orders/warehouse", {"code": "W", "name": "W"})
    check_shape(answer, 403, "records.not_allowed")
    assert await owner.items("warehouse") == []
    made = await owner.create("customer", code="K", name="K")
    answer = await owner.raw("PATCH", f"/orders/customer/{made['id']}", {"version": 9, "name": "x"})
    check_shape(answer, 409, "records.version_conflict")


async def test_after_many_failures_the_door_says_when_to_come_back(owner: Api) -> None:
    body = {"login": "owner", "password": "wrong"}
    with clock.frozen(clock.now()):  # seven guesses in no time, however slow the machine is
        answers = [await owner.client.post("/api/v1/session", json=body) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429]
    found = check_shape(answers[-1], 429, "access.locked_out")
    assert answers[-1].headers["retry-after"] == "31"
    assert found["params"] == {"retry_after_seconds": 31}


async def test_every_fault_has_its_place(owner: Api) -> None:
    answer = await owner.raw("POST", "/orders/customer", {"credit_limit": "x", "wrong": 1})
    found = check_shape(answer, 422, "records.invalid")
    assert {one["pointer"] for one in found["errors"]} == {
        "/code",
        "/name",
        "/credit_limit",
        "/wrong",
    }
    assert found["params"] == {"count": 4}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en;q=0.3, zh-TW;q=0.8", "zh-CN"),
        ("fr, en;q=0.5", "en"),
        ("fr", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("en;q=x", "zh-CN"),
    ],
)
async def test_the_language_is_the_browsers(owner: Api, header: str, language: str) -> None:
    assert preferred(header) == language
    answer = await owner.client.get(ORDER, headers={"accept-language": header})
    meaning = (await owner.client.get("/problems/unauthenticated")).json()
    assert answer.json()["title"] == meaning["title"][language]


async def test_a_signed_in_person_reads_their_own_language(
    owner: Api, make_person: MakePerson
) -> None:
    clerk = await make_person("c", "clerk")
    missing = (await owner.client.get("/problems/records.not_found")).json()["title"]
    chinese = await clerk.call("GET", "/orders/order/7", status=404)
    await clerk.call("PATCH", "/session", {"language": "en"}, status=204)
    english = await clerk.call("GET", "/orders/order/7", status=404)
    assert (chinese["title"], english["title"]) == (missing["zh-CN"], missing["en"])


@pytest_asyncio.fixture
async def crashing(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The application with an address that fails in a way nobody foresaw."""

    async def boom(_: Request) -> Response:
        raise ValueError("the secret is 42")

    edge = build_app(platform)
    edge._app.router.routes[:0] = [Route("/api/boom", boom)]
    transport = httpx.ASGITransport(app=edge, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_crash_tells_its_request_id_only(crashing: httpx.AsyncClient) -> None:
    answer = await crashing.get("/api/boom")
    found = check_shape(answer, 500, "internal")
    assert found["params"] == {"request_id": found["request_id"]}
    assert "42" not in found["detail"] + found["title"]
    assert "secret" not in answer.text
