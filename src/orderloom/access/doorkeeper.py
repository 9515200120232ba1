"""Who asks: concurrent requests are recognised together.

Invariant: a key or session is looked up after its request arrived, never before; what was revoked
works no longer at once.
"""

from collections.abc import Sequence
from functools import partial

from orderloom.access import sign_in
from orderloom.access.actor import Actor
from orderloom.base.batcher import Batcher
from orderloom.database.pool import Database
from orderloom.database.retry import again


class Doorkeeper:
    """Recognises keys and sessions of one process, all that wait in one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: Batcher[tuple[str, str], Actor] = Batcher(self._by_keys)
        self._sessions: Batcher[str, Actor] = Batcher(self._by_sessions)

    async def by_key(self, secret: str, door: str) -> Actor:
        """The actor of an API key.

        Raises:
            UnauthenticatedError: there is no such key.
            KeyDoorError: the key is for other doors.
        """
        return await self._keys.ask((secret, door))

    async def by_session(self, token: str) -> Actor:
        """The actor of a session's token.

        Raises:
            UnauthenticatedError: there is no such session any more.
        """
        return await self._sessions.ask(token)

    async def _by_keys(self, asked: Sequence[tuple[str, str]]) -> Sequence[Actor | Exception]:
        return await again(partial(sign_in.by_keys, self._database, asked))

    async def _by_sessions(self, tokens: Sequence[str]) -> Sequence[Actor | Exception]:
        return await again(partial(sign_in.by_sessions, self._database, tokens))
