"""A form that depends on itself does so while it is typed, and says what the server says."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, assert_accessible


def label(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


FIELDS: dict[str, Any] = {
    "lease": {
        "kind": "choice",
        "label": label("性质"),
        "options": [
            {"key": "own", "label": label("自有")},
            {"key": "rent", "label": label("租赁")},
        ],
    },
    "landlord": {
        "kind": "text",
        "label": label("出租方"),
        "visible": 'lease = "rent"',
        "required": '=lease = "rent"',
    },
    "rent": {"kind": "money", "label": label("月租"), "visible": 'lease = "rent"'},
    "pays": {
        "kind": "choice",
        "label": label("付款"),
        "options": [
            {"key": "month", "label": label("月付")},
            {"key": "year", "label": label("年付"), "when": "rent >= 1000"},
        ],
    },
    "yearly": {
        "kind": "formula",
        "label": label("年租"),
        "formula": "rent * 12",
        "result": "money",
    },
}
RULE = {
    "id": "dear",
    "formula": "NOT rent > 5000",
    "level": "warning",
    "fields": ["rent"],
    "message": label("月租偏高，请核对"),
}


def publish(page: Page) -> None:
    """The fields, in a section of their own, by draft and publish."""
    token = page.request.get("/api/v1/session").json()["csrf"]
    headers = {"X-CSRF-Token": token}
    entity = page.request.get("/api/v1/apps/orders").json()["app"]["entities"]["warehouse"]
    puts = [(f"fields/{key}", value) for key, value in FIELDS.items()]
    puts.append(("validations", [RULE]))
    section = {"id": "lease", "label": label("租赁"), "fields": list(FIELDS)}
    puts.append(("sections", [*entity.get("sections", []), section]))
    path = "/api/v1/apps/orders/drafts"
    made = page.request.post(path, data={"name": "租赁"}, headers=headers).json()["id"]
    operations = [
        {"op": "put", "path": f"entities/warehouse/{where}", "value": value}
        for where, value in puts
    ]
    data = {"operations": operations}
    assert page.request.patch(f"{path}/{made}", data=data, headers=headers).ok
    answer = page.request.post(f"{path}/{made}/publish", data={}, headers=headers)
    assert answer.ok, answer.text()


def choose(page: Page, name: str, option: str) -> None:
    page.get_by_role("combobox", name=name, exact=True).click()
    offered = page.locator(".ant-select-dropdown:visible")
    offered.get_by_text(option, exact=True).click()
    expect(offered).to_have_count(0)


def test_a_form_follows_what_is_typed(open_as: OpenPage) -> None:
    page = open_as("owner", "/orders/warehouse")
    publish(page)
    page.goto("/orders/warehouse/new")
    expect(page.get_by_role("combobox", name="性质")).to_be_visible()
    expect(page.get_by_label("出租方")).to_have_count(0)
    choose(page, "性质", "租赁")
    expect(page.get_by_text("出租方 *")).to_be_visible()
    page.get_by_role("combobox", name="付款").click()
    expect(page.get_by_text("月付", exact=True).last).to_be_visible()
    expect(page.get_by_text("年付", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)
    page.get_by_label("月租").fill("6000")
    expect(page.get_by_role("status").filter(has_text="月租偏高")).to_be_visible()
    expect(page.get_by_label("年租")).to_have_text("¥72,000.00")
    choose(page, "付款", "年付")
    page.get_by_label("编码").fill("WX")
    page.get_by_label("名称").fill("租来的仓")
    assert_accessible(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("必填").first).to_be_visible()
    page.get_by_label("出租方").fill("张三")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="编辑")).to_be_visible()
    expect(page.get_by_text("¥72,000.00")).to_be_visible()
    page.get_by_role("button", name="编辑").click()
    choose(page, "性质", "自有")
    expect(page.get_by_label("出租方")).to_have_count(0)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="编辑")).to_be_visible()
    shown = page.get_by_role("region", name="租赁")
    expect(shown.get_by_text("自有")).to_be_visible()
    expect(shown.get_by_text("年租")).to_be_visible()
    expect(shown.get_by_text("月租")).to_have_count(0)
    expect(shown.get_by_text("张三")).to_have_count(0)
