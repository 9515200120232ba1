"""Attachments in a bucket are backed up with the rest, and a restored folder needs no bucket."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from orderloom.access.actor import Actor
from orderloom.backup.config import BackupFolder
from orderloom.backup.key import RecoveryKey
from orderloom.backup.restore import restore
from orderloom.backup.shelf import all_series
from orderloom.backup.take import Source, collect, take
from orderloom.base.settings import Settings
from orderloom.database.embedded import EmbeddedPostgres
from orderloom.database.pool import Database
from orderloom.files import Files, StoredFile, bucket_of, open_files
from orderloom.files.errors import StoreError
from orderloom.operate.checks import host
from orderloom.operate.finding import Patient
from tests.support import s3_server, samples
from tests.support.s3_server import Bucket

KEY = RecoveryKey.new()
ANNA = Actor(person_id=11, login="anna", name="Anna")


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with s3_server.s3_server() as found:
        yield found


@dataclass
class Site:
    """An installation whose files lie in a bucket."""

    source: Source
    files: Files
    database: Database
    settings: Settings

    async def bring(self, name: str, size: int) -> StoredFile:
        """Upload a file."""

        async def content() -> AsyncIterator[bytes]:
            yield samples.PDF.ljust(size, name[:1].encode())

        return await self.files.upload(ANNA, name, content())


@pytest_asyncio.fixture
async def site(pristine: Path, short_tmp: Path, bucket: Bucket) -> AsyncIterator[Site]:
    home = short_tmp / "data"
    shutil.copytree(pristine, home)
    server = EmbeddedPostgres(home)
    await asyncio.to_thread(server.start)
    settings = Settings(
        data_dir=home,
        files_s3=f"{bucket.url}/{s3_server.BUCKET}",
        files_s3_access_key=s3_server.ACCESS,
        files_s3_secret_key=s3_server.SECRET,
        files_s3_region=s3_server.REGION,
    )
    database = await Database.open(server.url, size=3)
    files = open_files(settings, database)
    blobs = bucket_of(settings)
    assert blobs is not None
    source = Source(home=home, url=server.url, server=server, blobs=blobs)
    yield Site(source, files, database, settings)
    await files.close()
    await blobs.close()
    await database.close()
    await asyncio.to_thread(server.stop)


async def _read(files: Files, file: StoredFile) -> bytes:
    return b"".join([piece async for piece in files.read(file)])


async def test_files_of_a_bucket_come_back_into_the_data_folder(
    site: Site, bucket: Bucket, short_tmp: Path
) -> None:
    large, small = await site.bring("a.pdf", 700_000), await site.bring("b.pdf", 300)
    assert (await take(site.source, short_tmp / "target", KEY)).lost == ()
    later = await site.bring("c.pdf", 5000)
    bucket.asked.clear()
    await collect(site.source)
    assert {path.rpartition("/")[2] for _, path in bucket.asked} == {later.blob}
    expected = [await _read(site.files, one) for one in (large, small, later)]
    bucket.objects.clear()

    home = short_tmp / "restored"
    restored = await restore(short_tmp / "target", home, KEY)
    assert restored.files >= 4  # the three, and their key
    server = EmbeddedPostgres(home)
    await asyncio.to_thread(server.start)
    try:
        database = await Database.open(server.url, size=2)
        files = open_files(Settings(data_dir=home), database)
        assert [await _read(files, one) for one in (large, small, later)] == expected
        await database.close()
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_file_that_is_not_in_its_bucket_is_told(
    site: Site, bucket: Bucket, short_tmp: Path
) -> None:
    gone, kept = await site.bring("a.pdf", 300), await site.bring("b.pdf", 400)
    for path in [path for path in bucket.objects if path.endswith(gone.blob)]:
        del bucket.objects[path]
    taken = await take(site.source, short_tmp / "target", KEY)
    assert taken.lost == (f"files/{gone.blob[:2]}/{gone.blob}",)
    patient = Patient(settings=site.settings, database=site.database, embedded=True)
    found = await host.backups(patient)
    assert (found.health, found.code, found.params["count"]) == ("fail", "doctor.backup_lost", 1)
    await restore(short_tmp / "target", short_tmp / "restored", KEY)
    stored = {path.name for path in (short_tmp / "restored" / "files").rglob("*")}
    assert kept.blob in stored
    assert gone.blob not in stored


async def test_a_file_that_is_let_go_meanwhile_is_not_told_as_lost(
    site: Site, bucket: Bucket, short_tmp: Path
) -> None:
    swept, kept = await site.bring("a.pdf", 300), await site.bring("b.pdf", 400)
    sound = site.source.blobs
    assert sound is not None

    class Sweeping:
        async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
            if name == swept.blob:
                async with site.database.transaction() as conn:
                    await conn.execute("delete from orderloom.file where id = $1", swept.id)
                for path in [path for path in bucket.objects if path.endswith(name)]:
                    del bucket.objects[path]
            async for piece in sound.read(name, start, end):
                yield piece

    taken = await take(replace(site.source, blobs=Sweeping()), short_tmp / "target", KEY)
    assert taken.lost == ()
    await restore(short_tmp / "target", short_tmp / "restored", KEY)
    stored = {path.name for path in (short_tmp / "restored" / "files").rglob("*")}
    assert kept.blob in stored
    assert swept.blob not in stored


async def test_a_bucket_that_is_away_fails_the_backup_and_what_was_taken_counts(
    site: Site, bucket: Bucket, short_tmp: Path
) -> None:
    first, second = await site.bring("a.pdf", 300), await site.bring("b.pdf", 400)
    whole = dict(bucket.objects)
    bucket.asked.clear()
    sound = site.source.blobs
    assert sound is not None

    class Breaking:
        async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
            if name == second.blob:
                raise StoreError(problem="away")
            async for piece in sound.read(name, start, end):
                yield piece

    broken = Source(
        home=site.source.home, url=site.source.url, server=site.source.server, blobs=Breaking()
    )
    with pytest.raises(StoreError):
        await take(broken, short_tmp / "target", KEY)
    assert BackupFolder(site.source.home).state().failure == StoreError.code
    (series,) = all_series(short_tmp / "target")
    assert series.manifests() == []
    bucket.asked.clear()
    assert (await take(site.source, short_tmp / "target")).lost == ()
    assert {path.rpartition("/")[2] for _, path in bucket.asked} == {second.blob}
    assert bucket.objects == whole
    restored = await restore(short_tmp / "target", short_tmp / "restored", KEY)
    names = {path.name for path in (short_tmp / "restored" / "files").rglob("*")}
    assert {first.blob, second.blob} <= names
    assert restored.files >= 3


async def test_copies_of_backups_that_failed_do_not_stay(
    site: Site, bucket: Bucket, short_tmp: Path
) -> None:
    """What a failed backup took of a file that changed afterwards is nobody's, and goes."""
    await site.bring("a.pdf", 300)
    note, target = site.source.home / "note", short_tmp / "target"

    class Breaking:
        async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
            raise StoreError(problem=f"{name} {start} {end} away")
            yield b""

    broken = replace(site.source, blobs=Breaking())
    for content in ("1", "22"):
        note.write_text(content)
        with pytest.raises(StoreError):
            await take(broken, target, KEY)
    note.write_text("333")
    await take(site.source, target)
    (series,) = all_series(target)
    config = site.source.folder.config()
    assert config is not None
    site.source.folder.save_config(config.scheduled(None, 1))
    (series.root / "pool" / "broken.ols.part").write_bytes(b"cut off")
    for _ in range(2):  # one notes that nobody knows of them, the next one is later than that
        await take(site.source, target)
    restored = await restore(target, short_tmp / "restored", KEY)
    assert (short_tmp / "restored" / "note").read_text() == "333"
    assert len(series.pool()) == restored.files
    there = {path.name.removesuffix(".ols") for path in (series.root / "pool").iterdir()}
    assert there == set(series.pool())


async def test_a_listing_that_failed_is_written_the_next_time(
    site: Site, bucket: Bucket, short_tmp: Path
) -> None:
    target = short_tmp / "target"
    await take(site.source, target, KEY)
    (series,) = all_series(target)
    (site.source.home / "late").write_text("late")
    listings = series.root / "listing"
    listings.rename(series.root / "aside")
    listings.write_text("in the way")
    with pytest.raises(OSError, match="listing"):
        await collect(site.source)
    listings.unlink()
    (series.root / "aside").rename(listings)
    await collect(site.source)
    await restore(target, short_tmp / "restored", KEY)
    assert (short_tmp / "restored" / "late").read_text() == "late"
    assert bucket.objects == {}
