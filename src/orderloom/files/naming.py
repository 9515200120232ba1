"""Names of files as people give them: shown, never used as a path.

Invariant: a name that is kept has no path, no control characters, and shows its real ending.
"""

import unicodedata
from urllib.parse import quote

from orderloom.files.errors import FileNameError

LONGEST = 150
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def clean_name(raw: str) -> str:
    """The last part of a path without what cannot be seen, at most 150 characters with its ending.

    Raises:
        FileNameError: nothing is left.
    """
    last = raw.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        one
        for one in unicodedata.normalize("NFC", last)
        if unicodedata.category(one) not in _UNSEEN
    )
    name = " ".join(seen.split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    if not stem.strip(". "):
        raise FileNameError(name=raw[:LONGEST])
    kept = stem[: max(1, LONGEST - len(dot + ending))].rstrip(". ")
    return f"{kept}{dot}{ending}"[:LONGEST]


def disposition(name: str, *, inline: bool) -> str:
    """Content-Disposition with the name for old and new browsers (RFC 6266, RFC 5987)."""
    how = "inline" if inline else "attachment"
    plain = "".join(one if one.isascii() and one not in '"\\%' else "_" for one in name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
