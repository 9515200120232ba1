"""The first usable list is light: under 500 KB on the wire and 15 requests, signed in."""

import time
from typing import Any

import pytest
from playwright.sync_api import Response, expect

from tests.e2e.conftest import PATIENCE, OpenPage, assert_accessible, fits, no_english

MOST_BYTES = 500_000
MOST_REQUESTS = 15
_NOTE_FIRST_ROW = """new MutationObserver((_, me) => {
    if (!document.querySelector(".table tbody tr")) return;
    window.usableAt = performance.now();
    me.disconnect();
}).observe(document, {childList: true, subtree: true})"""


def test_the_first_list_is_light(open_as: OpenPage) -> None:
    page = open_as("sales1", "about:blank")
    page.add_init_script(_NOTE_FIRST_ROW)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    asked: dict[str, float] = {}
    ended: dict[str, int] = {}

    def ask(event: dict[str, Any]) -> None:
        if event["type"] != "EventSource":  # the stream of hints has no end
            asked.setdefault(event["requestId"], event["wallTime"] * 1000)

    def end(event: dict[str, Any]) -> None:
        ended[event["requestId"]] = int(event.get("encodedDataLength", 0))

    wire.on("Network.requestWillBeSent", ask)
    wire.on("Network.loadingFinished", end)
    wire.on("Network.loadingFailed", end)
    page.goto("/")
    expect(page.get_by_text("SO20").first).to_be_visible()
    # what is read again later, because somebody works, is not part of the first list
    usable = page.evaluate("performance.timeOrigin + window.usableAt")
    first = [key for key, at in asked.items() if at <= usable]
    deadline = time.monotonic() + PATIENCE / 1000
    while not all(key in ended for key in first):
        assert time.monotonic() < deadline, (first, ended)
        page.wait_for_timeout(100)
    seen = {"requests": len(first), "bytes": sum(ended[key] for key in first)}
    print(seen)
    assert 0 < seen["bytes"] < MOST_BYTES
    assert 0 < seen["requests"] < MOST_REQUESTS


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_signing_in_by_keyboard(open_as: OpenPage, phone: bool) -> None:
    page = open_as(None, "/", phone=phone)
    expect(page.get_by_label("账号")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("sales1")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("密码").fill("sales1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("SO20").first).to_be_visible()


@pytest.mark.parametrize("path", ["/orders/order", "/orders/customer", "/orders/stock"])
def test_no_english_is_left_in_chinese(open_as: OpenPage, path: str) -> None:
    page = open_as("manager", path)
    expect(page.locator(".table tbody tr").first).to_be_visible()
    words = no_english(page.locator("body").inner_text(), ("LED",))
    assert words == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_nothing_is_wider_than_the_window(open_as: OpenPage, phone: bool) -> None:
    page = open_as("manager", "/orders/order", phone=phone)
    expect(page.get_by_text("SO20").first).to_be_visible()
    page.get_by_text("SO20").first.click()
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    fits(page)


def _keeps_session(answer: Response) -> bool:
    return answer.request.method == "PATCH" and answer.url.endswith("/session")


def test_dark_mode_and_language_are_switched_at_once(open_as: OpenPage) -> None:
    page = open_as("manager", "/orders/order")
    page.get_by_role("button", name="我的账号").click()
    with page.expect_response(_keeps_session):
        page.get_by_text("深色模式").click()
    expect(page.locator(".shell")).not_to_have_css("background-color", "rgb(245, 245, 245)")
    assert_accessible(page)
    page.get_by_role("button", name="我的账号").click()
    # kept when the page goes: the person's next one is not to be late for it
    with page.expect_response(_keeps_session):
        page.get_by_text("English").click()
    expect(page.get_by_role("button", name="New Order")).to_be_visible()


def test_the_palette_finds_a_customer_by_initials(open_as: OpenPage) -> None:
    page = open_as("manager", "/orders/order")
    expect(page.get_by_text("SO20").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    answers = "/orders/customer?search=szgl&"
    with page.expect_response(lambda answer: answers in answer.url):
        page.keyboard.type("szgl")
    page.get_by_role("dialog").get_by_text("深圳广联").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("订单")
    expect(page.get_by_text("深圳广联").first).to_be_visible()
