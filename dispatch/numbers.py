"""Numbers that people read out: orders, sales, payments, parcels."""

import re
import secrets
import unicodedata
from datetime import datetime

# Without 0/O and 1/I, which people confuse on the phone.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


BITS = 5  # of one of its 32 signs

TRACKING_NUMBER = re.compile(r"TRK[0-9A-Z]{4,29}")
# Before it is read: what is longer is no number with blanks in it.
MAX_TYPED = 120


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
