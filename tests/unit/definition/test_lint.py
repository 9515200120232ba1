"""``orderloom app lint``: what it finds, and where."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orderloom.definition.finding import Finding
from orderloom.definition.json import from_data
from orderloom.definition.lint import lint
from orderloom.definition.load import dump_folder, load_source
from tests.support.sample_app import data, field, label, option, sample

Entities = dict[str, Any]


def found(change: Callable[[dict[str, Any]], Any]) -> list[tuple[str, str, str]]:
    changed = data()
    change(changed)
    return [(one.path, one.code, one.level) for one in lint(from_data(changed))]


def test_the_sample_is_clean() -> None:
    assert lint(sample()) == [
        Finding(
            path=f"entities/order/fields/{key}", code="definition.unused_field", level="warning"
        )
        for key in ("department", "address", "requested_at", "rate", "boxes", "remark")
    ]


def order(data_: dict[str, Any]) -> dict[str, Any]:
    entity: dict[str, Any] = data_["entities"]["order"]
    return entity


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of the sample: the value at a path."""

    def change(target: dict[str, Any]) -> None:
        *heads, last = path.split("/")
        inner: Any = target
        for key in heads:
            inner = inner[int(key)] if isinstance(inner, list) else inner.setdefault(key, {})
        inner[last] = value

    return change


