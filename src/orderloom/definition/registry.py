"""The registry of field kinds, and how raw fields find their class.

Invariant: one class per kind; an extension adds a kind by registering its class.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar

from pydantic import (
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from orderloom.definition.field import Field
from orderloom.definition.model import KEY_PATTERN, Key
from orderloom.definition.plan import Fields

FIELD_KINDS: dict[str, type[Field]] = {}
"""Field classes by kind, in the order of the palette."""

_KEY: TypeAdapter[str] = TypeAdapter(Key)
_F = TypeVar("_F", bound=Field)


def field_kind(cls: type[_F]) -> type[_F]:
    """Register a class under the default of its ``kind``."""
    FIELD_KINDS[cls.model_fields["kind"].default] = cls
    return cls


def field_from(data: Any, context: Any = None) -> Field:
    """A field from raw data, by its kind.

    Raises:
        PydanticCustomError: the data is no field of a known kind.
    """
    if isinstance(data, Field):
        return data
    if not isinstance(data, Mapping):
        raise PydanticCustomError("field", "a field is a mapping with a kind")
    kind = data.get("kind")
    cls = FIELD_KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        near = get_close_matches(str(kind), FIELD_KINDS, n=1)
        raise PydanticCustomError(
            "unknown_kind",
            "unknown field kind {kind}",
            {"kind": str(kind), "suggestion": near[0] if near else None},
        )
    return cls.model_validate(dict(data), context=context)


class FieldMap:
    """The annotation that parses a mapping of raw fields through the registry."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(_fields_from)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {"pattern": KEY_PATTERN},
            "additionalProperties": {"x-orderloom": "field"},
        }


FieldsByKey = Annotated[Fields, FieldMap]
"""Fields by key in a model."""


def _fields_from(data: Any, info: ValidationInfo) -> Fields:
    """Every field through the registry; the errors of all fields together, each with its place."""
    if isinstance(data, Fields):
        return data
    if not isinstance(data, Mapping):
        raise PydanticCustomError("fields", "fields are a mapping from key to field")
    fields, errors = Fields(), list[dict[str, Any]]()
    for key, value in data.items():
        try:
            fields[_KEY.validate_python(key)] = field_from(value, info.context)
        except ValidationError as error:
            errors.extend(_below(str(key), flat_errors(error)))
        except PydanticCustomError as error:
            errors.append(
                {
                    "loc": (str(key),),
                    "type": error.type,
                    "msg": error.message(),
                    "ctx": error.context,
                }
            )
    if errors:
        raise PydanticCustomError("nested", "the fields have errors", {"nested": errors})
    return fields


def flat_errors(error: ValidationError) -> list[dict[str, Any]]:
    """All errors with ``loc``, ``type``, ``msg``; those of nested fields at their own place."""
    flat: list[dict[str, Any]] = []
    for item in error.errors(include_url=False, include_input=False):
        nested = (item.get("ctx") or {}).get("nested")
        if item["type"] == "nested" and nested is not None:
            flat.extend({**one, "loc": (*item["loc"], *one["loc"])} for one in nested)
        else:
            flat.append(dict(item))
    return flat


def _below(key: str, errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**error, "loc": (key, *error["loc"])} for error in errors]
