"""The words of codes that a filter offers, and what stands for each."""

from pathlib import Path

import pytest

import orderloom_apps.orders
from orderloom.base import text
from orderloom.definition.fields.text import TextField


@pytest.fixture(autouse=True)
def words_of_the_app() -> None:
    text.register_messages(Path(orderloom_apps.orders.__file__).parent / "messages")


def test_each_word_has_the_piece_of_text_that_finds_it() -> None:
    field = TextField.model_validate(
        {"kind": "text", "label": {"zh-CN": "原因"}, "codes": "orders.reason"}
    )
    words = {one["key"]: one["label"] for one in field.choices()}
    assert words["phone"] == {"zh-CN": "电话有误", "en": "Phone wrong"}
    assert words["unknown_field"] == {"zh-CN": "不认识的字段 …", "en": "Unknown field …"}
    assert words["_sku_missing"]["en"] == "Line …: no product code"
    assert words["no_warehouse"]["en"] == "No warehouse"
    said = field.said("line_12_sku_missing", "en")
    assert said == {"line_12_sku_missing": "Line 12: no product code"}


def test_a_rest_that_other_codes_have_too_is_not_offered() -> None:
    field = TextField.model_validate(
        {"kind": "text", "label": {"zh-CN": "原因"}, "codes": "orders.reason"}
    )
    assert "_invalid" not in {one["key"] for one in field.choices()}


def test_a_family_without_words_offers_nothing() -> None:
    field = TextField.model_validate(
        {"kind": "text", "label": {"zh-CN": "原因"}, "codes": "orders.nothing"}
    )
    assert field.choices() == []
