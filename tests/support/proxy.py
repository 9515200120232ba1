"""A small proxy: every new connection goes to the next web that says it is ready."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.processes import is_ready

_ASK_SECONDS = 0.25
_PIECE = 65536


class Proxy:
    """Round robin over the addresses whose ``/readyz`` answers 200."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._ready = dict.fromkeys(addresses, True)
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.address = ""
        self.given = dict.fromkeys(addresses, 0)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        for address in self._ready:
            self._spawn(self._ask(address))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type] # coroutine
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, address: str) -> None:
        while True:
            self._ready[address] = await is_ready(address)
            await asyncio.sleep(_ASK_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._spawn(self._connect(reader, writer))

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ready = [address for address, is_up in self._ready.items() if is_up]
        self._turn += 1
        for step in range(len(ready)):
            address = ready[(self._turn + step) % len(ready)]
            where = urlsplit(address)
            try:
                back, forth = await asyncio.open_connection(where.hostname, where.port)
            except OSError:
                continue
            self.given[address] += 1
            await asyncio.gather(_pour(reader, forth), _pour(back, writer))
            return
        writer.close()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until the end, then end the other side too."""
    with suppress(OSError):
        while piece := await source.read(_PIECE):
            target.write(piece)
            await target.drain()
    with suppress(OSError):
        target.close()
