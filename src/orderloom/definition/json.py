"""Definitions as JSON: one canonical text per definition.

Invariant: ``from_json(to_json(app))`` is the app, and its text is the same byte for byte; settings
that equal their default are left out, the order of keys is kept.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from orderloom.definition.app import App
from orderloom.definition.field import Field
from orderloom.definition.finding import DefinitionError, Finding
from orderloom.definition.model import Model
from orderloom.definition.numeric import plain
from orderloom.definition.registry import flat_errors


def to_data(app: App) -> dict[str, Any]:
    """The definition as plain data; elements of extensions stand beside the entities."""
    data = model_data(app)
    data.update(data.pop("extensions", {}))
    return data


def to_json(app: App) -> str:
    """The canonical JSON text."""
    return json.dumps(to_data(app), ensure_ascii=False, separators=(",", ":"))


def content_hash(app: App) -> str:
    """The identity of the definition's content."""
    return hashlib.sha256(to_json(app).encode()).hexdigest()


def from_json(text: str | bytes) -> App:
    """The app of a JSON text.

    Raises:
        DefinitionError: the text is no definition.
    """
    try:
        data = json.loads(text, parse_float=str)
    except ValueError as error:
        finding = Finding(path="", code="definition.not_json", params={"problem": str(error)})
        raise DefinitionError([finding]) from error
    return from_data(data)


def from_data(data: Any) -> App:
    """The app of plain data.

    Raises:
        DefinitionError: the data is no definition; every problem is listed with its path.
    """
    app_id = data.get("id") if isinstance(data, Mapping) else None
    context = {"app": app_id} if isinstance(app_id, str) else None
    try:
        return App.model_validate(data, context=context)
    except ValidationError as error:
        raise DefinitionError([shape_finding(one) for one in flat_errors(error)]) from error


_OWN = {"unknown_kind": "definition.unknown_kind", "id_differs": "definition.id_differs"}


def shape_finding(error: Mapping[str, Any]) -> Finding:
    """A finding from one of pydantic's errors."""
    path = "/".join(str(part) for part in error["loc"])
    context = {key: value for key, value in (error.get("ctx") or {}).items() if key != "error"}
    code = _OWN.get(error["type"])
    if code is not None:
        return Finding(path=path, code=code, params=context)
    if error["type"] == "extra_forbidden":
        return Finding(
            path=path, code="definition.unknown_setting", params={"key": str(error["loc"][-1])}
        )
    if error["type"] == "missing":
        return Finding(
            path=path, code="definition.missing_setting", params={"key": str(error["loc"][-1])}
        )
    return Finding(path=path, code="definition.shape", params={"problem": error["msg"]})


def model_data(model: Model) -> dict[str, Any]:
    """A part of a definition as plain data, in the order of its settings."""
    data: dict[str, Any] = {"kind": model.kind} if isinstance(model, Field) else {}
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if name not in data and not _is_default(info, value):
            data[info.alias or name] = _plain(value)
    return data


def _is_default(info: FieldInfo, value: Any) -> bool:
    if info.is_required():
        return False
    default = info.get_default(call_default_factory=True)
    return bool(type(default) is type(value) and default == value)


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return model_data(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return plain(value) if isinstance(value, Decimal) else value
