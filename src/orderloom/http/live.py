"""Live hints: which entities changed, told to whoever may see them; never data.

Invariant: one tailer per process reads the log; hints are coalesced over 250 ms. Each tells how far
the log was told; whoever comes back with that number is told what it has missed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

import asyncpg
import structlog

from orderloom import history
from orderloom.base import json
from orderloom.base.errors import OrderloomError
from orderloom.database.errors import DatabaseAwayError
from orderloom.database.pool import Database

COALESCE_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 15.0
MOST_MISSED = 5000
_BATCH = 1000
_NAP_SECONDS = 1.0
_log = structlog.get_logger("live")

Hint = tuple[str, int]
_AWAY = (OrderloomError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
Seen = Callable[[str, Sequence[int]], Awaitable[set[int]]]
"""Of an entity's changed records, those that a listener is told of."""


class _Told(NamedTuple):
    """What a stream has to tell: hints, or of everything; and how far the log was told then."""

    hints: frozenset[Hint]
    whole: bool
    sequence: int


class _Listener:
    """What one stream still has to tell: hints pile up in it, and are told as one."""

    def __init__(self) -> None:
        self.sequence = 0
        self._hints: set[Hint] = set()
        self._whole = False
        self._woken = asyncio.Event()

    def note(self, hints: Iterable[Hint], sequence: int) -> None:
        """Take on what the log told, up to a sequence number."""
        self._hints.update(hints)
        self.sequence = max(sequence, self.sequence)
        if len(self._hints) > MOST_MISSED:
            self.note_all()
        self._woken.set()

    def note_all(self) -> None:
        """Take on that anything may have changed: more than is worth telling."""
        self._hints.clear()
        self._whole = True
        self._woken.set()

    def wake(self) -> None:
        """Let the stream look up."""
        self._woken.set()

    async def next(self) -> _Told:
        """What has piled up; nothing after a while without any."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), KEEP_ALIVE_SECONDS)
        self._woken.clear()
        told = _Told(frozenset(self._hints), self._whole, self.sequence)
        self._hints.clear()
        self._whole = False
        return told


class LiveHub:
    """Fans the log out to the streams of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._streams: set[_Listener] = set()
        self._closed = False
        self._sequence: int | None = None
        """Up to where the log was told; unknown while nobody listens."""

    def close(self) -> None:
        """End every stream: this process ends, and browsers ask another or again."""
        self._closed = True
        for stream in self._streams:
            stream.wake()

    async def run(self) -> None:
        """Tail the log until cancelled; reads only while somebody listens."""
        while True:
            await asyncio.sleep(COALESCE_SECONDS)
            if not self._streams:
                self._sequence = None
                continue
            try:
                await self._tick()
            except _AWAY:
                _log.warning("live.lost_connection")

    async def _tick(self) -> None:
        """Tell what was sealed since; the look after a database's absence goes on from here."""
        if self._sequence is None:
            await self._begin()
            return
        async with self._database.read() as conn:
            places = await history.places(conn, self._sequence, _BATCH)
        if not places:
            return
        self._sequence = places[-1].sequence
        hints = {(place.entity, place.record_id) for place in places}
        for stream in self._streams:
            stream.note(hints, self._sequence)

    async def _begin(self) -> None:
        """From the log's end on: what happens now is told to whoever listens already."""
        async with self._database.read() as conn:
            head = await history.head(conn)
        if self._sequence is None:
            self._sequence = head

    async def stream(
        self,
        entities: frozenset[str],
        seen: Seen,
        *,
        only_seen: bool = False,
        after: int | None = None,
    ) -> AsyncIterator[str]:
        """Server-sent events for one listener: entities and records that it may see.

        What happens after the first line is told, and with ``after`` what happened since that
        sequence number. With ``only_seen``, changes of which no record is seen are not told at all.
        """
        listener = _Listener()
        self._streams.add(listener)
        if self._closed:
            listener.wake()  # for nobody will any more
        try:
            if self._sequence is None:
                await self._begin()
            listener.sequence = self._sequence or 0
            if after is not None:
                await self._catch_up(listener, after)
            start = "retry: 2000"
            yield f"{start}\n\n" if after is not None else _upto(listener.sequence, start)
            while True:
                told = await listener.next()
                if self._closed:
                    return
                for entity in sorted(entities if told.whole else ()):
                    yield _hint(entity, ())
                for entity in sorted({name for name, _ in told.hints} & entities):
                    changed = sorted(id_ for name, id_ in told.hints if name == entity)
                    known = await self._known(seen, entity, changed)
                    if known or not only_seen:
                        yield _hint(entity, known)
                yield _upto(told.sequence, ": still here")
        finally:
            self._streams.discard(listener)

    async def _catch_up(self, listener: _Listener, after: int) -> None:
        """Note what a listener has missed; that anything may be when it is too much to tell."""
        listener.wake()
        if after > listener.sequence:  # of another log than this
            listener.note_all()
            return
        async with self._database.read() as conn:
            places = await history.places(conn, after, MOST_MISSED)
        if len(places) >= MOST_MISSED:
            listener.note_all()
            return
        missed = {(place.entity, place.record_id) for place in places}
        listener.note(missed, listener.sequence)

    async def _known(self, seen: Seen, entity: str, changed: Sequence[int]) -> Sequence[int]:
        """Those that the listener sees; asked again for as long as the database is away."""
        while not self._closed:
            try:
                return sorted(await seen(entity, changed))
            except DatabaseAwayError:
                await asyncio.sleep(_NAP_SECONDS)
            except _AWAY:
                break  # the listener reads the list again, as after many changes
        return ()


def _upto(sequence: int, line: str) -> str:
    """Up to where the log was told: a browser that comes back says it in ``Last-Event-ID``."""
    return f"{line}\nid: {sequence}\n\n"


def _hint(entity: str, ids: Iterable[int]) -> str:
    told = {"entity": entity, "ids": [str(id_) for id_ in ids]}
    return f"event: hint\ndata: {json.dumps(told)}\n\n"
