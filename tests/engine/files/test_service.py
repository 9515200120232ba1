"""Files come in checked, sealed and counted, and leave when nobody needs them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from orderloom.access.actor import Actor
from orderloom.base.errors import OrderloomError
from orderloom.base.sealed import new_key
from orderloom.database import Database
from orderloom.files import Files, Keyring, StoredFile, check_files, rows
from orderloom.files.errors import (
    EmptyFileError,
    FileContentError,
    FileDamagedError,
    FileKindError,
    FileTooLargeError,
    StoreFullError,
    TooManyWaitingError,
)
from orderloom.files.keys import add_key, forget_keys
from orderloom.files.memory import MemoryStore
from orderloom.files.rotate import rewrap, used_keys
from orderloom.files.service import MEGABYTE, MOST_WAITING, Limits
from tests.support import samples
from tests.support.waiting import until

ANNA = Actor(person_id=11, login="anna", name="Anna")
BEN = Actor(person_id=12, login="ben", name="Ben")
BIG = samples.PDF + b"x" * 300_000


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring.at(tmp_path / "files.json")


@pytest_asyncio.fixture
async def files(database: Database, store: MemoryStore, ring: Keyring) -> Files:
    limits = Limits(largest=MEGABYTE, quota=2 * MEGABYTE)
    return Files(database=database, store=store, keyring=ring, limits=limits)


async def pieces(contents: Iterable[bytes]) -> AsyncIterator[bytes]:
    for content in contents:
        yield content


async def bring(
    files: Files, name: str = "合同.pdf", content: bytes = BIG, actor: Actor = ANNA
) -> StoredFile:
    return await files.upload(actor, name, pieces([content[:1000], content[1000:]]))


async def read(files: Files, file: StoredFile, *span: int) -> bytes:
    return b"".join([piece async for piece in files.read(file, *span)])


async def counted(database: Database) -> tuple[int, int]:
    """How many rows there are, and the bytes that count."""
    async with database.read() as conn:
        rows = await conn.fetchval("select count(*) from orderloom.file")
        used = await conn.fetchval("select bytes from orderloom.file_usage")
    return int(rows), int(used)


async def attach(database: Database, file: StoredFile) -> None:
    """As a record would."""
    async with database.transaction() as conn:
        await conn.execute(
            "update orderloom.file set entity = 'a.b', record_id = 1, field = 'c' where id = $1",
            file.id,
        )


async def age(database: Database, column: str, interval: str) -> None:
    async with database.transaction() as conn:
        await conn.execute(f"update orderloom.file set {column} = now() - interval '{interval}'")


async def test_a_file_comes_back_and_nothing_of_it_is_in_the_clear(
    files: Files, store: MemoryStore, database: Database
) -> None:
    file = await bring(files)
    assert file.value() == {
        "id": str(file.id),
        "name": "合同.pdf",
        "kind": "pdf",
        "size": len(BIG),
    }
    assert await read(files, file) == BIG
    assert await read(files, file, 200_000, 200_010) == BIG[200_000:200_010]
    assert list(store.blobs) == [file.blob]
    assert b"%PDF" not in store.blobs[file.blob]
    assert b"x" * 16 not in store.blobs[file.blob]
    assert await counted(database) == (1, len(BIG))


REFUSED: list[tuple[str, bytes, type[OrderloomError]]] = [
    ("page.html", samples.HTML, FileKindError),
    ("image.svg", samples.SVG, FileKindError),
    ("setup.exe", samples.EXE, FileKindError),
    ("合同.pdf.exe", samples.PDF, FileKindError),
    ("noending", samples.PDF, FileKindError),
    ("page.pdf", samples.HTML, FileContentError),
    ("page.csv", samples.HTML, FileContentError),
    ("picture.png", samples.SVG, FileContentError),
    ("picture.png", samples.JPEG, FileContentError),
    ("tool.zip", samples.ELF, FileContentError),
    ("macros.xlsx", samples.MACROS, FileContentError),
    ("letter.docx", samples.XLSX, FileContentError),
    ("empty.pdf", b"", EmptyFileError),
    ("large.pdf", samples.PDF + b"x" * MEGABYTE, FileTooLargeError),
]


async def test_what_is_refused_leaves_nothing(
    files: Files, store: MemoryStore, database: Database
) -> None:
    for name, content, refused in REFUSED:
        with pytest.raises(refused):
            await bring(files, name, content)
        assert store.blobs == {}, name
        assert await counted(database) == (0, 0), name


async def test_the_quota_holds_and_room_comes_back(
    files: Files, store: MemoryStore, database: Database
) -> None:
    large = samples.PDF + b"x" * (MEGABYTE - 100)
    kept = [await bring(files, content=large), await bring(files, content=large)]
    with pytest.raises(StoreFullError):
        await bring(files)
    assert len(store.blobs) == 2
    assert await counted(database) == (2, 2 * len(large))
    await age(database, "uploaded_at", "25 hours")
    assert await files.sweep() == 2
    assert (store.blobs, await counted(database)) == ({}, (0, 0))
    assert kept[0].blob not in store.blobs
    await bring(files)


class Endless:
    """Content without an end, in pieces of 64 KB, that can be held up after some of them."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.given, self.stop_after = 0, stop_after
        self.waiting, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> AsyncIterator[bytes]:
        yield samples.PDF.ljust(65_536, b"x")
        while True:
            self.given += 1
            if self.given == self.stop_after:
                self.waiting.set()
                await self.go.wait()
            yield b"x" * 65_536


