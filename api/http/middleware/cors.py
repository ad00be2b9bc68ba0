"""CORS: which pages may read our answers, and what a browser asks before it sends."""

from collections.abc import Mapping, Sequence

ALLOWED_HEADERS = (
    b"Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer, Range, X-Request-ID, "
    b"X-Requested-With"
)
EXPOSED_HEADERS = (
    b"Content-Disposition, ETag, Idempotency-Replayed, Location, Preference-Applied, RateLimit, RateLimit-Policy, "
    b"Retry-After, X-Request-ID"
)
PREFLIGHT_S = b"600"

Pairs = list[tuple[bytes, bytes]]


class Origins:
    """The pages that are allowed; ``*`` allows all. No credentials: tokens are sent by hand, never by a cookie."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._all = "*" in allowed
        self._allowed = frozenset(origin.rstrip("/").lower().encode() for origin in allowed)

    def headers_for(self, headers: Mapping[bytes, bytes]) -> Pairs:
        """For an answer to a page of this origin; none where no page may read here."""
        if self._all:
            return [
                (b"access-control-allow-origin", b"*"),
                (b"access-control-expose-headers", EXPOSED_HEADERS),
            ]
        if not self._allowed:
            return []
        origin = headers.get(b"origin")
        if origin is None or origin.lower() not in self._allowed:
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED_HEADERS),
            (b"vary", b"Origin"),
        ]

    def preflight(self, headers: Mapping[bytes, bytes], allow: bytes) -> Pairs:
        """More headers for what a browser asks first; none where it is no such question or the page may not."""
        if b"access-control-request-method" not in headers:
            return []
        if not (self._all or headers.get(b"origin", b"").lower() in self._allowed):
            return []
        return [
            (b"access-control-allow-methods", allow),
            (b"access-control-allow-headers", ALLOWED_HEADERS),
            (b"access-control-max-age", PREFLIGHT_S),
        ]
