"""The product in a process of its own, and the load generator in another."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """Ours first; byte code kept."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{kept.get('PYTHONPATH', '')}"
    return kept


@asynccontextmanager
async def serving(data: Path, command: str = "serve") -> AsyncIterator[tuple[int, int]]:
    """``orderloom serve`` on a data folder; answers its port and its process id."""
    port = int(os.environ.get("ORDERLOOM_BENCH_PORT", "8169"))
    # a profiler's command, when somebody asks where the time goes
    wrapper = os.environ.get("ORDERLOOM_BENCH_PROFILER", "").split()
    process = await asyncio.create_subprocess_exec(
        *wrapper,
        sys.executable,
        "-m",
        "orderloom.cli",
        command,
        "--no-browser",
        "--port",
        str(port),
        "--data",
        str(data),
        stdout=asyncio.subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        while line := await process.stdout.readline():
            if line.startswith(b"ready"):
                break
        yield port, process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def load(
    port: int,
    key: str,
    steps: Sequence[Mapping[str, Any]],
    *,
    connections: int,
    count: int,
    warm: int = 20,
    first: int = 0,
    goods: Sequence[str] = (),
    keys: Sequence[str] = (),
) -> dict[str, Any]:
    """Run a plan in the load generator's process."""
    plan = {
        "port": port,
        "connections": connections,
        "count": count,
        "warm": warm,
        "first": first,
        "goods": list(goods),
        "keys": list(keys) or [key],
        "steps": list(steps),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.lib.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    out, _ = await process.communicate(json.dumps(plan).encode())
    found: dict[str, Any] = json.loads(out)
    if found["bad"]:
        raise AssertionError(found["bad"])
    return found
