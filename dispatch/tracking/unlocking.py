"""Showing that one knows a parcel's receiver: by the last four digits of the phone."""

import hmac
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256

from dispatch.accounts.models import Role, User
from dispatch.deliveries.models import Delivery

GOOD_FOR = timedelta(days=3)
DIGITS = 4
_LABEL = b"tracking unlock"


class UnlockTokens:
    """Makes and checks what a browser keeps of a code that was right: signed, for one parcel and for some days."""

    def __init__(self, signing_key: str) -> None:
        self._key = hmac.digest(signing_key.encode(), _LABEL, sha256)

    def make(self, tracking_number: str, now: datetime) -> tuple[str, datetime]:
        """A token, and until when it is good."""
        until = int((now + GOOD_FOR).timestamp())
        return f"{until}.{self._signed(tracking_number, until)}", datetime.fromtimestamp(until, now.tzinfo)

    def holds(self, token: str | None, tracking_number: str, now: datetime) -> bool:
        """Whether a token was made here for this parcel and is still good."""
        until, _, signature = (token or "").partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= len("99999999999") and signature.isascii()):
            return False
        expected = self._signed(tracking_number, int(until))
        return hmac.compare_digest(expected, signature) and int(until) > now.timestamp()

    def _signed(self, tracking_number: str, until: int) -> str:
        return hmac.digest(self._key, f"{tracking_number}.{until}".encode(), sha256).hex()


def read_code(text: str) -> str:
    """The digits of a code as it is typed, in any script, with blanks or dashes."""
    return "".join(str(unicodedata.digit(sign)) for sign in text if unicodedata.digit(sign, None) is not None)


def knows_receiver(delivery: Delivery, typed: str) -> bool:
    """Whether somebody typed the last four digits of the phone of whoever receives it."""
    digits = "".join(sign for sign in delivery.delivery_contact_phone if sign.isdigit())[-DIGITS:]
    return len(digits) == DIGITS and hmac.compare_digest(digits, typed)


def needs_no_code(delivery: Delivery, user: User) -> bool:
    """Whether a parcel is somebody's business anyway: its buyer's, its seller's, an admin's. It comes with its sale.

    What comes back is nothing of the buyer's: it goes to its seller.
    """
    bought = delivery.sale.buyer_id == user.id and delivery.return_of is None
    return bought or delivery.sale.seller_id == user.id or user.has(Role.ADMIN)
