"""A record deleted by mistake: undone at once, or found again in the recycle bin."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible, told


def _delete(page: Page, name: str) -> None:
    page.locator(".table tbody tr, .cards a").filter(has_text=name).first.click()
    page.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    told(page, "已删除")
    expect(page).to_have_url(re.compile("/orders/price_list$"))


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_deleted_record_comes_back(open_as: OpenPage, phone: bool) -> None:
    page = open_as("owner", "/orders/price_list/new", phone=phone)
    name = f"误删的价格表 {phone:d}"
    page.get_by_label("编码").fill(f"BIN{phone:d}")
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("button", name="编辑")).to_be_visible()
    page.goto("/orders/price_list")
    _delete(page, name)
    page.get_by_role("button", name="撤销").click()
    told(page, "已恢复")
    expect(page.get_by_text(name).first).to_be_visible()

    _delete(page, name)
    page.get_by_role("link", name="回收站").click()
    expect(page.get_by_role("heading", name="价格表回收站")).to_be_visible()
    assert_accessible(page)
    binned = page.locator(".table tbody tr, .cards li").filter(has_text=name)
    binned.get_by_role("button", name="恢复").click()
    expect(page).to_have_url(re.compile("/orders/price_list/[0-9]+$"))
    expect(page.get_by_text(name).first).to_be_visible()
