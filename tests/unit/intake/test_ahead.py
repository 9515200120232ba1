"""Chunks are handed out once and in order, whoever asks; a failure is told as it is."""

import asyncio
from collections.abc import Sequence

import pytest

from orderloom.intake.ahead import ReadAhead, together


async def test_lanes_share_the_chunks_in_order() -> None:
    """Each chunk is read before it is handed out, and the one behind it at the same time."""
    read: list[Sequence[int]] = []
    done: list[list[int]] = []

    async def look(chunk: Sequence[int]) -> None:
        await asyncio.sleep(0)
        read.append(chunk)

    chunks = ReadAhead(list(range(10)), look, size=3)

    async def lane() -> None:
        while chunk := await chunks.following():
            assert chunk in read
            done.append(list(chunk))
            await asyncio.sleep(0)

    await together([lane(), lane(), lane()])
    assert done == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    assert [list(one) for one in read if one] == done


async def test_nothing_is_handed_out_of_nothing() -> None:
    """An empty list has no chunk."""

    async def look(chunk: Sequence[int]) -> None:
        assert not chunk

    chunks: ReadAhead[int] = ReadAhead([], look)
    assert await chunks.following() == ()
    assert await chunks.following() == ()


async def test_a_failure_ends_the_others_and_is_told_itself() -> None:
    """No group around it: who catches a class of errors catches it here too."""
    ended: list[str] = []

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError("the reason")

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waits")

    with pytest.raises(LookupError, match="the reason"):
        await together([waits(), fails()])
    assert ended == ["waits"]


async def test_a_chunk_that_cannot_be_read_fails_who_asked_for_it() -> None:
    """The chunks before it were good."""

    async def look(chunk: Sequence[int]) -> None:
        if 3 in chunk:
            raise ValueError(chunk)

    chunks = ReadAhead(list(range(4)), look, size=2)
    assert await chunks.following() == [0, 1]
    with pytest.raises(ValueError, match="3"):
        await chunks.following()
    chunks.stop()
