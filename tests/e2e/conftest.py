"""A real demo server and a real browser for every journey."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]
READY_SECONDS = 120
JOURNEY_SECONDS = 600
PATIENCE = 30_000
"""Milliseconds until a state that has to come is given up: others may be busy on the machine."""
expect.set_options(timeout=PATIENCE)
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey is many waits, each with its own end: together they may take longer than a test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(JOURNEY_SECONDS))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo company, served by the product itself; its address."""
    data = tmp_path_factory.mktemp("data")
    log = (data / "server.log").open("w+")
    port = _free_port()
    command = [sys.executable, "-m", "orderloom.cli", "demo", "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--data", str(data / "demo")],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while "ready http" not in (data / "server.log").read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("the demo did not start:\n" + (data / "server.log").read_text()[-4000:])
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, driven headless."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail(
            "no chromium on PATH; run: apt-get install --no-install-recommends"
            " chromium fonts-noto-cjk"
        )
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_as(server: str, browser: Browser) -> Iterator[OpenPage]:
    """``open_as(login, path, phone=False, language="zh-CN")``: a signed-in page."""
    contexts = []

    def open_(
        login: str | None, path: str = "/", *, phone: bool = False, language: str = "zh-CN"
    ) -> Page:
        context = browser.new_context(
            base_url=server,
            locale=language,
            viewport=PHONE if phone else WIDE,  # type: ignore[arg-type] # a plain mapping
            has_touch=phone,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if login is not None:
            answer = context.request.post(
                "/api/v1/session", data={"login": login, "password": login}
            )
            assert answer.ok, answer.text()
            token = answer.json()["csrf"]
            context.request.patch(
                "/api/v1/session", data={"language": language}, headers={"X-CSRF-Token": token}
            )
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


def assert_accessible(page: Page) -> None:
    """No violation of axe's rules on the page as it stands."""
    page.evaluate(
        "Promise.all(document.getAnimations()"
        ".filter(one => one.effect.getTiming().iterations !== Infinity)"
        ".map(one => one.finished.catch(() => 0)))"
    )
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' | '))"
    )
    assert found == [], "\n".join(found)


_TEXTS = {
    "zh-CN": {
        "add_order": "新建订单",
        "customer": "客户",
        "detail": "详细地址",
        "add_line": "添加一行",
        "product": "商品 1",
        "quantity": "数量 1",
        "save": "保存",
        "submit": "提交",
        "draft": "草稿",
        "back": "返回",
        "search": "搜索订单",
        "to_review": "待审核",
        "select_row": "选择这一行",
        "approve": "审核",
        "release": "下发",
        "ship": "发货",
        "more": "更多操作",
    },
    "en": {
        "add_order": "New Order",
        "customer": "Customer",
        "detail": "Detail",
        "add_line": "Add a line",
        "product": "Product 1",
        "quantity": "Quantity 1",
        "save": "Save",
        "submit": "Submit",
        "draft": "Draft",
        "back": "Back",
        "search": "Search Order",
        "to_review": "To review",
        "select_row": "Select this row",
        "approve": "Approve",
        "release": "Release",
        "ship": "Ship",
        "more": "More actions",
    },
}


def texts(language: str) -> dict[str, str]:
    """The words of the screens in a language."""
    return _TEXTS[language]


def fill_order(page: Page, say: dict[str, str], quantity: str) -> None:
    """Type an order of one line into the open form."""
    page.get_by_role("combobox", name=say["customer"], exact=True).click()
    page.keyboard.type("szgl")
    page.locator(".ant-select-item-option", has_text="深圳广联").first.click()
    expect(page.get_by_label(say["detail"])).not_to_have_value("")
    page.get_by_role("button", name=say["add_line"]).click()
    expect(page.get_by_label(say["product"])).to_be_focused()
    page.keyboard.type("cgq")
    page.locator(".ant-select-item-option", has_text="传感器").first.click()
    expect(page.get_by_label(say["quantity"])).to_be_focused()
    page.keyboard.type(quantity)
    page.keyboard.press("Escape")


def no_english(text: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """Words of three or more Latin letters that a Chinese screen should not show."""
    words = re.findall(r"[A-Za-z]{3,}", text)
    return [word for word in words if word not in allowed]
