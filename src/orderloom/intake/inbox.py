"""The door of sales channels: what many of them send at once is taken in together.

Invariant: every payload keeps its own sender and its own answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from orderloom.access.actor import Actor
from orderloom.base.batcher import Batcher
from orderloom.base.errors import NotFoundError, OrderloomError
from orderloom.database.retry import again
from orderloom.records.command import Record
from orderloom.records.edge import LANES, MOST_BYTES
from orderloom.records.hooks import Registry
from orderloom.records.service import Records

_APP = "orders"
_CHANNEL = "orders.channel"

Ask = tuple[Actor, Sequence[Any]]
Answers = list[dict[str, Any]]


class ChannelNotFoundError(NotFoundError):
    """There is no such channel, or it is switched off."""

    code = "intake.unknown_channel"


@dataclass(kw_only=True)
class Inbox:
    """One batcher per channel that sends just now."""

    records: Records
    registry: Registry

    def __post_init__(self) -> None:
        self._batchers: dict[str, Batcher[Ask, Answers]] = {}

    async def receive(
        self, channel: str, actor: Actor, payloads: Sequence[Any], raw: bytes
    ) -> Answers:
        """Take in one request's payloads; the same bytes twice wait for each other.

        When one of them could not be kept, the request is refused: sent again, what was kept is
        repeated.

        Raises:
            OrderloomError: why a payload could not be kept.
            ChannelNotFoundError: there is no such channel.
        """
        batcher = self._batchers.get(channel)
        if batcher is None:
            batcher = self._batchers[channel] = Batcher(
                partial(self._take, channel),
                lanes=LANES,
                most_weight=MOST_BYTES,
                idle=partial(self._batchers.pop, channel, None),
            )
        return await batcher.ask((actor, payloads), key=raw, weight=len(raw))

    async def _take(self, channel: str, asks: Sequence[Ask]) -> Sequence[Answers | Exception]:
        package = self.registry.packages.get(_APP)
        rows = await again(partial(self._channel, channel))
        if not rows or rows[0]["active"] is False or package is None or package.receive is None:
            return [ChannelNotFoundError(channel=channel) for _ in asks]
        sent = [(actor, payload) for actor, payloads in asks for payload in payloads]
        take = partial(package.receive, self.records, rows[0], sent)
        answers = iter(await take())
        return [_told([next(answers) for _ in payloads]) for _, payloads in asks]

    async def _channel(self, code: str) -> list[Record]:
        async with self.records.database.statements() as conn:
            ctx = self.records.context(conn)
            return await ctx.select(_CHANNEL, "", values={"code": code})

    async def close(self) -> None:
        """Wait for everything that is under way."""
        for batcher in list(self._batchers.values()):
            await batcher.close()


def _told(answers: list[dict[str, Any] | OrderloomError]) -> Answers | OrderloomError:
    told: Answers = []
    for one in answers:
        if isinstance(one, OrderloomError):
            return one
        told.append(one)
    return told
