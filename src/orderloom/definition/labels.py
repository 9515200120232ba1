"""Formulas as people read and type them: labels for keys, in both directions.

Invariant: a label stands for a key only where it is read back as that key; else the key stays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from orderloom.base import text
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field, labels
from orderloom.definition.fields.address import AddressField
from orderloom.definition.fields.choice import OptionField
from orderloom.definition.fields.lines import LinesField
from orderloom.definition.fields.reference import ReferenceField
from orderloom.definition.form import FORM, LABELS, LINE
from orderloom.definition.model import Label
from orderloom.formula import print_ast
from orderloom.formula.ast import Binary, Call, Literal, Node, Path, Unary
from orderloom.formula.functions import ALIASES
from orderloom.formula.printer import words_of

Find = Callable[[str], Entity | None]
"""An entity by its full name, when the reader may know it."""
Sees = Callable[[str, str], bool]
"""(entity, field or ``lines.field``) → whether the reader may know it."""

SYSTEM_LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "id": {"zh-CN": "编号", "en": "ID"},
        "version": {"zh-CN": "版本", "en": "Version"},
        "owner_id": {"zh-CN": "负责人", "en": "Owner"},
        "owner_department_id": {"zh-CN": "所属部门", "en": "Department of the owner"},
        "created_at": {"zh-CN": "创建时间", "en": "Created at"},
        "created_by": {"zh-CN": "创建人", "en": "Created by"},
        "updated_at": {"zh-CN": "修改时间", "en": "Changed at"},
        "updated_by": {"zh-CN": "修改人", "en": "Changed by"},
    }
)
ADDRESS_LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "name": {"zh-CN": "姓名", "en": "Name"},
        "phone": {"zh-CN": "电话", "en": "Phone"},
        "province": {"zh-CN": "省", "en": "Province"},
        "city": {"zh-CN": "市", "en": "City"},
        "district": {"zh-CN": "区县", "en": "District"},
        "detail": {"zh-CN": "详细地址", "en": "Detail"},
        "text": {"zh-CN": "全文", "en": "Text"},
    }
)
_OPTIONS = frozenset(("IN", "CONTAINS", "SWITCH", "=", "<>"))


@dataclass(frozen=True)
class Level:
    """The names that may stand at one place of a path."""

    labels: Mapping[str, Label]
    fields: Mapping[str, Field]
    below: Mapping[str, tuple[str, str | None]]
    """Key → (entity, its lines) where the path goes on."""

    @cached_property
    def _keys(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, label in self.labels.items():
            for name in labels(label):
                found.setdefault(name, set()).add(key)
        return found

    def key(self, name: str) -> str | None:
        """The key that a key or label stands for."""
        if name in self.labels:
            return name
        found = self._keys.get(next(iter(labels({"": name}))), set())
        return next(iter(found)) if len(found) == 1 else None

    def shown(self, key: str, language: str) -> str:
        """What to show for a key."""
        label = text.pick(self.labels.get(key), language)
        return label if label and "]" not in label and self.key(label) == key else key


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of formulas about one entity, or about its lines, for one reader."""

    entity: str
    find: Find
    sees: Sees
    lines: str | None = None
    form: str | None = None
    """The entity of the form around the filter of a reference; ``form_lines`` are its lines."""
    form_lines: str | None = None

    def keys(self, node: Node) -> Node:
        """The tree with keys, each part at its place."""
        return _walk(node, self, lambda level, part: level.key(part) or part, _option_key)

    def display(self, node: Node, language: str) -> str:
        """The tree as text in the words of a language."""

        def label(level: Level, part: str) -> str:
            return level.shown(part, language)

        def option(field: OptionField, value: str) -> str:
            return _option_label(field, value, language)

        return print_ast(_walk(node, self, label, option), words_of(language))

    def near(self, name: str, language: str) -> str | None:
        """The field that somebody may have meant at the beginning of a path, as it is shown."""
        level = self.start
        known = {one: key for key, label in level.labels.items() for one in (key, *label.values())}
        found = get_close_matches(name, known, n=1, cutoff=0.5)
        return level.shown(known[found[0]], language) if found else None

    @cached_property
    def start(self) -> Level:
        """The level at which paths begin."""
        level = self.level(self.entity, self.lines)
        if self.form is None:
            return level
        homes: dict[str, tuple[str, str | None]] = {FORM: (self.form, None)}
        if self.form_lines is not None:
            homes[LINE] = (self.form, self.form_lines)
        shown = {key: dict(LABELS[key]) for key in homes}
        return replace(level, labels={**shown, **level.labels}, below={**homes, **level.below})

    def level(self, name: str, lines: str | None) -> Level:
        """The names of an entity, or of its lines, as far as the reader may know them."""
        entity = self.find(name)
        if entity is None:
            return Level({}, {}, {})
        fields: Mapping[str, Field] = entity.fields
        prefix = ""
        if lines is not None:
            fields, prefix = entity.lines[lines].fields, f"{lines}."
        seen = {key: one for key, one in fields.items() if self.sees(name, f"{prefix}{key}")}
        below = {
            key: (one.entity, None) if isinstance(one, ReferenceField) else (name, key)
            for key, one in seen.items()
            if isinstance(one, ReferenceField | LinesField)
        }
        own = {key: one.label for key, one in seen.items()}
        return Level(own if lines else {**SYSTEM_LABELS, **own}, seen, below)


