"""What came from a channel and was not taken: why, in the reader's words."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, assert_accessible, no_english

WORDS = {
    "zh-CN": "不认识的字段 颜色、第 2 行数量有误、第 2 行没有商品编码",
    "en": "Unknown field 颜色, Line 2: quantity not valid, Line 2: no product code",
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_reasons_are_words_and_not_codes(open_as: OpenPage, language: str) -> None:
    page = open_as("owner", "/orders/channel", language=language)
    token = page.request.get("/api/v1/session").json()["csrf"]
    number = f"坏单-{list(WORDS).index(language)}"
    bad = {
        "shop": "官网",
        "external_no": number,
        "revision": 1,
        "颜色": "红",
        "lines": [
            {"sku": "P0001", "quantity": "1", "unit_price": "10"},
            {"quantity": "0", "unit_price": "10"},
        ],
    }
    answer = page.request.post(
        "/api/v1/intake/website", data=bad, headers={"X-CSRF-Token": token}
    ).json()
    assert answer["reasons"] == [
        "unknown_field:颜色",
        "line_2_quantity_invalid",
        "line_2_sku_missing",
    ]
    page.goto("/orders/intake")
    row = page.locator(".table tbody tr").filter(has_text=number)
    expect(row).to_contain_text(WORDS[language])
    if language == "zh-CN":
        assert no_english(page.locator("main").inner_text()) == []
    row.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    expect(page.get_by_role("definition").filter(has_text=WORDS[language])).to_be_visible()
    assert_accessible(page)


def test_reasons_are_looked_for_by_words(open_as: OpenPage) -> None:
    page = open_as("owner", "/orders/channel")
    token = page.request.get("/api/v1/session").json()["csrf"]
    for number, line in (("查-1", {"sku": "P0001"}), ("查-2", {"quantity": "1"})):
        bad = {"shop": "查找", "external_no": number, "revision": 1, "lines": [line]}
        page.request.post("/api/v1/intake/website", data=bad, headers={"X-CSRF-Token": token})
    page.goto("/orders/intake")
    expect(page.locator(".table tbody tr").filter(has_text="查-1")).to_be_visible()
    page.get_by_role("button", name="筛选").click()
    for name, option in (("字段", "原因"), ("值", "第 … 行没有商品编码")):
        page.get_by_role("combobox", name=name, exact=True).first.click()
        page.keyboard.type(option[-2:])
        page.locator(".ant-select-item-option:visible").filter(has_text=option).first.click()
    expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("button", name="应用", exact=True).click()
    expect(page.locator(".table tbody tr").filter(has_text="查-2")).to_be_visible()
    expect(page.locator(".table tbody tr").filter(has_text="查-1")).to_have_count(0)
    chip = page.locator(".line .ant-tag")
    expect(chip).to_contain_text("没有商品编码")
    assert no_english(page.locator("main").inner_text(), ("SKU",)) == []
