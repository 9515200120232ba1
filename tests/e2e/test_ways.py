"""The ways between records and through a form: links, another document, faults, lost lines."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible, fill_order, texts


def test_a_receipt_leads_to_its_order_and_the_order_to_another_receipt(open_as: OpenPage) -> None:
    page = open_as("finance", "/orders/payment_received")
    row = page.locator(".table tbody tr").first
    number = row.locator("td").nth(3).inner_text()
    customer = row.locator("td").nth(2).inner_text()
    row.click()
    page.locator("dd").get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(number)
    expect(page.locator(".head").get_by_role("link", name=customer)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="新建收款单").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新建收款单")
    form = page.locator("form")
    expect(form).to_contain_text(number)
    expect(form).to_contain_text(customer)
    page.get_by_label("金额").fill("12.30")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("收款单 · 草稿")
    expect(page.locator("dd").get_by_role("link", name=number)).to_be_visible()
    expect(page.locator("main")).to_contain_text("¥12.30")


def test_who_may_not_see_records_of_a_kind_gets_no_link_to_them(open_as: OpenPage) -> None:
    page = open_as("service", "/orders/customer")
    row = page.locator(".table tbody tr").first
    row.click()
    linked = page.get_by_role("navigation", name="相关单据")
    expect(linked.get_by_role("link", name="新建订单")).to_be_visible()
    expect(linked.get_by_role("link", name=re.compile("^收款单"))).to_have_count(0)
    expect(linked.get_by_role("link", name="新建发货单")).to_have_count(0)


def test_the_menu_keeps_the_list_a_record_was_opened_from(open_as: OpenPage) -> None:
    page = open_as("manager", "/orders/order?view=order_review")
    page.locator(".table tbody tr").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("SO")
    expect(page.locator(".ant-menu-item-selected")).to_have_text("待审核")


def _row(page: Page) -> str:
    return page.locator(".sheet tbody tr").first.inner_text()


def test_tab_walks_through_a_row_and_changes_nothing(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order/new")
    fill_order(page, texts("zh-CN"), "3")
    row = page.locator(".sheet tbody tr").first
    expect(row).to_contain_text("深圳仓")
    expect(page.locator(".sheet tfoot")).to_contain_text(re.compile("¥[1-9]"))
    before = _row(page)
    widths = "[...document.querySelectorAll('.sheet th')].map(one => one.offsetWidth)"
    columns = page.evaluate(widths)
    page.get_by_role("button", name="只", exact=True).click()
    for label in ("单价 1", "行折扣 1", "金额 1", "税率 1", "仓库 1"):
        page.keyboard.press("Tab")
        expect(page.locator(".sheet .is-active").get_by_label(label)).to_be_focused()
        assert page.evaluate(widths) == columns
    expect(page.locator(".ant-select-item-option", has_text="杭州仓")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".sheet .is-active").get_by_label("要求交期 1")).to_be_focused()
    page.keyboard.press("Escape")
    assert _row(page) == before


def test_more_than_there_is_to_sell_is_marked_in_its_line(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order/new")
    fill_order(page, texts("zh-CN"), "99999")
    expect(page.locator(".sheet tbody tr").first.get_by_label("可售不足")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("数量 1").or_(page.get_by_role("button", name="99,999")).first.click()
    page.keyboard.type("1")
    expect(page.locator(".sheet tbody tr").first.get_by_label("可售不足")).to_have_count(0)


def test_a_form_on_a_phone_is_folded_and_opens_where_a_fault_is(open_as: OpenPage) -> None:
    page = open_as("clerk", "/orders/product/new", phone=True)
    folds = page.locator("form .fold")
    expect(folds.first).to_have_attribute("aria-expanded", "true")
    page.goto("/orders/order/new")
    money = page.get_by_role("button", name="金额与付款")
    expect(money).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("button", name="商品明细")).to_have_attribute("aria-expanded", "true")
    discount = page.get_by_label("整单折扣")
    expect(discount).to_be_hidden()
    money.click()
    discount.fill("-1")
    money.click()
    expect(discount).to_be_hidden()
    assert_accessible(page)
    fill_order(page, texts("zh-CN"), "1")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(discount).to_be_visible()
    expect(discount).to_be_focused()
    expect(discount).to_have_value("-1")
    expect(page.get_by_text("需要修改").first).to_be_visible()
    discount.fill("1")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("草稿")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", "连接不上服务器，请检查网络后重试"), ("en", "The server cannot be reached")],
)
def test_a_lost_line_is_told_in_words_and_what_was_typed_stays(
    open_as: OpenPage, language: str, words: str
) -> None:
    say = texts(language)
    page = open_as("sales1", "/orders/order/new", language=language)
    fill_order(page, say, "2")
    page.context.set_offline(True)
    page.get_by_role("button", name=say["save"], exact=True).click()
    expect(page.locator("form").get_by_role("alert")).to_contain_text(words)
    page.context.set_offline(False)
    page.get_by_role("button", name=say["save"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(say["draft"])
    expect(page.locator(".sheet tbody tr").first).to_contain_text("2")


def test_a_list_that_could_not_be_read_is_read_when_the_line_is_back(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order")
    expect(page.locator(".table tbody tr").first).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("menuitem", name="客户").click()
    expect(page.get_by_role("alert")).to_contain_text("连接不上服务器")
    page.context.set_offline(False)
    expect(page.locator(".table tbody tr").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
