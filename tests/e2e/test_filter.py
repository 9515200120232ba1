"""One filter, two views: rows in groups and a formula; whoever reloads still has it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible, fits, no_english


def open_filter(page: Page) -> None:
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("button", name="应用")).to_be_visible()


def pick(page: Page, label: str, place: int, option: str) -> None:
    """Pick an option of the nth control with a label."""
    control = page.get_by_role("combobox", name=label, exact=True).nth(place)
    control.click()
    if label == "字段":
        control.fill(option)
    offered = page.locator(".ant-select-dropdown:visible")
    offered.get_by_text(option, exact=True).first.click()
    expect(offered).to_have_count(0)


def filtered_by(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["f"][0]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_nested_filter_in_rows_and_as_a_formula(open_as: OpenPage, phone: bool) -> None:
    page = open_as("manager", "/orders/order?view=order_all", phone=phone)
    expect(page.get_by_text("SO20").first).to_be_visible()
    open_filter(page)
    pick(page, "字段", 0, "含税金额")
    pick(page, "条件", 0, "大于")
    page.get_by_label("值", exact=True).first.fill("1000")
    page.get_by_role("button", name="添加条件组").click()
    pick(page, "条件", 1, "等于")
    pick(page, "值", 0, "草稿")
    page.get_by_role("button", name=re.compile("添加条件$")).first.click()
    pick(page, "条件", 2, "等于")
    pick(page, "值", 1, "待审核")
    assert_accessible(page)

    page.get_by_text("公式", exact=True).click()
    text = page.get_by_role("textbox", name="公式")
    expect(text).to_have_text('含税金额 > 1000 且 (状态 = "草稿" 或 状态 = "待审核")')
    text.press("End")
    text.press_sequentially(" 且 客户.等")
    expect(page.get_by_role("option", name="等级")).to_be_visible()
    text.press("Enter")
    expect(text).to_contain_text("客户.等级")
    text.press_sequentially(" = 3")
    fault = page.get_by_role(
        "button", name=re.compile("第 50 个字：类型不符：需要选项，这里是数字")
    )
    expect(fault).to_be_visible()
    expect(page.locator(".cm-lintRange-error")).to_have_text("3")
    expect(page.get_by_role("button", name="应用")).to_be_disabled()
    assert_accessible(page)
    for _ in range(len(" 且 客户.等级 = 3")):
        text.press("Backspace")
    expect(fault).to_have_count(0)
    assert no_english(page.locator(".fb").inner_text()) == []
    expect(page.locator(".fb-trial output")).to_have_text(re.compile("符合"))
    text.press("Control+Enter")

    stored = 'amount > 1000 AND (state = "draft" OR state = "pending_review")'
    expect(page.get_by_role("button", name="应用")).to_have_count(0)
    expect(page.get_by_text('状态 = "草稿" 或 状态 = "待审核"')).to_be_visible()
    assert filtered_by(page) == stored, page.url
    rows = page.locator(".cards a" if phone else ".table tbody tr")
    expect(rows.first).to_be_visible()
    answer = page.request.get("/api/v1/orders/order", params={"filter": stored, "limit": "50"})
    expect(rows).to_have_count(len(answer.json()["items"]))
    assert_accessible(page)

    page.reload()
    expect(rows).to_have_count(len(answer.json()["items"]))
    open_filter(page)
    expect(page.get_by_label("值", exact=True).first).to_have_value("1000")
    expect(page.get_by_role("group", name="条件组")).to_have_count(2)
    fits(page)


def test_what_has_no_row_is_kept_as_a_formula(open_as: OpenPage) -> None:
    page = open_as("manager", "/orders/order?view=order_all")
    expect(page.get_by_text("SO20").first).to_be_visible()
    open_filter(page)
    page.get_by_text("公式", exact=True).click()
    text = page.get_by_role("textbox", name="公式")
    text.fill("含税金额 * 2 > 100 且 状态 = “草稿”")
    page.get_by_text("条件", exact=True).first.click()
    expect(page.locator(".fb-raw")).to_have_text("含税金额 * 2 > 100")
    page.get_by_text("公式", exact=True).click()
    expect(text).to_have_text('含税金额 * 2 > 100 且 状态 = "草稿"')
    text.fill("含税金额 >")
    page.get_by_text("条件", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("公式还没有写完整")
    text.fill("含税金頟 * 2 > 100 且 状态 = “草稿”")
    page.locator(".fx-faults").get_by_role("button", name="改为 含税金额").click()
    expect(text).to_have_text("含税金额 * 2 > 100 且 状态 = “草稿”")
    expect(page.locator(".fx-faults button")).to_have_count(0)
    page.get_by_role("button", name="应用").click()
    expect(page.locator(".fx-chip")).to_have_text("含税金额 * 2 > 100")
    assert filtered_by(page) == 'amount * 2 > 100 AND state = "draft"'
