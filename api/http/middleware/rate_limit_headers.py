"""``RateLimit`` and ``RateLimit-Policy`` of an answer, after draft-ietf-httpapi-ratelimit-headers.

Whoever takes from an allowance notes it here; the answer of the request in which it was taken tells the client.
"""

import math
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one allowance: ``quota`` in ``window_s``, of which ``remaining``, whole again in ``reset_s``.

    Without a window the quota is of what stands open at once.
    """

    name: str
    quota: int
    window_s: int | None
    remaining: int
    reset_s: float


_taken: ContextVar[list[Allowance] | None] = ContextVar("allowances", default=None)


def begin_noting() -> list[Allowance]:
    """A list for the request that begins; what is taken while it is answered is in it afterwards."""
    noted: list[Allowance] = []
    _taken.set(noted)
    return noted


def note(allowance: Allowance) -> None:
    """Something was taken, or refused. Outside a request nobody is told."""
    noted = _taken.get()
    if noted is not None:
        noted.append(allowance)


def allowance_headers(noted: list[Allowance]) -> list[tuple[bytes, bytes]]:
    """The two headers: one item for each allowance."""
    if not noted:
        return []
    state = ", ".join(f'"{one.name}";r={max(one.remaining, 0)};t={math.ceil(one.reset_s)}' for one in noted)
    policy = ", ".join(
        f'"{one.name}";q={one.quota}' + ("" if one.window_s is None else f";w={one.window_s}") for one in noted
    )
    return [(b"ratelimit", state.encode()), (b"ratelimit-policy", policy.encode())]
