"""Files in and out: named, checked, sealed, counted.

Invariant: a row is there before its blob and goes after it, so that nothing is ever lost sight of;
plain content is held in pieces only, and never touches a disk. What streams in is counted as it
comes: no upload is ahead of its count by more than a megabyte.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace

import asyncpg
import structlog

from orderloom.access.actor import Actor
from orderloom.base import ids
from orderloom.base.errors import OrderloomError
from orderloom.base.sealed import HEADER_BYTES, Sealer, new_key, sealed_size
from orderloom.database.pool import Database
from orderloom.definition.file_kinds import FileKind, endings, kind_of_name
from orderloom.files import rows
from orderloom.files.errors import (
    EmptyFileError,
    FileContentError,
    FileDamagedError,
    FileKindError,
    FileTooLargeError,
    StoreError,
    StoreFullError,
    TooManyWaitingError,
)
from orderloom.files.keys import Keyring
from orderloom.files.naming import clean_name
from orderloom.files.parts import Opener, context, part_of
from orderloom.files.rows import StoredFile
from orderloom.files.sniff import Sniffer
from orderloom.files.store import Store

MEGABYTE = 1024 * 1024
MOST_WAITING = 500
_WAITING_FILES_OF_LARGEST_SIZE = 20
_WAITING_HOURS = 24
_UNCOUNTED = MEGABYTE
_SWEEP = 200
_log = structlog.get_logger("files")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the store takes; ``quota`` None means as much as there is room for."""

    largest: int = 50 * MEGABYTE
    quota: int | None = None
    kept_days: int = 30
    """How long a file that was taken off its record stays, so that it can be put back."""


