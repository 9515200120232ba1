"""Seconds until the product is ready, cold and warm, and its memory at rest with the database."""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.lib import results
from benchmarks.lib.server import serving

REST_SECONDS = 10


def memory_mb(root: int) -> float:
    """Proportional memory of a process and all below it, PostgreSQL included."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                )
            except OSError:
                continue
    total = 0
    for process in parents:
        at = process
        while at not in (0, root):
            at = parents.get(at, 0)
        if at == root:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
            total += int(text.partition("\nPss:")[2].split()[0])
    return total / 1024


async def seconds(data: Path, command: str) -> tuple[float, float]:
    """Start, wait for the ready line, rest a while; seconds and megabytes."""
    began = time.perf_counter()
    async with serving(data, command) as (_, process):
        took = time.perf_counter() - began
        await asyncio.sleep(REST_SECONDS * results.SCALE)
        return took, memory_mb(process)


async def main() -> None:
    """Measure, print and keep."""
    before, facts = results.machine(), dict[str, Any]()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        for command in ("serve", "demo"):
            data = Path(folder) / command
            for name in ("cold", "warm", "warm again"):
                took, memory = await seconds(data, command)
                facts[f"{command} {name}"] = {
                    "seconds": round(took, 2),
                    "memory_at_rest_mb": round(memory) if os.name == "posix" else None,
                }
                print(command, name, facts[f"{command} {name}"], flush=True)
    results.keep("start", facts, before)


if __name__ == "__main__":
    asyncio.run(main())
