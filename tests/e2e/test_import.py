"""The import wizard: a file of a supplier, tried, mended and brought in, on both widths."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible, no_english

FORMATS = ("Excel", "CSV", "xlsx", "xls", "ods", "csv", "UTF")


def _meaning(page: Page, column: str, field: str) -> None:
    page.get_by_label(f"“{column}”对应的字段").click()
    page.keyboard.type(field)
    offered = page.locator(".ant-select-dropdown:visible")
    expect(offered.locator(".ant-select-item-option-active")).to_contain_text(field)
    page.keyboard.press("Enter")
    expect(offered).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_file_is_mapped_tried_and_brought_in(
    open_as: OpenPage, tmp_path: Path, phone: bool
) -> None:
    letter = "P" if phone else "D"
    rows = [f"{letter}{at:03},进口商品{letter}{at},只,{at}.5,红" for at in range(1, 41)]
    file = tmp_path / "报价.csv"
    headers = f"货号,品名,单位,含税单价,颜色{letter}"  # columns are remembered by their headers
    text = "\n".join([headers, *rows, f"{letter}999,坏,只,贵,蓝"])
    file.write_bytes(text.encode("gb18030"))
    page = open_as("clerk", "/orders/product", phone=phone)
    page.get_by_role("link", name="导入商品").click()
    expect(page.get_by_text("拖到这里")).to_be_visible()
    assert no_english(page.locator(".import").inner_text(), FORMATS) == []
    assert_accessible(page)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("共 41 行")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("没有列对应“商品编码”")
    expect(page.get_by_role("button", name="试导入")).to_be_disabled()
    _meaning(page, "货号", "商品编码")
    _meaning(page, "品名", "商品名称")
    assert_accessible(page)
    page.get_by_role("button", name="试导入").click()
    counts = page.locator(".counts dd")
    expect(counts).to_have_text(["40", "0", "0", "1"])
    row = page.locator(".table tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("第 42 行")
    expect(row).to_contain_text("含税单价")
    assert_accessible(page)
    page.reload()
    page.get_by_role("button", name="返回修改对应列").click()
    expect(page.get_by_text("共 41 行")).to_be_visible()
    page.reload()
    expect(page.get_by_text("共 41 行")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="导入 40 条").click()
    expect(page.get_by_text(re.compile("^导入完成"))).to_be_visible()
    expect(counts).to_have_text(["40", "0", "0", "1"])
    with page.expect_download() as book:
        page.get_by_role("link", name="下载错误清单").click()
    assert book.value.suggested_filename.endswith(".xlsx")
    page.reload()
    counts.first.get_by_role("link").click()
    expect(page.get_by_text("本次导入")).to_be_visible()
    expect(page.locator(".cards li" if phone else ".table tbody tr")).to_have_count(40)
    page.goto("/orders/product/import")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("已按您上次的选择对应")).to_be_visible()


def test_a_file_that_cannot_be_read_is_refused_in_words(open_as: OpenPage, tmp_path: Path) -> None:
    page = open_as("clerk", "/orders/product/import")
    for name, content, said in (
        ("空.xlsx", b"", "文件是空的|没有任何内容"),
        ("图.csv", b"\x89PNG\r\n\x1a\n\0", "不是有效的"),
        ("宏.xlsm", b"PK\x03\x04", "含有宏"),
    ):
        (tmp_path / name).write_bytes(content)
        page.locator("input[type=file]").set_input_files(tmp_path / name)
        expect(page.get_by_role("alert")).to_contain_text(re.compile(said))
    assert_accessible(page)


def test_who_may_not_import_finds_no_way_in(open_as: OpenPage) -> None:
    page = open_as("sales1", "/orders/product")
    expect(page.locator(".table tbody tr").first).to_be_visible()
    expect(page.get_by_role("link", name="导入商品")).to_have_count(0)
    page.goto("/orders/product/import")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(0)
