"""A contract beside its order: brought, taken off, put back, saved, opened; on a phone as well."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible
from tests.support import samples

SAY = {
    "zh-CN": {
        "edit": "编辑",
        "save": "保存",
        "remove": "移除",
        "undo": "撤销移除",
        "section": "联系与收货",
    },
    "en": {
        "edit": "Edit",
        "save": "Save",
        "remove": "Remove",
        "undo": "Undo removing",
        "section": "Contacts",
    },
}


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def _first_customer(page: Page) -> str:
    answer = page.request.get("/api/v1/orders/customer?limit=1")
    return str(answer.json()["items"][0]["id"])


@pytest.mark.parametrize(("phone", "language"), [(False, "zh-CN"), (True, "en")])
def test_a_contract_is_kept_beside_its_customer(
    open_as: OpenPage, phone: bool, language: str
) -> None:
    say, name = SAY[language], f"采购合同 {language}.pdf"
    page = open_as("clerk", "/orders/customer", phone=phone, language=language)
    page.goto(f"/orders/customer/{_first_customer(page)}")
    page.get_by_role("button", name=say["edit"]).click()
    box = page.locator(".filebox")
    box.locator("input[type=file]").first.set_input_files(
        [_file(name, samples.PDF), _file("网页.pdf", samples.HTML), _file("程序.exe", samples.EXE)]
    )
    expect(box.get_by_role("link", name=name)).to_be_visible()
    expect(box.get_by_role("alert")).to_have_count(2)
    assert_accessible(page)
    box.get_by_role("button", name=f"{say['remove']} {name}").click()
    expect(box.get_by_role("link", name=name)).to_have_count(0)
    box.get_by_role("button", name=f"{say['undo']} {name}").click()
    expect(box.get_by_role("link", name=name)).to_be_visible()
    page.get_by_role("button", name=say["save"], exact=True).click()
    expect(box).to_have_count(0)
    if phone:
        page.get_by_role("button", name=say["section"]).click()
    with page.expect_download() as download:
        page.locator("ul.files").get_by_role("link", name=name).last.click()
    assert download.value.suggested_filename == name
    assert download.value.path().read_bytes() == samples.PDF
