"""What a transporter was asked before, and how each offer ended."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from litestar import Controller, Request, get
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.schemas import Page, PageNumber, PageSize, paginate
from api.http.security import needs
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.offers.models import DeclineReason, EndReason, Offer, OfferStatus
from dispatch.transporters.service import Transporters


class EndedOffer(Struct, frozen=True, kw_only=True):
    """An offer that ended. ``single``: it was the only one at that moment, so it counts in the acceptance.

    ``end_reason``: why it was withdrawn or voided. Who has the delivery, and where it goes, is nobody else's to know.
    """

    id: int
    delivery_id: int
    tracking_number: str
    pickup_address: str
    delivery_fee: Decimal
    distance_km: float | None
    single: bool
    status: OfferStatus
    decline_reason: DeclineReason | None
    end_reason: EndReason | None
    opens_at: datetime
    ended_at: datetime | None


def ended_offer(offer: Offer) -> EndedOffer:
    """An offer with its delivery loaded."""
    return EndedOffer(
        id=offer.id,
        delivery_id=offer.delivery_id,
        tracking_number=offer.delivery.tracking_number,
        pickup_address=offer.delivery.pickup_address,
        delivery_fee=offer.delivery.delivery_fee,
        distance_km=None if offer.distance_km is None else round(offer.distance_km, 2),
        single=offer.single,
        status=offer.status,
        decline_reason=offer.decline_reason,
        end_reason=offer.end_reason,
        opens_at=offer.opens_at,
        ended_at=offer.ended_at,
    )


class OfferHistoryController(Controller):
    """``/api/offers/history/``."""

    path = "/api/offers/history"
    tags = ("offers",)
    guards = (needs(Role.TRANSPORTER),)

    @get("/")
    async def list_ended(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[EndedOffer]:
        """One's own offers that ended and were seen, the newest first. What counts in the acceptance is `single`."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        query = services.offer_answers(work).ended_query(transporter.id)
        return await paginate(request, work.session, query, page, page_size, ended_offer)
