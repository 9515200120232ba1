"""A backup comes back as it was, to any moment; a spoiled one not at all."""

import asyncio
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from orderloom.backup.errors import (
    BackupError,
    BadKeyError,
    DamagedBackupError,
    NoBackupError,
    NotEmptyError,
    TooEarlyError,
    TooLateError,
    WrongKeyError,
)
from orderloom.backup.key import RecoveryKey
from orderloom.backup.restore import assure, open_all, restore
from orderloom.backup.shelf import all_series
from orderloom.base import json
from orderloom.database.embedded import EmbeddedPostgres, HalfRestoredError
from tests.engine.backup.conftest import STORED, Shelf, rows


def _restore(shelf: Shelf, home: Path, moment: int | None = None) -> None:
    at = None if moment is None else shelf.moments[moment]
    asyncio.run(restore(shelf.target, home, shelf.key, at=at))


def _refused(shelf: Shelf, home: Path, error: type[BackupError], **more: object) -> BackupError:
    """The restore refuses and leaves nothing."""
    with pytest.raises(error) as caught:
        asyncio.run(restore(shelf.target, home, **({"key": shelf.key} | more)))  # type: ignore[arg-type]
    assert not home.exists() or list(home.iterdir()) == []
    return caught.value


def test_all_of_it_comes_back_files_and_keys_included(shelf: Shelf, short_tmp: Path) -> None:
    home = short_tmp / "new"
    _restore(shelf, home)
    assert rows(home) == ["first", "second", "third"]
    assert (home / "files" / "深" / "a.bin").read_bytes() == STORED
    assert (home / "files" / "later").read_bytes() == b"later"
    master = home / "keys" / "master.key"
    assert master.read_bytes() == b"the master key"
    assert stat.S_IMODE(master.stat().st_mode) == 0o600
    assert not (home / "backup").exists()
    assert not (home / "restore.wal").exists()


@pytest.mark.parametrize(("moment", "there"), [(0, ["first"]), (1, ["first", "second"])])
def test_a_moment_between_two_commits_has_exactly_the_first(
    shelf: Shelf, short_tmp: Path, moment: int, there: list[str]
) -> None:
    home = short_tmp / "new"
    _restore(shelf, home, moment)
    assert rows(home) == there


def test_neither_names_nor_contents_can_be_read_in_the_target(made: Shelf) -> None:
    for path in made.target.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (b"second", b"master", b"contents of a stored", made.key.secret):
                assert secret not in content, path
            assert made.key.sealing.public not in content, path
            assert made.key.sealing.public.hex().encode() not in content, path
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 in (0, 0o044)


def test_moments_outside_the_backup_are_refused_and_told(shelf: Shelf, short_tmp: Path) -> None:
    home = short_tmp / "new"
    early = shelf.moments[0] - timedelta(minutes=1)
    error: BackupError = _refused(shelf, home, TooEarlyError, at=early)
    assert error.params["first"] == json.timestamp(shelf.moments[0])
    reaches = all_series(shelf.target)[0].reaches()
    assert reaches is not None
    late = reaches + timedelta(seconds=1)
    error = _refused(shelf, home, TooLateError, at=late)
    assert error.params["reaches"] == json.timestamp(reaches)


def test_the_very_end_can_be_asked_for_as_a_moment(shelf: Shelf, short_tmp: Path) -> None:
    home = short_tmp / "new"
    reaches = all_series(shelf.target)[0].reaches()
    asyncio.run(restore(shelf.target, home, shelf.key, at=reaches))
    assert rows(home) == ["first", "second", "third"]


def test_another_key_is_refused_by_name(shelf: Shelf, short_tmp: Path) -> None:
    other = RecoveryKey.new()
    error = _refused(shelf, short_tmp / "new", WrongKeyError, key=other)
    assert error.params == {
        "wanted": shelf.key.sealing.fingerprint,
        "given": other.sealing.fingerprint,
    }


