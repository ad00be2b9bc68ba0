"""What happens to offers, as events: here that one is made.

Offers end in many ways, some of them by triggers of the database. So that one ended is recorded by a trigger as well
(``record_offer_end``), in the transaction that ends it, whoever does.
"""

from dispatch.deliveries.happened import identity
from dispatch.deliveries.models import Delivery
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.offers import OfferCreated, OfferExhausted
from dispatch.events.payloads.zones import ZoneExhausted
from dispatch.offers.models import Offer, OfferSearch
from dispatch.zones.kept import KnownZone


def created(offer: Offer, delivery: Delivery) -> EventData:
    """A transporter is asked; the offer has its number."""
    return OfferCreated(
        **identity(delivery),
        offer_id=offer.id,
        search_id=offer.search_id,
        transporter_id=offer.transporter_id,
        wave=offer.wave,
        opens_at=offer.opens_at,
        deadline=offer.deadline,
    )


def exhausted(search: OfferSearch, delivery: Delivery, zone: KnownZone | None, asked: int) -> list[EventData]:
    """Nobody is left for a delivery, nor in the zone that it lies in, if any."""
    happened: list[EventData] = [OfferExhausted(**identity(delivery), search_id=search.id, asked=asked)]
    if zone is not None:
        happened.append(ZoneExhausted(zone_id=zone.id, zone_name=zone.name, search_id=search.id, **identity(delivery)))
    return happened
