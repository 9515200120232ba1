"""Real processes of the product: webs and workers, started, killed, waited for."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.support.ports import free_port
from tests.support.waiting import AT_MOST


class Process:
    """One ``orderloom serve`` or ``orderloom worker``."""

    def __init__(self, command: str, folder: Path, url: str | None, replica: str = "") -> None:
        self.command = command
        self.folder = folder
        self.url, self.replica = url, replica
        self.port = free_port()
        self.log = folder / f"{command}-{self.port}.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._child is not None
        return self._child.pid

    def start(self) -> None:
        """Start it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "orderloom.cli", self.command, "--data", str(self.folder)]
        if self.command == "serve":
            command += ["--port", str(self.port), "--no-browser"]
        env = {key: value for key, value in os.environ.items() if not key.startswith("ORDERLOOM_")}
        env |= {"ORDERLOOM_REPLICA_URL": self.replica} if self.replica else {}
        env |= {"ORDERLOOM_DATABASE_URL": self.url} if self.url else {}
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env
            )

    async def ready(self, seconds: float = AT_MOST) -> None:
        """Wait until it answers that it is ready; a worker until it says so."""
        async with asyncio.timeout(seconds):
            while not await self._is_ready():
                assert self._child is not None
                assert self._child.poll() is None, self.log.read_text()[-3000:]
                await asyncio.sleep(0.1)

    async def _is_ready(self) -> bool:
        if self.command == "worker":
            return "working" in self.log.read_text()
        return await is_ready(self.address)

    def kill(self) -> None:
        """Kill -9."""
        if self._child is not None:
            self._child.kill()
            self._child.wait(AT_MOST)
            self._child = None

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._child is not None:
            self._child.terminate()
            try:
                self._child.wait(AT_MOST)
            except subprocess.TimeoutExpired:
                self.kill()
            self._child = None


async def is_ready(address: str) -> bool:
    """Whether a web says that it is ready."""
    try:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{address}/readyz", timeout=3)
    except httpx.TransportError:
        return False
    return answer.status_code == 200
