"""The promise: publishing disturbs nobody: no request fails for a definition that changed under it."""

import asyncio
from collections import Counter
from typing import Any

from orderloom.server import Platform
from orderloom.storage.online import run_online
from tests.apps.company import Api

NOTE = {"kind": "text", "label": {"zh-CN": "批注", "en": "Note"}}
PATH = "entities/customer/fields/note"
CLIENTS = 6


async def publish(owner: Api, platform: Platform, operation: dict[str, Any]) -> None:
    """Publish one change, then run what follows it online."""
    made = await owner.call("POST", "/apps/orders/drafts", {"name": "n"}, status=201)
    path = f"/apps/orders/drafts/{made['id']}"
    await owner.call("PATCH", path, {"operations": [operation]}, status=200)
    await owner.call("POST", f"{path}/publish", {}, status=200)
    await run_online(platform.database, platform.catalog, "orders")


async def test_readers_and_writers_go_on_while_fields_come_and_go(
    owner: Api, platform: Platform
) -> None:
    ended, statuses = asyncio.Event(), Counter[int]()
    made = [await owner.create("customer", code=f"K{at}", name="甲") for at in range(CLIENTS)]

    async def client(at: int) -> None:
        path, turn = f"/orders/customer/{made[at]['id']}", 0
        while not ended.is_set():
            turn += 1
            for method, where, body in (
                ("PATCH", path, {"name": f"第{turn}次"}),
                ("GET", path, None),
                ("GET", "/orders/customer?sort=-name&limit=5", None),
                ("POST", "/orders/customer", {"code": f"N{at}-{turn}", "name": "新"}),
            ):
                answer = await owner.raw(method, where, body)
                statuses[answer.status_code] += 1
        turns[at] = turn

    turns = [0] * CLIENTS
    tasks = [asyncio.create_task(client(at)) for at in range(CLIENTS)]
    before = platform.catalog.versions["orders"]
    for _ in range(2):
        await publish(owner, platform, {"op": "put", "path": PATH, "value": NOTE})
        await publish(owner, platform, {"op": "remove", "path": PATH})
    ended.set()
    await asyncio.gather(*tasks)
    assert platform.catalog.versions["orders"] == before + 4
    assert set(statuses) == {200, 201}
    assert statuses[201] == sum(turns) >= CLIENTS
    for at, one in enumerate(made):
        now = await owner.get("customer", one["id"])
        assert (now["name"], now["version"]) == (f"第{turns[at]}次", 1 + turns[at])
    page = await owner.call("GET", "/orders/customer?limit=1&count=exact", status=200)
    assert page["count"] == CLIENTS + sum(turns)
