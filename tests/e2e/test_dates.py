"""A day is typed, beside a calendar in the person's language."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, assert_accessible, fill_order, texts


def test_a_day_in_a_row_is_typed_into_the_same_picker(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order/new")
    fill_order(page, texts("zh-CN"), "2")
    page.get_by_role("button", name="要求交期 1").click()
    day = page.locator(".sheet .is-active").get_by_label("要求交期 1")
    expect(day).to_be_focused()
    page.keyboard.type("2027-03-09")
    page.keyboard.press("Tab")
    row = page.locator(".sheet tbody tr").first
    expect(row).to_contain_text("2027-03-09")
    later = page.locator(".sheet .is-active").get_by_label("承诺交期 1")
    expect(later).to_be_focused()
    later.click()
    calendar = page.locator(".ant-picker-dropdown:visible")
    calendar.get_by_text("15", exact=True).click()
    expect(row).to_contain_text(re.compile(r"\d\d-15"))
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("草稿")
    saved = page.locator(".sheet tbody tr").first
    expect(saved).to_contain_text("2027-03-09")
    expect(saved).to_contain_text(re.compile(r"\d\d-15"))


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
