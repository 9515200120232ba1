"""The ASGI application: routes in an order in which none shadows another."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from orderloom.access.actor import Actor
from orderloom.access.rights import rights
from orderloom.base import text
from orderloom.base.errors import OrderloomError
from orderloom.database.retry import again
from orderloom.http import (
    drafts_api,
    export_api,
    files_api,
    formula_api,
    import_api,
    intake_api,
    openapi,
    people_api,
    platform_api,
    problems,
    records_api,
    static,
    story_api,
)
from orderloom.http.errors import MethodError, UnknownRouteError
from orderloom.http.live import LiveHub
from orderloom.http.metrics import read_metrics
from orderloom.http.ports import Platform, hub, platform
from orderloom.http.request import actor_of, query_of, record_id, reply
from orderloom.http.security import Edge, labelled

API = "/api/v1"
_MOST_FOLLOWED = 200  # records that one listener may name
_READY_SECONDS = 2.0  # a proxy asks often and waits little
_FILE = re.compile(r"/files/[0-9]+$")
_WORTH_PACKING = 4096  # bytes; below, packing costs more than it saves
Handler = Callable[[Request], Awaitable[Response]]


async def healthz(_: Request) -> Response:
    """The process is alive."""
    return reply({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The database answers and apps are live; which background work is not well, if any."""
    try:
        async with asyncio.timeout(_READY_SECONDS), platform(request).database.read() as conn:
            await conn.fetchval("select 1")
    except OSError:  # DatabaseAwayError and TimeoutError are such
        return reply({"status": "database"}, 503)
    ready = bool(platform(request).catalog.apps)
    told = {"status": "ok" if ready else "no apps"}
    # requests are served well without it: a proxy that took them away would make it worse
    ailing = platform(request).background.ailing()
    return reply(told | ({"ailing": ailing} if ailing else {}), 200 if ready else 503)


async def read_openapi(request: Request) -> Response:
    """OpenAPI 3.1 of the platform and the published apps."""
    actor = await actor_of(request)
    return reply(openapi.document(platform(request).catalog, actor.language, actor))


async def live(request: Request) -> Response:
    """``GET /live``: server-sent hints of what I may see."""
    actor = await actor_of(request)
    catalog = platform(request).catalog
    query = query_of(request, frozenset(("ids",)))
    entities = frozenset(
        held.name
        for app in catalog.apps.values()
        for held in rights(actor, app, catalog.scopes).entities.values()
        if held.may("see")
    )
    if "ids" in query:
        named = {record_id(part) for part in query["ids"].split(",")} - {None}
        shown = await _shown(request, actor, entities, named)
    else:
        shown = None

    async def seen(entity: str, changed: Sequence[int]) -> set[int]:
        if shown is not None:
            return shown.intersection(changed)
        return await _shown(request, actor, frozenset((entity,)), changed)

    last = request.headers.get("last-event-id", "")
    stream = hub(request).stream(
        entities,
        seen,
        only_seen=bool(query.get("ids")),
        after=int(last) if re.fullmatch("[0-9]{1,18}", last) else None,
    )
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _shown(
    request: Request, actor: Actor, entities: frozenset[str], named: Collection[int | None]
) -> set[int]:
    """Those of the named records that the actor may see: of others not even a change is told."""
    if not named or len(named) > _MOST_FOLLOWED:
        return set()
    records = platform(request).records
    listed = ", ".join(f'"{id_}"' for id_ in sorted(one for one in named if one))
    found: set[int] = set()
    for entity in sorted(entities):
        page = await records.find(
            entity, actor=actor, filter=f"id IN ({listed})", fields=(), limit=_MOST_FOLLOWED
        )
        found.update(item["id"] for item in page.items)
    return found


async def read_problem(request: Request) -> Response:
    """``GET /problems/{code}``: what a problem type means, in both languages."""
    code = request.path_params["code"]
    if not text.has(code, text.SOURCE):
        raise UnknownRouteError(path=request.url.path)
    return reply(
        {
            "code": code,
            "title": {language: text.title(code, language) for language in text.LANGUAGES},
        }
    )


