"""Every place for blobs keeps the same promises; the bucket's server checks each signature."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from orderloom.access.actor import Actor
from orderloom.base.settings import Settings
from orderloom.database import Database
from orderloom.files import open_files
from orderloom.files.disk import DiskStore
from orderloom.files.errors import FileNotFoundHereError, StoreError
from orderloom.files.memory import MemoryStore
from orderloom.files.s3 import Bucket as Place
from orderloom.files.s3 import S3Store
from orderloom.files.sigv4 import Credentials
from orderloom.files.store import Store
from tests.support import s3_server
from tests.support.s3_server import Bucket

NAME = "ab" + "0" * 30
CONTENT = bytes(range(256)) * 9000


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with s3_server.s3_server() as bucket:
        yield bucket


@pytest.fixture
def bucket(server: Bucket) -> Bucket:
    server.objects.clear()
    server.faults.clear()
    server.asked.clear()
    return server


async def no_pause(_: float) -> None:
    """Tries follow one another at once."""


def s3_store(server: Bucket, folder: Path, **more: str) -> S3Store:
    given = {"access": s3_server.ACCESS, "secret": s3_server.SECRET, "region": s3_server.REGION}
    given |= more
    credentials = Credentials(
        access_key=given["access"], secret_key=given["secret"], region=given["region"]
    )
    place = Place(
        endpoint=server.url,
        name=given.get("bucket", s3_server.BUCKET),
        prefix="织单/files",
        credentials=credentials,
    )
    return S3Store(place, folder / "tmp", pause=no_pause)


@pytest_asyncio.fixture(params=["memory", "disk", "s3"])
async def store(
    request: pytest.FixtureRequest, bucket: Bucket, tmp_path: Path
) -> AsyncIterator[Store]:
    made: dict[str, Store] = {
        "memory": MemoryStore(),
        "disk": DiskStore(tmp_path / "files"),
        "s3": s3_store(bucket, tmp_path),
    }
    yield made[request.param]
    for one in made.values():
        await one.close()


async def pieces(content: bytes = CONTENT, step: int = 70_000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), step):
        yield content[at : at + step]


async def broken() -> AsyncIterator[bytes]:
    yield CONTENT
    raise RuntimeError("the sender went away")


async def read(store: Store, start: int = 0, end: int = len(CONTENT), name: str = NAME) -> bytes:
    return b"".join([piece async for piece in store.read(name, start, end)])


async def test_what_is_put_is_read_whole_and_in_parts(store: Store) -> None:
    await store.put(NAME, pieces())
    assert await store.size(NAME) == len(CONTENT)
    assert await read(store) == CONTENT
    assert await read(store, 300, 700_001) == CONTENT[300:700_001]
    assert await read(store, len(CONTENT) - 5, len(CONTENT) + 99) == CONTENT[-5:]
    assert await read(store, len(CONTENT), len(CONTENT) + 1) == b""


async def test_what_is_not_there_is_told_and_deleting_it_is_no_error(store: Store) -> None:
    assert await store.size(NAME) is None
    with pytest.raises(FileNotFoundHereError):
        await read(store)
    await store.delete(NAME)
    await store.put(NAME, pieces())
    await store.delete(NAME)
    assert await store.size(NAME) is None


async def test_a_source_that_breaks_leaves_nothing(
    store: Store, tmp_path: Path, bucket: Bucket
) -> None:
    with pytest.raises(RuntimeError):
        await store.put(NAME, broken())
    assert await store.size(NAME) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert bucket.objects == {}


async def test_a_disk_keeps_blobs_from_others_and_never_writes_over(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "files")
    await store.put(NAME, pieces())
    path = tmp_path / "files" / "ab" / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    (tmp_path / "files" / "tmp" / NAME).write_bytes(b"somebody is writing")
    with pytest.raises(StoreError):
        await store.put(NAME, pieces(b"other"))
    assert path.read_bytes() == CONTENT


async def test_a_disk_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        await DiskStore(tmp_path / "files").put(NAME, pieces())
    assert caught.value.status == 502


async def test_requests_of_the_bucket_are_path_style_below_its_prefix(
    bucket: Bucket, tmp_path: Path
) -> None:
    store = s3_store(bucket, tmp_path)
    await store.put(NAME, pieces())
    assert bucket.objects == {f"织单/files/ab/{NAME}": CONTENT}
    assert bucket.asked == [("PUT", f"/orders/%E7%BB%87%E5%8D%95/files/ab/{NAME}")]
    assert list((tmp_path / "tmp").iterdir()) == []
    await store.close()


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "another"}, {"access": "NOBODY"}, {"region": "eu-1"}, {"bucket": "not-there"}],
)
async def test_a_store_that_refuses_is_not_asked_again(
    bucket: Bucket, tmp_path: Path, wrong: dict[str, str]
) -> None:
    store = s3_store(bucket, tmp_path, **wrong)
    expected = FileNotFoundHereError if "bucket" in wrong else StoreError
    with pytest.raises(expected):
        await store.put(NAME, pieces())
    assert (len(bucket.asked), bucket.objects) == (1, {})
    assert list((tmp_path / "tmp").iterdir()) == []
    await store.close()


@pytest.mark.parametrize("faults", [["500"], ["503", "drop"], ["429", "500"]])
async def test_a_moment_of_trouble_is_waited_out(
    bucket: Bucket, tmp_path: Path, faults: list[str]
) -> None:
    store = s3_store(bucket, tmp_path)
    bucket.faults[:] = faults
    await store.put(NAME, pieces())
    assert len(bucket.asked) == len(faults) + 1
    bucket.faults[:] = faults
    assert await store.size(NAME) == len(CONTENT)
    bucket.faults[:] = faults
    assert await read(store) == CONTENT
    bucket.faults[:] = faults
    await store.delete(NAME)
    assert bucket.objects == {}
    await store.close()


async def test_trouble_that_stays_is_told(bucket: Bucket, tmp_path: Path) -> None:
    store = s3_store(bucket, tmp_path)
    bucket.faults[:] = ["500"] * 3
    with pytest.raises(StoreError):
        await store.put(NAME, pieces())
    assert (bucket.faults, bucket.objects) == ([], {})
    bucket.faults[:] = ["drop"] * 3
    with pytest.raises(StoreError):
        await read(store)
    await store.close()


async def test_an_answer_that_is_cut_is_read_on_from_where_it_broke(
    bucket: Bucket, tmp_path: Path
) -> None:
    store = s3_store(bucket, tmp_path)
    await store.put(NAME, pieces())
    bucket.faults[:] = ["cut", "cut"]
    assert await read(store, 100, 2_000_000) == CONTENT[100:2_000_000]
    assert len(bucket.asked) == 4
    bucket.faults[:] = ["cut"] * 3
    with pytest.raises(StoreError):
        await read(store)
    await store.close()


async def test_the_settings_choose_the_bucket_and_files_go_there_sealed(
    bucket: Bucket, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "S3": f"{bucket.url}/{s3_server.BUCKET}/own/place",
        "S3_REGION": s3_server.REGION,
        "S3_ACCESS_KEY": s3_server.ACCESS,
        "S3_SECRET_KEY": s3_server.SECRET,
        "LIMIT_MB": "3",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"ORDERLOOM_FILES_{name}", value)
    settings = Settings.from_env(data_dir=tmp_path)
    assert s3_server.SECRET not in repr(settings)
    files = open_files(settings, database)
    assert files.limits.largest == 3 * 1024 * 1024
    file = await files.upload(Actor.system(), "a.txt", pieces(b"word " * 60_000))
    assert list(bucket.objects) == [f"own/place/{file.blob[:2]}/{file.blob}"]
    assert b"word" not in next(iter(bucket.objects.values()))
    part = b"".join([piece async for piece in files.read(file, 100_000, 250_000)])
    assert part == (b"word " * 60_000)[100_000:250_000]
    assert await files.verify(file) is None
    await files.close()
    for address in ("s3://bucket", "https://host", "https:///bucket"):
        monkeypatch.setenv("ORDERLOOM_FILES_S3", address)
        with pytest.raises(StoreError):
            open_files(Settings.from_env(data_dir=tmp_path), database)
