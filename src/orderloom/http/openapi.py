"""OpenAPI 3.1 of the platform and the published apps, generated from the definitions.

Invariant: a person's document names what that person may see and do, and nothing else.
"""

from collections.abc import Mapping
from typing import Any

from orderloom.access.actor import Actor
from orderloom.access.rights import EntityRights, rights
from orderloom.base import text
from orderloom.definition.entity import Entity
from orderloom.definition.field import Field
from orderloom.definition.fields.attachments import FilesField
from orderloom.http.openapi_parts import (
    FLAG,
    ID,
    MOMENT,
    NEXT,
    OBJECT,
    array,
    call,
    fields,
    file_call,
    header,
    path,
    problem_schema,
    query,
)
from orderloom.http.openapi_platform import TEXT, WORKBOOK, paths
from orderloom.storage.live import Catalog

_LIST = [
    query("filter", TEXT),
    query("search", TEXT),
    query("sort", TEXT),
    query("limit", {"type": "integer", "minimum": 1, "maximum": 500}),
    query("cursor", TEXT),
    query("fields", TEXT),
    query("count", {"enum": ["none", "estimate", "exact"]}),
    query("as_of", MOMENT),
    query("include", {"enum": ["actions"]}),
    query("deleted", FLAG),
]
_ONE = [
    query("as_of", MOMENT),
    query("include", {"enum": ["refs", "actions", "refs,actions"]}),
]
_AGGREGATE = fields(
    (),
    dimensions=array(
        fields(
            ("field",),
            field=TEXT,
            bucket={"enum": ["day", "week", "month", "quarter", "year", None]},
        )
    ),
    measures=array(
        fields(
            (),
            name=TEXT,
            formula=TEXT,
            agg={"enum": ["sum", "avg", "min", "max", "count", "count_distinct"]},
        )
    ),
    filter={"type": ["string", "null"]},
    sort={"type": ["string", "null"]},
    limit={"type": "integer", "minimum": 1, "maximum": 10000},
    as_of={"type": ["string", "null"], "format": "date-time"},
)
_FILE = {"type": "string", "format": "binary"}
_IMPORT = fields(
    (),
    file=_FILE,
    job=ID,
    columns=TEXT,
    key=TEXT,
    mapping=TEXT,
    dry_run=FLAG,
    mode={"enum": ["normal", "history"]},
)
_PREVIEW = fields(
    ("name", "columns", "rows", "sample", "fields", "suggested", "shipped", "problems"),
    name=TEXT,
    columns=array(TEXT),
    rows={"type": "integer"},
    sample=array(array(TEXT)),
    fields=array(OBJECT),
    suggested=fields(
        ("columns", "key", "mode", "source"),
        columns=OBJECT,
        key=TEXT,
        mode={"enum": ["normal", "history"]},
        source={"enum": ["names", "remembered"]},
    ),
    shipped={"type": ["object", "null"]},
    problems=array(OBJECT),
)
_DRY = query("dry_run", FLAG)
_KEY = header("Idempotency-Key")


def document(catalog: Catalog, language: str, actor: Actor | None = None) -> dict[str, Any]:
    """The whole document in a language, as an actor may see it; without one: all of it."""
    seen = actor or Actor.system("openapi")
    schemas: dict[str, Any] = {"problem": problem_schema()}
    found = dict(paths())
    for app, live in catalog.apps.items():
        for key, held in rights(seen, live, catalog.scopes).entities.items():
            entity, name = live.app.entities[key], f"{app}.{key}"
            schemas[name] = _record(entity, held, language)
            made = _paths(name, entity, held, text.pick(entity.label, language), language)
            found |= {f"/api/v1/{app}/{key}{rest}": calls for rest, calls in made.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Orderloom 织单", "version": "1"},
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"session": []}],
        "paths": found,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "orderloom_session"},
            },
        },
    }


def _record(entity: Entity, held: EntityRights, language: str) -> dict[str, Any]:
    visible = {key: one for key, one in entity.fields.items() if key not in held.hidden}
    properties = _properties(visible, language)
    for hidden in held.hidden:
        lines, _, key = hidden.partition(".")
        if key and lines in properties:
            properties[lines]["items"]["properties"].pop(key, None)
    return {
        "type": "object",
        "title": text.pick(entity.label, language),
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "version": {"type": ["integer", "null"]},
            "computing": {"type": "array", "items": {"type": "string"}, "readOnly": True},
            **properties,
        },
    }


def _properties(given: Mapping[str, Field], language: str) -> dict[str, Any]:
    return {
        key: {**field.json_schema(), "title": text.pick(field.label, language)}
        for key, field in given.items()
    }


