"""The salesperson's morning: find a customer by initials, type an order, submit it, follow it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible, fill_order, find, texts, told

CASES = [
    pytest.param(phone, language, id=f"{'phone' if phone else 'desktop'}-{language}")
    for phone in (False, True)
    for language in ("zh-CN", "en")
]


@pytest.mark.parametrize(("phone", "language"), CASES)
def test_an_order_is_typed_submitted_and_found_again(
    open_as: OpenPage, phone: bool, language: str
) -> None:
    say = texts(language)
    page = open_as("sales1", "/orders/order", phone=phone, language=language)
    expect(page.get_by_text("SO20").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name=say["add_order"]).click()
    fill_order(page, say, "3")
    total = page.locator(".sheet tfoot")
    expect(total).to_contain_text(re.compile(r"¥[1-9]"))
    assert_accessible(page)
    page.get_by_role("button", name=say["save"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(say["draft"])
    page.get_by_role("button", name=say["submit"]).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(re.compile(r"SO\d{8}-\d{6}"))
    number = re.findall(r"SO\d{8}-\d{6}", heading.inner_text())[0]
    expect(page.locator(".path [aria-current]")).to_have_count(1)
    expect(page.get_by_text(say["submit"]).first).to_be_attached()
    assert_accessible(page)
    page.get_by_role("button", name=say["back"]).click()
    page.get_by_role("searchbox", name=say["search"]).fill(number)
    page.keyboard.press("Enter")
    expect(page.get_by_text(number)).to_be_visible()
    found = page.locator(".cards li" if phone else ".table tbody tr")
    expect(found).to_have_count(1)


def _leave_picker(page: Page) -> None:
    """Close what the picker of a fresh line offers; the cell stays the active one."""
    offered = page.locator(".ant-select-dropdown:visible")
    expect(offered).to_have_count(1)
    page.keyboard.press("Escape")
    expect(offered).to_have_count(0)


def test_every_fault_is_shown_where_it_is(open_as: OpenPage) -> None:
    say = texts("zh-CN")
    page = open_as("sales1", "/orders/order/new")
    page.get_by_role("button", name=say["add_line"]).click()
    expect(page.get_by_label(say["product"])).to_be_focused()
    _leave_picker(page)
    page.get_by_role("button", name=say["save"], exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("2 处需要修改")
    customer = page.get_by_role("combobox", name="客户", exact=True)
    expect(customer.locator("xpath=ancestor::div[contains(@class,'field')][1]")).to_contain_text(
        "必填"
    )
    assert_accessible(page)


def test_unsaved_work_is_not_lost_by_the_back_button(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order")
    page.get_by_role("button", name="新建订单").click()
    page.get_by_label("外部单号").fill("A-1")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.go_back()
    expect(page.get_by_label("外部单号")).to_have_value("A-1")
    assert asked == ["有未保存的修改，确定离开吗？"]


def test_rows_are_pasted_from_a_spreadsheet(open_as: OpenPage) -> None:
    say = texts("zh-CN")
    page = open_as("sales1", "/orders/order/new")
    page.get_by_role("combobox", name="客户", exact=True).click()
    find(page, "szgl", "深圳广联")
    page.get_by_role("button", name=say["add_line"]).click()
    expect(page.get_by_label(say["product"])).to_be_focused()
    _leave_picker(page)
    rows = "商品\t数量\nP0001\t2\nP0002\t5\n没有的\t1"
    page.locator(".sheet").evaluate(
        """(sheet, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const cell = sheet.querySelector("td button.cell, td .ant-select, td input") ?? sheet;
            cell.dispatchEvent(new ClipboardEvent("paste",
                {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        rows,
    )
    told(page, "没有找到：没有的")
    expect(page.locator(".sheet tbody tr")).to_have_count(3)
    expect(page.locator(".sheet tbody tr").nth(1)).to_contain_text("5")


def test_a_new_order_is_saved_and_submitted_in_one_go(open_as: OpenPage) -> None:
    say = texts("zh-CN")
    page = open_as("sales1", "/orders/order")
    page.get_by_role("button", name=say["add_order"]).click()
    fill_order(page, say, "2")
    page.get_by_role("button", name="保存并提交").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"SO\d{8}-\d{6}"))
