"""Numbers that people read out: orders, sales, payments, parcels."""

import re
import secrets
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

# Without 0/O and 1/I, which people confuse on the phone.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


BITS = 5  # of one of its 32 signs

TRACKING_NUMBER = re.compile(r"TRK[0-9A-Z]{4,29}")
# Before it is read: what is longer is no number with blanks in it.
MAX_TYPED = 120

# Of numbers that others have already, one after the other: more than that no chance explains.
MOST_DRAWS = 8

Made = TypeVar("Made")


def _random(length: int) -> str:
    bits = secrets.randbits(BITS * length)
    return "".join(ALPHABET[bits >> BITS * place & len(ALPHABET) - 1] for place in range(length))


def order_number(now: datetime) -> str:
    """``MP-20241027-A2B2C3D4``: 40 random bits a day."""
    return f"MP-{now:%Y%m%d}-{_random(8)}"


def sale_number(now: datetime) -> str:
    """``MS-20241027-…``."""
    return f"MS-{now:%Y%m%d}-{_random(8)}"


def payment_number(now: datetime) -> str:
    """``PMT-20241027-…``."""
    return f"PMT-{now:%Y%m%d}-{_random(8)}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where numbers come from that are short enough to be read out, and so may be drawn twice."""

    order: Callable[[datetime], str] = order_number
    sale: Callable[[datetime], str] = sale_number
    payment: Callable[[datetime], str] = payment_number


DRAWN = Numbers()


class NumbersRepeatError(RuntimeError):
    """The source of numbers gives none that is free."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_DRAWS} numbers in a row belong to others")


async def under_free_number(draw: Callable[[], str], write: Callable[[str], Awaitable[Made | None]]) -> Made:
    """What ``write`` makes under a number; it answers None where another has that one, and is given the next.

    Where two are drawn alike, whoever orders or pays has done nothing wrong. Raises NumbersRepeatError.
    """
    for _ in range(MOST_DRAWS):
        made = await write(draw())
        if made is not None:
            return made
    raise NumbersRepeatError


def tracking_number() -> str:
    """``TRK`` and 80 random bits: whoever knows it may follow the parcel, so nobody may guess it."""
    return f"TRK{_random(16)}"


def read_tracking_number(text: str) -> str | None:
    """The tracking number that somebody typed, copied or read out: in any case, with blanks and dashes, or None."""
    number = tracking_signs(text)
    return number if TRACKING_NUMBER.fullmatch(number) else None


def tracking_signs(text: str) -> str:
    """A number, or a part of one, as it is kept: in capitals, nothing between its signs."""
    plain = unicodedata.normalize("NFKC", text) if len(text) <= MAX_TYPED else ""
    return "".join(sign for sign in plain if not _keeps_apart(sign)).upper()


def _keeps_apart(sign: str) -> bool:
    """Blanks, dashes of any length, and what is not seen: joiners and marks of direction."""
    return sign.isspace() or sign == "_" or unicodedata.category(sign) in {"Pd", "Cf"}
