"""The promise: the document names every call there is, and no call that there is not."""

import re
from typing import Any

import schemathesis
from starlette.applications import Starlette
from starlette.routing import Match, Route

from orderloom.http.app import build_app
from orderloom.server import Platform
from tests.apps.company import Api
from tests.apps.conftest import MakePerson

BESIDES = {"/api/{path:path}", "/{path:path}"}
"""What answers for addresses that are none, and the interface's files."""


async def document(api: Api) -> dict[str, Any]:
    answer = await api.client.get("/openapi.json", headers=api.headers)
    assert answer.status_code == 200
    return dict(answer.json())


def operations(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, calls in found["paths"].items() for method in calls}


def route_of(app: Starlette, method: str, path: str) -> str | None:
    """The template of the route that serves an address."""
    filled = re.sub(r"\{\w+\}", "1", path)
    scope = {"type": "http", "method": method, "path": filled, "root_path": "", "headers": []}
    for route in app.routes:
        assert isinstance(route, Route)
        if route.matches(scope)[0] is Match.FULL:
            return None if route.path in BESIDES else route.path
    return None


async def test_it_is_valid_openapi_3_1(owner: Api) -> None:
    found = await document(owner)
    assert found["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(found).validate()


async def test_validation_notices_a_defect(owner: Api) -> None:
    found = await document(owner)
    found["paths"]["/api/v1/apps"]["get"]["parameters"] = [{"name": "x", "in": "nowhere"}]
    try:
        schemathesis.openapi.from_dict(found).validate()
    except Exception as error:  # noqa: BLE001 - the library's own error type is not public
        assert "nowhere" in str(error)
    else:
        raise AssertionError("the validator accepts anything")


async def test_every_call_of_the_document_has_a_route(owner: Api, platform: Platform) -> None:
    app = build_app(platform)._app
    calls = operations(await document(owner))
    assert len(calls) > 100
    assert [one for one in sorted(calls) if route_of(app, *one) is None] == []


async def test_every_route_is_in_the_document(owner: Api, platform: Platform) -> None:
    app = build_app(platform)._app
    documented = {
        (method, route_of(app, method, path)) for method, path in operations(await document(owner))
    }
    served = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route) and route.path not in BESIDES
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert served == documented


async def test_every_path_parameter_is_declared_once(owner: Api) -> None:
    found = await document(owner)
    for path, calls in found["paths"].items():
        named = sorted(re.findall(r"\{(\w+)\}", path))
        for method, call in calls.items():
            declared = sorted(
                one["name"] for one in call.get("parameters", []) if one["in"] == "path"
            )
            assert declared == named, (method, path)


async def test_it_names_only_what_its_reader_may_see(owner: Api, make_person: MakePerson) -> None:
    whole = await document(owner)
    warehouse = await owner.create("warehouse", code="W1", name="一号仓")
    keeper = await make_person("k", "warehouse", keys={"warehouse": [int(warehouse["id"])]})
    found = await document(keeper)
    order = found["components"]["schemas"]["orders.order"]["properties"]
    assert "amount" in whole["components"]["schemas"]["orders.order"]["properties"]
    assert not {"amount", "net", "tax", "discount"} & order.keys()
    assert not {"unit_price", "amount", "tax_rate"} & order["lines"]["items"]["properties"].keys()
    assert "quantity" in order["lines"]["items"]["properties"]
    assert "/api/v1/orders/payment_received" in whole["paths"]
    assert "/api/v1/orders/payment_received" not in found["paths"]
    assert "post" not in found["paths"]["/api/v1/orders/order"]
    assert "/api/v1/orders/order/{id}/actions/ship" in found["paths"]
    assert "/api/v1/orders/order/{id}/actions/approve" not in found["paths"]


async def test_it_needs_a_reader(owner: Api) -> None:
    answer = await owner.client.get("/openapi.json")
    assert answer.status_code == 401
