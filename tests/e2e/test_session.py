"""A session that ends in the middle of work: sign in again, and nothing typed is lost."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, assert_accessible, fill_order, fits, texts


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_signing_in_again_keeps_what_was_typed(open_as: OpenPage, phone: bool) -> None:
    number = f"A-77-{phone:d}"
    page = open_as("sales1", "/orders/order/new", phone=phone)
    fill_order(page, texts("zh-CN"), "7")
    page.get_by_label("外部单号").fill(number)
    page.context.clear_cookies()
    # what the form looks up by itself may learn of it first, and the question then covers the button
    page.get_by_role("button", name="保存", exact=True).dispatch_event("click")
    asked = page.get_by_role("dialog", name="登录已过期")
    expect(asked.get_by_label("密码")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("sales1")
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    expect(page.get_by_label("外部单号")).to_have_value(number)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("草稿")
    saved = page.get_by_role("main")
    expect(saved).to_contain_text(number)
    expect(saved).to_contain_text("深圳广联")
    expect(saved.locator("tbody tr").first).to_contain_text("传感器")
    answer = page.context.request.get("/api/v1" + urlsplit(page.url).path)
    assert [line["quantity"] for line in answer.json()["lines"]] == ["7"]


def test_what_does_not_exist_offers_the_way_home(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order/999999999")
    expect(page.get_by_role("alert")).to_contain_text("记录不存在")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)
    page.get_by_role("link", name="回到首页").click()
    expect(page.get_by_text("SO20").first).to_be_visible()


def test_goods_in_hand_are_told_on_a_phone(open_as: OpenPage) -> None:
    page = open_as("warehouse", "/orders/stock", phone=True)
    expect(page.locator(".cards li").first).to_contain_text("可售")
    page.locator(".cards a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("库存 · ")


def test_an_empty_form_is_no_wider_than_a_phone(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order/new", phone=True)
    expect(page.get_by_role("button", name="添加一行")).to_be_visible()
    fits(page)
    page.wait_for_function("document.documentElement.scrollHeight <= window.innerHeight")
    assert_accessible(page)
