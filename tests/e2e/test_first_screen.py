"""The first usable list is light: under 500 KB on the wire and 15 requests, signed in."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, assert_accessible, no_english

MOST_BYTES = 500_000
MOST_REQUESTS = 15


def test_the_first_list_is_light(open_as: OpenPage) -> None:
    page = open_as("sales1", "about:blank")
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    seen = {"requests": 0, "bytes": 0}

    def count(event: dict[str, float]) -> None:
        seen["requests"] += 1
        seen["bytes"] += int(event["encodedDataLength"])

    wire.on("Network.loadingFinished", count)
    page.goto("/")
    expect(page.get_by_text("SO20").first).to_be_visible()
    page.wait_for_load_state("load")
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
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_dark_mode_and_language_are_switched_at_once(open_as: OpenPage) -> None:
    page = open_as("manager", "/orders/order")
    page.get_by_role("button", name="我的账号").click()
    page.get_by_text("深色模式").click()
    expect(page.locator(".shell")).not_to_have_css("background-color", "rgb(245, 245, 245)")
    assert_accessible(page)
    page.get_by_role("button", name="我的账号").click()
    page.get_by_text("English").click()
    expect(page.get_by_role("button", name="New Order")).to_be_visible()


def test_the_palette_finds_a_customer_by_initials(open_as: OpenPage) -> None:
    page = open_as("manager", "/orders/order")
    expect(page.get_by_text("SO20").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("szgl")
    page.get_by_role("dialog").get_by_text("深圳广联").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("订单")
    expect(page.get_by_text("深圳广联").first).to_be_visible()
