"""Where a buyer's browser goes after paying: which addresses a client may name, and the redirect there.

A browser is sent nowhere that the shop has not allowed, and never back to the address that sends it on: from there it
would turn in a circle.
"""

import posixpath
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from dispatch.errors import Invalid
from dispatch.payments.models import PaymentTransaction, TransactionStatus

CALLBACK_PATH = "/api/v1/payments/callback"
# Browsers take a backslash for a slash, where our own reading of an address does not.
NEVER = frozenset("\\\x00\t\n\r")
USUAL_PORTS = {"http": 80, "https": 443}
WORDS = {
    TransactionStatus.COMPLETED: "Your payment is completed.",
    TransactionStatus.PROCESSING: "Your payment is being processed.",
    TransactionStatus.REFUNDED: "Your payment was refunded.",
    TransactionStatus.REFUND_DUE: "Your payment came too late; the money goes back to you.",
}


def check_return_url(url: str, *, allowed: Sequence[str], own_hosts: Iterable[str]) -> None:
    """Raises Invalid for an address whose host the shop does not allow, or which is our own callback.

    allowed: hosts, with a port where only that one counts, `*.` before all below a name; empty allows any.
    own_hosts: under which this server is known.
    """
    host = host_of(url)
    if host is None:
        raise _refused("must be an address without a user name, blanks or backslashes")
    if is_callback(url, own_hosts):
        raise _refused("is where the gateway sends the browser; name an address of your shop instead")
    if allowed and not is_allowed(host, allowed):
        raise _refused(f"must be on one of these hosts: {', '.join(allowed)}")


def host_of(url: str) -> str | None:
    """``host`` or ``host:port`` as a browser would read it; None for an address that two readers read differently.

    In lower case, without the usual port of its scheme.
    """
    if NEVER & set(url) or any(char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
        host = "" if not name else f"[{name}]" if ":" in name else name.rstrip(".").encode("idna").decode().lower()
    except ValueError:  # UnicodeError of the host is one too
        return None
    if not host or "@" in parts.netloc:
        return None
    return host if port in {None, USUAL_PORTS.get(parts.scheme)} else f"{host}:{port}"


def is_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Whether a host is one of a list's."""
    bare = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    for entry in (one.lower() for one in allowed):
        if entry.startswith("*."):
            if bare.endswith(entry[1:]) or host.endswith(entry[1:]):
                return True
        elif entry in {host, bare}:
            return True
    return False


def is_callback(url: str, own_hosts: Iterable[str]) -> bool:
    """Whether an address is our own callback, however it is written."""
    path = posixpath.normpath("/" + unquote(urlsplit(url).path).lstrip("/"))
    return path.rstrip("/") == CALLBACK_PATH and (host_of(url) or "") in {host.lower() for host in own_hosts}


def next_address(payment: PaymentTransaction, *, allowed: Sequence[str], own_hosts: Iterable[str]) -> str | None:
    """The client's return address with the result in its query, which it keeps; None where the browser may not go."""
    try:
        check_return_url(payment.return_url, allowed=allowed, own_hosts=own_hosts)
    except Invalid:  # opened before the shop said which hosts
        return None
    parts = urlsplit(payment.return_url)
    result = {
        "pidx": payment.pidx or "",
        "status": payment.status.value,
        "transaction_id": str(payment.transaction_id),
    }
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in result]
    return urlunsplit(parts._replace(query=urlencode([*kept, *result.items()])))


def ending_page(payment: PaymentTransaction) -> str:
    """What a browser sees that goes nowhere else."""
    words = WORDS.get(payment.status, "Your payment was not successful. Nothing was bought.")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Payment</title></head>'
        f"<body><h1>{words}</h1><p>Payment {payment.order_number}. You can close this page.</p></body></html>"
    )


def _refused(words: str) -> Invalid:
    return Invalid(
        "The buyer cannot be sent there after paying.", code="INVALID_RETURN_URL", fields={"return_url": words}
    )
