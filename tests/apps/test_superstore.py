"""The promise: the public Superstore file comes in whole, to the cent, and twice is once."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from orderloom.server import Platform
from tests.apps import superstore
from tests.apps.company import JSON, Api

REAL = superstore.real_file()


async def imported(owner: Api, platform: Platform, content: bytes, **form: str) -> JSON:
    """Send a file to the door, let the worker do it, and answer the job."""
    answer = await owner.client.post(
        "/api/v1/orders/order/import",
        files={"file": ("superstore.csv", content, "text/csv")},
        data=form,
        headers=owner.headers,
    )
    assert answer.status_code == 202, answer.text
    while await platform.worker.step():
        pass
    job: JSON = await owner.call("GET", f"/jobs/{answer.json()['job']}", status=200)
    assert job["state"] == "done", job
    return job


def counts(job: JSON) -> dict[str, tuple[int, int, int, int]]:
    """Created, updated, unchanged and failed, by entity."""
    return {
        step["entity"].removeprefix("orders."): (
            step["created"],
            step["updated"],
            step["unchanged"],
            step["failed"],
        )
        for step in job["result"]["steps"]
    }


async def stored_lines(platform: Platform) -> dict[str, Any]:
    """The lines in the database by the row that they came from."""
    async with platform.database.read() as conn:
        rows = await conn.fetch(
            "select l.external_line_no, l.amount, l.unit_price, l.quantity, l.net, l.tax,"
            " l.shipped, l.delivered, o.external_no, o.amount as total, o.state,"
            " c.code, p.sku from orders.order__lines l join orders.order o on o.id = l.parent_id"
            " join orders.customer c on c.id = o.customer join orders.product p on p.id = l.product"
        )
    return {row["external_line_no"]: row for row in rows}


def check_lines(rows: list[dict[str, str]], stored: dict[str, Any]) -> Decimal:
    """Every row has its line, with its money; answers the sum of the amounts."""
    assert stored.keys() == {row["Row ID"] for row in rows}
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["Order ID"]] += superstore.half_up(row["Sales"])
    for row in rows:
        line = stored[row["Row ID"]]
        amount, quantity = superstore.half_up(row["Sales"]), Decimal(row["Quantity"])
        assert (line["amount"], line["quantity"]) == (amount, quantity), row
        price = superstore.half_up(str(amount / quantity), "0.00000001")
        assert line["unit_price"] == price, row
        assert (line["net"], line["tax"]) == (amount, 0), row
        assert line["shipped"] == line["delivered"] == quantity, row
        assert (line["external_no"], line["code"], line["sku"]) == (
            row["Order ID"],
            row["Customer ID"],
            row["Product ID"],
        )
        assert (line["total"], line["state"]) == (totals[row["Order ID"]], "completed")
    return sum(totals.values(), Decimal(0))


async def test_every_line_comes_in_to_the_cent(owner: Api, platform: Platform) -> None:
    rows = superstore.made_up()
    pairs = {(row["Order ID"], row["Product ID"]) for row in rows}
    assert len(pairs) < len(rows) == 120
    job = await imported(owner, platform, superstore.as_csv(rows))
    assert counts(job) == {
        "customer": (superstore.CUSTOMERS, 0, 0, 0),
        "product": (superstore.PRODUCTS, 0, 0, 0),
        "order": (superstore.ORDERS, 0, 0, 0),
    }
    total = check_lines(rows, await stored_lines(platform))
    answer = await owner.call(
        "POST", "/orders/order/query", {"measures": [{"name": "amount", "agg": "sum"}]}, status=200
    )
    assert Decimal(answer["rows"][0]["amount"]) == total


async def test_a_second_name_is_reported_and_the_first_kept(owner: Api, platform: Platform) -> None:
    rows = superstore.made_up()
    job = await imported(owner, platform, superstore.as_csv(rows))
    assert job["result"]["reported"] == len(superstore.TWO_NAMES)
    for report, product in zip(job["result"]["reports"], superstore.TWO_NAMES, strict=True):
        name = f'Product {product} 8.5" x 11"'
        assert (report["field"], report["kept"]) == ("name", name)
        assert report["other"] == f"{name} (new)"
        [item] = await owner.items("product", filter=f'sku = "OFF-{product:04}"')
        assert item["name"] == name
    book = await owner.client.get(job["errors"], headers=owner.headers)
    assert book.status_code == 200
    assert book.content.startswith(b"PK")


async def test_the_same_file_again_changes_nothing(owner: Api, platform: Platform) -> None:
    content = superstore.as_csv(superstore.made_up())
    await imported(owner, platform, content)
    before = {item["id"]: item["version"] for item in await owner.items("order")}
    job = await imported(owner, platform, content)
    assert counts(job) == {
        "customer": (0, 0, superstore.CUSTOMERS, 0),
        "product": (0, 0, superstore.PRODUCTS, 0),
        "order": (0, 0, superstore.ORDERS, 0),
    }
    assert {item["id"]: item["version"] for item in await owner.items("order")} == before


async def test_one_changed_line_changes_one_order(owner: Api, platform: Platform) -> None:
    rows = superstore.made_up()
    await imported(owner, platform, superstore.as_csv(rows))
    rows[2]["Sales"] = "1000.005"
    job = await imported(owner, platform, superstore.as_csv(rows))
    assert counts(job)["order"] == (0, 1, superstore.ORDERS - 1, 0)
    check_lines(rows, await stored_lines(platform))


async def test_a_dry_run_keeps_nothing(owner: Api, platform: Platform) -> None:
    content = superstore.as_csv(superstore.made_up())
    job = await imported(owner, platform, content, dry_run="true")
    assert counts(job) == {
        "customer": (superstore.CUSTOMERS, 0, 0, 0),
        "product": (superstore.PRODUCTS, 0, 0, 0),
        "order": (superstore.ORDERS, 0, 0, 0),
    }
    for entity in ("customer", "product", "order"):
        assert await owner.items(entity) == []


@pytest.mark.timeout(600)
@pytest.mark.skipif(REAL is None, reason="the real file is not on this machine")
async def test_the_real_file(owner: Api, platform: Platform) -> None:
    assert REAL is not None
    rows = superstore.rows_of(REAL)
    assert len(rows) == 9_994
    job = await imported(owner, platform, REAL.read_bytes())
    assert counts(job) == {
        "customer": (793, 0, 0, 0),
        "product": (1_862, 0, 0, 0),
        "order": (5_009, 0, 0, 0),
    }
    assert job["result"]["reported"] == 32
    assert check_lines(rows, await stored_lines(platform)) == Decimal("2297201.07")
    again = await imported(owner, platform, REAL.read_bytes())
    assert counts(again) == {
        "customer": (0, 0, 793, 0),
        "product": (0, 0, 1_862, 0),
        "order": (0, 0, 5_009, 0),
    }