CASES: list[tuple[str, Callable[[dict[str, Any]], Any], tuple[str, str]]] = [
    ("reserved app", put("id", "session"), ("id", "definition.reserved_key")),
    ("unknown app", put("uses", ["crm"]), ("uses", "definition.unknown_app")),
    ("menu view", put("menu", [{"view": "x"}]), ("menu/0", "definition.unknown_view")),
    (
        "required by an ill formula",
        put("entities/order/fields/remark/required", "=nothing"),
        ("entities/order/fields/remark/required", "definition.bad_formula"),
    ),
    (
        "visible by a number",
        put("entities/order/fields/remark/visible", "boxes"),
        ("entities/order/fields/remark/visible", "definition.bad_formula"),
    ),
    (
        "option of an unknown field",
        put("entities/customer/fields/level/options/0/when", "nothing"),
        ("entities/customer/fields/level/options/0/when", "definition.bad_formula"),
    ),
    (
        "filter of a field that the form lacks",
        put("entities/order/fields/customer/filter", "parent = form.nothing"),
        ("entities/order/fields/customer/filter", "definition.bad_formula"),
    ),
    (
        "filter of another line's field",
        put("entities/order/fields/lines/fields/product/filter", "price = line.nothing"),
        ("entities/order/fields/lines/fields/product/filter", "definition.bad_formula"),
    ),
    (
        "flag without a mark",
        put("entities/order/validations/0/level", "flag"),
        ("entities/order/validations/0/mark", "definition.flag_needs_mark"),
    ),
    (
        "parameter that depends on others",
        put("entities/order/actions/reject/parameters/reason/visible", "TRUE"),
        ("entities/order/actions/reject/parameters/reason", "definition.formula_not_here"),
    ),
    ("menu entity", put("menu", [{"entity": "x"}]), ("menu/0", "definition.unknown_entity")),
    (
        "system column as key",
        put("entities/order/fields/version", field("text")),
        ("entities/order/fields/version", "definition.reserved_key"),
    ),
    (
        "double underscore",
        put("entities/order/fields/a__b", field("text")),
        ("entities/order/fields/a__b", "definition.reserved_key"),
    ),
    (
        "reserved column of lines",
        put("entities/order/fields/lines/fields/parent_id", field("text")),
        ("entities/order/fields/lines/fields/parent_id", "definition.reserved_key"),
    ),
    (
        "route word as entity",
        put("entities/query", {"label": label("x"), "fields": {}}),
        ("entities/query", "definition.reserved_key"),
    ),
    (
        "route word as action",
        put("entities/order/actions/import", {"label": label("x")}),
        ("entities/order/actions/import", "definition.reserved_key"),
    ),
    (
        "dangling reference",
        put("entities/order/fields/shop", field("reference", entity="shop")),
        ("entities/order/fields/shop/entity", "definition.unknown_entity"),
    ),
    (
        "carry to nothing",
        put("entities/order/fields/customer/carry", {"nothing": "address"}),
        ("entities/order/fields/customer/carry/nothing", "definition.unknown_field"),
    ),
    (
        "carry of another type",
        put("entities/order/fields/customer/carry", {"remark": "address"}),
        ("entities/order/fields/customer/carry/remark", "definition.carry_differs"),
    ),
    (
        "totals of text",
        put("entities/order/fields/lines/totals", ["product"]),
        ("entities/order/fields/lines/totals", "definition.not_a_number"),
    ),
    (
        "nested lines",
        put("entities/order/fields/lines/fields/inner", field("lines", fields={})),
        ("entities/order/fields/lines/fields/inner", "definition.nested_lines"),
    ),
    (
        "title that is not there",
        put("entities/order/title", "nr"),
        ("entities/order/title", "definition.unknown_field"),
    ),
    (
        "owner that is no person",
        put("entities/order/owner", "remark"),
        ("entities/order/owner", "definition.owner_not_person"),
    ),
    (
        "a number dated by no date",
        put("entities/order/fields/number/date", "remark"),
        ("entities/order/fields/number/date", "definition.not_a_date"),
    ),
    (
        "search in numbers",
        put("entities/order/search", ["boxes"]),
        ("entities/order/search", "definition.not_searchable"),
    ),
    (
        "sort by address",
        put("entities/order/sort", "address"),
        ("entities/order/sort", "definition.not_sortable"),
    ),
    (
        "unknown column",
        put("views/open_orders/columns", ["numbr"]),
        ("views/open_orders/columns", "definition.unknown_column"),
    ),
    (
        "view for nobody",
        put("views/open_orders/roles", ["sales", "sale"]),
        ("views/open_orders/roles", "definition.unknown_role"),
    ),
    (
        "view of nothing",
        put("views/open_orders/entity", "ordr"),
        ("views/open_orders/entity", "definition.unknown_entity"),
    ),
    (
        "ill-typed filter",
        put("views/open_orders/filter", "amount + 1"),
        ("views/open_orders/filter", "definition.bad_formula"),
    ),
    (
        "ill-typed field formula",
        put("entities/order/fields/amount/formula", 'SUM(lines.amount) & "x"'),
        ("entities/order/fields/amount/formula", "definition.bad_formula"),
    ),
    (
        "stored formula of today",
        put("entities/order/fields/late", field("formula", formula="TODAY()", result="date")),
        ("entities/order/fields/late/formula", "definition.volatile_formula"),
    ),
    (
        "default of another type",
        put("entities/order/fields/boxes/default", "=TODAY()"),
        ("entities/order/fields/boxes/default", "definition.bad_formula"),
    ),
    (
        "default that is no option",
        put("entities/order/fields/boxes/default", 5000),
        ("entities/order/fields/boxes/default", "definition.bad_default"),
    ),
    (
        "validation that is no condition",
        put("entities/order/validations/0/formula", "discount"),
        ("entities/order/validations/0/formula", "definition.bad_formula"),
    ),
    (
        "states on text",
        put("entities/order/states/field", "remark"),
        ("entities/order/states/field", "definition.states_need_choice"),
    ),
    (
        "unknown target state",
        put("entities/order/states/edges/draft", ["submitted", "gone"]),
        ("entities/order/states", "definition.unknown_state"),
    ),
    (
        "unreachable state",
        put("entities/order/states/edges/submitted", []),
        ("entities/order/states/edges", "definition.unreachable_state"),
    ),
    (
        "action along no edge",
        put("entities/order/actions/submit/to", ["done"]),
        ("entities/order/actions/submit/to", "definition.no_edge"),
    ),
    (
        "entity action with states",
        put("entities/order/actions/submit/scope", "entity"),
        ("entities/order/actions/submit", "definition.entity_action_with_states"),
    ),
    (
        "missing translation",
        put("entities/order/fields/remark/label", {"zh-CN": "备注"}),
        ("entities/order/fields/remark/label", "definition.missing_translation"),
    ),
    (
        "grant on nothing",
        put("roles/sales/grants/ordr", {"see": True}),
        ("roles/sales/grants/ordr", "definition.unknown_entity"),
    ),
    (
        "grant of an unknown action",
        put("roles/sales/grants/order/actions", ["sumbit"]),
        ("roles/sales/grants/order/actions", "definition.unknown_action"),
    ),
    (
        "mask of an unknown field",
        put("roles/sales/grants/order/fields", {"lines.cost": "hidden"}),
        ("roles/sales/grants/order/fields", "definition.unknown_field"),
    ),
    (
        "ledger with a field of its own",
        put("entities/stock/fields/colour", field("text")),
        ("entities/stock/fields/colour", "definition.not_in_ledger"),
    ),
    (
        "ledger dimension that is no reference",
        put("entities/stock/ledger/dimensions", ["product", "on_hand"]),
        ("entities/stock/ledger/dimensions", "definition.dimension_no_reference"),
    ),
    (
        "withheld that is not there",
        put("entities/stock/ledger/withheld", "product.held"),
        ("entities/stock/ledger/withheld", "definition.unknown_field"),
    ),
    (
        "field twice in the form",
        put("entities/order/sections/0/fields", ["number", "number"]),
        ("entities/order/sections/main", "definition.field_twice"),
    ),
]


