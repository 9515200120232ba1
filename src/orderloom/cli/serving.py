"""Running the server: demo, serve, worker.

Invariant: SIGINT and SIGTERM end in a clean stop, the embedded database included.
"""

import argparse
import asyncio
import contextlib
import socket
import webbrowser
from collections.abc import Iterator

import uvicorn
from typing_extensions import override

from orderloom.access.sign_in import setup_link
from orderloom.base import log
from orderloom.base.settings import Settings
from orderloom.cli.stopping import Stopping
from orderloom.http.app import build_app
from orderloom.server import Platform, open_platform


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: it would re-raise and skip our clean stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell whoever waits that the door is open (or that it never will be)."""
        try:
            await super().startup(sockets)
        finally:
            self.up.set()

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield

    def break_off(self) -> None:
        """Cut off the requests in flight; their transactions are rolled back."""
        self.should_exit = self.force_exit = True
        for task in self.server_state.tasks:
            task.cancel()


def quiet_logs() -> None:
    """Warnings and errors only, for a person at a console."""
    log.configure("warning", as_json=False)


def say(line: str) -> None:
    """A line for whoever started us."""
    print(line, flush=True)  # noqa: T201 - a CLI


async def _serve(
    platform: Platform, settings: Settings, stopping: Stopping, *, browser: bool
) -> None:
    door = build_app(platform)
    config = uvicorn.Config(
        door,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=settings.stop_seconds,
        server_header=False,
    )
    server = _Server(config)

    def stop() -> None:
        server.should_exit = True
        door.stop()

    stopping.serving(stop, server.break_off)
    platform.start_background()
    task = asyncio.create_task(server.serve())
    await server.up.wait()
    if server.started:
        url = f"http://{settings.host}:{settings.port}"
        say(f"ready {url}")
        if browser:
            await asyncio.to_thread(webbrowser.open, url)
    await task


async def demo(options: argparse.Namespace, settings: Settings) -> int:
    """The product with the demo company."""
    log.configure(settings.log_level or "warning", as_json=False)
    stopping = Stopping()
    platform = await open_platform(settings)
    try:
        for package in platform.registry.packages.values():
            if package.demo is not None:
                for login, role in await package.demo(platform.demo_kit()):
                    say(f"{login}\t{login}\t{role}")
        await _serve(platform, settings, stopping, browser=not options.no_browser)
    finally:
        await platform.close()
    return 0


async def serve(options: argparse.Namespace, settings: Settings) -> int:
    """The product; its first start prints a one-time link to make the owner."""
    log.configure(settings.log_level or "info", as_json=True)
    stopping = Stopping()
    platform = await open_platform(settings)
    try:
        async with platform.database.transaction() as conn:
            token = await setup_link(conn)
        if token is not None:
            say(f"setup http://{settings.host}:{settings.port}/setup?token={token}")
        await _serve(
            platform, settings, stopping, browser=not options.no_browser and token is not None
        )
    finally:
        await platform.close()
    return 0


async def worker(options: argparse.Namespace, settings: Settings) -> int:
    """Background work only, until stopped."""
    _ = options
    log.configure(settings.log_level or "info", as_json=True)
    stopping = Stopping()
    platform = await open_platform(settings)
    stopped = asyncio.Event()
    stopping.serving(stopped.set, stopped.set)
    try:
        platform.start_background()
        say("working")
        await stopped.wait()
    finally:
        await platform.close()
    return 0
