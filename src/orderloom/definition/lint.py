"""``orderloom app lint``: every dangling reference, unreachable state and ill-typed formula.

Invariant: an app without error findings can be published; each finding names its element, and its
file and line when it was read from YAML.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orderloom.definition.app import App
from orderloom.definition.element import ELEMENT_KINDS, register_element
from orderloom.definition.element import ElementKind as _Kind
from orderloom.definition.finding import Finding
from orderloom.definition.json import to_data
from orderloom.definition.lints.app import lint_app
from orderloom.definition.lints.computed import lint_graph
from orderloom.definition.lints.context import LintScope
from orderloom.definition.lints.entity import lint_entity
from orderloom.definition.lints.role import lint_role
from orderloom.definition.lints.unused import lint_unused
from orderloom.definition.lints.view import lint_view
from orderloom.definition.source import Source

_LANGUAGES = ("zh-CN", "en")
_LABELS = frozenset({"label", "help", "message", "confirm", "description"})

for _folder, _check in (("entities", lint_entity), ("views", lint_view), ("roles", lint_role)):
    _core = ELEMENT_KINDS[_folder]
    register_element(_Kind(name=_core.name, folder=_folder, model=_core.model, lint=_check))


def lint(app: App, others: Iterable[App] = (), source: Source | None = None) -> list[Finding]:
    """All findings about an app, beside the other apps that it may use."""
    scope = LintScope.of(app, others)
    findings: list[Finding] = [*lint_app(scope), *_labels((), to_data(app))]
    for folder, kind in ELEMENT_KINDS.items():
        if kind.lint is not None:
            for key, element in app.elements(folder).items():
                findings.extend(kind.lint(scope, key, element))
    findings.extend(lint_graph(scope))
    findings.extend(lint_unused(scope))
    findings = list({(one.path, one.code): one for one in findings}.values())
    return [source.located(one) for one in findings] if source is not None else findings


def _labels(path: tuple[str, ...], data: Any) -> Iterator[Finding]:
    """Labels that lack a language, wherever they stand."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            inner = (*path, str(key))
            if key in _LABELS and isinstance(value, Mapping) and not _is_part(value):
                yield from _label(inner, value)
            else:
                yield from _labels(inner, value)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _labels((*path, str(index)), value)


def _is_part(value: Mapping[str, Any]) -> bool:
    """Whether a mapping is an element that happens to be called ``label`` or ``message``."""
    return any(isinstance(item, Mapping) for item in value.values()) or "kind" in value


def _label(path: tuple[str, ...], value: Mapping[str, Any]) -> Iterator[Finding]:
    missing = [language for language in _LANGUAGES if not value.get(language)]
    if missing:
        yield Finding(
            path="/".join(path),
            code="definition.missing_translation",
            params={"languages": missing},
        )
