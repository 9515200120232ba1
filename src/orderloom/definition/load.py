"""Definition folders: ``load_folder`` and ``dump_folder``.

Invariant: ``load_folder(dump_folder(app))`` is the app, byte for byte in its JSON.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from orderloom.definition.app import App
from orderloom.definition.element import ELEMENT_KINDS
from orderloom.definition.finding import DefinitionError
from orderloom.definition.json import from_data, to_data
from orderloom.definition.source import Source, read_folder

_BREAKS = re.compile(r"[\r\x85\u2028\u2029\ufeff]")


def load_folder(folder: Path) -> App:
    """The app of a definition folder.

    Raises:
        DefinitionError: the folder is no definition; findings carry file and line.
    """
    return load_source(folder)[0]


def load_source(folder: Path) -> tuple[App, Source]:
    """The app of a definition folder, and where its parts were read.

    Raises:
        DefinitionError: the folder is no definition; findings carry file and line.
    """
    source = read_folder(folder)
    try:
        return from_data(source.data), source
    except DefinitionError as error:
        raise DefinitionError([source.located(one) for one in error.findings]) from error


def dump_folder(app: App, folder: Path) -> None:
    """Write the app as a folder of small files; files of elements that are gone are removed."""
    data = to_data(app)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ELEMENT_KINDS:
        elements: dict[str, Any] = data.pop(name, {})
        place = folder / name
        for old in place.glob("*.yaml"):
            if old.stem not in elements:
                old.unlink()
        for key, element in elements.items():
            place.mkdir(exist_ok=True)
            (place / f"{key}.yaml").write_text(_yaml(element), "utf-8")
    (folder / "app.yaml").write_text(_yaml(data), "utf-8")


class _Dumper(yaml.SafeDumper):
    """Writes lists indented below their key, and never refers back to an earlier part."""

    @override
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    @override
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Text with unusual line breaks is escaped: other styles would fold it."""
    style = '"' if _BREAKS.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _yaml(data: Any) -> str:
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return text
