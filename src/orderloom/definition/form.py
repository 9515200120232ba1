"""The filter of a reference may read the form that it stands in: ``form.customer``.

Invariant: the form is reached by a name that no field of the other entity has, and only there.
"""

from collections.abc import Mapping
from dataclasses import replace

from orderloom.formula import types
from orderloom.formula.scope import EntityScope, ScopeField, Scopes

FORM = "form"
"""The record that is being filled in."""
LINE = "line"
"""Inside lines: the line that is being filled in."""
LABELS: Mapping[str, Mapping[str, str]] = {
    FORM: {"zh-CN": "本单", "en": "form"},
    LINE: {"zh-CN": "本行", "en": "line"},
}


def form_scope(
    target: EntityScope, scopes: Scopes, form: EntityScope, line: EntityScope | None = None
) -> tuple[EntityScope, Scopes]:
    """The scope of a reference's filter, and the scopes that its paths may walk."""
    homes = {FORM: form} | ({LINE: line} if line is not None else {})
    heads = {key: ScopeField(types.Ref(f"#{key}"), key) for key in homes}
    widened = {f"#{key}": replace(home, name=f"#{key}") for key, home in homes.items()}
    return replace(target, fields={**heads, **target.fields}), {**scopes, **widened}


def reads_form(paths: frozenset[tuple[str, ...]], target: EntityScope) -> bool:
    """Whether a filter over an entity depends on the form."""
    heads = {FORM, LINE} - target.fields.keys()
    return any(path[0] in heads for path in paths)
