"""The parts that OpenAPI documents are made of: calls, answers, parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from orderloom.definition.file_kinds import FILE_KINDS

JSON = "application/json"
ID = {"type": "string", "pattern": "^[0-9]{1,19}$"}
OBJECT: Mapping[str, Any] = {"type": "object"}
NEXT = {"type": ["string", "null"]}
ITEMS = {
    "type": "object",
    "required": ["items", "next"],
    "properties": {"items": {"type": "array", "items": {"type": "object"}}, "next": NEXT},
}
BINARY = {"type": "string", "format": "binary"}
FLAG = {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}


def problem_schema() -> dict[str, Any]:
    """application/problem+json as this product renders it."""
    fault = {
        "type": "object",
        "required": ["pointer", "code", "params", "message"],
        "properties": {
            "pointer": {"type": "string"},
            "code": {"type": "string"},
            "params": {"type": "object"},
            "message": {"type": "string"},
        },
    }
    properties: dict[str, Any] = {
        key: {"type": "string"}
        for key in ("type", "title", "detail", "instance", "code", "request_id")
    }
    properties |= {
        "status": {"type": "integer"},
        "params": {"type": "object"},
        "errors": {"type": "array", "items": fault},
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "code", "params", "errors", "request_id"],
        "properties": properties,
    }


def answers(
    status: str, schema: Mapping[str, Any] | None, media: Sequence[str] = (JSON,)
) -> dict[str, Any]:
    """The good answer, and problems for all others; no schema: no content."""
    good: dict[str, Any] = {"description": "done"}
    if schema is not None:
        good["content"] = {one: {"schema": schema} for one in media}
    problem = {"$ref": "#/components/schemas/problem"}
    bad = {"description": "problem", "content": {"application/problem+json": {"schema": problem}}}
    return {status: good, "default": bad}


def call(
    summary: str,
    *,
    status: str = "200",
    schema: Mapping[str, Any] | None = OBJECT,
    body: Mapping[str, Any] | None = None,
    parameters: Sequence[Mapping[str, Any]] = (),
    media: Sequence[str] = (JSON,),
    takes: str = JSON,
    optional: bool = False,
) -> dict[str, Any]:
    """One operation; ``optional``: the body may be left out."""
    made: dict[str, Any] = {"summary": summary, "responses": answers(status, schema, media)}
    if body is not None:
        made["requestBody"] = {"required": not optional, "content": {takes: {"schema": body}}}
    if parameters:
        made["parameters"] = list(parameters)
    return made


def query(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter of the query."""
    return {"name": name, "in": "query", "schema": schema}


def header(name: str) -> dict[str, Any]:
    """A parameter of the header."""
    return {"name": name, "in": "header", "schema": {"type": "string"}}


def path(name: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema or {"type": "string"}}


def array(items: Mapping[str, Any]) -> dict[str, Any]:
    """A list of something."""
    return {"type": "array", "items": items}


def fields(required: Sequence[str], **properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object with properties, some of them required."""
    made: dict[str, Any] = {"type": "object", "properties": properties}
    return made | {"required": list(required)} if required else made


def file_call(summary: str, parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Reading a file: whole, a part of it, or nothing when it is the one that the asker has."""
    media = tuple(kind.media_type for kind in FILE_KINDS.values())
    made = call(
        summary,
        schema=BINARY,
        media=media,
        parameters=[*parameters, query("inline", FLAG), header("Range")],
    )
    made["responses"]["206"] = {**made["responses"]["200"], "description": "a part"}
    made["responses"]["304"] = {"description": "unchanged"}
    return made
