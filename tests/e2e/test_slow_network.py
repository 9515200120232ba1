"""What comes late: an answer to a search, the calendar's code, the stream of changes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenPage


@contextmanager
def held(page: Page, address: re.Pattern[str]) -> Iterator[None]:
    """Requests of an address wait until the block ends; there has to be one."""
    waiting: list[Route] = []
    late = True

    def hold(route: Route) -> None:
        if late:
            waiting.append(route)
        else:
            route.continue_()

    page.route(address, hold)
    with page.expect_request(address):
        yield
    late = False
    for one in waiting:
        one.continue_()


def test_enter_takes_nothing_that_answers_fewer_letters(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order/new")
    page.get_by_role("combobox", name="客户", exact=True).click()
    options = page.locator(".ant-select-dropdown:visible .ant-select-item-option")
    expect(options.first).to_be_visible()
    with held(page, re.compile(r"/orders/customer\?search=C0001&")):
        page.keyboard.type("C0001")
        page.keyboard.press("Enter")
        expect(options.first).to_be_visible()
    expect(options.first).to_contain_text("深圳广联")
    expect(page.get_by_label("详细地址")).to_have_value("")
    page.keyboard.press("Enter")
    expect(page.get_by_label("详细地址")).not_to_have_value("")
    expect(page.get_by_role("main")).to_contain_text("深圳广联")


def test_a_day_field_that_was_entered_early_opens_its_calendar(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order")
    with held(page, re.compile(r"/assets/picker-")):
        page.get_by_role("button", name="新建订单").click()
        page.get_by_label("要求交期").first.click()
        expect(page.get_by_label("要求交期").first).to_be_focused()
    expect(page.locator(".ant-picker-dropdown:visible")).to_contain_text("一")
    wanted = page.get_by_label("要求交期").first
    expect(wanted).to_be_focused()
    page.keyboard.type("2027-03-09")
    page.keyboard.press("Enter")
    expect(wanted).to_have_value("2027-03-09")


def test_what_changed_before_the_stream_stood_is_shown(open_as: OpenPage) -> None:
    page = open_as("owner", "about:blank")
    token = page.request.get("/api/v1/session").json()["csrf"]
    send = {"X-CSRF-Token": token}
    path = "/orders/price_list"
    values = {"code": "EARLY", "name": "先看到的名称"}
    made = page.request.post(f"/api/v1{path}", data=values, headers=send).json()
    with held(page, re.compile(r"/api/v1/live")):
        page.goto(f"{path}/{made['id']}")
        expect(page.get_by_text("先看到的名称").first).to_be_visible()
        change = {"name": "后来的名称", "version": made["version"]}
        answer = page.request.patch(f"/api/v1{path}/{made['id']}", data=change, headers=send)
        assert answer.ok, answer.text()
    expect(page.get_by_text("后来的名称").first).to_be_visible()