async def test_the_quota_holds_while_files_stream_in(
    database: Database, store: MemoryStore, ring: Keyring
) -> None:
    limits = Limits(largest=1000 * MEGABYTE, quota=6 * MEGABYTE)
    files = Files(database=database, store=store, keyring=ring, limits=limits)
    first, second = Endless(stop_after=16 * 4), Endless()
    uploading = asyncio.create_task(files.upload(ANNA, "a.pdf", first()))
    await first.waiting.wait()
    with pytest.raises(StoreFullError):
        await files.upload(BEN, "b.pdf", second())
    assert second.given <= 16 * 4, "it was told as soon as both together had no more room"
    first.go.set()
    with pytest.raises(StoreFullError):
        await uploading
    assert first.given <= 16 * 8
    assert (store.blobs, await counted(database)) == ({}, (0, 0))


async def test_what_one_person_leaves_lying_about_is_bounded_while_it_streams_in(
    database: Database, store: MemoryStore, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderloom.files.service._WAITING_FILES_OF_LARGEST_SIZE", 0.003)
    limits = Limits(largest=1000 * MEGABYTE)
    files = Files(database=database, store=store, keyring=ring, limits=limits)
    endless = Endless()
    with pytest.raises(TooManyWaitingError):
        await files.upload(ANNA, "a.pdf", endless())
    assert endless.given <= 16 * 5
    assert await counted(database) == (0, 0)


async def test_a_bringer_who_goes_away_gives_back_what_was_counted(
    database: Database, store: MemoryStore, ring: Keyring
) -> None:
    limits = Limits(largest=1000 * MEGABYTE, quota=6 * MEGABYTE)
    files = Files(database=database, store=store, keyring=ring, limits=limits)
    source = Endless(stop_after=16 * 4)
    uploading = asyncio.create_task(files.upload(ANNA, "a.pdf", source()))
    await source.waiting.wait()
    assert (await counted(database))[1] > 2 * MEGABYTE
    uploading.cancel()
    await asyncio.gather(uploading, return_exceptions=True)
    assert await counted(database) == (1, 0)


async def test_nobody_fills_the_store_with_files_of_no_record(
    files: Files, database: Database
) -> None:
    file = await bring(files)
    async with database.transaction() as conn:
        await conn.execute(
            "insert into orderloom.file (id, blob, name, kind, key_id, wrapped_key, uploaded_by)"
            " select -n, n::text, 'x', 'pdf', '', '', 11 from generate_series(2, $1::int) n",
            MOST_WAITING,
        )
    with pytest.raises(TooManyWaitingError) as caught:
        await bring(files)
    assert caught.value.params["count"] == MOST_WAITING
    await bring(files, actor=BEN)
    await attach(database, file)
    await bring(files)


async def test_what_waits_for_a_day_goes_and_what_a_record_has_stays(
    files: Files, store: MemoryStore, database: Database
) -> None:
    kept, left, waiting = [await bring(files, f"{name}.pdf") for name in "abc"]
    await attach(database, kept)
    await age(database, "uploaded_at", "23 hours")
    assert await files.sweep() == 0
    await age(database, "uploaded_at", "25 hours")
    fresh = await bring(files, "d.pdf")
    assert await files.sweep() == 2
    assert store.blobs.keys() == {kept.blob, fresh.blob}
    assert {left.blob, waiting.blob}.isdisjoint(store.blobs)
    assert await counted(database) == (2, 2 * len(BIG))


async def test_a_bringer_who_goes_away_leaves_nothing_for_long(
    files: Files, store: MemoryStore, database: Database
) -> None:
    """The row that announces the file is there; no blob is, and a day later neither."""

    async def broken() -> AsyncIterator[bytes]:
        yield samples.PDF
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await files.upload(ANNA, "a.pdf", broken())
    assert (store.blobs, await counted(database)) == ({}, (1, 0))
    assert (await check_files(files)).files == 0
    await age(database, "uploaded_at", "25 hours")
    assert await files.sweep() == 1
    assert await counted(database) == (0, 0)


async def test_what_was_taken_off_goes_after_its_days(
    files: Files, store: MemoryStore, database: Database
) -> None:
    file = await bring(files)
    await attach(database, file)
    await age(database, "removed_at", "29 days")
    assert await files.sweep() == 0
    await age(database, "removed_at", "31 days")
    assert await files.sweep() == 1
    assert (store.blobs, await counted(database)) == ({}, (0, 0))


class _Stubborn(MemoryStore):
    """A store that cannot delete for a while."""

    broken = True

    async def delete(self, name: str) -> None:
        if self.broken:
            raise OSError(name)
        await super().delete(name)


async def test_a_sweep_that_was_interrupted_is_finished_by_the_next(
    database: Database, ring: Keyring
) -> None:
    store = _Stubborn()
    files = Files(database=database, store=store, keyring=ring)
    await bring(files)
    await age(database, "uploaded_at", "25 hours")
    with pytest.raises(OSError, match=next(iter(store.blobs))):
        await files.sweep()
    assert await counted(database) == (1, len(BIG))
    store.broken = False
    assert await files.sweep() == 1
    assert (store.blobs, await counted(database)) == ({}, (0, 0))


async def test_a_new_master_key_wraps_every_file_and_touches_none(
    files: Files, store: MemoryStore, tmp_path: Path
) -> None:
    file = await bring(files)
    before = dict(store.blobs)
    new = add_key(tmp_path / "files.json")
    assert await rewrap(files) == 1
    assert await rewrap(files) == 0
    assert await used_keys(files) == [new]
    assert forget_keys(tmp_path / "files.json", await used_keys(files)) == [file.key_id]
    async with files.database.read() as conn:
        row = await conn.fetchrow("select key_id, wrapped_key from orderloom.file")
    assert row is not None
    assert row["key_id"] == new
    assert store.blobs == before
    assert (await check_files(files, sample=None)).opened == 1


async def test_no_upload_comes_late_with_a_key_that_was_forgotten(
    files: Files, tmp_path: Path
) -> None:
    """Whoever has the old key in hand is waited for, and what came of it is wrapped anew."""
    path, file = tmp_path / "files.json", await bring(files)
    old = file.key_id
    async with files.database.transaction() as conn:
        await rows.hold_keys(conn)
        _, wrapped = files.keyring.wrap(new_key(), "late")
        new = add_key(path)
        wrapping = asyncio.create_task(rewrap(files))
        await _until_somebody_waits(files.database)
        assert not wrapping.done()
        late = replace(file, id=file.id + 1, blob="late", key_id=old, wrapped_key=wrapped)
        await rows.insert(conn, late)
    assert await wrapping == 2
    assert await used_keys(files) == [new]
    assert forget_keys(path, [new]) == [old]
    assert (await check_files(files, sample=None)).opened == 1


async def _until_somebody_waits(database: Database) -> None:
    waits = (
        "select exists (select 1 from pg_locks where locktype = 'advisory' and not granted"
        " and database = (select oid from pg_database where datname = current_database()))"
    )
    async with database.read() as conn:
        await until(lambda: conn.fetchval(waits))


async def test_keys_change_while_files_come_in(files: Files, tmp_path: Path) -> None:
    async def turn() -> None:
        for _ in range(3):
            await asyncio.to_thread(add_key, tmp_path / "files.json")
            await rewrap(files)
            used = await used_keys(files)
            await asyncio.to_thread(forget_keys, tmp_path / "files.json", used)

    brought = await asyncio.gather(turn(), *(bring(files, content=samples.PDF) for _ in range(30)))
    report = await check_files(files, sample=None)
    assert (report.opened, report.broken) == (len(brought) - 1, [])


async def test_the_check_finds_what_is_missing_short_changed_or_swapped(
    files: Files, store: MemoryStore
) -> None:
    good = await bring(files, "good.pdf")
    report = await check_files(files)
    assert (report.files, report.bytes, report.opened, report.good) == (1, len(BIG), 1, True)
    gone, short, changed, one, other = [
        await bring(files, f"{name}.pdf", samples.PDF)
        for name in ("gone", "short", "changed", "one", "other")
    ]
    del store.blobs[gone.blob]
    store.blobs[short.blob] = store.blobs[short.blob][:-1]
    store.blobs[changed.blob] = samples.spoiled(store.blobs[changed.blob])
    swapped = store.blobs[one.blob], store.blobs[other.blob]
    store.blobs[other.blob], store.blobs[one.blob] = swapped
    report = await check_files(files)
    assert not report.good
    assert (report.files, report.opened) == (6, 1)
    assert {(name, problem) for _, name, problem in report.broken} == {
        ("gone.pdf", "missing"),
        ("short.pdf", "length"),
        ("changed.pdf", "chunk 0"),
        ("one.pdf", "chunk 0"),
        ("other.pdf", "chunk 0"),
    }
    with pytest.raises(FileDamagedError):
        await read(files, one)
    assert await read(files, good) == BIG


async def test_a_sample_opens_some_and_measures_all(files: Files, store: MemoryStore) -> None:
    brought = [await bring(files, content=samples.PDF) for _ in range(6)]
    report = await check_files(files, sample=2)
    assert (report.files, report.opened) == (6, 2)
    del store.blobs[brought[3].blob]
    report = await check_files(files, sample=2)
    assert [(id_, problem) for id_, _, problem in report.broken] == [(brought[3].id, "missing")]
