"""Events of offers: a transporter is asked for a delivery. Their subject is the delivery."""

from datetime import datetime
from typing import ClassVar

from dispatch.events.payloads.base import DeliveryData


class OfferData(DeliveryData, frozen=True, kw_only=True):
    """An event of an offer."""

    offer_id: int
    search_id: int
    transporter_id: int


class OfferCreated(OfferData, frozen=True, kw_only=True):
    """A transporter is asked; it sees the offer from ``opens_at`` on."""

    type: ClassVar[str] = "offer.created"
    wave: int
    opens_at: datetime
    deadline: datetime


class OfferAccepted(OfferData, frozen=True, kw_only=True):
    """It takes the delivery."""

    type: ClassVar[str] = "offer.accepted"


class OfferDeclined(OfferData, frozen=True, kw_only=True):
    """It does not want the delivery."""

    type: ClassVar[str] = "offer.declined"
    reason: str
    """A word, such as ``too_far``."""


class OfferExpired(OfferData, frozen=True, kw_only=True):
    """It did not answer in time."""

    type: ClassVar[str] = "offer.expired"


class OfferWithdrawn(OfferData, frozen=True, kw_only=True):
    """It is not asked any more."""

    type: ClassVar[str] = "offer.withdrawn"
    reason: str
    """A word: ``taken``, ``cancelled``, ``search_ended``, ``off_duty``, or ``assigned`` without an offer."""


class OfferExhausted(DeliveryData, frozen=True, kw_only=True):
    """Nobody is left to be asked for the delivery; it waits."""

    type: ClassVar[str] = "offer.exhausted"
    search_id: int
    asked: int
    """How many were asked."""
