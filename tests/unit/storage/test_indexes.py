"""The indexes that a definition asks for: they follow views and row scopes, and have a bound."""

from typing import Any

import pytest

from orderloom.definition.json import from_data
from orderloom.storage.filters import ViewFilter, read_filters
from orderloom.storage.indexes import OF_VIEWS
from orderloom.storage.parts import IndexShape
from orderloom.storage.shape import table_shapes
from tests.support.sample_app import data, label

NOT_OF_VIEWS = {
    ("created_at", "id"),
    ("state", "created_at", "id"),
    ("owner_id", "created_at", "id"),
    ("owner_department_id", "created_at", "id"),
    ("customer",),
    ("number",),
    ("search_text",),
}


def view(**parts: Any) -> dict[str, Any]:
    """A view of orders."""
    return {"label": label("View"), "entity": "order", "columns": ["number"], **parts}


def indexes(views: dict[str, Any], see: str | None = None) -> list[IndexShape]:
    """The indexes of orders with these views, and this row scope of sales."""
    changed = data()
    changed["views"] = views
    if see is not None:
        changed["roles"]["sales"]["grants"]["order"] |= {"see": see, "edit": False}
    app = from_data(changed)
    return list(table_shapes(app, (), read_filters(app))["order"].indexes.values())


def columns(found: list[IndexShape]) -> set[tuple[str, ...]]:
    """Their columns, with a minus for those that fall."""
    return {
        tuple(f"-{key}" if descending else key for key, descending in one.columns) for one in found
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('state = "draft"', ViewFilter(equal=("state",))),
        ('"draft" = state AND urgent', ViewFilter(equal=("state", "urgent"))),
        ("owner_id = CURRENT_USER()", ViewFilter(equal=("owner_id",))),
        ('state = "draft" AND boxes > 3', ViewFilter(equal=("state",), others=("boxes",))),
        ('state = "draft" OR urgent', ViewFilter(others=("state", "urgent"))),
        ('state IN ("draft", "done")', ViewFilter(others=("state",))),
        ('NOT state = "draft"', ViewFilter(others=("state",))),
        ('remark = ""', ViewFilter(others=("remark",))),
        ("amount = discount", ViewFilter(others=("amount", "discount"))),
        ('customer.level = "a"', ViewFilter(others=("customer",))),
    ],
)
def test_what_a_filter_holds_to_one_value(text: str, expected: ViewFilter) -> None:
    changed = data()
    changed["views"] = {"one": view(filter=text)}
    assert read_filters(from_data(changed)).views == {"one": expected}


def test_a_view_gets_what_it_filters_and_then_its_sort() -> None:
    assert columns(indexes({})) == NOT_OF_VIEWS
    found = indexes(
        {
            "one": view(filter='state = "draft" AND urgent', sort="requested_at"),
            "two": view(filter="boxes > 3", sort="-ordered_at"),
            "three": view(filter="owner_id = CURRENT_USER()"),
            "four": view(sort="-amount,requested_at"),
        }
    )
    assert columns(found) - NOT_OF_VIEWS == {
        ("state", "urgent", "requested_at", "id"),
        ("ordered_at", "id"),
        ("boxes", "created_at", "id"),
        ("-amount", "requested_at", "id"),
    }


def test_many_views_ask_for_a_bounded_number() -> None:
    keys = ("requested_at", "ordered_at", "amount", "discount", "boxes", "rate", "urgent")
    views = {
        f"by_{key}{at}": view(sort=key, filter=text)
        for key in keys
        for at, text in enumerate((None, "urgent", "boxes = 1"))
    }
    found = columns(indexes(views)) - NOT_OF_VIEWS
    assert len(found) == OF_VIEWS
    assert {("amount", "id"), ("urgent", "amount", "id"), ("boxes", "amount", "id")} < found


def test_the_index_of_a_row_scope_carries_what_lists_need() -> None:
    views = {
        "one": view(columns=["number", "amount", "remark"], filter='state = "draft"'),
        "two": view(columns=["amount", "customer"], sort="-requested_at"),
        "three": view(columns=["amount", "boxes", "customer", "address"]),
    }
    carried = {one.columns[0][0]: one.beside for one in indexes(views) if one.beside}
    assert carried == {"owner_id": ("amount", "customer", "deleted_at", "requested_at", "state")}
    found = indexes(views, see="owner_department_id IN (CURRENT_DEPTS())")
    assert [one.columns[0][0] for one in found if one.beside] == ["owner_department_id"]
    assert [one.name for one in indexes(views, see='state = "draft"') if one.beside] == []


def test_the_order_of_views_and_columns_does_not_rename_an_index() -> None:
    one = view(columns=["amount", "customer"], filter='state = "draft"')
    two = view(columns=["customer", "amount"], sort="-requested_at")
    first = indexes({"one": one, "two": two})
    again = indexes({"two": two | {"columns": ["amount", "customer"]}, "one": one})
    assert {shape.name for shape in first} == {shape.name for shape in again}
