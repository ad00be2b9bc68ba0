"""Who may read ``/metrics`` on the port where everybody is."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from dispatch.errors import Forbidden, NotSignedIn
from dispatch.settings import Settings

# A proxy that is on this machine comes from the loopback address too, whoever sent it.
FORWARDED = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
    "true-client-ip",
)
WAYS = "Send `Authorization: Bearer` with DISPATCH_METRICS_TOKEN, or use the port of DISPATCH_METRICS_PORT."


def check_reader(settings: Settings, peer: str | None, headers: Mapping[str, str]) -> None:
    """Raises NotSignedIn or Forbidden.

    With a token whoever has it, from anywhere. Without one only this machine itself, under a name of its own (see
    ``named_here``), and only where nothing stands in front: a public address (SITE_URL) means that somebody forwards
    to us, and some proxies say nothing about it.
    """
    if settings.metrics_token is not None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        known = settings.metrics_token.get_secret_value().encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), known):
            raise NotSignedIn(f"Metrics are for those who have the token. {WAYS}", code="metrics_token")
        return
    if not from_this_machine(settings, peer, headers):
        raise Forbidden(f"Metrics are not for the public. {WAYS}", code="metrics_closed")


def from_this_machine(settings: Settings, peer: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request was made here, by somebody who knows that, and nothing stands in front of us."""
    here = _is_loopback(peer) and named_here(headers.get("host", ""))
    return settings.site_url is None and here and not any(name in headers for name in FORWARDED)


def named_here(host: str) -> bool:
    """Whether a Host header names this machine alone: ``localhost``, a name below it, or a loopback address.

    Any name on the internet can be made to point here (DNS rebinding), and then a stranger's page reads as of one
    origin what is told to this machine; but its requests still carry that name.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)


def _is_loopback(peer: str | None) -> bool:
    try:
        address = ip_address(peer or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
