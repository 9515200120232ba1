"""What a check needs: the app, the apps beside it, and the compiler of formulas."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, ClassVar

from orderloom.definition.app import App
from orderloom.definition.entity import Entity
from orderloom.definition.finding import Finding, Level
from orderloom.definition.form import form_scope
from orderloom.definition.model import full_name
from orderloom.definition.scope import reading_scope, scopes
from orderloom.formula import Blanks, Formula, FormulaError, compile_formula
from orderloom.formula.scope import EntityScope, Scopes
from orderloom.formula.types import Bool, FormulaType


@dataclass(kw_only=True)
class LintScope:
    """The surroundings of a check; formulas that compiled are remembered by their path."""

    app: App
    apps: Mapping[str, App]
    scopes: Scopes
    formulas: dict[str, tuple[str, Formula]] = field(default_factory=dict)
    """Path of the formula → (entity it is about, compiled formula)."""

    condition: ClassVar[FormulaType] = Bool()

    @classmethod
    def of(cls, app: App, others: Iterable[App]) -> "LintScope":
        """The surroundings of an app."""
        apps = {one.id: one for one in others} | {app.id: app}
        return cls(app=app, apps=apps, scopes=scopes(apps.values()))

    def entity(self, name: str) -> Entity | None:
        """An entity by its name, with or without the app."""
        app_id, _, key = full_name(self.app.id, name).partition(".")
        home = self.apps.get(app_id)
        return home.entities.get(key) if home is not None else None

    def entity_findings(self, path: str, name: str) -> Iterator[Finding]:
        """What is wrong with naming an entity: it is unknown, or its app is not in ``uses``."""
        app_id = full_name(self.app.id, name).partition(".")[0]
        if self.entity(name) is None:
            known = [f"{app}.{key}" for app, one in self.apps.items() for key in one.entities]
            yield finding(path, "definition.unknown_entity", name=name, **near(name, known))
        elif app_id not in (self.app.id, *self.app.uses):
            yield finding(path, "definition.app_not_used", app=app_id, name=name)

    def compile(
        self,
        path: str,
        text: str,
        entity: str,
        *,
        lines: str | None = None,
        expect: FormulaType | None = None,
        usage: str = "rule",
        around: tuple[EntityScope, EntityScope | None] | None = None,
        reading: bool = False,
    ) -> Iterator[Finding]:
        """Compile a formula about an entity (or its lines); a good one is remembered.

        ``around`` is the form, and its line, that the filter of a reference may read; ``reading``
        lets it see fields that are made at read.
        """
        name = full_name(self.app.id, entity)
        scope: EntityScope | None = self.scopes.get(name)
        if scope is not None and lines is not None:
            scope = scope.fields[lines].rows
        home = self.entity(entity)
        if scope is not None and reading and home is not None:
            scope = reading_scope(scope, home.fields)
        if scope is None:
            return
        walked = self.scopes
        if around is not None:
            scope, walked = form_scope(scope, walked, *around)
        findings, formula = compile_findings(path, text, scope, walked, expect=expect, usage=usage)
        yield from findings
        if formula is not None:
            self.formulas[path] = (name, formula)


def compile_findings(
    path: str,
    text: str,
    scope: EntityScope,
    scopes: Scopes,
    *,
    expect: FormulaType | None,
    usage: str,
    blanks: Blanks = "zero",
) -> tuple[list[Finding], Formula | None]:
    """A formula over a scope, or what is wrong with it."""
    try:
        compiled = compile_formula(text, scope, scopes, expect=expect, usage=usage, blanks=blanks)
    except FormulaError as error:
        return [
            finding(path, "definition.bad_formula", **formula_params(text, fault))
            for fault in error.faults
        ], None
    return [], compiled


def formula_params(text: str, fault: Any) -> dict[str, Any]:
    """The parameters of a formula's fault for a finding."""
    start, end = int(fault.get("start") or 0), int(fault.get("end") or 0)
    args = fault.get("args") or {}
    return {
        "problem": fault.get("code"),
        "start": start,
        "end": end,
        "text": text[start:end] or text,
        "args": args,
    }


def finding(path: str, code: str, level: Level = "error", **params: Any) -> Finding:
    """A finding at a path."""
    return Finding(path=path, code=code, level=level, params=params)


def near(name: str, known: Iterable[str]) -> dict[str, Any]:
    """The likeliest of the known names, as a parameter."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return {"suggestion": found[0] if found else None}


def unknown_keys(
    path: str, keys: Iterable[str], known: Iterable[str], code: str = "definition.unknown_field"
) -> Iterator[Finding]:
    """A finding for every key that is not among the known ones."""
    names = list(known)
    for key in keys:
        if key not in names:
            yield finding(path, code, name=key, **near(key, names))
