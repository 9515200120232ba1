"""Names are shown as they are, and are never a path."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderloom.files.errors import FileNameError
from orderloom.files.naming import LONGEST, clean_name, disposition


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("合同.pdf", "合同.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\我\\回单 1.jpg", "回单 1.jpg"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nb\0\u200b.pdf", "ab.pdf"),
        ("  a   b .pdf. ", "a b.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("x" * 400 + ".pdf", "x" * (LONGEST - 4) + ".pdf"),
        ("noending", "noending"),
    ],
)
def test_what_is_kept(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@pytest.mark.parametrize("raw", ["", "..", "/", "a/", "\u202e\0"])
def test_nothing_is_no_name(raw: str) -> None:
    with pytest.raises(FileNameError):
        clean_name(raw)


@given(st.text(max_size=300))
def test_no_name_is_a_path_or_grows_when_cleaned_again(raw: str) -> None:
    try:
        name = clean_name(raw)
    except FileNameError:
        return
    assert "/" not in name
    assert "\\" not in name
    assert 0 < len(name) <= LONGEST
    assert clean_name(name) == name


def test_the_header_carries_chinese_and_cannot_be_broken_out_of() -> None:
    assert disposition("回单.jpg", inline=True) == (
        "inline; filename=\"__.jpg\"; filename*=UTF-8''%E5%9B%9E%E5%8D%95.jpg"
    )
    header = disposition('a";x="%.pdf', inline=False)
    assert header.startswith('attachment; filename="a_;x=__.pdf";')
    encoded = re.search(r"filename\*=UTF-8''(\S+)$", header)
    assert encoded is not None
    assert unquote(encoded[1]) == 'a";x="%.pdf'
