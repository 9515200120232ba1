"""A day is typed, beside a calendar in the person's language."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, assert_accessible


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_day_is_typed_beside_a_calendar(open_as: OpenPage, phone: bool) -> None:
    page = open_as("sales1", "/orders/order/new", phone=phone)
    ordered = page.get_by_label("下单时间")
    expect(ordered).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$"))
    wanted = page.get_by_label("要求交期").first
    wanted.click()
    calendar = page.locator(".ant-picker-dropdown:visible")
    expect(calendar).to_contain_text("一")
    assert re.search(r"[A-Za-z]{2,}", calendar.inner_text()) is None
    wanted.fill("2027-03-09")
    wanted.press("Enter")
    expect(wanted).to_have_value("2027-03-09")
    page.keyboard.press("Escape")
    expect(page.locator(".ant-picker-dropdown:visible")).to_have_count(0)
    assert_accessible(page)
