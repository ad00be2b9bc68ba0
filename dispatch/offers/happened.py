"""What happens to offers, as events.

Offers also end by a trigger of the database, which writes no events. So endings are events when their transporter is
told of them, in the transaction that writes that down: once each, and a little later than they are.
"""

from typing import Any

from dispatch.deliveries.models import Delivery
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.offers import OfferAccepted, OfferCreated, OfferDeclined, OfferExpired, OfferWithdrawn
from dispatch.offers.models import Offer, OfferStatus


def created(offer: Offer, delivery: Delivery) -> EventData:
    """A transporter is asked; the offer has its number."""
    return OfferCreated(**_of(offer, delivery), wave=offer.wave, opens_at=offer.opens_at, deadline=offer.deadline)


def ended(offer: Offer, delivery: Delivery) -> EventData:
    """An offer is over."""
    known = _of(offer, delivery)
    if offer.status is OfferStatus.ACCEPTED:
        return OfferAccepted(**known)
    if offer.status is OfferStatus.DECLINED:
        return OfferDeclined(**known, reason=offer.decline_reason.value if offer.decline_reason else "other")
    if offer.status is OfferStatus.EXPIRED:
        return OfferExpired(**known)
    return OfferWithdrawn(**known, reason=offer.end_reason.value if offer.end_reason else "search_ended")


def _of(offer: Offer, delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery_id": delivery.id,
        "delivery_uuid": delivery.delivery_id,
        "tracking_number": delivery.tracking_number,
        "offer_id": offer.id,
        "search_id": offer.search_id,
        "transporter_id": offer.transporter_id,
    }
