"""The clerk's work: reviews in bulk, an exception mended and sent on, two people on one order."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible, texts


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_orders_are_reviewed_together(open_as: OpenPage, language: str) -> None:
    say = texts(language)
    page = open_as("clerk", "/orders/order", language=language)
    page.get_by_role("menuitem", name=say["to_review"]).click()
    # the list that was left is still there for a moment
    rows = page.get_by_role("region", name=say["to_review"], exact=True).locator("tbody tr")
    expect(rows.nth(1)).to_be_visible()
    numbers = [rows.nth(at).locator("td").nth(1).inner_text() for at in (0, 1)]
    assert all(re.fullmatch(r"SO\d{8}-\d{6}", number) for number in numbers)
    for number in numbers:
        row = rows.filter(has_text=number)
        row.get_by_role("checkbox", name=say["select_row"]).check()
    expect(page.get_by_role("button", name=say["release"])).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("button", name=say["approve"], exact=True).click()
    for number in numbers:
        expect(page.get_by_text(number)).to_have_count(0)


def _exception(page: Page, external_no: str) -> str:
    """The number of an order that a channel sent without a city, with goods that are there."""

    def call(method: str, path: str, body: object = None) -> Any:
        headers = {"X-CSRF-Token": page.request.get("/api/v1/session").json()["csrf"]}
        answer = page.request.fetch(f"/api/v1{path}", method=method, data=body, headers=headers)
        assert answer.ok, answer.text()
        return answer.json()

    sent = {
        "shop": "官网",
        "external_no": external_no,
        "revision": 1,
        "receiver_name": "收货部",
        "receiver_phone": "13800138000",
        "province": "广东省",
        "address": "地址待补",
        "ordered_at": "2026-01-01T10:00:00+08:00",
        "lines": [{"sku": "P0001", "quantity": "1", "unit_price": "10"}],
    }
    told = call("POST", "/intake/website", sent)
    assert told["reasons"] == ["address"]
    order = call("GET", f"/orders/order/{told['order']}")
    (line,) = order["lines"]
    place = {"product": line["product"], "warehouse": line["warehouse"]}
    lines = [{**place, "quantity": "1", "unit_cost": "1"}]
    call("POST", "/orders/stock/actions/receive", {"lines": lines})
    return str(order["number"])


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_an_exception_is_mended_and_sent_on(open_as: OpenPage, phone: bool) -> None:
    number = _exception(open_as("owner"), f"待补-{int(phone)}")
    page = open_as("clerk", "/orders/order?view=order_exception", phone=phone)
    first = page.locator(".cards a" if phone else ".table tbody tr").filter(has_text=number)
    first.click()
    expect(page.get_by_text("地址不完整").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="编辑").click()
    if phone:
        page.locator("form").get_by_role("button", name="收货信息").click()
    page.get_by_label("收货地址", exact=True).fill("收货部 13800138000 广东省深圳市南山区科技路1号")
    page.get_by_label("收货地址", exact=True).blur()
    expect(page.get_by_label("收货地址 详细地址")).to_have_value(re.compile("科技路1号"))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="提交")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".path [aria-current]")).to_have_text(re.compile("待审核|已审核"))


def test_the_second_of_two_people_is_told_what_changed(open_as: OpenPage) -> None:
    first = open_as("clerk", "/orders/order?view=order_review")
    first.locator(".table tbody tr").first.click()
    expect(first.get_by_role("button", name="编辑")).to_be_visible()
    path = first.evaluate("location.pathname")
    second = open_as("director", path)
    for page in (first, second):
        page.get_by_role("button", name="编辑").click()
        expect(page.get_by_label("卖家备注")).to_be_visible()
    first.get_by_label("卖家备注").fill("先到")
    second.get_by_label("卖家备注").fill("后到")
    first.get_by_role("button", name="保存").click()
    expect(first.get_by_role("button", name="编辑")).to_be_visible()
    second.get_by_role("button", name="保存").click()
    told = second.get_by_role("alert").filter(has_text="他人修改了")
    expect(told).to_contain_text("卖家备注")
    expect(second.get_by_label("卖家备注")).to_have_value("后到")
    assert_accessible(second)
    second.get_by_role("button", name="保留我的修改并保存").click()
    expect(second.get_by_text("先到 → 后到")).to_be_visible()


def test_a_change_by_somebody_else_appears_by_itself(open_as: OpenPage) -> None:
    watching = open_as("director", "/orders/order?view=order_review")
    watching.locator(".table tbody tr").first.click()
    expect(watching.get_by_role("button", name="编辑")).to_be_visible()
    path = watching.evaluate("location.pathname")
    working = open_as("clerk", path)
    working.get_by_role("button", name="编辑").click()
    working.get_by_label("特殊要求").fill("请打托盘")
    working.get_by_role("button", name="保存").click()
    expect(watching.get_by_text("请打托盘").first).to_be_visible()
