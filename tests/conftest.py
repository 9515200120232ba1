"""Fixtures for everybody: the cluster of a worker, a migrated database, a connection."""

import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, settings

from orderloom.database.pool import Connection, Database
from tests.support.cluster import Cluster

PLATFORM = "template_platform"
# a line per request is for those who ask for it
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
# how quick the machine is at this moment says nothing about an example
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that a test runs in this process sets up logs on a stream that ends with the test."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An embedded cluster of this worker's own: nobody else's transactions hold its sealer up."""
    running = Cluster(tmp_path_factory.getbasetemp())
    running.start()
    yield running
    running.stop()


@pytest_asyncio.fixture
async def database(cluster: Cluster) -> AsyncIterator[Database]:
    """A database of this test's own, with the platform's tables."""
    await cluster.ensure(PLATFORM)
    async with cluster.clone(PLATFORM) as url:
        opened = await Database.open(url, size=6)
        yield opened
        await opened.close()


@pytest_asyncio.fixture
async def conn(database: Database) -> AsyncIterator[Connection]:
    """A connection in a transaction of this test's own database."""
    async with database.transaction() as connection:
        yield connection


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """A temporary folder with a short path, for sockets and data folders."""
    with tempfile.TemporaryDirectory(prefix="ol", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
