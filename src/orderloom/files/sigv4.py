"""AWS Signature Version 4, for S3: headers that say who asks, and that nothing was changed.

Invariant: a pure function of the request, the credentials and the moment.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """Who asks, and in which region."""

    access_key: str
    secret_key: str
    region: str


def sign(
    credentials: Credentials,
    method: str,
    host: str,
    path: str,
    payload_hash: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """All headers of a signed request without a query; ``path`` is not yet encoded."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    signed = {
        **{name.lower(): " ".join(value.split()) for name, value in (headers or {}).items()},
        "host": host,
        "x-amz-content-sha256": payload_hash,
        "x-amz-date": stamp,
    }
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join((method, encode(path), "", lines, names, payload_hash))
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}"
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (stamp[:8], credentials.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    signed["authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope},"
        f" SignedHeaders={names}, Signature={signature}"
    )
    return signed


def encode(path: str) -> str:
    """A path as S3 signs and takes it: each part percent-encoded, slashes kept."""
    return quote(path, safe="/-_.~")
