"""Master keys: made once, kept from others, added before old ones, forgotten when unused."""

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orderloom.base.sealed import new_key
from orderloom.files.errors import FileKeyError
from orderloom.files.keys import Keyring, add_key, forget_keys
from tests.support.samples import spoiled


def test_the_first_use_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "files.json"
    ring = Keyring.at(path)
    id_, wrapped = ring.wrap(b"d" * 32, "blob")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(json.loads(path.read_text("utf-8"))["keys"]) == 1
    assert b"d" * 32 not in wrapped
    assert Keyring.at(path).unwrap(id_, wrapped, "blob") == b"d" * 32
    assert [one.name for one in path.parent.iterdir()] == ["files.json"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "files.json"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: Keyring.at(path).current(), range(8)))
    assert len(found) == 1


def test_a_wrapped_key_opens_for_its_own_blob_only(tmp_path: Path) -> None:
    ring = Keyring.at(tmp_path / "files.json")
    id_, wrapped = ring.wrap(new_key(), "blob")
    for bad in (wrapped[:-1], spoiled(wrapped), b"\0" * len(wrapped)):
        with pytest.raises(FileKeyError):
            ring.unwrap(id_, bad, "blob")
    with pytest.raises(FileKeyError):
        ring.unwrap(id_, wrapped, "other")
    with pytest.raises(FileKeyError):
        ring.unwrap("0" * 16, wrapped, "blob")


def test_a_new_key_is_seen_by_rings_that_are_open_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "files.json"
    ring = Keyring.at(path)
    old, wrapped = ring.wrap(b"d" * 32, "blob")
    new = add_key(path)
    assert ring.current() == new != old
    assert ring.ids() == [new, old]
    assert ring.unwrap(old, wrapped, "blob") == b"d" * 32
    assert forget_keys(path, [old]) == []
    assert forget_keys(path, []) == [old]
    assert ring.ids() == [new]
    with pytest.raises(FileKeyError):
        ring.unwrap(old, wrapped, "blob")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_file_open_to_others_or_broken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "files.json"
    Keyring.at(path).current()
    path.chmod(0o640)
    with pytest.raises(FileKeyError):
        Keyring.at(path).current()
    path.chmod(0o600)
    for text in ("", "{}", '{"keys": ["c2hvcnQ="]}', '{"keys": ["%"]}'):
        path.write_text(text, "utf-8")
        with pytest.raises(FileKeyError):
            Keyring.at(path).current()


def test_keys_of_a_setting_are_used_in_their_order() -> None:
    first, second = (base64.b64encode(bytes([one]) * 32).decode() for one in (1, 2))
    ring = Keyring.given(f"{first}, {second}")
    id_, wrapped = Keyring.given(second).wrap(b"d" * 32, "blob")
    assert ring.ids()[1] == id_ != ring.current()
    assert ring.unwrap(id_, wrapped, "blob") == b"d" * 32
    for text in ("", "short", base64.b64encode(b"x" * 31).decode()):
        with pytest.raises(FileKeyError):
            Keyring.given(text)
