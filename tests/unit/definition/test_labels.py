"""Formulas in the words of people: labels for keys both ways, and what is not clear stays a key."""

from typing import Any

import pytest

from orderloom.definition.json import from_data
from orderloom.definition.labels import Names
from orderloom.formula import parse, print_ast
from tests.support.sample_app import data

ZH: dict[str, dict[str, str]] = {
    "order": {
        "number": "单号",
        "customer": "客户",
        "address": "地址",
        "discount": "折扣",
        "rate": "折扣",
        "remark": "订单 备注",
        "state": "状态",
        "amount": "金额",
        "boxes": "amount",
        "urgent": "或",
        "lines": "明细",
    },
    "customer": {"name": "名称", "level": "等级", "tags": "标签", "parent": "上级"},
}
OPTIONS = {"draft": "草稿", "submitted": "已提交", "done": "已提交"}


def names(entity: str = "order", hidden: frozenset[str] = frozenset(), **more: Any) -> Names:
    """The sample app with Chinese labels; two fields and two options share one."""
    made = data()
    for key, labels in ZH.items():
        fields = made["entities"][key]["fields"]
        for field, label in labels.items():
            fields[field]["label"] = {"zh-CN": label, "en": field.title()}
    fields = made["entities"]["order"]["fields"]
    fields["lines"]["fields"]["amount"]["label"] = {"zh-CN": "金额", "en": "Amount"}
    fields["lines"]["fields"]["product"]["label"] = {"zh-CN": "商品", "en": "Product"}
    for option in fields["state"]["options"]:
        option["label"] = {"zh-CN": OPTIONS[option["key"]], "en": option["key"].title()}
    app = from_data(made)

    def find(name: str) -> Any:
        return app.entities.get(name.removeprefix("sample."))

    def sees(name: str, key: str) -> bool:
        return f"{name}.{key}" not in hidden

    return Names(entity=f"sample.{entity}", find=find, sees=sees, **more)


CASES = [
    ("amount > 100", "金额 > 100"),
    ('customer.level = "a" AND urgent', '客户.等级 = "a（中）" 且 [或]'),
    ('state IN ("draft", "done")', '状态 属于 ("草稿", "done")'),
    ('NOT CONTAINS(customer.tags, "vip")', '非(包含(客户.标签, "vip（中）"))'),
    ("SUM(lines.amount) * 2", "求和(明细.金额) * 2"),
    ('address.city = "深圳市" OR created_at > NOW()', '地址.市 = "深圳市" 或 创建时间 > 现在()'),
    ("discount + rate", "discount + rate"),
    ("boxes = 1", "boxes = 1"),
    ('remark = "draft"', '[订单 备注] = "draft"'),
    (
        'SWITCH(state, "draft", "draft", TRUE)',
        '匹配(状态, "草稿", "draft", 真)',
    ),
    ("customer.parent.parent.name", "客户.上级.上级.名称"),
]


@pytest.mark.parametrize(("stored", "shown"), CASES)
def test_both_ways(stored: str, shown: str) -> None:
    found = names()
    assert found.display(parse(stored), "zh-CN").replace("（中）", "（中）") == shown
    assert print_ast(found.keys(parse(shown))) == print_ast(parse(stored))
    assert print_ast(found.keys(parse(stored))) == print_ast(parse(stored))


@pytest.mark.parametrize(("stored", "_"), CASES)
def test_every_language_is_read_back(stored: str, _: str) -> None:
    found = names()
    for language in ("zh-CN", "en"):
        again = found.keys(parse(found.display(parse(stored), language)))
        assert print_ast(again) == print_ast(parse(stored))


def test_places_stay_where_they_were_typed() -> None:
    node = names().keys(parse("金额 > 1 且 客户.等级 = 2"))
    assert [(one.start, one.end) for one in node.args] == [(0, 6), (9, 18)]  # type: ignore[union-attr] # AND


def test_inside_lines_the_columns_are_named() -> None:
    found = names(lines="lines")
    assert print_ast(found.keys(parse("金额 > 0"))) == "amount > 0"
    assert print_ast(found.keys(parse("单号"))) == "单号"
    assert found.display(parse("product"), "zh-CN") == "商品"


def test_the_filter_of_a_reference_reads_the_form() -> None:
    found = names("customer", form="sample.order", form_lines="lines")
    text = "parent = form.customer AND name = line.product"
    assert found.display(parse(text), "zh-CN") == "上级 = 本单.客户 且 名称 = 本行.商品"
    again = found.keys(parse("上级 = 本单.客户 且 名称 = 本行.商品"))
    assert print_ast(again) == text


def test_what_one_may_not_see_has_no_label() -> None:
    found = names(hidden=frozenset(("sample.order.amount",)))
    assert print_ast(found.keys(parse("金额 > 1"))) == "金额 > 1"
    assert found.display(parse("amount > 1"), "zh-CN") == "amount > 1"
    assert found.near("金頟", "zh-CN") is None
    assert names().near("金頟", "zh-CN") == "金额"
    assert names().near("Amuont", "en") == "amount"
