"""ETags and compression, for the routes that say ``opt=KEPT`` or ``opt=PACKED``.

Kept are answers that are the same for everyone: a browser asks whether its copy still holds. Packed are those and big
files. Nothing else is compressed: where an answer holds a secret beside what a stranger wrote, its length would tell
of the secret (BREACH).
"""

import asyncio
import hashlib
import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

KEPT: Final[dict[str, Any]] = {"kept": b"no-cache", "packed": True}
"""For ``opt=``: the same for everyone; clients may keep it and must ask whether it still holds."""
PACKED: Final[dict[str, Any]] = {"packed": True}
"""For ``opt=``: big, and nothing of it is worth guessing."""

LEAST_BYTES = 1_024
GZIP = 16 + zlib.MAX_WBITS
LEVEL = 5
# Compressing so much takes longer than a request should hold the loop.
OFF_LOOP_BYTES = 65_536
NO_GZIP = re.compile(rb"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


def etag_of(body: bytes, *, packed: bool) -> bytes:
    """A strong tag: the packed form has one of its own."""
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    return f'"{digest}{"-gzip" if packed else ""}"'.encode()


def holds(headers: Mapping[bytes, bytes], etag: bytes) -> bool:
    """Whether the client's copy is this one, by the weak comparison of RFC 9110."""
    asked = headers.get(b"if-none-match")
    if asked is None:
        return False
    tags = [tag.strip().removeprefix(b"W/") for tag in asked.split(b",")]
    return b"*" in tags or etag in tags


def takes_gzip(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the client understands gzip."""
    accepted = headers.get(b"accept-encoding", b"").lower()
    return b"gzip" in accepted and not NO_GZIP.search(accepted)


async def pack(body: bytes, *, keep: bool) -> bytes:
    """The body as gzip; ``keep`` remembers it, for answers that are the same again and again."""
    if len(body) < OFF_LOOP_BYTES:
        return packed(body)
    return await asyncio.to_thread(_remembered if keep else packed, body)


def packed(body: bytes) -> bytes:
    """The body as gzip."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    return packer.compress(body) + packer.flush()


_remembered = lru_cache(maxsize=16)(packed)
