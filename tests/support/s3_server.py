"""A bucket on the loopback that speaks S3 and checks every signature by AWS's published text.

Written from the description of Signature Version 4 alone, so that it and the product's own signing
are two readings of one text. Faults are served when a test asks for them.
"""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

ACCESS, SECRET, REGION, BUCKET = "AKIDTEST", "s3cret/with+signs=", "cn-test-1", "orders"
_SKEW = timedelta(minutes=15)
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<access>[^/]+)/(?P<scope>(?P<date>\d{8})/(?P<region>[^/]+)"
    r"/s3/aws4_request), ?SignedHeaders=(?P<names>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


def expected_signature(secret: str, method: str, raw_path: str, headers: Mapping[str, str]) -> str:
    """The signature that the request's own headers and path ask for."""
    match = _AUTHORIZATION.fullmatch(headers["authorization"])
    assert match is not None, headers["authorization"]
    path, _, query = raw_path.partition("?")
    request = method + "\n" + path + "\n" + query + "\n"
    for name in match["names"].split(";"):
        request += name + ":" + re.sub(r"\s+", " ", headers[name].strip()) + "\n"
    request += "\n" + match["names"] + "\n" + headers["x-amz-content-sha256"]
    text = "AWS4-HMAC-SHA256\n" + headers["x-amz-date"] + "\n" + match["scope"] + "\n"
    text += hashlib.sha256(request.encode()).hexdigest()

    def mac(key: bytes, message: str) -> bytes:
        return hmac.new(key, message.encode(), hashlib.sha256).digest()

    key = mac(
        mac(mac(mac(("AWS4" + secret).encode(), match["date"]), match["region"]), "s3"),
        "aws4_request",
    )
    return mac(key, text).hex()


class Bucket:
    """What the server holds, what it was asked, and the faults it has still to serve."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.url = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        given = dict(headers or {})
        given.setdefault("Content-Length", str(len(body)))
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refusal(self, body: bytes) -> str | None:
        """Why the request is refused: bad signature, time, bucket, payload; None: it is not."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if match is None or match["access"] != ACCESS or match["region"] != REGION:
            return "InvalidAccessKeyId"
        names = match["names"].split(";")
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names) or names != sorted(
            names
        ):
            return "SignedHeaders"
        stamp = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - stamp) > _SKEW or not headers["x-amz-date"].startswith(
            match["date"]
        ):
            return "RequestTimeTooSkewed"
        wanted = expected_signature(SECRET, self.command, self.path, headers)
        if not hmac.compare_digest(wanted, match["signature"]):
            return "SignatureDoesNotMatch"
        if hashlib.sha256(body).hexdigest() != headers["x-amz-content-sha256"]:
            return "XAmzContentSHA256Mismatch"
        return None

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if self.command == "PUT" and "content-length" not in self.headers:
            self._answer(411)
            self.close_connection = True
            return
        body = self.rfile.read(length)
        self.bucket.asked.append((self.command, self.path))
        fault = self.bucket.faults.pop(0) if self.bucket.faults else ""
        if fault.isdigit():
            self._answer(int(fault), b"<Error/>")
            return
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
            return
        refusal = self._refusal(body)
        head, _, key = urlsplit(self.path).path.lstrip("/").partition("/")
        if refusal is not None:
            self._answer(403, f"<Error><Code>{refusal}</Code></Error>".encode())
        elif head != BUCKET:
            self._answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        else:
            self._object(unquote(key), body, fault)

    def _object(self, key: str, body: bytes, fault: str) -> None:
        objects = self.bucket.objects
        if self.command == "PUT":
            objects[key] = body
            self._answer(200)
        elif self.command == "DELETE":
            objects.pop(key, None)
            self._answer(204)
        elif key not in objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._content(objects[key], fault)

    def _content(self, content: bytes, fault: str) -> None:
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        if match is None:
            self._answer(200, content)
            return
        start, end = int(match[1]), min(int(match[2]) + 1, len(content))
        if start >= len(content):
            self._answer(416)
            return
        part = content[start:end]
        headers = {
            "Content-Range": f"bytes {start}-{end - 1}/{len(content)}",
            "Content-Length": str(len(part)),
        }
        if fault == "cut":
            self._answer(206, part[: len(part) // 2], headers)
            self.close_connection = True
        else:
            self._answer(206, part, headers)

    do_GET = do_PUT = do_HEAD = do_DELETE = _serve  # noqa: N815 - the library's names


@contextmanager
def s3_server() -> Iterator[Bucket]:
    """A running server with one empty bucket."""
    bucket = Bucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    bucket.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
