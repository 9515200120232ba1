"""Sealed streams come back whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloom.base.sealed import (
    HEADER_BYTES,
    BrokenSealError,
    new_key,
    seal,
    sealed_size,
    unseal,
)

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
BITS = 10
CHUNK = 1 << BITS


def sealed(content: bytes, context: bytes = b"a") -> bytes:
    return b"".join(seal(KEY, [content], context, bits=BITS))


def opened(data: bytes, context: bytes = b"a", key: bytes = KEY) -> bytes:
    return b"".join(unseal(key, [data], context))


def refused(data: bytes, context: bytes = b"a", key: bytes = KEY) -> int:
    with pytest.raises(BrokenSealError) as caught:
        opened(data, context, key)
    return int(caught.value.params["chunk"])


@given(
    st.lists(st.binary(max_size=2500), max_size=6),
    st.integers(1, 3000),
)
def test_what_goes_in_comes_out_however_it_is_cut_into_pieces(
    pieces: list[bytes], step: int
) -> None:
    data = b"".join(seal(KEY, pieces, b"x", bits=BITS))
    content = b"".join(pieces)
    assert len(data) == sealed_size(len(content), bits=BITS)
    cut = [data[at : at + step] for at in range(0, len(data), step)]
    assert b"".join(unseal(KEY, cut, b"x")) == content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])
def test_every_cut_is_noticed(size: int) -> None:
    data = sealed(bytes(size))
    assert opened(data) == bytes(size)
    ends = {0, 3, HEADER_BYTES, len(data) - 1, len(data) - 16, HEADER_BYTES + CHUNK + 16}
    for end in sorted(one for one in ends if 0 <= one < len(data)):
        refused(data[:end])


def test_more_at_the_end_is_noticed() -> None:
    data = sealed(bytes(CHUNK))
    refused(data + b"\0")
    refused(data + data[HEADER_BYTES:])


@given(st.integers(0, HEADER_BYTES + 2 * CHUNK + 40), st.integers(1, 255))
def test_every_changed_byte_is_noticed(at: int, flip: int) -> None:
    data = bytearray(sealed(bytes(2 * CHUNK + 9)))
    data[at % len(data)] ^= flip
    refused(bytes(data))


def test_chunks_cannot_be_reordered_left_out_or_taken_from_another_stream() -> None:
    content = b"a" * CHUNK + b"b" * CHUNK + b"c" * CHUNK + b"d"
    data, size = sealed(content), CHUNK + 16
    head = data[:HEADER_BYTES]
    parts = [data[at : at + size] for at in range(HEADER_BYTES, len(data), size)]
    assert refused(head + b"".join([parts[1], parts[0], *parts[2:]])) == 0
    assert refused(head + b"".join([parts[0], *parts[2:]])) == 1
    twin = sealed(content)
    assert refused(head + parts[0] + twin[HEADER_BYTES + size :]) == 1


def test_another_key_or_context_opens_nothing() -> None:
    data = sealed(b"secret")
    assert refused(data, key=OTHER) == 0
    assert refused(data, context=b"b") == 0
    assert b"secret" not in data


def test_no_two_seals_are_alike_and_no_two_keys() -> None:
    assert sealed(b"same") != sealed(b"same")
    assert new_key() != new_key()
    assert len(new_key()) == 32


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        next(seal(b"short", [b""]))