def test_a_key_with_a_wrong_letter_is_no_key(made: Shelf) -> None:
    text = made.key.text
    assert RecoveryKey.parse(f" {text.upper()}\n") == made.key
    for spoiled in (text[:-1], text[:20] + ("a" if text[20] != "a" else "b") + text[21:], "", "x"):
        with pytest.raises(BadKeyError):
            RecoveryKey.parse(spoiled)


def test_a_folder_with_something_in_it_is_left_alone(shelf: Shelf, short_tmp: Path) -> None:
    home = short_tmp / "new"
    home.mkdir()
    (home / "mine").write_text("precious")
    with pytest.raises(NotEmptyError):
        _restore(shelf, home)
    assert [path.name for path in home.iterdir()] == ["mine"]


def test_a_folder_without_backups_says_so(shelf: Shelf, short_tmp: Path) -> None:
    (short_tmp / "nothing").mkdir()
    with pytest.raises(NoBackupError):
        asyncio.run(restore(short_tmp / "nothing", short_tmp / "new", shelf.key))


def _one(shelf: Shelf, pattern: str) -> Path:
    found = sorted(shelf.target.glob(pattern))
    assert found, pattern
    return found[len(found) // 2]


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _newer(path: Path) -> None:
    """A forged manifest: everything fits but what it says."""
    path.write_text(path.read_text("utf-8").replace('"server":"18', '"server":"17'))


SPOILED: list[tuple[str, Callable[[Path], object]]] = [
    ("*/base/*/base.tar.ols", _flip),
    ("*/base/*/base.tar.ols", _cut),
    ("*/base/*/base.tar.ols", Path.unlink),
    ("*/base/*/manifest.ols", _flip),
    ("*/base/*/manifest.json", _newer),
    ("*/wal/0*.ols", _flip),
    ("*/wal/0*.ols", _cut),
    ("*/wal/0*.ols", Path.unlink),
    ("*/wal.jsonl", Path.unlink),
    ("*/pool/*.ols", _flip),
    ("*/pool/*.ols", Path.unlink),
    ("*/listing/*.ols", _cut),
]


@pytest.mark.parametrize(("pattern", "spoil"), SPOILED)
def test_what_was_altered_cut_or_lost_is_refused(
    shelf: Shelf, short_tmp: Path, pattern: str, spoil: Callable[[Path], object]
) -> None:
    spoil(_one(shelf, pattern))
    _refused(shelf, short_tmp / "new", DamagedBackupError)
    series = all_series(shelf.target)[0]
    with pytest.raises(DamagedBackupError):
        for manifest in series.manifests():
            assure(series, manifest, shelf.key)
            open_all(series, manifest, shelf.key)


def test_a_segment_in_the_place_of_another_is_refused(shelf: Shelf, short_tmp: Path) -> None:
    """Even when whoever did it also mended the index."""
    series = all_series(shelf.target)[0]
    first, second, *_ = sorted(series.segments())
    one, other = series.wal_path(first), series.wal_path(second)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    index = series.root / "wal.jsonl"
    text = index.read_text("utf-8")
    text = text.replace(first, "@").replace(second, first).replace("@", second)
    index.write_text(text)
    _refused(shelf, short_tmp / "new", DamagedBackupError)


def test_a_sound_backup_is_found_sound_with_and_without_the_key(made: Shelf) -> None:
    (series,) = all_series(made.target)
    (manifest,) = series.manifests()
    assure(series, manifest, None)
    assure(series, manifest, made.key)
    assert open_all(series, manifest, made.key) > 16 * 1024 * 1024 + len(STORED)


def test_a_restore_that_was_broken_off_is_not_taken_for_a_company(short_tmp: Path) -> None:
    (short_tmp / "restoring").touch()
    with pytest.raises(HalfRestoredError):
        EmbeddedPostgres(short_tmp).start()
    assert not (short_tmp / "postgres").exists()
