"""The promise: whatever is asked, the answer is one that the document describes; never a crash."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.apps.company import Api, found_company

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = "/api/v1/live"
POSTS = (
    "/api/v1/formula/evaluate",
    "/api/v1/orders/order/query",
    "/api/v1/orders/stock/query",
    "/api/v1/orders/customer",
    "/api/v1/orders/product",
    "/api/v1/orders/order",
    "/api/v1/orders/order/{id}/actions/submit",
    "/api/v1/orders/stock/actions/receive",
    "/api/v1/intake/{channel}",
    "/api/v1/apps/{app}/drafts",
)
GIVEN = settings(
    max_examples=12,
    database=None,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


async def document(owner: Api) -> dict[str, Any]:
    return dict((await owner.client.get("/openapi.json", headers=owner.headers)).json())


def chosen(found: dict[str, Any]) -> Iterator[Any]:
    """Every GET but the endless one, and some POSTs."""
    schema = schemathesis.openapi.from_dict(found)
    for result in schema.get_all_operations():
        operation = result.ok()
        reads = operation.method.upper() == "GET" and operation.path != ENDLESS
        if reads or (operation.method.upper() == "POST" and operation.path in POSTS):
            yield operation


def send(case: Case, owner: Api, loop: asyncio.AbstractEventLoop) -> httpx.Response:
    """Send a generated case through the application of the test's own loop."""
    ready = requests.Request(**case.as_transport_kwargs("http://test")).prepare()
    headers = {**ready.headers, **owner.headers}
    call = owner.client.request(
        ready.method or "GET", ready.url or "", headers=headers, content=ready.body
    )
    return asyncio.run_coroutine_threadsafe(call, loop).result()


async def test_generated_requests_get_documented_answers(owner: Api) -> None:
    await found_company(owner)
    loop = asyncio.get_running_loop()
    found = await document(owner)
    statuses: dict[int, int] = {}

    def run(operation: Any) -> None:
        @seed(20261124)
        @GIVEN
        @given(case=operation.as_strategy())
        def check(case: Case) -> None:
            answer = send(case, owner, loop)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            case.validate_response(answer, checks=CHECKS)

        check()

    operations = list(chosen(found))
    assert len(operations) > 60
    for operation in operations:
        await asyncio.to_thread(run, operation)
    assert sum(statuses.values()) > 200
    assert statuses[200] > 30, statuses


async def test_real_records_get_documented_answers(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 9)
    order = await company.order([(company.products[0], 2)])
    await owner.act(order, "submit")
    for action in ("approve", "release", "ship"):
        await owner.act(order, action)
    schema = schemathesis.openapi.from_dict(await document(owner))
    checked = 0
    for entity in ("order", "customer", "product", "warehouse", "shipment"):
        item = (await owner.items(entity))[0]
        for rest in ("", "/{id}", "/{id}/history", "/{id}/why"):
            path = f"/api/v1/orders/{entity}{rest}"
            answer = await owner.client.get(path.format(id=item["id"]), headers=owner.headers)
            assert answer.status_code == 200
            schema[path]["GET"].validate_response(answer)
            checked += 1
    assert checked == 20


async def test_the_check_itself_notices_a_wrong_answer(owner: Api) -> None:
    schema = schemathesis.openapi.from_dict(await document(owner))
    wrong = httpx.Response(
        200,
        json={"items": "none", "next": 5},
        request=httpx.Request("GET", "http://test/api/v1/orders/order"),
    )
    wrong.elapsed = timedelta(0)
    with pytest.raises(FailureGroup) as caught:
        schema["/api/v1/orders/order"]["GET"].validate_response(wrong)
    assert {type(one).__name__ for one in caught.value.exceptions} == {"JsonSchemaError"}
