"""Every refusal has a code of its own; a text without its parameter says so, and never breaks."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import orderloom
import orderloom_apps.orders
from orderloom.base import errors, text
from orderloom.base.errors import Fault, OrderloomError

FAMILIES = {
    "invalid": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "gone": 410,
    "too_many": 429,
    "upstream": 502,
}


def _below(error: type[OrderloomError]) -> Iterator[type[OrderloomError]]:
    for one in error.__subclasses__():
        yield one
        yield from _below(one)


@pytest.fixture(scope="module")
def refusals() -> list[type[OrderloomError]]:
    """All errors of the kernel and of the orders app."""
    for package in (orderloom, orderloom_apps.orders):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return [one for one in _below(OrderloomError) if one.__module__.startswith("orderloom")]


def test_families_have_their_status() -> None:
    found = {one.code: one.status for one in vars(errors).values() if _is_family(one)}
    assert found == FAMILIES


def _is_family(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, OrderloomError) and one is not OrderloomError


def test_no_two_refusals_share_a_code(refusals: list[type[OrderloomError]]) -> None:
    assert len(refusals) > 60
    counted = Counter(one.code for one in refusals)
    assert [code for code, count in counted.items() if count > 1] == []


def test_a_refusal_is_of_a_family_or_says_its_own_status(
    refusals: list[type[OrderloomError]],
) -> None:
    own = [cls for cls in refusals if "status" in vars(cls)]
    odd = [one for one in refusals if one.status == 500 and not issubclass(one, tuple(own))]
    assert odd == []


def test_a_refusal_carries_its_parameters_and_faults() -> None:
    fault = Fault(pointer="/name", code="records.required")
    error = errors.ConflictError(errors=[fault], sku="A-1", asked=3)
    assert (error.params, error.errors) == ({"sku": "A-1", "asked": 3}, (fault,))
    assert str(error) == f"conflict {error.params} {[fault]}"
    assert fault.params == {}


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of this test only, beside the kernel's."""
    known = {
        language: {code: text._entry(code, language) for code in text.codes(language)}
        for language in text.LANGUAGES
    }
    monkeypatch.setattr(text, "_CATALOGUE", known)
    (tmp_path / "x.zh-CN.yaml").write_text("x.both:\n  title: 标题\n  detail: '{a}：{b}'\nx.source: 只有中文\n", "utf-8")  # fmt: skip
    (tmp_path / "en.yaml").write_text("x.both: {title: Title, detail: '{a}: {b}'}\n", "utf-8")
    text.register_messages(tmp_path)


@pytest.mark.usefixtures("words")
def test_a_text_is_filled_in_its_language() -> None:
    params = {"a": ["x", None], "b": {"zh-CN": "订单", "en": "Order"}}
    assert text.render("x.both", params, "zh-CN") == "x、—：订单"
    assert text.render("x.both", params, "en") == "x, —: Order"
    assert text.title("x.both", "en") == "Title"


@pytest.mark.usefixtures("words")
def test_what_is_missing_is_shown_as_missing() -> None:
    assert text.render("x.both", {"b": 0}, "en") == "—: 0"
    assert text.render("x.source", {}, "en") == "只有中文"
    assert not text.has("x.source", "en")
    assert text.title("x.nobody_wrote", "en") == "x.nobody_wrote"
    assert text.render("x.nobody_wrote", {}, "fr") == "x.nobody_wrote"


@pytest.mark.usefixtures("words")
def test_braces_in_a_parameter_are_not_filled_again() -> None:
    assert text.render("x.both", {"a": "{b}", "b": "{0.__class__}"}, "en") == "{b}: {0.__class__}"


def test_labels_fall_back_to_the_source_language() -> None:
    assert text.pick({"zh-CN": "订单", "en": "Order"}, "en") == "Order"
    assert text.pick({"zh-CN": "订单"}, "en") == "订单"
    assert text.pick({"fr": "Commande"}, "en") == "Commande"
    assert text.pick(None, "en") == text.pick({}, "en") == ""


def test_chinese_is_found_by_its_sounds() -> None:
    assert text.pinyin("深圳广联") == ("shenzhenguanglian", "szgl")
    assert text.pinyin("A1 电子")[1].endswith("dz")
    assert text.pinyin("") == ("", "")
