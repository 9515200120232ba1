"""Seconds until the demo is ready: the very first start, and the second."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(data: Path) -> float:
    """Start, wait for the ready line, stop."""
    began = time.perf_counter()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "orderloom.cli", "demo", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--data", str(data)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        for line in process.stdout or ():
            if line.startswith("ready"):
                break
        took = time.perf_counter() - began
        process.send_signal(signal.SIGTERM)
    return took


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        first, second, third = (seconds(Path(folder) / "demo") for _ in range(3))
    print(f"first start with the demo company {first:.1f} s, again {second:.1f} s, {third:.1f} s")


if __name__ == "__main__":
    main()
