"""OpenAPI of the platform's own calls: session, apps, drafts, people, formulas, intake, jobs."""

from typing import Any

from orderloom.http.openapi_parts import (
    BINARY,
    ID,
    ITEMS,
    OBJECT,
    array,
    call,
    fields,
    file_call,
    path,
    query,
)

TEXT = {"type": "string"}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CREDENTIALS = fields(("login", "password"), login=TEXT, password=TEXT, code=TEXT)
_SESSION = fields(
    ("person", "csrf", "apps"),
    person=fields(("id", "login", "name"), id=ID, login=TEXT, name=TEXT),
    roles=array(TEXT),
    department={"type": ["string", "null"]},
    departments=array(ID),
    keys=OBJECT,
    csrf={"type": ["string", "null"]},
    apps=array(OBJECT),
    limits=fields(("file_mb",), file_mb={"type": "integer"}),
)
_OPERATION = fields(
    ("op", "path"), op={"enum": ["put", "remove"]}, path=TEXT, value={}, before=TEXT
)
_FINDINGS = fields(("findings",), findings=array(OBJECT))
_DRAFT = (path("app"), path("draft", ID))


def paths() -> dict[str, Any]:
    """All paths that no entity stands behind."""
    found = _session() | _apps() | _files() | _work() | _outside()
    return {key if key.startswith("/") else f"/api/v1/{key}": one for key, one in found.items()}


def _session() -> dict[str, Any]:
    owner = fields(
        ("token", "login", "name", "password"), token=TEXT, login=TEXT, name=TEXT, password=TEXT
    )
    preferences = fields((), language={"enum": ["zh-CN", "en"]}, theme={"enum": ["light", "dark"]})
    open_to_all: dict[str, Any] = {"security": []}
    return {
        "session": {
            "get": call("who I am", schema=_SESSION),
            "post": call("sign in", schema=_SESSION, body=_CREDENTIALS) | open_to_all,
            "patch": call("my language and theme", status="204", schema=None, body=preferences),
            "delete": call("sign out", status="204", schema=None),
        },
        "setup": {
            "post": call("make the first owner", status="201", schema=_SESSION, body=owner)
            | open_to_all
        },
    }


def _apps() -> dict[str, Any]:
    made = fields(("id", "app", "name"), id=ID, app=TEXT, name=TEXT)
    patched = fields(("revision", "findings"), revision={"type": "integer"}, findings=array(OBJECT))
    operations = fields(
        ("operations",), operations=array(_OPERATION), revision={"type": ["integer", "null"]}
    )
    diff = fields(("changes", "ddl", "online_steps"), changes=array(OBJECT), ddl=array(TEXT))
    published = fields(("version", "online_steps"), version={"type": "integer"})
    app = fields(("version", "app", "rights"), version={"type": "integer"}, app=OBJECT)
    draft = "apps/{app}/drafts/{draft}"
    return {
        "apps": {"get": call("apps I may open", schema=ITEMS)},
        "apps/{app}": {"get": call("an app as I may see it", schema=app, parameters=[path("app")])},
        "apps/{app}/drafts": {
            "get": call("open drafts", schema=ITEMS, parameters=[path("app")]),
            "post": call(
                "a draft of the live version",
                status="201",
                schema=made,
                body=fields(("name",), name=TEXT),
                parameters=[path("app")],
            ),
        },
        draft: {
            "patch": call("change a draft", schema=patched, body=operations, parameters=_DRAFT)
        },
        f"{draft}/check": {"post": call("all findings", schema=_FINDINGS, parameters=_DRAFT)},
        f"{draft}/diff": {"post": call("what would change", schema=diff, parameters=_DRAFT)},
        f"{draft}/publish": {
            "post": call(
                "publish",
                schema=published,
                body=fields((), note=TEXT),
                optional=True,
                parameters=_DRAFT,
            )
        },
    }


