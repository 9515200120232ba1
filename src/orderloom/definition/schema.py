"""``spec/app.schema.json``: the JSON Schema of a definition, generated from the models.

Invariant: the file in the repository equals what this module generates; a test says so. Write it
anew with ``python -m orderloom.definition.schema spec/app.schema.json``.
"""

import json
import sys
from pathlib import Path
from typing import Any

from orderloom.definition.app import CORE, App
from orderloom.definition.element import ELEMENT_KINDS
from orderloom.definition.model import KEY_PATTERN
from orderloom.definition.registry import FIELD_KINDS

_FIELD_MARK = {"x-orderloom": "field"}
_DEFS = "#/$defs/{model}"


def app_schema() -> dict[str, Any]:
    """The schema of an app with all registered field and element kinds."""
    schema = App.model_json_schema(ref_template=_DEFS)
    definitions: dict[str, Any] = schema.setdefault("$defs", {})
    schema["properties"].pop("extensions", None)
    for folder, kind in ELEMENT_KINDS.items():
        if folder not in CORE:
            _adopt(definitions, kind.model.model_json_schema(ref_template=_DEFS), kind.name)
            schema["properties"][folder] = {
                "type": "object",
                "additionalProperties": {"$ref": f"#/$defs/{kind.name}"},
            }
    names = []
    kinds = dict(sorted(FIELD_KINDS.items()))
    for cls in kinds.values():
        _adopt(definitions, cls.model_json_schema(ref_template=_DEFS), cls.__name__)
        definitions[cls.__name__].setdefault("required", []).insert(0, "kind")
        names.append(cls.__name__)
    definitions["Field"] = {
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in names],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {kind: f"#/$defs/{cls.__name__}" for kind, cls in kinds.items()},
        },
    }
    for folder in CORE:
        _optional_id(definitions, ELEMENT_KINDS[folder].model.__name__)
    schema["$defs"] = dict(sorted(definitions.items()))
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    placed: dict[str, Any] = _placed(schema)
    placed["properties"]["id"] = {"type": "string", "pattern": KEY_PATTERN}
    return placed


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(app_schema(), ensure_ascii=False, indent=2) + "\n"


def _adopt(definitions: dict[str, Any], schema: dict[str, Any], name: str) -> None:
    """Put a model's schema and those that it needs among the definitions."""
    definitions.update(schema.pop("$defs", {}))
    if "$ref" not in schema:
        definitions[name] = schema


def _optional_id(definitions: dict[str, Any], name: str) -> None:
    """An element's id is its key or file name; inside, it may be left out."""
    definitions[name]["required"] = [one for one in definitions[name]["required"] if one != "id"]


def _placed(value: Any) -> Any:
    """The schema with the marks of fields replaced by their definition."""
    if value == _FIELD_MARK:
        return {"$ref": "#/$defs/Field"}
    if isinstance(value, dict):
        return {key: _placed(item) for key, item in value.items()}
    return [_placed(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), "utf-8")
