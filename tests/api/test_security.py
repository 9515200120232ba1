"""The promise: the door is shut to other sites, to oversized and odd bodies, and to paths outside."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from urllib.parse import unquote

import httpx
import pytest
import pytest_asyncio

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.http import static
from orderloom.http.app import build_app
from orderloom.http.request import COOKIE, JSON_LIMIT
from orderloom.server import Platform
from tests.apps.company import Api

SESSION = "/api/v1/session"
LOGIN = {"login": "owner", "password": "owner"}
CUSTOMER = {"code": "K", "name": "K"}


@pytest_asyncio.fixture
async def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser in which the owner signed in; its CSRF token is not sent by itself."""
    answer = await client.post(SESSION, json=LOGIN)
    assert answer.status_code == 200, answer.text
    client.headers["x-test-token"] = answer.json()["csrf"]
    return client


async def write(browser: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await browser.post("/api/v1/orders/customer", json=CUSTOMER, headers=headers)


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/v1/apps", "/api/nothing", "/openapi.json"])
async def test_every_answer_carries_the_security_headers(owner: Api, path: str) -> None:
    answer = await owner.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_data_is_never_cached(owner: Api) -> None:
    answer = await owner.raw("GET", "/orders/order")
    assert answer.headers["cache-control"] == "no-store"


async def test_over_https_the_cookie_is_secure_and_the_browser_told_to_stay(
    owner: Api, platform: Platform
) -> None:
    transport = httpx.ASGITransport(app=build_app(platform))
    async with httpx.AsyncClient(transport=transport, base_url="https://test") as client:
        answer = await client.post(SESSION, json=LOGIN)
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.post(SESSION, json=LOGIN)
    cookie = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
    assert cookie["httponly"] is True
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert len(cookie.value) >= 32
    assert cookie.value not in answer.text


async def test_a_write_of_a_browser_needs_its_token(browser: httpx.AsyncClient) -> None:
    token = browser.headers["x-test-token"]
    for headers in ({}, {"x-csrf-token": "wrong"}, {"x-csrf-token": ""}):
        answer = await write(browser, **headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.csrf")
    for origin in ("http://evil.example", "https://test.evil.example", "http://test:81"):
        answer = await write(browser, **{"x-csrf-token": token, "origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "access.csrf")
    listed = await browser.get("/api/v1/orders/customer")
    assert listed.json()["items"] == []
    good = await write(browser, **{"x-csrf-token": token, "origin": "http://test"})
    assert good.status_code == 201


async def test_a_session_ends_when_it_is_closed(browser: httpx.AsyncClient) -> None:
    cookie = browser.cookies[COOKIE]
    token = {"x-csrf-token": browser.headers["x-test-token"]}
    assert (await browser.get(SESSION)).json()["person"]["login"] == "owner"
    assert (await browser.delete(SESSION)).status_code == 403
    assert (await browser.delete(SESSION, headers=token)).status_code == 204
    browser.cookies.set(COOKIE, cookie)
    assert (await browser.get(SESSION)).status_code == 401


async def test_one_persons_token_does_not_serve_another(
    browser: httpx.AsyncClient, platform: Platform
) -> None:
    async with platform.database.transaction() as conn:
        hashed = await hash_password("second")
        person = NewPerson(login="second", name="二", is_owner=True, password_hash=hashed)
        await create_people(conn, [person], None)
    stolen = browser.headers["x-test-token"]
    answer = await browser.post(SESSION, json={"login": "second", "password": "second"})
    assert answer.json()["csrf"] != stolen
    assert (await write(browser, **{"x-csrf-token": stolen})).status_code == 403


@pytest.mark.parametrize("path", ["/openapi.json", "/metrics", "/api/v1/apps", "/api/v1/live"])
async def test_nothing_is_told_to_strangers(owner: Api, path: str) -> None:
    answer = await owner.client.get(path)
    assert answer.status_code == 401
    for path_, status in (("/healthz", 200), ("/readyz", 200)):
        assert (await owner.client.get(path_)).status_code == status


async def test_bodies_have_a_limit_told_or_not(owner: Api) -> None:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(JSON_LIMIT // 65536 + 2):
            yield b" " * 65536

    path = "/api/v1/orders/customer"
    told = await owner.client.post(path, content=b" " * (JSON_LIMIT + 1), headers=owner.headers)
    untold = await owner.client.post(path, content=drops(), headers=owner.headers)
    assert (told.status_code, untold.status_code) == (413, 413)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/merge-patch+json", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/xml", 415),
    ],
)
async def test_json_is_taken_and_nothing_else(owner: Api, kind: str, status: int) -> None:
    headers = owner.headers | {"content-type": kind}
    body = b'{"code": "K", "name": "K"}'
    answer = await owner.client.post("/api/v1/orders/customer", content=body, headers=headers)
    assert answer.status_code == status
    assert len(await owner.items("customer")) == (1 if status == 201 else 0)


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/%2e%2e/server.py",
        "/..%2fserver.py",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/%00",
        "/" + "a" * 5000,
    ],
)
async def test_only_the_interfaces_own_files_are_served(owner: Api, path: str) -> None:
    answer = await owner.client.get(path)
    page = await owner.client.get("/")
    assert (answer.status_code, answer.text) == (page.status_code, page.text)
    assert static._file(unquote(path).lstrip("/")) is None


@pytest.mark.parametrize(
    "path",
    ["/assets/nope.js", "/assets/", "/assets/..%2f..%2fserver.py", "/assets/%2e%2e/http/app.py"],
)
async def test_an_asset_that_is_not_there_is_not_found(owner: Api, path: str) -> None:
    answer = await owner.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "http.unknown_route")
    page = await owner.client.get("/orders/order/assets")
    home = await owner.client.get("/")
    assert (page.status_code, page.text) == (home.status_code, home.text)
