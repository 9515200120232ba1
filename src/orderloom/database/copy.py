"""A database copied inside its server, for trials.

Invariant: the copy is dropped when the block ends, however it ends; the original is only read.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from orderloom.base import ids
from orderloom.base.errors import OrderloomError
from orderloom.database.sql import ident


class CopyInUseError(OrderloomError):
    """The database cannot be copied while others are connected to it."""

    code = "database.copy_in_use"
    status = 500


@asynccontextmanager
async def copied(url: str) -> AsyncIterator[str]:
    """The address of a copy, which PostgreSQL makes only of a database at rest.

    Raises:
        CopyInUseError: others are connected to it.
    """
    name = urlsplit(url).path.removeprefix("/")
    copy = f"{name[:40]}_trial_{ids.new_id():x}"
    conn = await asyncpg.connect(url, database="template1")
    try:
        try:
            await conn.execute(f"create database {ident(copy)} template {ident(name)}")
        except asyncpg.ObjectInUseError as error:
            raise CopyInUseError(database=name) from error
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{copy}"))
        finally:
            await conn.execute(f"drop database if exists {ident(copy)} with (force)")
    finally:
        await conn.close()
