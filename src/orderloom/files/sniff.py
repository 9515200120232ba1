"""What a content is, by its bytes, read once as they pass.

Invariant: a file is taken only when its content is of the kind that its name announces.
"""

import codecs
import re
from collections.abc import Mapping

from orderloom.definition.file_kinds import FILE_KINDS

_HEAD = 1024
_OVERLAP = 64
_MAGIC: Mapping[str, re.Pattern[bytes]] = {
    "pdf": re.compile(rb"%PDF-[0-9]"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "zip": re.compile(rb"PK(\x03\x04|\x05\x06)"),
}
_OFFICE: Mapping[str, bytes] = {
    "xlsx": b"xl/workbook.",
    "docx": b"word/document.",
    "pptx": b"ppt/presentation.",
}
_CONTENT_TYPES = b"[Content_Types].xml"
_MACROS = b"vbaProject.bin"
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:#!|<(?:!|\?|html|head|body|title|svg|script|style|iframe|img|math"
    rb"|table|div|meta|a\s|p>|xsl))|<(?:script|svg|html|iframe)[\s>]",
    re.IGNORECASE,
)
_TEXTS = ("csv", "txt")


class _Decoding:
    """Whether all bytes so far are text of one encoding."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self.good = True

    def feed(self, piece: bytes, *, final: bool = False) -> None:
        """Read on."""
        if self.good:
            try:
                self._decoder.decode(piece, final)
            except UnicodeDecodeError:
                self.good = False


class Sniffer:
    """Reads a content as it passes and tells what it may be; one look, no memory of the whole."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = b""
        self._members: set[bytes] = set()
        self._plain = True
        self._encodings = (_Decoding("utf-8"), _Decoding("gb18030"))
        self._started = False

    def feed(self, piece: bytes) -> None:
        """Read on."""
        if len(self._head) < _HEAD:
            self._head += piece[: _HEAD - len(self._head)]
        self._started = self._started or bool(piece)
        if self._head.startswith(b"PK"):
            self._look_for_members(piece)
        if self._plain:
            self._plain = _BINARY.search(piece) is None
            for encoding in self._encodings if self._plain else ():
                encoding.feed(piece)

    def _look_for_members(self, piece: bytes) -> None:
        window = self._tail + piece
        for member in (*_OFFICE.values(), _CONTENT_TYPES, _MACROS):
            if member not in self._members and member in window:
                self._members.add(member)
        self._tail = window[-_OVERLAP:]

    def kinds(self) -> set[str]:
        """The kinds that the content may be, once all of it has passed."""
        head = bytes(self._head)
        found = {key for key, magic in _MAGIC.items() if magic.match(head)}
        if "zip" in found and _CONTENT_TYPES in self._members and _MACROS not in self._members:
            found |= {key for key, member in _OFFICE.items() if member in self._members}
        if not found and self._is_text(head):
            found.update(_TEXTS)
        return found & FILE_KINDS.keys()

    def _is_text(self, head: bytes) -> bool:
        for encoding in self._encodings:
            encoding.feed(b"", final=True)
        readable = any(encoding.good for encoding in self._encodings)
        return self._started and self._plain and readable and _MARKUP.search(head) is None
