"""Numbers that people read out: orders, sales, payments, parcels."""

import secrets
from datetime import datetime

# Without 0/O and 1/I, which people confuse on the phone.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


BITS = 5  # of one of its 32 signs


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
