"""The web interface's files: hashed assets for ever, the page itself always fresh."""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from orderloom.http.errors import UnknownRouteError

ROOT = Path(__file__).resolve().parent.parent / "_ui"
_ASSETS = "assets/"
_TEXT = ("text/", "application/javascript", "application/json", "image/svg")
_NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>织单</title>
<body style="font-family:sans-serif;margin:3rem"><h1>界面尚未构建</h1>
<p>请运行 <code>python3 run.py web</code>，然后刷新。The web interface is not built yet.</p>"""


@lru_cache(maxsize=512)
def _read(path: Path, stamp: float) -> tuple[bytes, bytes | None, str]:
    """A file's bytes, its gzip form when it pays, and its type; ``stamp`` drops old ones."""
    _ = stamp
    content = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "application/javascript" if path.suffix in (".js", ".mjs") else kind
    small = kind.startswith(_TEXT) and len(content) > 1024  # noqa: PLR2004 - worth it from 1 KiB
    return content, gzip.compress(content, 6) if small else None, kind


def _file(wanted: str) -> Path | None:
    """A file below the root; None when there is none of that name, or none can be."""
    try:
        path = (ROOT / wanted).resolve()
        return path if wanted and ROOT in path.parents and path.is_file() else None
    except (OSError, ValueError):
        return None


async def serve(request: Request) -> Response:
    """A file of the interface, or its page for every address that is not a file.

    Raises:
        UnknownRouteError: an asset that is not there is no page.
    """
    wanted = request.path_params.get("path", "").lstrip("/")
    path = _file(wanted)
    if path is None and wanted.startswith(_ASSETS):
        raise UnknownRouteError(path=request.url.path)
    if path is None:
        path = ROOT / "index.html"
        if not path.is_file():
            return HTMLResponse(_NOT_BUILT, 503)
    content, packed, kind = _read(path, path.stat().st_mtime)
    fresh = "assets" not in path.relative_to(ROOT).parts
    headers = {
        "Cache-Control": "no-cache" if fresh else "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
    }
    if packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=kind)
    return Response(content, headers=headers, media_type=kind)