class Files:
    """The file store of one process."""

    def __init__(
        self, *, database: Database, store: Store, keyring: Keyring, limits: Limits | None = None
    ) -> None:
        self.database = database
        self.store = store
        self.keyring = keyring
        self.limits = limits or Limits()

    async def upload(self, actor: Actor, raw_name: str, source: AsyncIterator[bytes]) -> StoredFile:
        """Take a file in; it belongs to nobody's record yet, and only its bringer may attach it.

        Raises:
            FileKindError: the name announces a kind that is not taken.
            FileContentError: the content is another kind's.
            FileTooLargeError: it has more bytes than the limit.
            EmptyFileError: it has none.
            TooManyWaitingError: the person has too many files that belong to no record.
            StoreFullError: the quota is used up.
        """
        name = clean_name(raw_name)
        kind = kind_of_name(name)
        if kind is None:
            raise FileKindError(name=name, allowed=endings())
        file, key = await self._begin(actor, name, kind)
        try:
            size = await self._write(file, key, kind, source)
        except OrderloomError:
            await self._abandon(file)
            raise
        except BaseException:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                async with self.database.transaction() as conn:
                    await rows.release(conn, file.id)
            raise
        return replace(file, size=size, state="ready")

    async def _begin(self, actor: Actor, name: str, kind: FileKind) -> tuple[StoredFile, bytes]:
        blob, key = ids.random_bytes(16).hex(), new_key()
        async with self.database.transaction() as conn:
            count, size = await rows.waiting(conn, actor.person_id)
            if count >= MOST_WAITING or size >= self._most_waiting:
                raise TooManyWaitingError(count=count, megabytes=size // MEGABYTE)
            await rows.hold_keys(conn)
            key_id, wrapped = self.keyring.wrap(key, blob)
            file = StoredFile(
                id=ids.new_id(),
                blob=blob,
                name=name,
                kind=kind.key,
                size=0,
                key_id=key_id,
                wrapped_key=wrapped,
                state="uploading",
                uploaded_by=actor.person_id,
                entity=None,
                record_id=None,
                field=None,
            )
            await rows.insert(conn, file)
        return file, key

    async def _write(
        self, file: StoredFile, key: bytes, kind: FileKind, source: AsyncIterator[bytes]
    ) -> int:
        sealer, sniffer, largest = Sealer(key, context(file.blob)), Sniffer(), self.limits.largest
        counted = 0

        async def sealed() -> AsyncIterator[bytes]:
            nonlocal counted
            yield sealer.header
            async for piece in source:
                size = sealer.size + len(piece)
                if size > largest:
                    raise FileTooLargeError(name=file.name, megabytes=largest // MEGABYTE)
                if size - counted > _UNCOUNTED:
                    await self._count(file, size - counted)
                    counted = size
                sniffer.feed(piece)
                yield sealer.feed(piece)
            if not sealer.size:
                raise EmptyFileError(name=file.name)
            if kind.key not in sniffer.kinds():
                raise FileContentError(name=file.name, expected=kind.key)
            yield sealer.finish()

        await self.store.put(file.blob, sealed())
        await self._count(file, sealer.size - counted, last=True)
        return sealer.size

    @property
    def _most_waiting(self) -> int:
        """The bytes that one person may have in files of no record."""
        return self.limits.largest * _WAITING_FILES_OF_LARGEST_SIZE

    async def _count(self, file: StoredFile, size: int, *, last: bool = False) -> None:
        """Count what came in; the quota, and what one person may leave lying about, are kept."""
        async with self.database.transaction() as conn:
            if not await rows.count_in(conn, file.id, size, self.limits.quota):
                raise StoreFullError(megabytes=(self.limits.quota or 0) // MEGABYTE)
            if last:
                await rows.ready(conn, file.id)
                return
            count, waiting = await rows.waiting(conn, file.uploaded_by)
            if waiting > self._most_waiting:
                raise TooManyWaitingError(count=count, megabytes=waiting // MEGABYTE)

    async def _abandon(self, file: StoredFile) -> None:
        """Let a file go that was not completed; what fails here is swept later."""
        async with self.database.transaction() as conn:
            await rows.leave(conn, [file.id])
        with suppress(StoreError, OSError):
            await self._delete([(file.id, file.blob)])

    async def _delete(self, leaving: list[tuple[int, str]]) -> None:
        for _, blob in leaving:
            await self.store.delete(blob)
        async with self.database.transaction() as conn:
            await rows.gone(conn, [id_ for id_, _ in leaving])

    async def read(
        self, file: StoredFile, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """The content of a file, or its bytes from ``start`` to ``end`` (not included).

        Raises:
            FileDamagedError: the blob is not what was written.
            FileNotFoundHereError: the blob is gone.
            FileKeyError: its master key is missing.
            StoreError: the store does not answer.
        """
        key = self.keyring.unwrap(file.key_id, file.wrapped_key, file.blob)
        part = part_of(file.size, start, file.size if end is None else end)
        header = b"".join([one async for one in self.store.read(file.blob, 0, HEADER_BYTES)])
        opener = Opener(key, file.blob, header, file.size)
        async for piece in opener.open(self.store.read(file.blob, part.start, part.end), part):
            yield piece

    async def verify(self, file: StoredFile) -> str | None:
        """What is wrong with a file, read to its end; None when nothing is."""
        try:
            found = await self.store.size(file.blob)
            if found != sealed_size(file.size):
                return "missing" if found is None else "length"
            async for _ in self.read(file):
                pass
        except FileDamagedError as error:
            return str(error.params.get("problem"))
        except OrderloomError as error:
            return error.code
        return None

    async def sweep(self) -> int:
        """Delete what belongs to no record after a day, and what was taken off long ago."""
        swept = 0
        while True:
            async with self.database.transaction() as conn:
                leaving = await rows.leaving(
                    conn, _WAITING_HOURS, self.limits.kept_days, limit=_SWEEP
                )
            if not leaving:
                return swept
            await self._delete(leaving)
            swept += len(leaving)
            _log.info("files.swept", count=len(leaving))
            if len(leaving) < _SWEEP:
                return swept

    async def close(self) -> None:
        """Give back what the store holds open."""
        await self.store.close()