def _files() -> dict[str, Any]:
    taken = fields(
        ("id", "name", "kind", "size"), id=ID, name=TEXT, kind=TEXT, size={"type": "integer"}
    )
    return {
        "files": {
            "post": call(
                "bring a file in; a record's field takes its id",
                status="201",
                schema=taken,
                body=fields(("file",), file=BINARY),
                takes="multipart/form-data",
            )
        },
        "files/{file}": {"get": file_call("a file", [path("file", ID)])},
    }


def _work() -> dict[str, Any]:
    formula = fields(("formula",), formula=TEXT, context=OBJECT)
    job = fields(("id", "state", "done", "total", "result"), id=ID, state=TEXT)
    orders = {"anyOf": [OBJECT, array(OBJECT)]}
    one_job = [path("job", ID)]
    return {
        "people": {
            "get": call(
                "people by name",
                schema=ITEMS,
                parameters=[
                    query("search", TEXT),
                    query("limit", {"type": "integer"}),
                    query("full", {"type": "boolean"}),
                ],
            ),
            "post": call("make a person", status="201", body=fields(("login", "name"))),
        },
        "people/{person}": {
            "patch": call("change a person", body=OBJECT, parameters=[path("person", ID)])
        },
        "departments": {
            "get": call("all departments", schema=ITEMS),
            "post": call("make a department", status="201", body=fields(("name",))),
        },
        "formula/evaluate": {
            "post": call(
                "evaluate formulas over literals",
                schema=array(OBJECT),
                body=array(formula) | {"maxItems": 200},
            )
        },
        **_formula(),
        "intake/{channel}": {
            "post": call("channel orders", body=orders, parameters=[path("channel")])
        },
        "jobs/{job}": {
            "get": call("a job", schema=job, parameters=one_job),
            "delete": call("ask a job to stop", status="202", schema=None, parameters=one_job),
        },
        "jobs/{job}/errors.xlsx": {
            "get": call(
                "the rows that failed", schema=BINARY, media=(WORKBOOK,), parameters=one_job
            )
        },
        "live": {
            "get": call(
                "hints of what changed",
                schema=TEXT,
                media=("text/event-stream",),
                parameters=[query("ids", TEXT)],
            )
        },
    }


def _formula() -> dict[str, Any]:
    fault = fields(
        ("code", "start", "end", "args", "message"),
        code=TEXT,
        start={"type": "integer"},
        end={"type": "integer"},
        args=OBJECT,
        message=TEXT,
    )
    checked = fields(("errors",), errors=array(fault), type=TEXT, canonical=TEXT, display=TEXT)
    asked = fields(
        ("app", "entity", "formula"),
        app=TEXT,
        entity=TEXT,
        lines={"type": ["string", "null"]},
        formula=TEXT,
        usage={"enum": ["filter", "scope", "rule", "value"]},
        expect={"enum": ["bool", "number", "text", "date", "datetime", None]},
        record={"type": ["string", "null"]},
    )
    return {
        "formula/check": {"post": call("check a formula", schema=checked, body=asked)},
        "formula/functions": {"get": call("the functions of formulas", schema=ITEMS)},
    }


def _outside() -> dict[str, Any]:
    status = fields(("status",), status=TEXT)
    ready = fields(("status",), status=TEXT, ailing=array(TEXT))
    open_to_all: dict[str, Any] = {"security": []}
    return {
        "/healthz": {"get": call("the process is alive", schema=status) | open_to_all},
        "/readyz": {"get": call("the database answers", schema=ready) | open_to_all},
        "/metrics": {"get": call("counters", schema=TEXT, media=("text/plain",))},
        "/openapi.json": {"get": call("this document")},
        "/problems/{code}": {
            "get": call(
                "what a problem means",
                schema=fields(("code", "title"), code=TEXT, title=OBJECT),
                parameters=[path("code")],
            )
            | open_to_all
        },
    }