async def unknown(request: Request) -> Response:
    """Nothing is at this address of the API, or nothing with this method."""
    allow = {
        method
        for route in request.app.routes[: -len(_BESIDES)]
        if isinstance(route, Route) and route.matches(request.scope)[0] is Match.PARTIAL
        for method in route.methods or ()
    }
    if allow:
        raise MethodError(method=request.method, allow=sorted(allow))
    raise UnknownRouteError(path=request.url.path)


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_BESIDES = (
    Route("/api/{path:path}", unknown, methods=_METHODS),
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", read_metrics),
    Route("/openapi.json", read_openapi),
    Route("/problems/{code}", read_problem),
    Route("/{path:path}", static.serve),
)


class _Packing(GZipMiddleware):
    """Packs answers, but not files: they are sealed, counted and asked for by their bytes."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _FILE.search(scope["path"]):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def route(path: str, **methods: Handler) -> Route:
    """A call of the API, by method."""

    async def dispatch(request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return await again(partial(methods["get"], request))
        return await methods[request.method.lower()](request)

    names = [name.upper() for name in methods]
    return Route(API + path, labelled(dispatch, API + path), methods=names, name=path)


def _routes() -> list[Route]:
    return [
        route(
            "/session",
            get=platform_api.read_session,
            post=platform_api.open_session,
            patch=platform_api.change_session,
            delete=platform_api.close_session,
        ),
        route("/setup", post=platform_api.set_up),
        route("/apps", get=platform_api.list_apps),
        route("/apps/{app}", get=platform_api.read_app),
        route("/apps/{app}/drafts", get=drafts_api.list_drafts, post=drafts_api.create_draft),
        route("/apps/{app}/drafts/{draft}", patch=drafts_api.patch_draft),
        route("/apps/{app}/drafts/{draft}/check", post=drafts_api.check_draft),
        route("/apps/{app}/drafts/{draft}/diff", post=drafts_api.diff_draft),
        route("/apps/{app}/drafts/{draft}/publish", post=drafts_api.publish_draft),
        route("/people", get=people_api.search_people, post=people_api.create_person),
        route("/people/{person}", patch=people_api.change_person),
        route(
            "/departments",
            get=people_api.list_departments,
            post=people_api.create_department,
        ),
        route("/files", post=files_api.upload),
        route("/files/{file}", get=files_api.download),
        route("/formula/evaluate", post=platform_api.evaluate_formulas),
        route("/formula/check", post=formula_api.check_formula),
        route("/formula/functions", get=formula_api.list_functions),
        route("/intake/{channel}", post=intake_api.receive),
        route("/jobs/{job}", get=intake_api.read_job, delete=intake_api.cancel_job),
        route("/jobs/{job}/errors.xlsx", get=intake_api.job_errors),
        route("/live", get=live),
        *_record_routes(),
        *_BESIDES,
    ]


def _record_routes() -> list[Route]:
    records = "/{app}/{entity}"
    return [
        route(records, get=records_api.list_records, post=records_api.create_records),
        route(records + "/query", post=records_api.aggregate),
        route(records + "/export", get=export_api.export_records),
        route(records + "/import", post=import_api.start_import),
        route(records + "/import/preview", post=import_api.preview_import),
        route(records + "/import/template.xlsx", get=import_api.read_template),
        route(records + "/actions/{action}", post=records_api.act_on_many),
        route(
            records + "/{id}",
            get=records_api.read_record,
            patch=records_api.update_record,
            delete=records_api.delete_record,
        ),
        route(records + "/{id}/actions/{action}", post=records_api.act),
        route(records + "/{id}/restore", post=records_api.restore_record),
        route(records + "/{id}/history", get=story_api.read_history),
        route(records + "/{id}/files/{file}", get=files_api.download_of_record),
        route(records + "/{id}/why", get=story_api.read_why),
    ]


def build_app(found: Platform) -> Edge:
    """The application over a running platform."""
    hub_ = LiveHub(found.database)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        found.background.start("live", hub_.run)
        yield
        await found.background.stop("live")

    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(_Packing, minimum_size=_WORTH_PACKING, compresslevel=1)],
        lifespan=lifespan,
        exception_handlers={
            OrderloomError: problems.on_error,
            HTTPException: problems.on_http,
            Exception: problems.on_crash,
        },
    )
    app.router.redirect_slashes = False
    app.state.platform = found
    app.state.hub = hub_
    return Edge(app, hub_.close)
