"""The promise: a measure may be a formula, to the cent, and never more than one may see."""

from decimal import Decimal
from typing import Any

import pytest_asyncio

from tests.apps.company import Api, Company, found_company
from tests.apps.conftest import MakePerson


@pytest_asyncio.fixture
async def company(owner: Api) -> Company:
    """Three orders: 20.00 over two lines, 30.00 over one, and 10.00 with a discount of 1."""
    made = await found_company(owner)
    one, two, _ = made.products
    await made.order([(one, 1), (two, 1)], seller_note="a")
    await made.order([(one, 3)], seller_note="b")
    await made.order([(two, 1)], discount="1.00", seller_note="a")
    return made


async def ask(api: Api, *measures: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = await api.call(
        "POST", "/orders/order/query", {"measures": list(measures), **more}, status=200
    )
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


VALUES: list[tuple[str, str | None]] = [
    ("SUM(amount)", "59"),
    ("SUM(amount) - SUM(discount)", "58"),
    ("SUM(amount - discount) / COUNT(id)", "19.3333333333333333"),
    ("AVERAGE(amount)", "19.6666666666666667"),
    ("求和(amount)", "59"),
    ("MAX(amount) - MIN(amount)", "21"),
    ("COUNTIF(amount > 10)", "2"),
    ("SUMIF(amount > 10, amount)", "50"),
    ("AVERAGEIF(amount > 10, amount)", "25"),
    ("SUM(lines.quantity)", "6"),
    ("SUM(amount) - SUM(lines.quantity)", "53"),
    ("COUNT(lines.quantity)", "4"),
    ("AVERAGE(lines.quantity)", "1.5"),
    ("MAX(lines.quantity)", "3"),
    ("SUMIF(lines.quantity > 1, lines.quantity)", "3"),
    ("SUM(lines.quantity * lines.unit_price)", "60"),
    ("IF(SUM(amount) > 1000, 1, 2) * 10%", "0.2"),
    ("SUM(amount) / (COUNT(id) - 3)", None),
]


async def test_over_all_orders(company: Company) -> None:
    measures = [{"as": text, "formula": text} for text, _ in VALUES]
    assert await ask(company.owner, *measures) == [dict(VALUES)]


async def test_beside_dimensions_and_plain_measures(company: Company) -> None:
    rows = await ask(
        company.owner,
        {"name": "amount", "agg": "sum"},
        {"name": "net", "formula": "SUM(amount) - SUM(discount)"},
        {"name": "biggest", "agg": "max", "formula": "amount + 1"},
        dimensions=[{"field": "seller_note"}],
        sort="-net",
    )
    assert rows == [
        {"seller_note": "b", "amount": "30.00", "net": "30", "biggest": "31"},
        {"seller_note": "a", "amount": "29.00", "net": "28", "biggest": "21"},
    ]


async def test_by_the_product_of_lines(company: Company) -> None:
    one, two, _ = company.products
    rows = await ask(
        company.owner,
        {"name": "goods", "formula": "SUM(lines.quantity * lines.unit_price) * 2"},
        dimensions=[{"field": "lines.product"}],
    )
    found = {row["lines.product"]: Decimal(row["goods"]) for row in rows}
    assert found == {one: Decimal(80), two: Decimal(40)}


FAULTS: list[tuple[dict[str, str], list[Any], str]] = [
    ({"formula": "amount"}, [], "formula.not_aggregated"),
    ({"formula": "SUM(amount) + net"}, [], "formula.not_aggregated"),
    ({"formula": "SUM(seller_note)"}, [], "formula.type_mismatch"),
    ({"formula": "SUM(nothing)"}, [], "formula.unknown_field"),
    ({"formula": "SUM(amount"}, [], "formula.unexpected_end"),
    ({"formula": "SUM(amount) & 1 + TRUE"}, [], "formula.type_mismatch"),
    ({"formula": "amount", "agg": "count_distinct"}, [], "records.bad_aggregate"),
    ({"formula": "SUM(amount)"}, [{"field": "lines.product"}], "formula.header_beside_lines"),
]


async def test_what_is_wrong_is_told(owner: Api) -> None:
    for measure, dimensions, code in FAULTS:
        body = {"measures": [{"name": "x", **measure}], "dimensions": dimensions}
        refused = await owner.call("POST", "/orders/order/query", body, status=422)
        assert [one["code"] for one in refused["errors"]] == [code], measure
        assert refused["errors"][0]["pointer"].startswith("/measures/0/")


async def test_rights_hold_inside_formulas(
    owner: Api, company: Company, make_person: MakePerson
) -> None:
    """A salesperson counts the own orders only, and learns nothing of costs."""
    sales = await make_person("sam", "sales")
    count = {"name": "n", "formula": "COUNT(id) + 0"}
    assert await ask(owner, count) == [{"n": "3"}]
    assert await ask(sales, count) == [{"n": "0"}]
    for formula in ("SUM(cost)", "SUM(price) - SUM(coste)"):
        body = {"measures": [{"name": "x", "formula": formula}]}
        refused = await sales.call("POST", "/orders/product/query", body, status=422)
        assert [one["code"] for one in refused["errors"]] == ["formula.unknown_field"]
        assert refused["errors"][0]["params"]["suggestion"] != "cost"
    body = {"measures": [{"name": "x", "formula": "SUM(lines.product.cost)"}]}
    refused = await sales.call("POST", "/orders/order/query", body, status=422)
    assert [one["code"] for one in refused["errors"]] == ["formula.unknown_field"]


async def test_a_row_has_each_name_once(owner: Api) -> None:
    twice = {
        "measures": [
            {"name": "amount", "agg": "sum"},
            {"name": "amount", "agg": "max"},
            {"name": "amount", "agg": "min", "as": "least", "round": 2},
        ]
    }
    problem = await owner.call("POST", "/orders/order/query", twice, status=422)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/measures/2/round", "http.unknown_parameter")
    ]
    del twice["measures"][2]["round"]
    problem = await owner.call("POST", "/orders/order/query", twice, status=422)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/measures/1", "records.named_twice")
    ]
    twice["measures"][1]["as"] = "most"
    answer = await owner.call("POST", "/orders/order/query", twice, status=200)
    assert answer["rows"] == [{"amount": "0.00", "most": None, "least": None}]
