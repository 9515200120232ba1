"""A load generator of its own process: raw HTTP/1.1 over uvloop, as cheap as Python can be.

Reads a plan as JSON from standard input and answers what it measured as JSON. A plan:
``{"port", "connections", "count", "warm", "keys", "steps": [{"method", "path", "body"}]}``.
One iteration sends its steps one after the other over one connection; ``{n}`` becomes the number
of the iteration, ``{id}`` and ``{next}`` the id and the cursor in the answer before, and ``{a}`` to
``{e}`` products. Iterations take turns with the keys.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import uvloop
from typing_extensions import override

REFUSED = 400
_HEAD_END = b"\r\n\r\n"


class Client(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(_HEAD_END)
        if end < 0 or self._waiting is None:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        whole = end + 4 + length
        if len(self._buffer) >= whole:
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            waiting, self._waiting = self._waiting, None
            waiting.set_result((int(head[9:12]), body))

    @override
    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionResetError())

    def send(self, raw: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return self._waiting


def _fill(text: str, number: int, answer: bytes, goods: Sequence[str]) -> str:
    text = text.replace("{n}", str(number))
    for mark in ("id", "next"):
        if f"{{{mark}}}" in text:
            at = answer.find(f'"{mark}":"'.encode()) + len(mark) + 4
            text = text.replace(f"{{{mark}}}", answer[at : answer.find(b'"', at)].decode())
    for index, mark in enumerate("abcde"):
        if goods:
            text = text.replace(f"{{{mark}}}", goods[(number * 5 + index) % len(goods)])
    return text


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Carry out a plan; seconds of every iteration, and of every step."""
    heads = [f"Authorization: Bearer {key}\r\n" for key in plan["keys"]]
    loop = asyncio.get_running_loop()
    steps, goods = plan["steps"], plan.get("goods", [])
    took: list[float] = []
    parts: list[list[float]] = [[] for _ in steps]
    bad: dict[str, int] = {}

    async def one(client: Client, number: int, *, warm: bool) -> None:
        began, answer = time.perf_counter(), b""
        for step, part in zip(steps, parts, strict=True):
            path = _fill(step["path"], number, answer, goods)
            body = _fill(step.get("body", ""), number, answer, goods).encode()
            head = heads[number % len(heads)]
            raw = f"{step['method']} {path} HTTP/1.1\r\nHost: bench\r\n{head}"
            raw += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            sent = time.perf_counter()
            status, answer = await client.send(raw.encode() + body)
            if not warm:
                part.append(time.perf_counter() - sent)
            expected = step.get("contains", "").encode()
            if status >= REFUSED or (expected and expected not in answer):
                name = f"{status} {answer[:300].decode(errors='replace')}"
                bad[name] = bad.get(name, 0) + 1
        if not warm:
            took.append(time.perf_counter() - began)

    async def work(client: Client, numbers: Any, *, warm: bool) -> None:
        for number in numbers:
            await one(client, number, warm=warm)

    clients: list[Client] = []
    for _ in range(plan["connections"]):
        _, client = await loop.create_connection(Client, "127.0.0.1", plan["port"])
        clients.append(client)
    first = plan.get("first", 0)
    warm = iter(range(first, first + plan["warm"]))
    await asyncio.gather(*(work(client, warm, warm=True) for client in clients))
    numbers = iter(range(first + plan["warm"], first + plan["warm"] + plan["count"]))
    began = time.perf_counter()
    await asyncio.gather(*(work(client, numbers, warm=False) for client in clients))
    seconds = time.perf_counter() - began
    cpu = time.process_time()
    return {
        "seconds": seconds,
        "took": sorted(took),
        "parts": [sorted(part) for part in parts],
        "bad": bad,
        "own_cpu": cpu,
    }


def main() -> None:
    """Plan in, measurements out."""
    plan = json.load(sys.stdin)
    json.dump(uvloop.run(run(plan)), sys.stdout)


if __name__ == "__main__":
    main()
