"""``orderloom files``: every file looked at, and a new master key for all of them."""

from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orderloom.access.actor import Actor
from orderloom.base.settings import Settings
from orderloom.cli.files import files as command
from orderloom.database import Database
from orderloom.files import open_files
from orderloom.files.setup import key_file
from tests.support import samples


async def pieces() -> AsyncIterator[bytes]:
    yield samples.PDF


async def test_a_key_is_changed_and_damage_is_found(
    database: Database, short_tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=short_tmp, database_url=database.url)
    store = open_files(settings, database)
    brought = [await store.upload(Actor.system(), "a.pdf", pieces()) for _ in range(2)]
    old = store.keyring.current()

    assert await command(Namespace(action="rotate-key", all=False), settings) == 0
    new = store.keyring.current()
    assert new != old
    assert capsys.readouterr().out == f"key {new} wraps 2 files\nforgotten {old}\n"
    assert key_file(settings).stat().st_mode & 0o777 == 0o600

    assert await command(Namespace(action="check", all=True), settings) == 0
    assert capsys.readouterr().out == f"files 2 bytes {2 * len(samples.PDF)} opened 2\n"

    blob = short_tmp / "files" / brought[1].blob[:2] / brought[1].blob
    blob.write_bytes(samples.spoiled(blob.read_bytes()))
    assert await command(Namespace(action="check", all=True), settings) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [f"  {brought[1].id} a.pdf: chunk 0"]
    await store.close()
