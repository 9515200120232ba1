"""Each person's menu holds the lists that are made for their work; that hides no record."""

from typing import Any

import pytest

from tests.apps.demo import Demo, demo

__all__ = ["demo"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

STEPS = ["order_mine", "order_review", "order_exception", "order_release", "order_ship"]
WATCHED = STEPS[1:]


def _steps(items: list[dict[str, Any]]) -> list[str]:
    return [one["view"] for item in items for one in item.get("items", []) if "view" in one]


@pytest.mark.parametrize(
    ("login", "steps"),
    [
        ("sales1", STEPS),
        ("clerk", STEPS),
        ("finance", WATCHED),
        ("boss", WATCHED),
        ("owner", STEPS),
        ("warehouse", ["order_ship"]),
        ("warehouse2", ["order_ship"]),
    ],
)
async def test_lists_of_the_steps_of_an_order(demo: Demo, login: str, steps: list[str]) -> None:
    app = (await demo.people[login].call("GET", "/apps/orders", status=200))["app"]
    assert [one for one in _steps(app["menu"]) if one in STEPS] == steps
    assert [one for one in STEPS if one in app["views"]] == steps


async def test_a_list_that_is_not_in_the_menu_can_still_be_asked_for(demo: Demo) -> None:
    finance = demo.people["finance"]
    mine = "filter=owner_id%20%3D%20CURRENT_USER()&count=exact"
    assert (await finance.call("GET", f"/orders/order?{mine}", status=200))["count"] == 0
