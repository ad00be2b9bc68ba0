"""One id for each request: in every line that the log has of it, and in its answer."""

import re
from collections.abc import Mapping
from uuid import uuid4

from structlog.contextvars import bind_contextvars

HEADER = b"x-request-id"
# What proxies and front ends make: UUIDs, ULIDs, traces. Anything longer or stranger could spoil a log.
SANE = re.compile(rb"[A-Za-z0-9._:+/=@-]{1,128}")


def take_request_id(headers: Mapping[bytes, bytes]) -> bytes:
    """The one that came with the request where it is a sane one, else a new one; log lines carry it from here on."""
    given = headers.get(HEADER, b"")
    request_id = given if SANE.fullmatch(given) else uuid4().hex.encode()
    bind_contextvars(request_id=request_id.decode())
    return request_id
