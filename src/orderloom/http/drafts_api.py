"""Drafts: change an app, look at the difference, publish."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from orderloom.base import text
from orderloom.base.errors import Fault
from orderloom.definition.finding import Finding
from orderloom.definition.patch import operations
from orderloom.http.errors import BadQueryError
from orderloom.http.platform_api import designer, draft_id
from orderloom.http.ports import platform
from orderloom.http.request import actor_of, json_object, reply


def _finding(one: Finding, language: str) -> dict[str, Any]:
    return {
        "path": one.path,
        "code": one.code,
        "params": dict(one.params),
        "level": one.level,
        "message": text.render(one.code, one.params, language),
    }


async def create_draft(request: Request) -> Response:
    """``POST /apps/{app}/drafts``."""
    actor = designer(await actor_of(request))
    body = await json_object(request)
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise BadQueryError(errors=[Fault(pointer="/name", code="records.required")])
    app = request.path_params["app"]
    made = await platform(request).drafts.create(app, name.strip(), actor.person_id)
    return reply({"id": str(made), "app": app, "name": name.strip()}, 201)


async def list_drafts(request: Request) -> Response:
    """``GET /apps/{app}/drafts``."""
    designer(await actor_of(request))
    found = await platform(request).drafts.list(request.path_params["app"])
    return reply({"items": [{**one, "id": str(one["id"])} for one in found], "next": None})


async def patch_draft(request: Request) -> Response:
    """``PATCH /apps/{app}/drafts/{draft}``."""
    actor = designer(await actor_of(request))
    body = await json_object(request)
    changes = operations(body.get("operations"))
    done = await platform(request).drafts.patch(
        request.path_params["app"],
        draft_id(request),
        changes,
        actor.person_id,
        revision=body.get("revision"),
    )
    return reply(
        {
            "revision": done.revision,
            "overwritten": list(done.overwritten),
            "findings": [_finding(one, actor.language) for one in done.findings],
        }
    )


async def check_draft(request: Request) -> Response:
    """``POST /apps/{app}/drafts/{draft}/check``."""
    actor = designer(await actor_of(request))
    found = await platform(request).drafts.check(request.path_params["app"], draft_id(request))
    return reply({"findings": [_finding(one, actor.language) for one in found]})


async def diff_draft(request: Request) -> Response:
    """``POST /apps/{app}/drafts/{draft}/diff``."""
    actor = designer(await actor_of(request))
    preview = await platform(request).drafts.diff(request.path_params["app"], draft_id(request))
    return reply(
        {
            "changes": [
                {
                    "op": change.op,
                    "path": change.path,
                    "old": change.old,
                    "new": change.new,
                    "sentence": text.render(change.code, change.params, actor.language),
                }
                for change in preview.changes
            ],
            "ddl": preview.plan.ddl,
            "online_steps": [
                {"kind": step.kind, "entity": step.entity} for step in preview.plan.online
            ],
        }
    )


async def publish_draft(request: Request) -> Response:
    """``POST /apps/{app}/drafts/{draft}/publish``."""
    actor = designer(await actor_of(request))
    body = await json_object(request)
    done = await platform(request).drafts.publish(
        request.path_params["app"], draft_id(request), actor.person_id, str(body.get("note") or "")
    )
    return reply(
        {"version": done.version, "changed": done.changed, "online_steps": list(done.online_steps)}
    )
