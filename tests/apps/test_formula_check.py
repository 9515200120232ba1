"""The promise: the editor is told what is wrong, where, and what it gives; nothing leaks by it."""

import pytest

from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson


async def check(api: Api, formula: str, **more: object) -> dict[str, object]:
    body = {"app": "orders", "entity": "order", "formula": formula, **more}
    found: dict[str, object] = await api.call("POST", "/formula/check", body, status=200)
    return found


async def test_labels_are_read_and_keys_are_kept(owner: Api) -> None:
    found = await check(owner, "含税金额＞100 且 状态＝“草稿”", usage="filter")
    assert found == {
        "errors": [],
        "type": "bool",
        "canonical": 'amount > 100 AND state = "draft"',
        "display": '含税金额 > 100 且 状态 = "草稿"',
    }


@pytest.mark.parametrize(
    ("formula", "usage", "code", "place"),
    [
        ("含税金额 > ", "filter", "formula.unexpected_end", (7, 7)),
        ('含税金额 > "x"', "filter", "formula.type_mismatch", (7, 10)),
        ("金頟 > 1", "filter", "formula.unknown_field", (0, 2)),
        ("SUMM(lines.amount) > 1", "filter", "formula.unknown_function", (0, 18)),
        ("含税金额 + 1", "filter", "formula.type_mismatch", (0, 8)),
        ("含税金额 > 1", "value", None, None),
    ],
)
async def test_faults_have_places(
    owner: Api, formula: str, usage: str, code: str | None, place: tuple[int, int] | None
) -> None:
    errors = (await check(owner, formula, usage=usage))["errors"]
    assert isinstance(errors, list)
    found = [(one["code"], (one["start"], one["end"])) for one in errors]
    assert found == ([] if code is None else [(code, place)])


async def test_a_name_is_suggested_by_its_label(owner: Api) -> None:
    errors = (await check(owner, "发货仓厍 = 1"))["errors"]
    assert errors == [
        {
            "code": "formula.unknown_field",
            "start": 0,
            "end": 4,
            "args": {"name": "发货仓厍", "suggestion": "发货仓库", "fix": "发货仓库"},
            "message": "没有字段“发货仓厍”，您是否要写“发货仓库”",
        }
    ]
    errors = (await check(owner, "丁丁当当 = 1"))["errors"]
    assert isinstance(errors, list)
    assert errors[0]["message"] == "没有字段“丁丁当当”"


@pytest.mark.parametrize(
    ("formula", "fixed"),
    [
        ("如果(含税金额, 1, 2)", "如果(含税金额 <> 0, 1, 2)"),
        ("SUMM(lines.amount)", "SUM(lines.amount)"),
        ("[发货仓厍] = 1", "发货仓库 = 1"),
        ("lines.amount", None),
    ],
)
async def test_what_can_be_mended_says_how(owner: Api, formula: str, fixed: str | None) -> None:
    errors = (await check(owner, formula, usage="value"))["errors"]
    assert isinstance(errors, list)
    (fault,) = errors
    fix = fault["args"].get("fix")
    made = formula[: fault["start"]] + (fix or "") + formula[fault["end"] :]
    assert (made if fix else None) == fixed
    if fixed:
        assert (await check(owner, fixed, usage="value"))["errors"] == []


async def test_the_value_for_a_record(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 3)])
    found = await check(owner, "amount * 2", usage="value", record=order["id"])
    assert (found["type"], found["value"]) == ("number", "60")
    found = await check(owner, "amount > 30", usage="filter", record=order["id"])
    assert found["value"] is False
    found = await check(owner, "customer", usage="value", record=order["id"])
    assert found["value"] == company.customer
    body = {"app": "orders", "entity": "order", "formula": "amount", "record": "1"}
    refused = await owner.call("POST", "/formula/check", body, status=404)
    assert refused["code"] == "records.not_found"


