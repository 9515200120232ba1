"""The grown product on one machine: two webs, two workers, a primary, a synchronous standby."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson, create_people
from orderloom.access.sign_in import create_key
from orderloom.database import Database
from tests.support.postgres import Postgres
from tests.support.processes import Process
from tests.support.proxy import Proxy
from tests.support.steady import Steady

_STANDBY = {"synchronous_standby_names": "'standby'"}
_LOGGED = {"log_statement": "'all'"}


@dataclass
class Deployment:
    """What runs; ``primary`` and ``standby`` change places when one is promoted."""

    primary: Postgres
    standby: Postgres
    folder: Path
    webs: list[Process] = field(default_factory=list)
    workers: list[Process] = field(default_factory=list)
    proxy: Proxy | None = None
    key: str = ""

    def url(self) -> str:
        """The address of the database: both servers, whichever accepts writes."""
        ports = sorted((self.primary.port, self.standby.port))
        named = ",".join(f"127.0.0.1:{port}" for port in ports)
        return f"postgresql://orderloom@{named}/orderloom"

    def client(self, http: httpx.AsyncClient) -> Steady:
        """The owner's client, through the proxy."""
        return Steady(http, {"Authorization": f"Bearer {self.key}"})

    def fail_over(self) -> None:
        """Kill -9 the primary and everything it has started; promote the standby."""
        self.primary.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary

    def rejoin(self) -> None:
        """A fresh standby at the address of the one that was killed; synchronous again."""
        port = self.standby.port
        self.standby.remove()
        self.standby = Postgres("standby", port)
        self.standby.follow(self.primary, **_LOGGED)
        self.standby.start()
        self.primary.configure(**_STANDBY)
        self.primary.reload()

    def lists_on_standby(self) -> int:
        """How many lists of orders the standby has answered."""
        lines = self.standby.log.read_text(errors="replace").splitlines()
        return sum('from "orders"."order" a' in line for line in lines)


async def _found(deployment: Deployment) -> None:
    """The database, its owner who is no superuser, the company's owner, an API key."""
    local = f"postgresql://postgres@127.0.0.1:{deployment.primary.port}"
    conn = await asyncpg.connect(f"{local}/postgres")
    await conn.execute("create role orderloom login")
    await conn.execute("create database orderloom owner orderloom")
    await conn.close()


async def _first_owner(deployment: Deployment) -> None:
    database = await Database.open(deployment.url(), size=1)
    try:
        async with database.transaction() as conn:
            hashed = await hash_password("owner")
            person = NewPerson(login="owner", name="管理员", is_owner=True, password_hash=hashed)
            await create_people(conn, [person], None)
            deployment.key = await create_key(conn, "owner", "test")
    finally:
        await database.close()


@asynccontextmanager
async def deployed() -> AsyncIterator[Deployment]:
    """Everything running; taken down at the end."""
    with tempfile.TemporaryDirectory(prefix="olscale", ignore_cleanup_errors=True) as folder:
        found = Deployment(Postgres("primary"), Postgres("standby"), Path(folder))
        try:
            found.primary.make(**_STANDBY)
            found.primary.configure(synchronous_standby_names="''")
            found.primary.start()
            await _found(found)
            found.standby.follow(found.primary, **_LOGGED)
            found.standby.start()
            found.primary.configure(**_STANDBY)
            found.primary.reload()
            url = found.url()
            found.webs = [Process("serve", found.folder, url, url) for _ in range(2)]
            found.workers = [Process("worker", found.folder, url, url) for _ in range(2)]
            found.webs[0].start()
            await found.webs[0].ready()
            for process in (found.webs[1], *found.workers):
                process.start()
            for process in (found.webs[1], *found.workers):
                await process.ready()
            await _first_owner(found)
            async with Proxy([web.address for web in found.webs]) as found.proxy:
                yield found
        except BaseException:
            for log in sorted(found.folder.glob("*.log")):
                print(f"== {log.name}\n{log.read_text(errors='replace')[-6000:]}")
            raise
        finally:
            for process in (*found.webs, *found.workers):
                process.stop()
            found.primary.remove()
            found.standby.remove()
