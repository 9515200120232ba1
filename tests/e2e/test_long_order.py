"""An order of 500 lines: pasted, edited with the keyboard, saved, submitted; every cent is right."""

import re
from decimal import Decimal

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible, find, told

LINES = 500
_PASTE = """(sheet, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    sheet.dispatchEvent(new ClipboardEvent("paste",
        {clipboardData: data, bubbles: true, cancelable: true}));
}"""
_COPY = """(sheet) => {
    const data = new DataTransfer();
    sheet.dispatchEvent(new ClipboardEvent("copy",
        {clipboardData: data, bubbles: true, cancelable: true}));
    return data.getData("text/plain");
}"""


def _paste(page: Page, rows: list[str]) -> None:
    page.locator(".sheet").evaluate(_PASTE, "\n".join(["商品\t数量\t单价", *rows]))


def _money(amount: Decimal) -> str:
    return f"¥{amount:,.2f}"


def test_a_long_order_is_pasted_edited_and_submitted(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/order/new")
    page.get_by_role("combobox", name="客户", exact=True).click()
    find(page, "szgl", "深圳广联")
    quantities = [at % 7 + 1 for at in range(LINES)]
    prices = [Decimal(at % 90 + 10) + Decimal("0.25") for at in range(LINES)]
    _paste(
        page,
        [
            f"P{at % 300 + 1:04}\t{quantity}\t{price}"
            for at, (quantity, price) in enumerate(zip(quantities, prices, strict=True))
        ],
    )
    told(page, "已粘贴 500 行")
    foot = page.locator(".sheet tfoot")
    total = sum(map(lambda one, by: one * by, prices, quantities), Decimal(0))
    expect(foot).to_contain_text(_money(total))
    expect(page.locator(".sheet table")).to_have_attribute("aria-rowcount", "501")
    assert page.locator(".sheet tbody tr").count() < 100
    assert_accessible(page)

    page.locator("[aria-rowindex='2'] td").nth(2).get_by_role("button").click()
    expect(page.get_by_label("数量 1", exact=True)).to_be_focused()
    page.keyboard.type("90")
    page.keyboard.press("Control+ArrowDown")
    expect(page.get_by_label("数量 500", exact=True)).to_be_focused()
    page.keyboard.type("70")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("单价 500", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("单价 499", exact=True)).to_be_focused()
    page.keyboard.type("1000")
    page.keyboard.press("Escape")
    quantities[0], quantities[-1], prices[-2] = 90, 70, Decimal(1000)
    total = sum(map(lambda one, by: one * by, prices, quantities), Decimal(0))
    expect(foot).to_contain_text(_money(total))
    expect(foot).to_contain_text(f"{sum(quantities):,}")

    page.get_by_role("button", name="选择第 499 行").click()
    page.get_by_role("button", name="选择第 500 行").click(modifiers=["Shift"])
    copied = page.locator(".sheet").evaluate(_COPY).split("\n")
    assert len(copied) == 3
    assert copied[0].startswith("商品\t数量\t")
    page.get_by_role("button", name="取消选择").click()

    page.get_by_role("button", name="保存", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("草稿")
    expect(page.locator(".sheet tfoot")).to_contain_text(_money(total))
    page.get_by_role("button", name="提交", exact=True).click()
    expect(heading).to_contain_text(re.compile(r"SO\d{8}-\d{6}"))
    expect(page.locator(".path [aria-current]")).not_to_have_text("草稿")
    expect(page.locator(".sheet tfoot")).to_contain_text(_money(total))