def _paths(
    name: str, entity: Entity, held: EntityRights, label: str, language: str
) -> dict[str, Any]:
    ref = {"$ref": f"#/components/schemas/{name}"}
    found = _reading(ref, label)
    if not held.may("export"):
        found.pop("/export")
    if not _has_files(entity, held):
        found.pop("/{id}/files/{file}")
    if held.may("import"):
        found |= _importing(label)
    if entity.ledger is None:
        _writing(found, ref, held, label)
    for action, model in entity.actions.items():
        if held.may_act(action):
            body = {"type": "object", "properties": _properties(model.parameters, language)}
            title = text.pick(model.label, language)
            found |= _acting(action, ref, body, title, many=model.scope == "entity")
    return found


def _importing(label: str) -> dict[str, Any]:
    queued = fields(("job", "state"), job=ID, state=TEXT)
    looked = fields((), file=_FILE, job=ID)
    takes = "multipart/form-data"
    return {
        "/import": {"post": call(label, status="202", schema=queued, body=_IMPORT, takes=takes)},
        "/import/preview": {"post": call(label, schema=_PREVIEW, body=looked, takes=takes)},
        "/import/template.xlsx": {"get": call(label, schema=_FILE, media=(WORKBOOK,))},
    }


def _has_files(entity: Entity, held: EntityRights) -> bool:
    """Whether a field that the person may see holds files, in lines too."""
    nested = {
        f"{key}.{name}": one for key, of in entity.lines.items() for name, one in of.fields.items()
    }
    return any(
        isinstance(one, FilesField) and not {path, path.split(".")[0]} & held.hidden
        for path, one in (*entity.fields.items(), *nested.items())
    )


def _reading(ref: Mapping[str, Any], label: str) -> dict[str, Any]:
    page = fields(
        ("items", "next", "count"),
        items=array(ref),
        next=NEXT,
        count={"type": ["integer", "null"]},
    )
    file = {"type": "string", "format": "binary"}
    kind = query("format", {"enum": ["csv", "xlsx"]})
    events = fields(("items", "next"), items=array(OBJECT), next=NEXT, refs=OBJECT)
    paged = [query("cursor", TEXT), query("limit", {"type": "integer"})]
    id_ = path("id", ID)
    return {
        "": {"get": call(label, schema=page, parameters=_LIST)},
        "/query": {
            "post": call(label, schema=fields(("rows",), rows=array(OBJECT)), body=_AGGREGATE)
        },
        "/export": {
            "get": call(
                label,
                schema=file,
                media=(WORKBOOK, "text/csv"),
                parameters=[*(one for one in _LIST[:3]), query("fields", TEXT), kind],
            )
        },
        "/{id}": {"get": call(label, schema=ref, parameters=[id_, *_ONE])},
        "/{id}/files/{file}": {
            "get": file_call(label, [id_, path("file", ID), query("as_of", MOMENT)])
        },
        "/{id}/history": {"get": call(label, schema=events, parameters=[id_, *paged])},
        "/{id}/why": {
            "get": call(label, schema=fields(("steps",), steps=array(OBJECT)), parameters=[id_])
        },
    }


def _writing(found: dict[str, Any], ref: Mapping[str, Any], held: EntityRights, label: str) -> None:
    include = query("include", {"enum": ["refs"]})
    id_, match = path("id", ID), header("If-Match")
    if held.may("create"):
        flags = [_DRY, query("partial", FLAG), query("mode", {"enum": ["normal", "history"]})]
        either = {"anyOf": [ref, array(ref)]}
        many = {"anyOf": [ref, fields(("items",), items=array(ref)), fields(("results",))]}
        made = call(
            label, status="201", schema=many, body=either, parameters=[*flags, include, _KEY]
        )
        made["responses"]["200"] = {**made["responses"]["201"], "description": "a dry run"}
        found[""]["post"] = made
    if held.may("edit"):
        found["/{id}"]["patch"] = call(
            label, schema=ref, body=ref, parameters=[id_, _DRY, include, match]
        )
    if held.may("delete"):
        gone = call(label, status="204", schema=None, body=OBJECT, parameters=[id_, match])
        gone["requestBody"]["required"] = False
        found["/{id}"]["delete"] = gone
        back = call(label, schema=ref, body=OBJECT, parameters=[id_, match], optional=True)
        found["/{id}/restore"] = {"post": back}


def _acting(
    action: str, ref: Mapping[str, Any], body: Mapping[str, Any], title: str, *, many: bool
) -> dict[str, Any]:
    if many:
        made = call(title, schema=ref, body=body, parameters=[_DRY, _KEY])
        return {f"/actions/{action}": {"post": made}}
    listed = {**body, "properties": {**body["properties"], "ids": array(ID)}, "required": ["ids"]}
    results = fields(("results",), results=array(OBJECT))
    parameters = [path("id", ID), _DRY, _KEY]
    one = call(title, schema=ref, body=body, parameters=parameters, optional=True)
    each = call(title, schema=results, body=listed, parameters=[_DRY, _KEY])
    return {f"/{{id}}/actions/{action}": {"post": one}, f"/actions/{action}": {"post": each}}
