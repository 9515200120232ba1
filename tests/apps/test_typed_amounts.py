"""The promise: an amount that was typed wins, and one that is only sent back is nobody's typing."""

from tests.apps.company import JSON, Api, found_company


def _money(order: JSON) -> list[tuple[str, str, str, str]]:
    return [
        (line["unit_price"], line["amount"], line["net"], line["tax"]) for line in order["lines"]
    ]


async def test_a_typed_amount_wins_also_where_prices_are_without_tax(owner: Api) -> None:
    company = await found_company(owner)
    line = {"product": company.products[0], "quantity": "2", "amount": "226.00"}
    order = await owner.create(
        "order", customer=company.customer, price_mode="excluded", lines=[line]
    )
    assert _money(order) == [("100.00", "226.00", "200.00", "26.00")]
    assert (order["amount"], order["net"], order["tax"]) == ("226.00", "200.00", "26.00")


async def test_an_amount_that_is_sent_back_is_worked_out_anew(owner: Api) -> None:
    company = await found_company(owner)
    first, second = company.products[:2]
    for mode, expected in (
        ("included", [("20.00", "17.70", "2.30"), ("5.00", "4.42", "0.58")]),
        ("excluded", [("22.60", "20.00", "2.60"), ("5.65", "5.00", "0.65")]),
    ):
        order = await owner.create(
            "order",
            customer=company.customer,
            price_mode=mode,
            lines=[
                {"product": first, "quantity": "1"},
                {"product": second, "quantity": "1", "discount": "5"},
            ],
        )
        sent = [
            {key: line[key] for key in ("id", "product", "quantity", "unit_price", "amount")}
            for line in order["lines"]
        ]
        sent[0]["quantity"] = "2"
        path = f"/orders/order/{order['id']}"
        changed = await owner.call("PATCH", path, {"lines": sent}, status=200)
        assert [row[1:] for row in _money(changed)] == expected
        assert [line["unit_price"] for line in changed["lines"]] == ["10.00", "10.00"]
        same = [{"id": line["id"], "amount": line["amount"]} for line in changed["lines"]]
        again = await owner.call("PATCH", path, {"discount": "0", "lines": same}, status=200)
        assert _money(again) == _money(changed)


async def test_the_orders_discount_is_taken_once_from_amounts_that_are_sent_back(
    owner: Api,
) -> None:
    company = await found_company(owner)
    lines = [{"product": one, "quantity": "1"} for one in company.products]
    order = await owner.create("order", customer=company.customer, discount="10", lines=lines)
    assert [line["amount"] for line in order["lines"]] == ["6.66", "6.67", "6.67"]
    sent = [{"id": line["id"], "amount": line["amount"]} for line in order["lines"]]
    body = {"discount": "3", "lines": sent}
    changed = await owner.call("PATCH", f"/orders/order/{order['id']}", body, status=200)
    assert [line["amount"] for line in changed["lines"]] == ["9.00", "9.00", "9.00"]
    assert changed["amount"] == "27.00"
