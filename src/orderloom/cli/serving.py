"""Running the server: demo, serve, worker.

Invariant: SIGINT and SIGTERM end in a clean stop, the embedded database included.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import webbrowser
from collections.abc import Iterator

import structlog
import uvicorn
from typing_extensions import override

from orderloom.access.sign_in import setup_link
from orderloom.base.settings import Settings
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


def quiet_logs() -> None:
    """Warnings and errors only, as lines of key=value."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def say(line: str) -> None:
    """A line for whoever started us."""
    print(line, flush=True)  # noqa: T201 - a CLI


async def _serve(platform: Platform, settings: Settings, *, browser: bool) -> None:
    config = uvicorn.Config(
        build_app(platform),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = _Server(config)
    stopping = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        stopping.add_signal_handler(number, _stop, server)
    platform.start_background()
    task = asyncio.create_task(server.serve())
    await server.up.wait()
    if server.started:
        url = f"http://{settings.host}:{settings.port}"
        say(f"ready {url}")
        if browser:
            await asyncio.to_thread(webbrowser.open, url)
    await task


def _stop(server: _Server) -> None:
    server.should_exit = True


async def demo(options: argparse.Namespace, settings: Settings) -> int:
    """The product with the demo company."""
    quiet_logs()
    platform = await open_platform(settings)
    try:
        for package in platform.registry.packages.values():
            if package.demo is not None:
                for login, role in await package.demo(platform.demo_kit()):
                    say(f"{login}\t{login}\t{role}")
        await _serve(platform, settings, browser=not options.no_browser)
    finally:
        await platform.close()
    return 0


async def serve(options: argparse.Namespace, settings: Settings) -> int:
    """The product; its first start prints a one-time link to make the owner."""
    quiet_logs()
    platform = await open_platform(settings)
    try:
        async with platform.database.transaction() as conn:
            token = await setup_link(conn)
        if token is not None:
            say(f"setup http://{settings.host}:{settings.port}/setup?token={token}")
        await _serve(platform, settings, browser=not options.no_browser and token is not None)
    finally:
        await platform.close()
    return 0


async def worker(options: argparse.Namespace, settings: Settings) -> int:
    """Background work only, until stopped."""
    _ = options
    quiet_logs()
    platform = await open_platform(settings)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        platform.start_background()
        say("working")
        await stopped.wait()
    finally:
        await platform.close()
    return 0
