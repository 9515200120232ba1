"""``python tools/screenshots.py ADDRESS``: the pictures of the README, from a running demo."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def _page(browser: object, address: str, login: str, *, phone: bool = False) -> Page:
    context = browser.new_context(  # type: ignore[attr-defined] # playwright's own type is private
        base_url=address, locale="zh-CN", viewport=PHONE if phone else WIDE
    )
    context.request.post("/api/v1/session", data={"login": login, "password": login})
    page: Page = context.new_page()
    page.goto("/orders/order")
    page.get_by_text("SO20").first.wait_for()
    return page


def main(address: str) -> None:
    """Take the four pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--lang=zh-CN"]
        )
        page = _page(browser, address, "manager")
        page.screenshot(path=TARGET / "list.png")
        page.get_by_text("待审核", exact=True).nth(1).click()
        page.get_by_role("heading", level=2).first.wait_for()
        page.wait_for_timeout(800)
        page.screenshot(path=TARGET / "record.png")
        page.goto("/orders/order/new")
        page.get_by_role("combobox", name="客户", exact=True).click()
        page.keyboard.type("szgl")
        page.locator(".ant-select-item-option", has_text="深圳广联").first.click()
        page.get_by_role("button", name="添加一行").click()
        page.keyboard.type("cgq")
        page.wait_for_timeout(1200)
        page.screenshot(path=TARGET / "form.png")
        phone = _page(browser, address, "sales1", phone=True)
        phone.screenshot(path=TARGET / "phone.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
