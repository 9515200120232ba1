"""A real demo server and a real browser for every journey."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.ports import free_port

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
READY_SECONDS = 600
STOP_SECONDS = 120
JOURNEY_SECONDS = 1800
PATIENCE = 120_000
"""Milliseconds until a state that has to come is given up: others may be busy on the machine."""
expect.set_options(timeout=PATIENCE)
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey is many waits, each with its own end: together they may take longer than a test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(JOURNEY_SECONDS))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo company, served by the product itself; its address."""
    data = tmp_path_factory.mktemp("data")
    log = (data / "server.log").open("w+")
    port = free_port()
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
        process.wait(timeout=STOP_SECONDS)
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
        running = play.chromium.launch(executable_path=path, args=FLAGS, timeout=PATIENCE)
        yield running
        running.close()


OpenPage = Callable[..., Page]
_KEEP_TOLD = """(() => {
    window.told = [];
    const keep = () => {
        for (const one of document.querySelectorAll(".ant-message-notice"))
            if (!window.told.includes(one.textContent)) window.told.push(one.textContent);
    };
    new MutationObserver(keep).observe(document, {childList: true, subtree: true});
})()"""


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
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_KEEP_TOLD)
        page = context.new_page()
        if login is not None:
            answer = context.request.post(
                "/api/v1/session", data={"login": login, "password": login}, timeout=PATIENCE
            )
            assert answer.ok, answer.text()
            told = context.request.patch(
                "/api/v1/session",
                data={"language": language},
                headers={"X-CSRF-Token": answer.json()["csrf"]},
                timeout=PATIENCE,
            )
            assert told.ok, told.text()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


def assert_accessible(page: Page) -> None:
    """No violation of axe's rules on the page once it stands.

    What comes or goes is half transparent meanwhile, and a message goes when it wants to: a page
    on which anything moved while it was looked at is looked at again.
    """
    page.evaluate(AXE.read_text())
    deadline = time.monotonic() + PATIENCE / 1000
    while found := page.evaluate(_LOOK):
        assert time.monotonic() < deadline, "\n".join(found)
        page.wait_for_timeout(200)


def told(page: Page, text: str) -> None:
    """A message said so since the page was loaded; it may have gone again before one looks."""
    page.wait_for_function("text => window.told.some(one => one.includes(text))", arg=text)


def fits(page: Page) -> None:
    """Nothing is wider than the window."""
    page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def find(page: Page, typed: str, name: str) -> None:
    """Search the open picker and take the first of what is found, once that is what is offered."""
    options = page.locator(".ant-select-dropdown:visible .ant-select-item-option")
    with page.expect_response(lambda answer: f"search={typed}&" in f"{answer.url}&") as answer:
        page.keyboard.type(typed)
    expect(options.first).to_contain_text(answer.value.json()["items"][0]["name"])
    options.filter(has_text=name).first.click()


_LOOK = """async () => {
    const brief = one => one.effect?.getTiming().iterations !== Infinity;
    const moving = document.getAnimations().filter(brief);
    const long = new Promise(done => setTimeout(done, 5000));
    await Promise.race([long, Promise.all(moving.map(one => one.finished.catch(() => 0)))]);
    const found = await axe.run(document, {resultTypes: ["violations"]});
    const nodes = one => one.nodes.slice(0, 3).map(node => node.html).join(" | ");
    return found.violations.map(one => one.id + ": " + nodes(one));
}"""

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
    find(page, "szgl", "深圳广联")
    expect(page.get_by_label(say["detail"])).not_to_have_value("")
    page.get_by_role("button", name=say["add_line"]).click()
    expect(page.get_by_label(say["product"])).to_be_focused()
    find(page, "cgq", "传感器")
    expect(page.get_by_label(say["quantity"])).to_be_focused()
    page.keyboard.type(quantity)
    page.keyboard.press("Escape")


def no_english(text: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """Words of three or more Latin letters that a Chinese screen should not show."""
    words = re.findall(r"[A-Za-z]{3,}", text)
    return [word for word in words if word not in allowed]
