"""Files of the data folder: the file store (a bucket included), keys, what else stands there.

Invariant: each file is copied once, however many backups have it; a file that changes becomes a
new object. What the cluster, the log and the backups themselves hold is not taken here.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orderloom.backup.box import (
    SUFFIX,
    append_json,
    chunks,
    pack,
    read_lines,
    rewrite,
    unpack,
    write_json,
)
from orderloom.backup.config import BackupFolder
from orderloom.backup.elsewhere import BlobLostError, Elsewhere
from orderloom.backup.errors import DamagedBackupError
from orderloom.backup.key import RecoveryKey, SealingKey
from orderloom.backup.shelf import Series
from orderloom.base import ids, json
from orderloom.database.embedded import RESTORING

NOT_TAKEN = frozenset(
    ("postgres", "postgres.new", "postgres.log", "backup", "wal", "trial", "restore.wal", RESTORING)
)
_LOCKS = (".lock", ".part", ".tmp")
_TAKEN, _BEGUN = "pool.json", "pool.begun.json"
_BLOB_MODE = 0o600


@dataclass(frozen=True, slots=True)
class _Known:
    """What was seen of a file when it was taken."""

    object: str
    size: int
    changed_ns: int
    mode: int
    seen: str

    def same(self, found: os.stat_result) -> bool:
        return (self.size, self.changed_ns) == (found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """The listing that holds all files there are now, and those that were not where they should."""

    listing: str
    lost: tuple[str, ...] = ()


def save_files(
    folder: BackupFolder,
    series: Series,
    key: SealingKey,
    at: datetime,
    elsewhere: Elsewhere | None = None,
) -> Saved:
    """Take what is new; a listing equal to the one before is not written again.

    What was taken before something failed is not taken again the next time.
    """
    known, begun = _read_known(folder, _TAKEN), _read_known(folder, _BEGUN)
    taken = known | begun
    now: dict[str, _Known] = {}
    stamp = json.timestamp(at)
    lost: tuple[str, ...] = ()
    try:
        _take_new(folder, series, key, taken, now, stamp)
        if elsewhere is not None:
            lost = _take_elsewhere(series, key, elsewhere, taken, now, stamp)
        listing = _list(series, key, at, known, now)
    except BaseException:
        write_json(folder.folder / _BEGUN, {n: _entry(one) for n, one in (begun | now).items()})
        raise
    _write_known(folder, now)
    (folder.folder / _BEGUN).unlink(missing_ok=True)
    return Saved(listing=listing, lost=lost)


def _list(
    series: Series,
    key: SealingKey,
    at: datetime,
    known: Mapping[str, _Known],
    now: Mapping[str, _Known],
) -> str:
    """The listing of what is there now: a new one when it is not as it was known."""
    listings = series.listings()
    if listings and {n: k.object for n, k in known.items()} == {
        n: k.object for n, k in now.items()
    }:
        return listings[-1]
    name = at.strftime("%Y%m%dT%H%M%S%fZ")
    listing = {n: {"object": k.object, "mode": k.mode} for n, k in now.items()}
    pack(
        series.root / "listing" / f"{name}{SUFFIX}",
        [json.dumps(listing).encode()],
        key,
        series.context("listing", name),
    )
    return name


def _take_new(
    folder: BackupFolder,
    series: Series,
    key: SealingKey,
    known: Mapping[str, _Known],
    now: dict[str, _Known],
    stamp: str,
) -> None:
    for path in _files(folder.home):
        name = path.relative_to(folder.home).as_posix()
        try:
            found = path.stat()
            before = known.get(name)
            if before is not None and before.same(found):
                object_ = before.object
            else:
                object_ = _take(series, key, chunks(path))
        except FileNotFoundError:  # it was removed while we came to it
            continue
        mode = stat.S_IMODE(found.st_mode)
        now[name] = _Known(object_, found.st_size, found.st_mtime_ns, mode, stamp)


def _take_elsewhere(
    series: Series,
    key: SealingKey,
    elsewhere: Elsewhere,
    known: Mapping[str, _Known],
    now: dict[str, _Known],
    stamp: str,
) -> tuple[str, ...]:
    """Blobs never change: one of the same name and length was taken already."""
    lost: list[str] = []
    for name, size in elsewhere.sizes.items():
        if name in now:
            continue
        before = known.get(name)
        try:
            if before is not None and before.size == size:
                object_ = before.object
            else:
                object_ = _take(series, key, elsewhere.content(name))
        except BlobLostError:
            lost.append(name)
            continue
        now[name] = _Known(object_, size, 0, _BLOB_MODE, stamp)
    return tuple(lost)


def _take(series: Series, key: SealingKey, content: Iterable[bytes]) -> str:
    object_ = f"{ids.new_id():x}"
    place = series.root / "pool" / f"{object_}{SUFFIX}"
    box = pack(place, content, key, series.context("pool", object_))
    append_json(series.root / "pool.jsonl", [box.entry()])
    return object_


def _files(home: Path) -> Iterator[Path]:
    for path in sorted(home.iterdir()):
        if path.name in NOT_TAKEN or path.name.endswith(_LOCKS):
            continue
        if path.is_file() and not path.is_symlink():
            yield path
        elif path.is_dir() and not path.is_symlink():
            yield from (
                one
                for one in sorted(path.rglob("*"))
                if one.is_file()
                and not one.is_symlink()
                and not one.name.endswith(_LOCKS)
                and one.parent.name != "tmp"
            )


def listed(series: Series, key: RecoveryKey, name: str) -> dict[str, Any]:
    """What a listing lists.

    Raises:
        DamagedBackupError: it cannot be read.
    """
    path = series.root / "listing" / f"{name}{SUFFIX}"
    raw = b"".join(unpack(path, key, series.context("listing", name)))
    try:
        found: dict[str, Any] = json.loads(raw)
    except ValueError as error:
        raise DamagedBackupError(what=f"listing/{name}") from error
    return found


def files_at(
    series: Series, key: RecoveryKey, first: str | None, at: datetime | None
) -> Mapping[str, Any]:
    """The files from a backup's listing on to the first one after a moment.

    One more listing than the moment asks for: a file may have come just before it. Too many files
    do no harm; one too few would.
    """
    found: dict[str, Any] = {}
    if first is None:
        return found
    last = at.strftime("%Y%m%dT%H%M%S%fZ") if at is not None else None
    for name in series.listings():
        if name < first:
            continue
        found |= listed(series, key, name)
        if last is not None and name >= last:
            break
    return found


def restore_files(series: Series, key: RecoveryKey, files: Mapping[str, Any], home: Path) -> None:
    """Write the files under a new home.

    Raises:
        DamagedBackupError: one is broken, or would leave the home.
    """
    for name, entry in files.items():
        path = home / name
        if not path.resolve().is_relative_to(home.resolve()):
            raise DamagedBackupError(what=name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        object_ = str(entry["object"])
        place = series.root / "pool" / f"{object_}{SUFFIX}"
        mode = int(entry["mode"])
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            for piece in unpack(place, key, series.context("pool", object_)):
                file.write(piece)
        path.chmod(mode)


def prune_pool(
    folder: BackupFolder, series: Series, since: datetime, kept: str | None, now: datetime
) -> None:
    """Remove objects gone before a moment, and listings before the oldest kept backup's.

    Objects of which nobody knows are of backups that failed: they count as gone from now on.
    """
    gone_path, pool = folder.folder / "gone.jsonl", series.pool()
    present = {k.object for at in (_TAKEN, _BEGUN) for k in _read_known(folder, at).values()}
    gone = {line["object"]: line["seen"] for line in read_lines(gone_path)}
    unknown = dict.fromkeys(sorted(pool.keys() - present - gone.keys()), json.timestamp(now))
    limit = json.timestamp(since)
    old = {name for name, seen in gone.items() if seen < limit} - present
    if old & pool.keys():
        rewrite(
            series.root / "pool.jsonl",
            [box.entry() for name, box in pool.items() if name not in old],
        )
    for path in (series.root / "pool").glob("*"):
        if path.name.removesuffix(SUFFIX) not in pool.keys() - old:
            path.unlink(missing_ok=True)
    left = {name: seen for name, seen in gone.items() if name in pool.keys() - old} | unknown
    if left != gone:
        rewrite(gone_path, [{"object": name, "seen": seen} for name, seen in left.items()])
    for name in series.listings():
        if kept is not None and name < kept:
            (series.root / "listing" / f"{name}{SUFFIX}").unlink(missing_ok=True)


def _read_known(folder: BackupFolder, name: str) -> dict[str, _Known]:
    try:
        found = json.loads((folder.folder / name).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {name: _Known(*values) for name, values in found.items()}


def _write_known(folder: BackupFolder, now: Mapping[str, _Known]) -> None:
    gone = [
        {"object": one.object, "seen": one.seen}
        for name, one in _read_known(folder, _TAKEN).items()
        if name not in now or now[name].object != one.object
    ]
    if gone:
        append_json(folder.folder / "gone.jsonl", gone)
    write_json(folder.folder / _TAKEN, {name: _entry(one) for name, one in now.items()})


def _entry(one: _Known) -> list[Any]:
    return [one.object, one.size, one.changed_ns, one.mode, one.seen]
