"""The kinds of files that records may carry: their endings and media types.

Invariant: what is not in this table is not taken; nothing in it is run by a browser.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

FileKindKey = Literal[
    "pdf", "png", "jpeg", "gif", "webp", "xlsx", "docx", "pptx", "csv", "txt", "zip"
]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileKind:
    """One kind: the endings of its names, and how it is announced."""

    key: FileKindKey
    endings: tuple[str, ...]
    media_type: str
    image: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS = (
    FileKind(key="pdf", endings=("pdf",), media_type="application/pdf"),
    FileKind(key="png", endings=("png",), media_type="image/png", image=True),
    FileKind(key="jpeg", endings=("jpg", "jpeg"), media_type="image/jpeg", image=True),
    FileKind(key="gif", endings=("gif",), media_type="image/gif", image=True),
    FileKind(key="webp", endings=("webp",), media_type="image/webp", image=True),
    FileKind(key="xlsx", endings=("xlsx",), media_type=_OFFICE + "spreadsheetml.sheet"),
    FileKind(key="docx", endings=("docx",), media_type=_OFFICE + "wordprocessingml.document"),
    FileKind(key="pptx", endings=("pptx",), media_type=_OFFICE + "presentationml.presentation"),
    FileKind(key="csv", endings=("csv",), media_type="text/csv"),
    FileKind(key="txt", endings=("txt",), media_type="text/plain"),
    FileKind(key="zip", endings=("zip",), media_type="application/zip"),
)

FILE_KINDS: Mapping[str, FileKind] = {kind.key: kind for kind in _KINDS}
"""Kinds by key."""

IMAGES: tuple[FileKindKey, ...] = tuple(kind.key for kind in _KINDS if kind.image)
"""The kinds that a browser may show in place."""

_BY_ENDING = {ending: kind for kind in _KINDS for ending in kind.endings}


def kind_of_name(name: str) -> FileKind | None:
    """The kind that a name's ending announces; None when it announces none of ours."""
    _, dot, ending = name.rpartition(".")
    return _BY_ENDING.get(ending.lower()) if dot else None


def endings(kinds: Iterable[str] = ()) -> list[str]:
    """The endings of some kinds, or of all when none are named."""
    wanted = list(kinds) or list(FILE_KINDS)
    return [ending for key in wanted for ending in FILE_KINDS[key].endings]
