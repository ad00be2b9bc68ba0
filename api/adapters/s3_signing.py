"""AWS Signature Version 4 of requests to an S3-compatible store: pure."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNRESERVED: Final = "-_.~"


@dataclass(frozen=True, slots=True)
class S3Keys:
    """Who asks, and in which region. ``secret_key`` is shown nowhere."""

    access_key: str
    secret_key: str
    region: str
    service: str = "s3"

    def __repr__(self) -> str:
        return f"S3Keys({self.access_key!r}, region={self.region!r})"


def signed_headers(
    keys: S3Keys,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    content: bytes,
    at: datetime,
) -> dict[str, str]:
    """The headers of a request with those that sign it. ``path`` is not quoted yet; ``host`` is among ``headers``."""
    moment, payload = f"{at:%Y%m%dT%H%M%SZ}", hashlib.sha256(content).hexdigest()
    sent = {name.lower(): value.strip() for name, value in headers.items()}
    sent |= {"x-amz-date": moment, "x-amz-content-sha256": payload}
    names = ";".join(sorted(sent))
    canonical = "\n".join(
        (
            method,
            quote(path, safe=f"/{UNRESERVED}"),
            canonical_query(query),
            *(f"{name}:{sent[name]}" for name in sorted(sent)),
            "",
            names,
            payload,
        )
    )
    scope = f"{moment[:8]}/{keys.region}/{keys.service}/aws4_request"
    told = "\n".join((ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{keys.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    signature = hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
    who = f"Credential={keys.access_key}/{scope}"
    return sent | {"authorization": f"{ALGORITHM} {who}, SignedHeaders={names}, Signature={signature}"}


def canonical_query(query: Mapping[str, str]) -> str:
    """A query as it is signed and sent."""
    return "&".join(f"{quote(name, safe=UNRESERVED)}={quote(query[name], safe=UNRESERVED)}" for name in sorted(query))
