"""The edge: single commands of many clients, carried out together.

Invariant: each command keeps its own actor, rights, idempotency key and fate; what was answered to
one was committed, and nothing of a refused one was.
"""

from dataclasses import dataclass

from orderloom.base.batcher import Batcher
from orderloom.records.command import Command, Result
from orderloom.records.idempotency import Answer, Once
from orderloom.records.service import Records, Wish

LANES = 2
"""While one batch waits for the database, the next one is worked out."""
MOST_BYTES = 128 * 1024


@dataclass(kw_only=True)
class Edge:
    """One batcher per app, in front of ``Records.apply_each``."""

    records: Records

    def __post_init__(self) -> None:
        self._batchers: dict[str, Batcher[Wish, Answer | Result]] = {}

    async def carry_out(self, command: Command, *, size: int = 0) -> Result:
        """Carry out one command, together with whatever else arrives just now."""
        done = await self._ask(Wish(command=command), size)
        if not isinstance(done, Result):
            raise TypeError(done)
        return done

    # lint: allow actor: a wish holds a command, and a command its actor
    async def carry_out_once(self, wish: Wish) -> Answer:
        """Carry out one command for an idempotency key; its answer is stored with it.

        Raises:
            KeyInProgressError: another process works on the key.
            KeyReusedError: the key belongs to another payload.
        """
        if wish.once is None or wish.render is None:
            raise TypeError(wish)
        done = await self._ask(wish, len(wish.once.payload))
        return wish.render([done]) if isinstance(done, Result) else done

    async def _ask(self, wish: Wish, size: int) -> Answer | Result:
        app = wish.command.app
        batcher = self._batchers.get(app)
        if batcher is None:
            batcher = self._batchers[app] = Batcher(
                self.records.apply_each, lanes=LANES, most_weight=MOST_BYTES
            )
        return await batcher.ask(wish, key=_key(wish.once), weight=size)

    async def close(self) -> None:
        """Wait for everything that is under way."""
        for batcher in self._batchers.values():
            await batcher.close()


def _key(once: Once | None) -> bytes | None:
    """Requests of one key wait for each other, so that the later one finds the answer."""
    return None if once is None else once.digest