@pytest.mark.parametrize(
    ("change", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_finds(change: Callable[[dict[str, Any]], Any], expected: tuple[str, str]) -> None:
    assert (*expected, "error") in found(change)


def test_warns_of_row_scopes_through_references() -> None:
    change = put("roles/sales/grants/order/see", "customer.salesperson = CURRENT_USER()")
    path = "roles/sales/grants/order/see"
    assert (path, "definition.scope_through_reference", "warning") in found(change)


def test_finds_formulas_in_a_circle() -> None:
    def change(target: dict[str, Any]) -> None:
        fields = order(target)["fields"]
        fields["a"] = field("formula", formula="b + 1", result="number")
        fields["b"] = field("formula", formula="a + 1", result="number")

    codes = [(path, code) for path, code, _ in found(change)]
    assert ("entities/order/fields/a/formula", "definition.formula_cycle") in codes
    assert ("entities/order/fields/b/formula", "definition.formula_cycle") in codes


def test_references_to_other_apps_need_uses() -> None:
    other = from_data(
        {
            "id": "crm",
            "label": label("CRM"),
            "entities": {"lead": {"label": label("Lead"), "fields": {}}},
        }
    )
    changed = data()
    order(changed)["fields"]["lead"] = field("reference", entity="crm.lead")
    findings = lint(from_data(changed), [other])
    assert "definition.app_not_used" in [one.code for one in findings]
    findings = lint(from_data(changed | {"uses": ["crm"]}), [other])
    assert "definition.app_not_used" not in [one.code for one in findings]


def test_names_file_and_line(tmp_path: Path) -> None:
    changed = data()
    order(changed)["fields"]["state"]["options"].append(option("lost"))
    dump_folder(from_data(changed), tmp_path)
    app, source = load_source(tmp_path)
    finding = next(
        one for one in lint(app, source=source) if one.code == "definition.unreachable_state"
    )
    assert finding.params["name"] == "lost"
    lines = (tmp_path / "entities" / "order.yaml").read_text("utf-8").splitlines()
    assert finding.file == "entities/order.yaml"
    assert finding.line is not None
    assert lines[finding.line - 1].strip() == "edges:"
