"""OpenAPI 3.1 of the platform and the published apps, generated from the definitions."""

from collections.abc import Mapping
from typing import Any

from orderloom.base import text
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.storage.live import Catalog

PROBLEM = {"$ref": "#/components/schemas/problem"}


def document(catalog: Catalog, language: str) -> dict[str, Any]:
    """The whole document, in a language."""
    schemas: dict[str, Any] = {"problem": _problem()}
    paths: dict[str, Any] = dict(_platform_paths())
    for name, entity in catalog.entities().items():
        app, _, key = name.partition(".")
        schemas[name] = _entity(entity, language)
        paths |= _entity_paths(app, key, name, entity, language)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Orderloom 织单", "version": "1"},
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "orderloom_session"},
            },
        },
    }


def _problem() -> dict[str, Any]:
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
        "required": ["type", "title", "status", "code", "params", "errors"],
        "properties": properties,
    }


def _properties(fields: Mapping[str, Field], language: str) -> dict[str, Any]:
    return {
        key: {**field.json_schema(), "title": text.pick(field.label, language)}
        for key, field in fields.items()
    }


def _entity(entity: Entity, language: str) -> dict[str, Any]:
    return {
        "type": "object",
        "title": text.pick(entity.label, language),
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "version": {"type": "integer"},
            **_properties(entity.fields, language),
        },
    }


def _body(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answers(status: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    problem = {
        "description": "problem",
        "content": {"application/problem+json": {"schema": PROBLEM}},
    }
    good = {"description": "done", "content": {"application/json": {"schema": schema}}}
    return {status: good, "default": problem}


def _call(
    summary: str,
    status: str = "200",
    schema: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    call: dict[str, Any] = {
        "summary": summary,
        "responses": _answers(status, schema or {"type": "object"}),
    }
    if body is not None:
        call["requestBody"] = _body(body)
    if parameters:
        call["parameters"] = parameters
    return call


def _query(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


_LIST_PARAMETERS = [
    _query("filter", {"type": "string"}),
    _query("search", {"type": "string"}),
    _query("sort", {"type": "string"}),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": 500}),
    _query("cursor", {"type": "string"}),
    _query("fields", {"type": "string"}),
    _query("count", {"enum": ["none", "estimate", "exact"]}),
    _query("as_of", {"type": "string", "format": "date-time"}),
]


def _entity_paths(app: str, key: str, name: str, entity: Entity, language: str) -> dict[str, Any]:
    label = text.pick(entity.label, language)
    ref = {"$ref": f"#/components/schemas/{name}"}
    page = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": ref},
            "next": {"type": ["string", "null"]},
            "count": {"type": ["integer", "null"]},
        },
    }
    base = f"/api/v1/{app}/{key}"
    one = {**_call(label, schema=ref), "parameters": [_path("id")]}
    paths: dict[str, Any] = {
        base: {"get": _call(label, schema=page, parameters=_LIST_PARAMETERS)},
        f"{base}/{{id}}": {"get": one},
        f"{base}/{{id}}/history": {"get": {**_call("history"), "parameters": [_path("id")]}},
        f"{base}/query": {"post": _call("query", body={"type": "object"})},
    }
    if entity.ledger is None:
        either = {"oneOf": [ref, {"type": "array", "items": ref}]}
        paths[base]["post"] = _call(label, "201", either, either)
        paths[f"{base}/{{id}}"] |= {
            "patch": {**_call(label, schema=ref, body=ref), "parameters": [_path("id")]},
            "delete": {
                "summary": label,
                "parameters": [_path("id")],
                "responses": {"204": {"description": "in the recycle bin"}},
            },
        }
    for action, model in entity.actions.items():
        schema = {"type": "object", "properties": _properties(model.parameters, language)}
        many = model.scope == "entity"
        path = f"{base}/actions/{action}" if many else f"{base}/{{id}}/actions/{action}"
        call = _call(text.pick(model.label, language), schema=ref, body=schema)
        paths[path] = {"post": call if many else {**call, "parameters": [_path("id")]}}
    return paths


def _platform_paths() -> dict[str, Any]:
    credentials = {
        "type": "object",
        "required": ["login", "password"],
        "properties": {"login": {"type": "string"}, "password": {"type": "string"}},
    }
    return {
        "/api/v1/session": {
            "get": _call("who I am"),
            "post": _call("sign in", body=credentials),
        },
        "/api/v1/apps": {"get": _call("apps I may open")},
        "/api/v1/apps/{app}": {"get": {**_call("an app"), "parameters": [_path("app")]}},
        "/api/v1/intake/{channel}": {
            "post": {
                **_call("channel orders", body={"type": ["object", "array"]}),
                "parameters": [_path("channel")],
            }
        },
        "/api/v1/formula/evaluate": {
            "post": _call("evaluate formulas over literals", body={"type": "array"})
        },
        "/api/v1/jobs/{job}": {"get": {**_call("a job"), "parameters": [_path("job")]}},
    }
