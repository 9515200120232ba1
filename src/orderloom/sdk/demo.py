"""What an app's demo loader may use: people, departments, and the plural path for records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderloom.access import people
from orderloom.access.passwords import hash_password
from orderloom.access.people import NewPerson
from orderloom.base import ids
from orderloom.database.pool import Database
from orderloom.database.setting import analyse, read_setting, write_setting
from orderloom.history import Sealer
from orderloom.records.service import Records


@dataclass(frozen=True, kw_only=True)
class DemoKit:
    """The tools of one loading; the marker says whether it was done before."""

    database: Database
    records: Records

    async def loaded(self, name: str) -> Any:
        """What was marked after loading; None before."""
        async with self.database.read() as conn:
            return await read_setting(conn, f"demo:{name}")

    async def mark(self, name: str, value: Any) -> None:
        """Mark the loading as done."""
        async with self.database.transaction() as conn:
            await write_setting(conn, f"demo:{name}", value)

    async def departments(self, tree: Sequence[tuple[str, str | None]]) -> dict[str, int]:
        """Make departments, parents first; answers ids by name."""
        async with self.database.transaction() as conn:
            return await people.create_departments(conn, tree, None)

    async def people(
        self,
        staff: Sequence[Mapping[str, Any]],
    ) -> dict[str, int]:
        """Make people whose password is their login (a demo only); answers ids by login."""
        made = [
            NewPerson(**{**one, "password_hash": await hash_password(str(one["login"]))})
            for one in staff
        ]
        async with self.database.transaction() as conn:
            return await people.create_people(conn, made, None)

    async def analyse(self) -> None:
        """Seal what was loaded, and let the planner know the new sizes."""
        await Sealer(self.database).catch_up()
        async with self.database.session() as conn:
            await analyse(conn)

    def rng(self, seed: str) -> Any:
        """A random source that gives the same company every time."""
        return ids.rng(seed)
