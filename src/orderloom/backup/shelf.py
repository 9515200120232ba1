"""How backups lie in a target folder.

    SERIES/series.json                    what the series is, and the fingerprint of its key
    SERIES/base/ID/manifest.json, *.ols   one backup; the manifest is written last
    SERIES/wal/SEGMENT.ols, wal.jsonl     the log between backups, and how far it reaches
    SERIES/pool/OBJECT.ols, pool.jsonl    files of the data folder, each once
    SERIES/listing/TIME.ols               which files there were (sealed: names are data too)

Invariant: a backup without a manifest does not count, nor does a segment that the index lacks.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orderloom.backup.box import SUFFIX, Box, append_json, check, read_lines, rewrite, write_json
from orderloom.backup.errors import (
    DamagedBackupError,
    NoBackupError,
    TooEarlyError,
    WrongKeyError,
)
from orderloom.backup.key import RecoveryKey
from orderloom.base import json

FORMAT = 1
PHYSICAL, LOGICAL = "physical", "logical"
_SEGMENT_NAME = 24
_PER_LOG = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """One backup."""

    id: str
    series: str
    kind: str
    started_at: datetime
    ended_at: datetime
    start_wal: str | None
    server: str
    migrations: tuple[str, ...]
    parts: tuple[Box, ...]
    listing: str | None

    @classmethod
    def of(cls, found: Any) -> "Manifest":
        """The manifest of its JSON."""
        return cls(
            id=found["id"],
            series=found["series"],
            kind=found["kind"],
            started_at=datetime.fromisoformat(found["started_at"]),
            ended_at=datetime.fromisoformat(found["ended_at"]),
            start_wal=found["start_wal"],
            server=found["server"],
            migrations=tuple(found["migrations"]),
            parts=tuple(Box.of(one) for one in found["parts"]),
            listing=found["listing"],
        )

    def entry(self) -> dict[str, Any]:
        """The manifest as JSON."""
        return {
            "format": FORMAT,
            "id": self.id,
            "series": self.series,
            "kind": self.kind,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "start_wal": self.start_wal,
            "server": self.server,
            "migrations": list(self.migrations),
            "parts": [part.entry() for part in self.parts],
            "listing": self.listing,
        }

    @property
    def bytes(self) -> int:
        """How many bytes its own parts have."""
        return sum(part.bytes for part in self.parts)


class Series:
    """The backups of one data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.id = root.name

    @classmethod
    def start(cls, root: Path, fingerprint: str, kind: str, at: datetime) -> "Series":
        """A new series."""
        value = {"format": FORMAT, "kind": kind, "fingerprint": fingerprint, "created_at": at}
        write_json(root / "series.json", value)
        return cls(root)

    @property
    def fingerprint(self) -> str:
        """Of the recovery key that opens it."""
        try:
            return str(json.loads((self.root / "series.json").read_bytes())["fingerprint"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedBackupError(what="series.json") from error

    def accept(self, key: RecoveryKey) -> None:
        """Make sure that this is the series' key.

        Raises:
            WrongKeyError: it is another's.
        """
        if key.sealing.fingerprint != self.fingerprint:
            raise WrongKeyError(wanted=self.fingerprint, given=key.sealing.fingerprint)

    def folder(self, id_: str) -> Path:
        """Where a backup's parts lie."""
        return self.root / "base" / id_

    def context(self, *name: str) -> str:
        """What a box is, for its seal: nothing can stand in for another."""
        return "/".join((self.id, *name))

    def manifests(self) -> list[Manifest]:
        """The backups, oldest first."""
        found = []
        for path in sorted(self.root.glob("base/*/manifest.json")):
            try:
                found.append(Manifest.of(json.loads(path.read_bytes())))
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise DamagedBackupError(what=f"{path.parent.name}/manifest.json") from error
        return sorted(found, key=lambda one: one.ended_at)

    def clear_unfinished(self) -> None:
        """Remove what a backup that was broken off has left: it never counted."""
        for folder in self.root.glob("base/*"):
            if not (folder / "manifest.json").exists():
                shutil.rmtree(folder)

    def wal_path(self, name: str) -> Path:
        """Where a segment of the log lies."""
        return self.root / "wal" / f"{name}{SUFFIX}"

    def segments(self) -> dict[str, Box]:
        """The segments of the log, by name, in order."""
        lines = [line for line in read_lines(self.root / "wal.jsonl") if "name" in line]
        return {box.name: box for box in sorted(map(Box.of, lines), key=lambda box: box.name)}

    def reaches(self) -> datetime | None:
        """The moment up to which everything is here."""
        marks = [
            line["reaches"] for line in read_lines(self.root / "wal.jsonl") if "name" not in line
        ]
        return datetime.fromisoformat(marks[-1]) if marks else None

    def add_segment(self, box: Box) -> None:
        """Enter a segment."""
        append_json(self.root / "wal.jsonl", [box.entry()])

    def add_reach(self, moment: datetime) -> None:
        """Enter how far the log reaches."""
        append_json(self.root / "wal.jsonl", [{"reaches": moment}])

    def forget_segments(self, before: str) -> None:
        """Remove the segments before one."""
        path = self.root / "wal.jsonl"
        lines = read_lines(path)
        gone = [line["name"] for line in lines if "name" in line and line["name"] < before]
        if gone:
            rewrite(path, [line for line in lines if line.get("name") not in gone])
            for name in gone:
                self.wal_path(name).unlink(missing_ok=True)

    def needed(self, manifest: Manifest) -> list[Box]:
        """The segments from a backup's start to the end of the log.

        Raises:
            DamagedBackupError: one is missing between them.
        """
        start = manifest.start_wal
        if start is None:
            return []
        boxes = [box for name, box in self.segments().items() if name >= start]
        numbers = [_number(box.name) for box in boxes if len(box.name) == _SEGMENT_NAME]
        expected = _number(start)
        for number in numbers:
            if number != expected:
                raise DamagedBackupError(what=f"wal/{_name(start[:8], expected)}")
            expected += 1
        if not numbers:
            raise DamagedBackupError(what=f"wal/{start}")
        return boxes

    def pool(self) -> dict[str, Box]:
        """The files' boxes, by object."""
        return {box.name: box for box in map(Box.of, read_lines(self.root / "pool.jsonl"))}

    def listings(self) -> list[str]:
        """The names of the listings, oldest first."""
        return sorted(
            path.name.removesuffix(SUFFIX) for path in self.root.glob(f"listing/*{SUFFIX}")
        )

    def damages(self, manifest: Manifest) -> Iterator[str]:
        """What of a backup and its log is not as it was written; needs no key."""
        folder = self.folder(manifest.id)
        for part in manifest.parts:
            if not check(folder / f"{part.name}{SUFFIX}", part):
                yield f"{manifest.id}/{part.name}"
        try:
            boxes = self.needed(manifest)
        except DamagedBackupError as error:
            yield str(error.params["what"])
            boxes = []
        for box in boxes:
            if not check(self.wal_path(box.name), box):
                yield f"wal/{box.name}"
        for name, box in self.pool().items():
            if not check(self.root / "pool" / f"{name}{SUFFIX}", box):
                yield f"pool/{name}"


def _number(segment: str) -> int:
    return int(segment[8:16], 16) * _PER_LOG + int(segment[16:24], 16)


def _name(timeline: str, number: int) -> str:
    return f"{timeline}{number // _PER_LOG:08X}{number % _PER_LOG:08X}"


def all_series(target: Path) -> list[Series]:
    """The series in a target folder.

    Raises:
        NoBackupError: there is none.
    """
    found = [Series(path.parent) for path in sorted(target.glob("*/series.json"))]
    if not found:
        raise NoBackupError(target=str(target))
    return found


def choose(target: Path, id_: str | None, at: datetime | None) -> tuple[Series, Manifest]:
    """The backup of an id, or the newest that ended before a moment.

    Raises:
        NoBackupError: there is none.
        TooEarlyError: the first one ended later.
    """
    pairs = [(series, one) for series in all_series(target) for one in series.manifests()]
    pairs.sort(key=lambda pair: pair[1].ended_at)
    if id_ is not None:
        pairs = [pair for pair in pairs if pair[1].id == id_]
    if not pairs:
        raise NoBackupError(target=str(target))
    if at is None:
        return pairs[-1]
    early = [pair for pair in pairs if pair[1].ended_at <= at]
    if not early:
        raise TooEarlyError(first=json.timestamp(pairs[0][1].ended_at), at=json.timestamp(at))
    return early[-1]
