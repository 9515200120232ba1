"""Signatures equal those of AWS's published examples, and our own second reading of the text."""

import hashlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from orderloom.files.sigv4 import EMPTY, Credentials, encode, sign
from tests.support.s3_server import expected_signature

EXAMPLE = Credentials(
    access_key="AKIAIOSFODNN7EXAMPLE",
    secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region="us-east-1",
)
MOMENT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"


def signature(headers: dict[str, str]) -> str:
    return headers["authorization"].rpartition("Signature=")[2]


def test_getting_an_object() -> None:
    signed = sign(EXAMPLE, "GET", HOST, "/test.txt", EMPTY, MOMENT, {"Range": "bytes=0-9"})
    assert signature(signed) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_putting_an_object() -> None:
    content = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
    headers = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    signed = sign(EXAMPLE, "PUT", HOST, "/test$file.text", content, MOMENT, headers)
    assert signature(signed) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


@given(st.text("ab/ +~%中$", max_size=20), st.text("a \t", max_size=9))
def test_the_server_of_the_tests_reads_the_text_the_same_way(path: str, value: str) -> None:
    signed = sign(EXAMPLE, "PUT", "h:9", f"/{path}", EMPTY, MOMENT, {"X-Amz-Meta": value})
    found = expected_signature(EXAMPLE.secret_key, "PUT", encode(f"/{path}"), signed)
    assert found == signature(signed)
