"""Megabytes per second of files in and out, beside a plain copy of the same bytes, synced."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.lib import results
from benchmarks.lib.support import SYSTEM, platform
from orderloom.files.service import MEGABYTE

SIZE = 32 * MEGABYTE
PIECE = 256 * 1024
ROUNDS = 5
CONTENT = b"%PDF-1.7\n" + os.urandom(SIZE - 9)


async def pieces() -> AsyncIterator[bytes]:
    """The content as a connection would bring it."""
    for at in range(0, SIZE, PIECE):
        yield CONTENT[at : at + PIECE]


def copy(path: Path) -> None:
    """The same bytes in the clear."""
    with path.open("wb") as file:
        for at in range(0, SIZE, PIECE):
            file.write(CONTENT[at : at + PIECE])
        file.flush()
        os.fsync(file.fileno())


async def main() -> None:
    """Print the best of five rounds of each, and the ratio to the copy."""
    before = results.machine()
    best = dict.fromkeys(("copy", "in", "out", "part of 64 KiB"), float("inf"))
    async with platform() as found:
        folder = found.settings.data_dir

        def keep(name: str, began: float) -> None:
            best[name] = min(best[name], time.perf_counter() - began)

        for number in range(ROUNDS):
            began = time.perf_counter()
            await asyncio.to_thread(copy, folder / f"copy{number}")
            keep("copy", began)
            began = time.perf_counter()
            file = await found.files.upload(SYSTEM, "bench.pdf", pieces())
            keep("in", began)
            began = time.perf_counter()
            size = 0
            async for piece in found.files.read(file):
                size += len(piece)
            keep("out", began)
            assert size == SIZE
            began = time.perf_counter()
            async for piece in found.files.read(file, SIZE // 2, SIZE // 2 + 65_536):
                size += len(piece)
            keep("part of 64 KiB", began)
    for name in ("copy", "in", "out"):
        rate = SIZE / MEGABYTE / best[name]
        print(f"{name:5} {rate:7,.0f} MB/s   {best['copy'] / best[name]:.2f} of a plain copy")
    part_ms = best["part of 64 KiB"] * 1000
    print(f"a part of 64 KiB from the middle: {part_ms:.1f} ms")
    rates = {name: round(SIZE / MEGABYTE / best[name]) for name in ("copy", "in", "out")}
    results.keep("files", {"mb_per_second": rates, "part_ms": round(part_ms, 2)}, before)


if __name__ == "__main__":
    asyncio.run(main())
