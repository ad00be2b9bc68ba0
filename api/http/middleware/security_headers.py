"""What browsers are told about each answer: how to read it, keep it, frame it, and who refers to what."""

from dispatch.settings import Settings

CSP = b"content-security-policy"
CACHE = b"cache-control"
NO_STORE = b"no-store"
# An answer of an API is not a page: it loads nothing, runs nothing and stands in nobody's frame.
NOTHING = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HSTS_S = 365 * 86_400

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


def protective_headers(settings: Settings) -> tuple[tuple[bytes, bytes], ...]:
    """For every answer of these settings. HSTS only where clients come over TLS, for it locks them to it."""
    if settings.public_url.startswith("https://"):
        return (*ALWAYS, (b"strict-transport-security", b"max-age=%d" % HSTS_S))
    return ALWAYS
