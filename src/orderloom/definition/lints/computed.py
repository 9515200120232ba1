"""Checks of computed fields: what they read exists and fits; nothing reads itself in a circle."""

from collections.abc import Iterator, Mapping

from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.definition.fields.computed import ComputedField
from orderloom.definition.fields.formula import FormulaField
from orderloom.definition.fields.lookup import LookupField
from orderloom.definition.fields.reference import ReferenceField
from orderloom.definition.fields.rollup import RollupField
from orderloom.definition.finding import Finding
from orderloom.definition.graph import Graph, Node, build
from orderloom.definition.lints.context import (
    LintScope,
    compile_findings,
    finding,
    near,
    unknown_keys,
)
from orderloom.definition.model import full_name
from orderloom.definition.scope import reading_scope, rollup_scope
from orderloom.formula import Formula
from orderloom.formula.check import fits
from orderloom.formula.types import BOOL, Choice, Date, DateTime, Number

_ALONE = ("count",)
_CONDITIONS = ("any", "all")


def lint_computed(
    scope: LintScope, entity: Entity, path: str, field: ComputedField, lines: str | None
) -> Iterator[Finding]:
    """What is wrong with a computed field."""
    if isinstance(field, RollupField):
        yield from _lint_rollup(scope, path, field, lines)
        return
    where = f"{path}/{'path' if isinstance(field, LookupField) else 'formula'}"
    own = scope.scopes.get(full_name(scope.app.id, entity.id))
    fields: Mapping[str, Field] = entity.fields
    if own is not None and lines is not None:
        own, fields = own.fields[lines].rows, entity.lines[lines].fields
    if own is None:
        return
    if field.mode == "read":
        own = reading_scope(own, fields)
    text = field.formula_text or ""
    findings, formula = compile_findings(
        where,
        text,
        own,
        scope.scopes,
        expect=field.formula_type(),
        usage="value",
        blanks=field.blank_numbers,
    )
    yield from findings
    if formula is None:
        return
    scope.formulas[where] = (full_name(scope.app.id, entity.id), formula)
    yield from _lint_volatile(where, field, formula)
    if isinstance(field, LookupField):
        yield from _lint_lookup(path, field, formula)


def _lint_volatile(where: str, field: ComputedField, formula: Formula) -> Iterator[Finding]:
    if field.mode == "stored" and formula.volatility != "stable":
        yield finding(where, "definition.volatile_formula")


def _lint_lookup(path: str, field: LookupField, formula: Formula) -> Iterator[Finding]:
    expr = formula.expr
    if not expr.is_path or not expr.hops or expr.lines is not None:
        yield finding(f"{path}/path", "definition.lookup_needs_path", name=field.path)
        return
    options = expr.type.options if isinstance(expr.type, Choice) else ()
    if field.result == "choice":
        missing = set(options) - {one.key for one in field.options}
        if missing or not field.options:
            yield finding(f"{path}/options", "definition.lookup_options", names=sorted(missing))


def _lint_rollup(
    scope: LintScope, path: str, field: RollupField, lines: str | None
) -> Iterator[Finding]:
    if lines is not None:
        yield finding(path, "definition.rollup_in_lines")
        return
    yield from scope.entity_findings(f"{path}/entity", field.entity)
    source = scope.entity(field.entity)
    rows = rollup_scope(scope.scopes, full_name(scope.app.id, field.entity), field.lines)
    if source is None:
        return
    yield from _lint_by(path, scope, source, field)
    if rows is None:
        return
    parts: dict[str, Formula | None] = {"expression": None, "condition": None}
    for name, expect in (("expression", None), ("condition", BOOL)):
        text = getattr(field, name)
        if text is None:
            continue
        where = f"{path}/{name}"
        usage = "filter" if name == "condition" else "value"
        findings, formula = compile_findings(
            where,
            text,
            rows,
            scope.scopes,
            expect=expect,
            usage=usage,
            blanks=field.blank_numbers,
        )
        yield from findings
        parts[name] = formula
        if formula is not None:
            scope.formulas[where] = (field.entity, formula)
            yield from _lint_volatile(where, field, formula)
    if field.expression is None and field.aggregate not in _ALONE:
        yield finding(f"{path}/expression", "definition.rollup_needs_expression")
    elif parts["expression"] is not None and not _aggregates(field, parts["expression"]):
        yield finding(f"{path}/expression", "definition.rollup_type", aggregate=field.aggregate)


def _lint_by(path: str, scope: LintScope, source: Entity, field: RollupField) -> Iterator[Finding]:
    """The reference exists, and leads to the entity that the rollup belongs to."""
    fields: Mapping[str, Field] = source.fields
    if field.lines is not None:
        yield from unknown_keys(f"{path}/by", [field.lines], source.lines)
        if field.lines not in source.lines:
            return
        fields = source.lines[field.lines].fields
    one = fields.get(field.column)
    owner = f"{scope.app.id}.{path.split('/')[1]}"
    if source.ledger is not None or one is None:
        yield finding(
            f"{path}/by", "definition.unknown_field", name=field.by, **near(field.column, fields)
        )
    elif not isinstance(one, ReferenceField) or full_name(scope.app.id, one.entity) != owner:
        yield finding(f"{path}/by", "definition.rollup_reference", name=field.by)


def _aggregates(field: RollupField, expression: Formula) -> bool:
    """Whether the aggregate can take the expression, and its value fits the result."""
    found, wanted = expression.type, field.formula_type()
    if field.aggregate in ("count", "count_distinct"):
        return isinstance(wanted, Number)
    if field.aggregate in _CONDITIONS:
        return fits(found, BOOL) and fits(wanted, BOOL)
    if field.aggregate in ("sum", "average"):
        return isinstance(found, Number) and isinstance(wanted, Number)
    return isinstance(found, Number | Date | DateTime) and fits(found, wanted)


def lint_graph(scope: LintScope) -> Iterator[Finding]:
    """Computed fields, of this and other apps, that read each other in a circle."""
    graph = build(scope.apps.values(), scope.scopes)
    for circle in graph.cycles:
        names = _circle_label(scope, circle)
        for node in circle:
            if node.entity.partition(".")[0] == scope.app.id:
                label = graph.nodes[node].label
                yield finding(
                    _path(graph, node), "definition.formula_cycle", name=label, circle=names
                )


def _path(graph: Graph, node: Node) -> str:
    inner = f"fields/{node.lines}/fields/{node.key}" if node.lines else f"fields/{node.key}"
    path = f"entities/{node.entity.partition('.')[2]}/{inner}"
    field = graph.nodes[node].field
    if field is None:
        return f"{path}/default"
    return f"{path}/formula" if isinstance(field, FormulaField) else path


def _circle_label(scope: LintScope, circle: tuple[Node, ...]) -> dict[str, str]:
    """The circle in words, in both languages: 客户·欠款 → 订单·折扣 → 客户·欠款."""
    words: dict[str, list[str]] = {"zh-CN": [], "en": []}
    for node in (*circle, circle[0]):
        entity = scope.entity(node.entity)
        field = None if entity is None else entity.fields.get(node.lines or node.key)
        inner = entity.lines[node.lines].fields[node.key] if entity and node.lines else field
        for language, found in words.items():
            parts = (entity and entity.label, inner and inner.label)
            found.append("·".join(str((one or {}).get(language) or node.key) for one in parts))
    return {language: " → ".join(found) for language, found in words.items()}
