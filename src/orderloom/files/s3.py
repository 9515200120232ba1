"""Blobs in a bucket of an S3-compatible store, path style, signed requests over one HTTP client.

Invariant: what is sent is sealed already; it waits in a local file, so that a request that failed
is sent again whole, with its exact length and hash.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx
from typing_extensions import override

from orderloom.base import clock
from orderloom.files.disk import write_all
from orderloom.files.errors import FileNotFoundHereError, StoreError
from orderloom.files.sigv4 import EMPTY, Credentials, encode, sign
from orderloom.files.store import Store

TRIES = 3
_PIECE = 256 * 1024
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_NOT_FOUND = 404
_TROUBLE = 500
_BUSY = frozenset((408, 429))
_RIGHT = frozenset((200, 204, 206))


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Where: endpoint (``https://host:port``), bucket, and a prefix for all names."""

    endpoint: str
    name: str
    prefix: str = ""
    credentials: Credentials

    @property
    def host(self) -> str:
        """The host as it is signed."""
        return urlsplit(self.endpoint).netloc

    def path(self, name: str) -> str:
        """The path of a blob."""
        head = f"{self.prefix.strip('/')}/" if self.prefix.strip("/") else ""
        return f"/{self.name}/{head}{name[:2]}/{name}"


class S3Store(Store):
    """Blobs of a bucket; requests that fail for the moment are tried three times."""

    def __init__(
        self,
        bucket: Bucket,
        folder: Path,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.bucket = bucket
        self._folder = folder
        self._pause = pause
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)

    @override
    async def put(self, name: str, source: AsyncIterator[bytes]) -> None:
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        path = self._folder / name
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                digest, size = hashlib.sha256(), 0

                async def counted() -> AsyncIterator[bytes]:
                    nonlocal size
                    async for piece in source:
                        digest.update(piece)
                        size += len(piece)
                        yield piece

                await write_all(file, counted())
            await self._send(name, path, size, digest.hexdigest())
        except OSError as error:
            raise StoreError(problem=error.strerror or "disk") from error
        finally:
            path.unlink(missing_ok=True)

    async def _send(self, name: str, path: Path, size: int, digest: str) -> None:
        async def attempt() -> httpx.Response:
            with path.open("rb") as file:
                headers = {"content-length": str(size)}
                return await self._ask("PUT", name, digest, headers, content=_pieces(file))

        await self._tried(attempt)

    @override
    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """As the port says; when the connection breaks, reading goes on where it broke."""
        at, left = start, TRIES
        while at < end:
            headers = {"range": f"bytes={at}-{end - 1}"}
            signed = self._signed("GET", name, EMPTY, headers)
            try:
                async with self._client.stream("GET", self._url(name), headers=signed) as answer:
                    if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                        return
                    _check(answer, name)
                    if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                        raise StoreError(problem="no range", status=answer.status_code)
                    async for piece in answer.aiter_raw():
                        at += len(piece)
                        yield piece
                    return
            except (httpx.TransportError, _LaterError) as error:
                left -= 1
                if left == 0:
                    raise StoreError(problem=str(error) or type(error).__name__) from error
                await self._pause(2.0 ** -(left + 1))

    @override
    async def size(self, name: str) -> int | None:
        with suppress(FileNotFoundHereError):
            answer = await self._tried(lambda: self._ask("HEAD", name))
            return int(answer.headers.get("content-length", "-1"))
        return None

    @override
    async def delete(self, name: str) -> None:
        with suppress(FileNotFoundHereError):
            await self._tried(lambda: self._ask("DELETE", name))

    @override
    async def close(self) -> None:
        await self._client.aclose()

    async def _tried(self, attempt: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        for left in reversed(range(TRIES)):
            try:
                return await attempt()
            except (httpx.TransportError, _LaterError) as error:
                if left == 0:
                    raise StoreError(problem=str(error) or type(error).__name__) from error
            await self._pause(2.0**-left)
        raise AssertionError(TRIES)

    async def _ask(
        self,
        method: str,
        name: str,
        payload_hash: str = EMPTY,
        headers: dict[str, str] | None = None,
        content: AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        signed = self._signed(method, name, payload_hash, headers)
        answer = await self._client.request(
            method, self._url(name), headers=signed, content=content
        )
        _check(answer, name)
        return answer

    def _signed(
        self, method: str, name: str, payload_hash: str, headers: dict[str, str] | None
    ) -> dict[str, str]:
        bucket = self.bucket
        return sign(
            bucket.credentials,
            method,
            bucket.host,
            bucket.path(name),
            payload_hash,
            clock.now(),
            headers,
        ) | {"accept-encoding": "identity"}

    def _url(self, name: str) -> str:
        return self.bucket.endpoint.rstrip("/") + encode(self.bucket.path(name))


class _LaterError(Exception):
    """An answer that says: try again."""


def _check(answer: httpx.Response, name: str) -> None:
    """Whether the answer is what was asked for.

    Raises:
        FileNotFoundHereError: there is no such blob.
        StoreError: the store refuses for good.
    """
    status = answer.status_code
    if status in _RIGHT:
        return
    if status == _NOT_FOUND:
        raise FileNotFoundHereError(file=name)
    if status >= _TROUBLE or status in _BUSY:
        raise _LaterError(f"HTTP {status}")
    raise StoreError(problem=f"HTTP {status}", status_code=status)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
