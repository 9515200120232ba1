"""A client that does what the documentation says: the same key again until there is an answer."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from orderloom.base import ids
from tests.support.waiting import AT_MOST

JSON = dict[str, Any]
_AGAIN = (429, 502, 503)
_IN_PROGRESS = "records.key_in_progress"


@dataclass
class Steady:
    """One client; ``answered`` notes when each write was acknowledged, ``again`` why it waited."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    patience: float = AT_MOST

    async def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Send until there is an answer that stands; the last one after the patience."""
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        until = time.monotonic() + self.patience
        while True:
            try:
                answer = await self.client.request(
                    method, f"/api/v1{path}", json=body, headers=headers, timeout=30, **more
                )
            except httpx.TransportError as error:
                self.again.append(type(error).__name__)
                assert time.monotonic() < until, error
            else:
                if answer.status_code not in _AGAIN and _IN_PROGRESS not in answer.text:
                    return answer
                self.again.append(answer.text[:200])
                assert time.monotonic() < until, answer.text
            await asyncio.sleep(0.1)

    async def read(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Read, with patience; answers JSON."""
        answer = await self.call(method, path, body, **more)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    async def write(self, method: str, path: str, body: Any, *, key: str | None = None) -> Any:
        """Write once, whatever happens on the way; answers JSON."""
        answer = await self.call(method, path, body, key=key or f"{ids.new_id():x}")
        assert answer.status_code in (200, 201), (path, answer.text)
        self.answered.append(time.monotonic())
        return answer.json()


def longest_pause(clients: list[Steady]) -> float:
    """The longest time in which nobody's write was acknowledged."""
    moments = sorted(moment for client in clients for moment in client.answered)
    return max((b - a for a, b in itertools.pairwise(moments)), default=0.0)


def rate(clients: list[Steady], since: float, until: float) -> float:
    """Acknowledged writes per second in a span."""
    count = sum(since <= moment < until for one in clients for moment in one.answered)
    return count / max(until - since, 0.001)
