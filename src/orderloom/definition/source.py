"""YAML folders as plain data, with the file and line of every part.

Invariant: a word is true, false, null, a whole number, or text; nothing else is guessed (no dates,
no yes/no, no binary floating point).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from orderloom.definition.element import ELEMENT_KINDS
from orderloom.definition.finding import DefinitionError, Finding

PathKey = tuple[str, ...]

_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = re.compile(r"^-?(?:0|[1-9]\d{0,300})$")
_MOST_NODES = 200_000


@dataclass(kw_only=True)
class Source:
    """Plain data and where its parts were read."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[PathKey, tuple[str, int]] = field(default_factory=dict)

    def place(self, path: str) -> tuple[str | None, int | None]:
        """File and line of the deepest known part of the path."""
        key = tuple(path.split("/")) if path else ()
        while key:
            if key in self.places:
                return self.places[key]
            key = key[:-1]
        return self.places.get((), (None, None))

    def located(self, finding: Finding) -> Finding:
        """The finding with its file and line."""
        file, line = self.place(finding.path)
        return Finding(
            path=finding.path,
            code=finding.code,
            params=finding.params,
            level=finding.level,
            file=file,
            line=line,
        )


class _Reader:
    """Turns one file's nodes into plain data."""

    def __init__(self, source: Source, file: str) -> None:
        self.source = source
        self.file = file
        self.findings: list[Finding] = []
        self.nodes = 0

    def value(self, node: yaml.Node, path: PathKey) -> Any:
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            raise DefinitionError([self.finding(node, path, "definition.too_large")])
        if isinstance(node, yaml.MappingNode):
            return dict(self.pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.item(child, (*path, str(i))) for i, child in enumerate(node.value)]
        return self.scalar(node)

    def item(self, node: yaml.Node, path: PathKey) -> Any:
        self.mark(node, path)
        return self.value(node, path)

    def pairs(self, node: yaml.MappingNode, path: PathKey) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in seen:
                self.findings.append(
                    self.finding(key_node, (*path, key), "definition.duplicate_key", key=key)
                )
            seen.add(key)
            self.mark(key_node, (*path, key))
            yield key, self.value(value_node, (*path, key))

    def scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        if not isinstance(node, yaml.ScalarNode) or node.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        return int(text) if _WHOLE.match(text) else text

    def mark(self, node: yaml.Node, path: PathKey) -> None:
        self.source.places.setdefault(path, (self.file, node.start_mark.line + 1))

    def finding(self, node: yaml.Node, path: PathKey, code: str, **params: Any) -> Finding:
        return Finding(
            path="/".join(path),
            code=code,
            params=params,
            file=self.file,
            line=node.start_mark.line + 1,
        )


def read_folder(folder: Path) -> Source:
    """The data of a definition folder: ``app.yaml`` and one file per element.

    Raises:
        DefinitionError: a file is missing or is no YAML.
    """
    source = Source()
    main = folder / "app.yaml"
    if not main.is_file():
        finding = Finding(path="", code="definition.no_app_file", params={"file": "app.yaml"})
        raise DefinitionError([finding])
    findings: list[Finding] = []
    source.data = _read(source, main, "app.yaml", (), findings)
    for name in ELEMENT_KINDS:
        elements = source.data.setdefault(name, {})
        for path in sorted((folder / name).glob("*.yaml")):
            data = _read(source, path, f"{name}/{path.name}", (name, path.stem), findings)
            if path.stem in elements:
                findings.append(_twice(source, name, path.stem))
            elements[path.stem] = data
        if not elements:
            del source.data[name]
    if findings:
        raise DefinitionError(findings)
    return source


def _twice(source: Source, folder: str, key: str) -> Finding:
    path = f"{folder}/{key}"
    return source.located(Finding(path=path, code="definition.duplicate_key", params={"key": key}))


def _read(
    source: Source, path: Path, file: str, key: PathKey, findings: list[Finding]
) -> dict[str, Any]:
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        findings.append(
            Finding(
                path="/".join(key),
                code="definition.not_yaml",
                params={"problem": getattr(error, "problem", None) or str(error)},
                file=file,
                line=mark.line + 1 if mark else None,
            )
        )
        return {}
    reader = _Reader(source, file)
    source.places.setdefault(key, (file, 1))
    data = reader.value(node, key) if node is not None else {}
    findings.extend(reader.findings)
    if not isinstance(data, dict):
        findings.append(
            Finding(path="/".join(key), code="definition.not_mapping", file=file, line=1)
        )
        return {}
    return data
