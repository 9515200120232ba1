"""The graph of computed fields: edges with their ways, levels, circles, and what lint says."""

from typing import Any

import pytest

from orderloom.definition.graph import Edge, Graph, Node, Step, build
from orderloom.definition.json import from_data
from orderloom.definition.lint import lint
from tests.engine.computed.calc_app import calc, data, kind, options, rollup

TOTAL = Node("calc.customer", "total")


def graph() -> Graph:
    return build([calc()])


def test_edges_carry_the_way_from_reader_to_source() -> None:
    down = Step(up=False, place="calc.deal", column="customer")
    edges = set(graph().nodes[TOTAL].edges)
    assert edges == {
        Edge(TOTAL, Node("calc.deal", key), (down,))
        for key in ("customer", "deleted_at", "amount", "state")
    }
    unit = Node("calc.deal.lines", "unit")
    up = Step(up=True, place="calc.deal.lines", column="product")
    assert set(graph().nodes[unit].edges) == {
        Edge(unit, Node("calc.deal.lines", "product"), ()),
        Edge(unit, Node("calc.product", "unit"), (up,)),
    }


def test_rows_of_lines_reach_their_record() -> None:
    sold = Node("calc.product", "sold")
    down = Step(up=False, place="calc.deal.lines", column="product")
    up = Step(up=True, place="calc.deal.lines", column="parent_id")
    assert set(graph().nodes[sold].edges) == {
        Edge(sold, Node("calc.deal.lines", "product"), (down,)),
        Edge(sold, Node("calc.deal.lines", "quantity"), (down,)),
        Edge(sold, Node("calc.deal", "deleted_at"), (down, up)),
        Edge(sold, Node("calc.deal", "state"), (down, up)),
    }


def test_sources_lie_on_lower_levels() -> None:
    made = graph()
    chain = [
        Node("calc.deal.lines", "amount"),
        Node("calc.deal", "amount"),
        TOTAL,
        Node("calc.region", "sales"),
    ]
    assert [made.levels[node] for node in chain] == [0, 1, 2, 3]
    assert made.levels[Node("calc.visit", "customer_total")] == 3
    assert made.cycles == ()


def test_what_follows_from_a_field_in_order() -> None:
    found = [f"{node.place}.{node.key}" for node in graph().after([Node("calc.deal", "amount")])]
    assert found == [
        "calc.deal.amount",
        "calc.customer.total",
        "calc.deal.net",
        "calc.customer.score",
        "calc.region.sales",
        "calc.visit.customer_total",
    ]


def changed(entity: str, **fields: Any) -> list[tuple[str, str]]:
    """The errors of the app with further fields."""
    given = data()
    given["entities"][entity]["fields"].update(fields)
    return [(one.path, one.code) for one in lint(from_data(given)) if one.level == "error"]


def test_the_sample_is_clean() -> None:
    assert changed("deal") == []


def test_a_circle_of_formula_and_rollup_is_named_in_words() -> None:
    given = data()
    given["entities"]["deal"]["fields"]["share"] = kind(
        "formula", formula="amount / customer.weight", result="number"
    )
    given["entities"]["customer"]["fields"]["weight"] = rollup(
        "sum", "deal", "customer", "number", expression="share"
    )
    found = [one for one in lint(from_data(given)) if one.code == "definition.formula_cycle"]
    assert [one.path for one in found] == [
        "entities/customer/fields/weight",
        "entities/deal/fields/share/formula",
    ]
    assert found[0].params["circle"]["en"] == "Customer·rollup → Deal·formula → Customer·rollup"
    assert found[0].params["circle"]["zh-CN"].startswith("Customer（中）·rollup（中）")


def test_circles_run_through_defaults_lookups_and_themselves() -> None:
    codes = changed(
        "deal",
        start=kind("number", default="=customer.spread"),
    )
    assert ("entities/deal/fields/start/default", "definition.bad_formula") in codes
    given = data()
    given["entities"]["deal"]["fields"]["start"] = kind("number", default="=customer.spread")
    given["entities"]["customer"]["fields"]["spread"] = rollup(
        "max", "deal", "customer", "number", expression="start"
    )
    given["entities"]["customer"]["fields"]["above"] = kind(
        "lookup", path="parent.above", result="text"
    )
    found = [one.path for one in lint(from_data(given)) if one.code == "definition.formula_cycle"]
    assert sorted(found) == [
        "entities/customer/fields/above",
        "entities/customer/fields/spread",
        "entities/deal/fields/start/default",
    ]


def test_a_circle_across_apps() -> None:
    other = from_data(
        {
            "id": "far",
            "label": {"zh-CN": "远", "en": "Far"},
            "uses": ["calc"],
            "entities": {
                "note": {
                    "label": {"zh-CN": "记", "en": "Note"},
                    "fields": {
                        "customer": kind("reference", entity="calc.customer"),
                        "weight": kind("formula", formula="customer.notes + 1", result="number"),
                    },
                }
            },
        }
    )
    given = data() | {"uses": ["far"]}
    given["entities"]["customer"]["fields"]["notes"] = rollup(
        "sum", "far.note", "customer", "number", expression="weight"
    )
    near = from_data(given)
    assert [one.path for one in lint(near, [other]) if one.level == "error"] == [
        "entities/customer/fields/notes"
    ]
    assert build([near, other]).apps_behind("far") == {"calc", "far"}


WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("deal", "x", kind("lookup", path="customer.nothing", result="text"), "/path"),
    ("deal", "x", kind("lookup", path="customer.total", result="text"), "/path"),
    ("deal", "x", kind("lookup", path="customer.seen", result="money"), "/path"),
    ("deal", "x", kind("lookup", path="lines.quantity", result="number"), "/path"),
    ("deal", "x", kind("formula", formula="TODAY()", result="date"), "/formula"),
    ("deal", "x", kind("lookup", path="customer.level", result="choice"), "/options"),
    (
        "deal",
        "x",
        kind("lookup", path="customer.level", result="choice", options=options("a")),
        "/options",
    ),
    ("customer", "x", rollup("sum", "nothing", "customer", "money", expression="1"), "/entity"),
    ("customer", "x", rollup("count", "deal", "nothing", "integer"), "/by"),
    ("customer", "x", rollup("count", "deal", "lines.product", "integer"), "/by"),
    ("customer", "x", rollup("count", "deal", "state", "integer"), "/by"),
    ("customer", "x", rollup("sum", "deal", "customer", "money"), "/expression"),
    ("customer", "x", rollup("sum", "deal", "customer", "money", expression="name"), "/expression"),
    ("customer", "x", rollup("max", "deal", "customer", "money", expression="day"), "/expression"),
    (
        "customer",
        "x",
        rollup("count", "deal", "customer", "integer", condition="day = TODAY()"),
        "/condition",
    ),
]


@pytest.mark.parametrize(("entity", "key", "field", "place"), WRONG)
def test_finds(entity: str, key: str, field: dict[str, Any], place: str) -> None:
    assert [path for path, _ in changed(entity, **{key: field})] == [
        f"entities/{entity}/fields/{key}{place}"
    ]


def test_lines_hold_no_rollup() -> None:
    given = data()
    given["entities"]["deal"]["fields"]["lines"]["fields"]["x"] = rollup(
        "count", "deal", "customer", "integer"
    )
    assert [(one.path, one.code) for one in lint(from_data(given)) if one.level == "error"] == [
        ("entities/deal/fields/lines/fields/x", "definition.rollup_in_lines")
    ]