async def test_the_value_follows_the_fields_setting_of_blanks(owner: Api) -> None:
    company = await found_company(owner)
    for blanks, value in (("zero", "1"), ("keep", None), (None, "1")):
        body = {"app": "orders", "entity": "product", "formula": "moq + 1", "usage": "value"}
        body |= {"record": company.products[0], "blanks": blanks}
        found = await owner.call("POST", "/formula/check", body, status=200)
        assert (found["type"], found["value"]) == ("number", value)
    body = {"app": "orders", "entity": "order", "formula": "1", "blanks": "nothing"}
    refused = await owner.call("POST", "/formula/check", body, status=422)
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [
        ("/blanks", "http.bad_value")
    ]


async def test_what_is_hidden_is_unknown_and_never_suggested(
    owner: Api, make_person: MakePerson
) -> None:
    """A salesperson does not see what goods cost; nor does a filter's fault tell of it."""
    sales = await make_person("sam", "sales")
    company = await found_company(owner)
    product = company.products[0]
    for api, known in ((owner, True), (sales, False)):
        for formula in ("cost > 1", "成本 > 1"):
            body = {"app": "orders", "entity": "product", "formula": formula, "record": product}
            answer = await api.call("POST", "/formula/check", body, status=200)
            codes = [one["code"] for one in answer["errors"]]
            assert codes == ([] if known else ["formula.unknown_field"]), (formula, answer)
            assert ("value" in answer) is known
    for formula in ("csot > 1", "coste > 1"):
        body = {"app": "orders", "entity": "product", "formula": formula}
        answer = await sales.call("POST", "/formula/check", body, status=200)
        assert "cost" not in {one["args"]["suggestion"] for one in answer["errors"]}
        refused = await sales.call("GET", "/orders/product", status=422, params={"filter": formula})
        assert refused["errors"][0]["params"].get("suggestion") != "cost"
    body = {"app": "orders", "entity": "nothing", "formula": "1"}
    refused = await sales.call("POST", "/formula/check", body, status=404)
    assert refused["code"] == "records.entity_not_found"


async def test_an_incomplete_question_is_told_what_is_missing(owner: Api) -> None:
    refused = await owner.call(
        "POST", "/formula/check", {"app": "orders", "usage": "x", "lines": 1}, status=422
    )
    assert sorted((one["pointer"], one["code"]) for one in refused["errors"]) == [
        ("/entity", "records.required"),
        ("/formula", "records.required"),
        ("/lines", "http.bad_value"),
        ("/usage", "http.bad_value"),
    ]


async def test_inside_lines(owner: Api) -> None:
    found = await check(owner, "数量 * 单价", lines="lines", usage="value")
    assert found["canonical"] == "quantity * unit_price"


async def test_the_functions_have_chinese_names(owner: Api) -> None:
    found = await owner.call("GET", "/formula/functions", status=200)
    by_name = {one["name"]: one for one in found["items"]}
    assert by_name["SUM"]["aliases"] == ["求和"]
    assert (by_name["IF"]["aliases"], by_name["IF"]["least"], by_name["IF"]["most"]) == (
        ["如果"],
        2,
        3,
    )
    assert all(name.isidentifier() for name in by_name)


async def test_functions_are_explained(owner: Api) -> None:
    found = await owner.call("GET", "/formula/functions", status=200)
    by_name = {one["name"]: one for one in found["items"]}
    rounding = by_name["ROUND"]
    assert rounding["signature"] == "ROUND(number, [places])"
    assert rounding["examples"][0] == {"formula": "ROUND(1.005, 2)", "value": "1.01"}
    assert set(rounding["doc"]) == {"zh-CN", "en"}
    assert (rounding["in_filters"], by_name["SQRT"]["in_filters"]) == (True, False)
    assert by_name["OLD"]["contexts"] == ["rule"]
    assert "stored" not in by_name["TODAY"]["contexts"]
    assert len(by_name) >= 88
