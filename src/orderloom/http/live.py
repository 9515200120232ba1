"""Live hints: which entities changed, told to whoever may see them; never data.

Invariant: one tailer per process reads the log; hints are coalesced over 250 ms.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import asyncpg
import structlog

from orderloom import history
from orderloom.base import json
from orderloom.base.errors import OrderloomError
from orderloom.database.pool import Database

COALESCE_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 15.0
_MOST_WAITING = 200
_log = structlog.get_logger("live")

Hint = tuple[str, int]
Seen = Callable[[str, Sequence[int]], Awaitable[set[int]]]
"""Of an entity's changed records, those that a listener is told of."""


class LiveHub:
    """Fans the log out to the streams of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._streams: set[asyncio.Queue[frozenset[Hint] | None]] = set()
        self._closed = False
        self._sequence: int | None = None
        """Up to where the log was told; unknown while nobody listens."""

    def close(self) -> None:
        """End every stream: this process ends, and browsers ask another or again."""
        self._closed = True
        for stream in self._streams:
            stream.put_nowait(None)

    async def run(self) -> None:
        """Tail the log until cancelled; reads only while somebody listens."""
        while True:
            await asyncio.sleep(COALESCE_SECONDS)
            if not self._streams:
                self._sequence = None
                continue
            try:
                await self._tick()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                _log.warning("live.lost_connection")

    async def _tick(self) -> None:
        if self._sequence is None:
            await self._begin()
            return
        async with self._database.read() as conn:
            events = await history.after(conn, self._sequence, 1000)
        if not events:
            return
        self._sequence = events[-1].sequence or self._sequence
        hints = frozenset((f"{event.app}.{event.entity}", event.record_id) for event in events)
        for stream in self._streams:
            if stream.qsize() < _MOST_WAITING:
                stream.put_nowait(hints)

    async def _begin(self) -> None:
        """From the log's end on: what happens now is told to whoever listens already."""
        async with self._database.read() as conn:
            head = await history.head(conn)
        if self._sequence is None:
            self._sequence = head

    async def stream(
        self, entities: frozenset[str], seen: Seen, *, only_seen: bool = False
    ) -> AsyncIterator[str]:
        """Server-sent events for one listener: entities and records that it may see.

        What happens after the first line is told. With ``only_seen``, changes of which no record
        is seen are not told at all.
        """
        queue: asyncio.Queue[frozenset[Hint] | None] = asyncio.Queue()
        self._streams.add(queue)
        try:
            if self._sequence is None:
                await self._begin()
            yield "retry: 2000\n\n"
            while not self._closed:
                try:
                    hints = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if hints is None:
                    return
                for entity in sorted({name for name, _ in hints} & entities):
                    changed = sorted(id_ for name, id_ in hints if name == entity)
                    try:
                        known = await seen(entity, changed)
                    except (OrderloomError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                        known = set()  # the listener reads the list again, as after many changes
                    if only_seen and not known:
                        continue
                    told = {"entity": entity, "ids": [str(id_) for id_ in sorted(known)]}
                    yield f"event: hint\ndata: {json.dumps(told)}\n\n"
        finally:
            self._streams.discard(queue)
