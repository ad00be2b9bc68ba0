"""When to try again, how soon, and when not to."""

import random
import time
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, NegotiationError

from realtime.protocol import Close

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
TOO_BIG = 1009
_FINAL_FROM, _FINAL_TO = 4400, 4500
_AGAIN_ALL_THE_SAME = {4429, Close.UNAVAILABLE}
_BUSY = 429
_CLIENT_ERRORS, _SERVER_ERRORS = 400, 500


class GiveUp(Exception):
    """This vehicle cannot go on; the text says why."""


class Stalled(Exception):
    """The connection is open and no ack comes."""


@dataclass(slots=True)
class Patience:
    """How long all vehicles together may fail without any of them getting anywhere."""

    limit_s: float
    _failing_since: float | None = None

    def progressed(self) -> None:
        """The server took something."""
        self._failing_since = None

    def is_exhausted(self) -> bool:
        """Note a failure; whether it is time to give up."""
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        return now - self._failing_since > self.limit_s


def delay_s(failures: int) -> float:
    """Exponential with jitter: a thousand vehicles must not come back in the same instant."""
    longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # not a secret


def why_final(error: Exception) -> str | None:
    """Why trying again would end the same; None where it may help."""
    if isinstance(error, ConnectionClosed):
        return _why_closed_for_good(error)
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        if _CLIENT_ERRORS <= status < _SERVER_ERRORS and status != _BUSY:
            return f"the server refuses the connection with HTTP {status}"
        return None
    if isinstance(error, NegotiationError):
        return "the server does not speak dispatch.v1"
    return None


def _why_closed_for_good(error: ConnectionClosed) -> str | None:
    received = error.rcvd
    if received is None or not _FINAL_FROM <= received.code < _FINAL_TO or received.code in _AGAIN_ALL_THE_SAME:
        return None
    if received.code == Close.UNAUTHORIZED and received.reason == "token_expired":
        return None  # the next connection comes with a fresh token
    return f"the server closed with {received.code} ({received.reason or 'no reason given'})"


def is_too_big(error: Exception) -> bool:
    """Whether the server found a frame too large."""
    return isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code == TOO_BIG


def described(error: Exception) -> str:
    """For a message."""
    if isinstance(error, ConnectionClosed):
        return str(error)
    if isinstance(error, (TimeoutError, Stalled)):
        return str(error) or "no answer in time"
    if isinstance(error, (InvalidHandshake, OSError)):
        return f"{type(error).__name__}: {error}"
    return repr(error)
