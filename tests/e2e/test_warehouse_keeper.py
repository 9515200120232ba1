"""The warehouse keeper's work: what is to ship from this warehouse, shipped in parts, no prices."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, assert_accessible


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_an_order_is_shipped_in_two_parts(open_as: OpenPage, phone: bool) -> None:
    # of what went in part already, nothing of this warehouse may be left
    untouched = quote('fulfilment_state = "none"')
    page = open_as("warehouse", f"/orders/order?view=order_ship&f={untouched}", phone=phone)
    rows = page.locator(".cards a" if phone else ".table tbody tr")
    expect(rows.first).to_be_visible()
    assert_accessible(page)
    rows.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("SO")
    assert "¥" not in page.locator("main").inner_text()
    linked = page.get_by_role("navigation", name="相关单据")
    expect(linked).to_contain_text(re.compile("发货单 [0-9]+"))
    before = int(re.findall("发货单 ([0-9]+)", linked.inner_text())[0])
    page.get_by_role("button", name="发货", exact=True).click()
    dialog = page.get_by_role("dialog")
    quantity = dialog.get_by_role("spinbutton").first
    all_of_it = int(quantity.input_value())
    assert_accessible(page)
    dialog.get_by_label("承运商").fill("顺丰")
    dialog.get_by_label("运单号").fill("SF100" + ("1" if phone else "2"))
    if all_of_it > 1:
        quantity.fill("1")
        quantity.blur()
    dialog.get_by_role("button", name="发货").click()
    expect(dialog).to_have_count(0)
    expect(linked).to_contain_text(re.compile(f"发货单 {before + 1}"))
    assert "¥" not in page.locator("main").inner_text()
    page.get_by_role("link", name=re.compile("发货单")).click()
    expect(page.get_by_text(re.compile(r"SH\d{8}-\d{6}")).first).to_be_visible()


def test_goods_are_received_and_counted(open_as: OpenPage) -> None:
    page = open_as("warehouse", "/orders/stock")
    rows = page.locator(".table tbody tr")
    expect(rows.first).to_be_visible()
    places = rows.locator("td:nth-child(2)")
    expect(places.filter(has_not_text="深圳仓")).to_have_count(0)
    assert set(places.all_inner_texts()) == {"深圳仓"}
    assert_accessible(page)


def test_nothing_of_another_warehouse_or_of_prices_can_be_reached(open_as: OpenPage) -> None:
    page = open_as("warehouse", "/orders/payment_received")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".table tbody tr")).to_have_count(0)
    page.goto("/orders/product")
    expect(page.locator(".table tbody tr").first).to_be_visible()
    assert "¥" not in page.locator("main").inner_text()


def test_the_menu_holds_only_lists_for_the_keepers_work(open_as: OpenPage) -> None:
    page = open_as("warehouse", "/orders/order")
    menu = page.get_by_role("navigation", name="主导航")
    expect(menu.get_by_role("menuitem")).to_have_text(
        ["全部订单", "待发货", "客户", "商品", "库存", "发货单", "仓库"]
    )
    page.get_by_role("combobox", name="视图").click()
    expect(page.locator(".ant-select-item-option")).to_have_text(["全部订单", "待发货"])


def test_an_empty_list_says_why_and_where_to_go(open_as: OpenPage) -> None:
    page = open_as("service", "/orders/order?view=order_mine", phone=True)
    expect(page.get_by_text("“我的订单”里没有要处理的")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="去看全部订单").click()
    expect(page.locator(".cards a").first).to_be_visible()


def test_sections_are_folded_on_a_phone(open_as: OpenPage) -> None:
    page = open_as("warehouse", "/orders/order?view=order_ship", phone=True)
    page.locator(".cards a").first.click()
    fold = page.get_by_role("button", name="收货信息")
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_text("收货地址", exact=True)).to_have_count(0)
    fold.click()
    expect(page.get_by_text("收货地址", exact=True)).to_be_visible()
    assert_accessible(page)
