"""Any part of a sealed file comes back exactly; what was cut, moved or swapped is refused."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloom.base.sealed import HEADER_BYTES, TAG_BYTES, Sealer, new_key, sealed_size
from orderloom.files.errors import FileDamagedError
from orderloom.files.parts import CHUNK, Opener, context, part_of

KEY = bytes(range(32))
WHOLE = CHUNK + TAG_BYTES
SIZES = (1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5)


def content_of(size: int) -> bytes:
    return bytes((at * 7 + at // CHUNK) % 251 for at in range(size))


CONTENTS = {size: content_of(size) for size in SIZES}


def sealed(content: bytes, blob: str = "ab12", key: bytes = KEY) -> bytes:
    sealer = Sealer(key, context(blob))
    return sealer.header + sealer.feed(content) + sealer.finish()


SEALED = {size: sealed(content) for size, content in CONTENTS.items()}


async def opened(
    data: bytes,
    size: int,
    start: int = 0,
    end: int | None = None,
    *,
    blob: str = "ab12",
    key: bytes = KEY,
    step: int = 50_000,
) -> bytes:
    part = part_of(size, start, size if end is None else end)

    async def source() -> AsyncIterator[bytes]:
        wanted = data[part.start : part.end]
        for at in range(0, len(wanted), step):
            yield wanted[at : at + step]

    opener = Opener(key, blob, data[:HEADER_BYTES], size)
    return b"".join([piece async for piece in opener.open(source(), part)])


@pytest.mark.parametrize("size", SIZES)
async def test_the_whole_comes_back(size: int) -> None:
    assert len(SEALED[size]) == sealed_size(size)
    assert await opened(SEALED[size], size) == CONTENTS[size]


@given(st.sampled_from(SIZES), st.data(), st.integers(1000, 200_000))
async def test_any_part_comes_back(size: int, data: st.DataObject, step: int) -> None:
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    found = await opened(SEALED[size], size, start, end, step=step)
    assert found == CONTENTS[size][start:end]


def test_a_part_reads_its_own_chunks_only() -> None:
    part = part_of(3 * CHUNK + 5, CHUNK + 1, CHUNK + 2)
    assert (part.start, part.end) == (HEADER_BYTES + WHOLE, HEADER_BYTES + 2 * WHOLE)
    with pytest.raises(ValueError, match="9"):
        part_of(8, 1, 9)


async def refused(data: bytes, size: int, **more: object) -> str:
    with pytest.raises(FileDamagedError) as caught:
        await opened(data, size, **more)  # type: ignore[arg-type] # handed on
    return str(caught.value.params["problem"])


SIZE = 3 * CHUNK + 5
FULL = SEALED[SIZE]


async def test_a_cut_is_refused_wherever_it_is() -> None:
    assert await refused(FULL[:-1], SIZE) == "length"
    assert await refused(FULL[: HEADER_BYTES + 3 * WHOLE], SIZE) == "length"
    assert await refused(FULL[:HEADER_BYTES], SIZE) == "length"
    assert await refused(FULL[: HEADER_BYTES - 1], SIZE) == "header"
    assert await refused(FULL[: HEADER_BYTES + 3 * WHOLE], 3 * CHUNK) == "chunk 2"


async def test_swapped_repeated_and_changed_chunks_are_refused() -> None:
    head, body = FULL[:HEADER_BYTES], FULL[HEADER_BYTES:]
    first, second, rest = body[:WHOLE], body[WHOLE : 2 * WHOLE], body[2 * WHOLE :]
    assert await refused(head + second + first + rest, SIZE) == "chunk 0"
    assert await refused(head + first + first + rest, SIZE) == "chunk 1"
    changed = bytearray(FULL)
    changed[HEADER_BYTES + 2 * WHOLE + 9] ^= 1
    assert await refused(bytes(changed), SIZE) == "chunk 2"
    assert await opened(bytes(changed), SIZE, 0, 2 * CHUNK) == CONTENTS[SIZE][: 2 * CHUNK]


async def test_another_name_key_or_header_is_refused() -> None:
    assert await refused(FULL, SIZE, blob="ab13") == "chunk 0"
    assert await refused(FULL, SIZE, key=new_key()) == "chunk 0"
    other = sealed(CONTENTS[SIZE])
    assert await refused(other[:HEADER_BYTES] + FULL[HEADER_BYTES:], SIZE) == "chunk 0"
    assert await refused(b"OLS2" + FULL[4:], SIZE) == "header"