def _walk(
    node: Node,
    names: Names,
    part: Callable[[Level, str], str],
    option: Callable[[OptionField, str], str],
) -> Node:
    """The tree with every name and option replaced; places stay."""

    def inner(one: Node) -> Node:
        return _walk(one, names, part, option)

    if isinstance(node, Path):
        return replace(node, parts=_parts(node.parts, names, part)[0])
    if isinstance(node, Unary):
        return replace(node, operand=inner(node.operand))
    if isinstance(node, Literal):
        return node
    operands = (node.left, node.right) if isinstance(node, Binary) else node.args
    field, places = _asked(node, operands, names)
    made = tuple(
        replace(one, value=option(field, one.value))
        if field is not None
        and index in places
        and isinstance(one, Literal)
        and isinstance(one.value, str)
        else inner(one)
        for index, one in enumerate(operands)
    )
    if isinstance(node, Binary):
        return replace(node, left=made[0], right=made[1])
    return replace(node, args=made)


def _parts(
    parts: Sequence[str], names: Names, part: Callable[[Level, str], str]
) -> tuple[tuple[str, ...], Field | None]:
    """The parts replaced, and the field at their end."""
    level, made, field = names.start, list[str](), None
    for given in parts:
        key = level.key(given)
        made.append(part(level, given))
        field = level.fields.get(key or "")
        if key is not None and key in level.below:
            level = names.level(*level.below[key])
        elif isinstance(field, AddressField):
            level = Level(ADDRESS_LABELS, {}, {})
        else:
            level = Level({}, {}, {})
    return tuple(made), field


def _asked(
    node: Binary | Call, operands: Sequence[Node], names: Names
) -> tuple[OptionField | None, range]:
    """The choice that is asked for, and the operands whose texts are its options."""
    name = node.op if isinstance(node, Binary) else node.name.upper()
    name = ALIASES.get(name, name)
    places = range(1, len(operands) - 1, 2) if name == "SWITCH" else range(len(operands))
    if name in _OPTIONS:
        for one in operands if isinstance(node, Binary) else operands[:1]:
            if isinstance(one, Path):
                field = _parts(one.parts, names, lambda _, part: part)[1]
                if isinstance(field, OptionField):
                    return field, places
    return None, places


def _option_key(field: OptionField, value: str) -> str:
    return field.key_of(value)


def _option_label(field: OptionField, value: str, language: str) -> str:
    option = field.option(value)
    shown = text.pick(option.label, language) if option is not None else ""
    return shown if shown and field.key_of(shown) == value else value
