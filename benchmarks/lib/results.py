"""Where results are kept: one JSON file a benchmark, with facts of the machine and no names."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orderloom.base import clock

FOLDER = Path(__file__).resolve().parents[1] / "results"
SCALE = float(os.environ.get("ORDERLOOM_BENCH", "1"))
"""Share of the full counts; a small run is quick and says little."""


def scaled(count: int, least: int = 1) -> int:
    """A count, scaled by the environment."""
    return max(least, int(count * SCALE))


def machine() -> dict[str, Any]:
    """Facts that numbers depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "cores": os.cpu_count(),
        "processor": model or platform.machine(),
        "memory_gb": round(memory / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def milliseconds(took: Sequence[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile of seconds, as milliseconds."""
    ordered = sorted(took)

    def part(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)

    return {
        "p50_ms": round(statistics.median(ordered) * 1000, 2),
        "p95_ms": part(0.95),
        "p99_ms": part(0.99),
    }


def keep(name: str, facts: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Write a benchmark's result; ``before`` are the machine's facts from before it ran."""
    FOLDER.mkdir(exist_ok=True)
    document = {
        "benchmark": name,
        "day": clock.today().isoformat(),
        "scale": SCALE,
        "machine": dict(before),
        "results": dict(facts),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")
