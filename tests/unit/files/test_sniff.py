"""A content is what its bytes say, however they come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloom.definition.file_kinds import FILE_KINDS
from orderloom.files.sniff import Sniffer
from tests.support import samples

ALSO = {
    "xlsx": {"xlsx", "zip"},
    "docx": {"docx", "zip"},
    "pptx": {"pptx", "zip"},
    "csv": {"csv", "txt"},
    "txt": {"csv", "txt"},
}
"""Kinds whose contents pass for others, too."""


def kinds(content: bytes, step: int = 1 << 20) -> set[str]:
    sniffer = Sniffer()
    for at in range(0, len(content), step):
        sniffer.feed(content[at : at + step])
    return sniffer.kinds()


def test_there_is_a_sample_of_every_kind() -> None:
    assert samples.GOOD.keys() == FILE_KINDS.keys()


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
@pytest.mark.parametrize("kind", samples.GOOD)
def test_every_kind_is_known(kind: str, step: int) -> None:
    assert kinds(samples.GOOD[kind], step) == ALSO.get(kind, {kind})


@pytest.mark.parametrize("name", samples.BAD)
def test_what_is_none_of_ours_is_nothing(name: str) -> None:
    assert kinds(samples.BAD[name]) == set()


def test_a_workbook_with_macros_is_but_an_archive() -> None:
    assert kinds(samples.MACROS) == {"zip"}


def test_an_archive_that_holds_a_workbook_is_an_archive_to_whoever_calls_it_one() -> None:
    assert "zip" in kinds(samples.archive("a.xlsx", stored=True))
    assert kinds(samples.archive("xl/workbook.xml")) == {"zip"}


@given(st.binary(min_size=1, max_size=400), st.integers(1, 50))
def test_pieces_change_nothing(content: bytes, step: int) -> None:
    assert kinds(content, step) == kinds(content)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_text_are_nothing(content: bytes) -> None:
    assert kinds(b"a\0" + content) == set()


def test_a_text_may_be_long_and_end_within_a_letter_of_neither() -> None:
    text = ("织" * 70_000).encode()
    assert kinds(text, 65_536) == {"csv", "txt"}
    assert kinds(text[:-1] + b"\xff", 65_536) == set()
