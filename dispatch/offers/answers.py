"""A transporter's side: accepting an offer, declining it, and seeing what is open.

Phones repeat a request whose answer they lost, so an answer that was given already is answered as it was. What is over
stays over, so it is told without waiting for a lock: of a hundred who accept at once, all but the first few.
"""

from datetime import datetime

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import joinedload

from dispatch.assignments.ranked import holder_of
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.service import DeliveryKey
from dispatch.deliveries.taking import Taking
from dispatch.errors import Conflict, NotFound
from dispatch.offers.models import DeclineReason, EndReason, Offer, OfferSearch, OfferStatus, SearchStatus
from dispatch.ports import Clock, LivePosition
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter

UNANSWERED = (OfferStatus.QUEUED, OfferStatus.OPEN)


class OfferAnswers:
    """Answers of one unit of work. Lock order: delivery, transporter, offers."""

    def __init__(self, work: Work, clock: Clock, taking: Taking) -> None:
        self._session = work.session
        self._clock = clock
        self._taking = taking

    async def accept(
        self, offer_id: int, transporter: Transporter, *, position: LivePosition | None = None
    ) -> tuple[Offer, Delivery]:
        """Take the delivery of an open offer. One of several who try gets it.

        Raises NotFound; Conflict ``offer_over`` with how the offer ended and who has the delivery; and whatever
        ``Taking.accept`` says against it.
        """
        offer, delivery = await self._held(offer_id, transporter)
        if offer.status is OfferStatus.ACCEPTED:
            if delivery.transporter_id == transporter.id:
                return offer, delivery
            raise Conflict("This delivery is no longer yours.", code="no_longer_yours", **holder_of(delivery))
        self._check_open(offer, delivery)
        return offer, await self._take(offer, transporter, position)

    async def accept_delivery(
        self,
        key: DeliveryKey,
        transporter: Transporter,
        *,
        pickup_at: datetime | None,
        notes: str,
        position: LivePosition | None,
        happened_at: datetime | None = None,
    ) -> Delivery:
        """Take a delivery by its own number; an open offer of it is accepted with that. As ``Taking.accept``."""
        await self._taking.check_not_taken(key, transporter)
        delivery = await self._taking.deliveries.get_alone(key, lock=True)
        if delivery.status is DeliveryStatus.AVAILABLE:
            await lock_transporter(self._session, transporter.id)
        offer: Offer | None = await self._session.scalar(
            select(Offer).where(
                Offer.delivery_id == delivery.id,
                Offer.transporter_id == transporter.id,
                Offer.status.in_(UNANSWERED),
                Offer.deadline > self._clock.now(),
            )
        )
        if offer is not None and delivery.status is DeliveryStatus.AVAILABLE:
            offer.end(OfferStatus.ACCEPTED, self._clock.now())
            await self._answered(transporter)
        return await self._taking.accept(
            key, transporter, pickup_at=pickup_at, notes=notes, position=position, happened_at=happened_at
        )

    async def decline(self, offer_id: int, transporter: Transporter, reason: DeclineReason) -> tuple[Offer, Delivery]:
        """Not this one, and not again; the next wave begins at once where nobody is left to answer.

        Raises NotFound, and Conflict ``offer_over`` as ``accept`` does.
        """
        offer, delivery = await self._held(offer_id, transporter)
        if offer.status is OfferStatus.DECLINED:
            return offer, delivery
        self._check_open(offer, delivery)
        now = self._clock.now()
        offer.decline_reason = reason
        offer.end(OfferStatus.DECLINED, now)
        await self._session.flush()
        await self._answered(transporter)
        still_open = exists().where(Offer.search_id == offer.search_id, Offer.status.in_(UNANSWERED))
        await self._session.execute(
            update(OfferSearch)
            .where(OfferSearch.id == offer.search_id, OfferSearch.status == SearchStatus.SEARCHING, ~still_open)
            .values(next_at=now)
        )
        return offer, delivery

    def open_query(self, transporter_id: int) -> Select[Offer]:
        """A transporter's open offers with their deliveries, the one that ends first first."""
        now = self._clock.now()
        return (
            select(Offer)
            .where(
                Offer.transporter_id == transporter_id,
                Offer.status.in_(UNANSWERED),
                Offer.opens_at <= now,
                Offer.deadline > now,
            )
            .options(joinedload(Offer.delivery))
            .order_by(Offer.deadline, Offer.id)
        )

    def ended_query(self, transporter_id: int) -> Select[Offer]:
        """A transporter's offers that ended after they were revealed, with their deliveries, newest first."""
        return (
            select(Offer)
            .where(
                Offer.transporter_id == transporter_id,
                Offer.ended_at.is_not(None),
                Offer.opens_at <= Offer.ended_at,
            )
            .options(joinedload(Offer.delivery))
            .order_by(Offer.ended_at.desc(), Offer.id.desc())
        )

    async def _held(self, offer_id: int, transporter: Transporter) -> tuple[Offer, Delivery]:
        """One's own offer and its delivery, with the delivery's row held and one's own where it can still be answered.

        Whoever takes somebody's duty holds its row and ends its offers: so it is held before the offer is looked at.
        Raises NotFound, and Conflict ``offer_over`` where it ended, but for an answer of one's own.
        """
        offer = await self._mine(offer_id, transporter)
        self._check_not_over(offer)
        await self._taking.deliveries.get_alone(offer.delivery_id, lock=True)
        self._check_not_over(await self._mine(offer_id, transporter))
        await lock_transporter(self._session, transporter.id)
        offer = await self._mine(offer_id, transporter)
        return offer, offer.delivery

    async def _mine(self, offer_id: int, transporter: Transporter) -> Offer:
        """As it stands now, with its delivery and who has that. Raises NotFound."""
        revealed = or_(Offer.opens_at <= self._clock.now(), Offer.ended_at.is_not(None))
        who_has_it = joinedload(Offer.delivery).joinedload(Delivery.transporter).joinedload(Transporter.user)
        offer: Offer | None = await self._session.scalar(
            select(Offer)
            .where(Offer.id == offer_id, Offer.transporter_id == transporter.id, revealed)
            .options(who_has_it)
            .execution_options(populate_existing=True)
        )
        if offer is None:
            raise NotFound("You have no such offer.", code="offer_not_found")
        return offer

    def _check_not_over(self, offer: Offer) -> None:
        """Whether it was ended by others, or by its deadline, as it is written."""
        if not (offer.is_unanswered or offer.status in {OfferStatus.ACCEPTED, OfferStatus.DECLINED}):
            self._check_open(offer, offer.delivery)

    def _check_open(self, offer: Offer, delivery: Delivery) -> None:
        """By our clock, whether or not the end was written down yet."""
        status = offer.status
        if offer.is_unanswered:
            if self._clock.now() < offer.deadline:
                return
            status = OfferStatus.EXPIRED
        why = None if offer.end_reason is None else offer.end_reason.value
        raise Conflict(
            _over(status, offer.end_reason, delivery),
            code="offer_over",
            offer_status=status.value,
            why=why,
            **holder_of(delivery),
        )

    async def _take(self, offer: Offer, transporter: Transporter, position: LivePosition | None) -> Delivery:
        offer.end(OfferStatus.ACCEPTED, self._clock.now())
        await self._session.flush()  # before the delivery, so that the others are known to be taken
        delivery = await self._taking.accept(
            offer.delivery_id, transporter, pickup_at=None, notes="", position=position
        )
        await self._answered(transporter)
        return delivery

    async def _answered(self, transporter: Transporter) -> None:
        await self._session.execute(
            update(Transporter).where(Transporter.id == transporter.id, Transporter.unanswered > 0).values(unanswered=0)
        )


def _over(status: OfferStatus, why: EndReason | None, delivery: Delivery) -> str:
    holder = "" if delivery.transporter is None else f" {delivery.transporter.user.name} has the delivery."
    if status is OfferStatus.EXPIRED:
        return f"This offer ran out.{holder}"
    if status is OfferStatus.DECLINED:
        return f"You declined this offer.{holder}"
    if status is OfferStatus.ACCEPTED:
        return f"You accepted this offer.{holder}"
    if why is EndReason.CANCELLED:
        return "This delivery was cancelled."
    return f"This offer was withdrawn.{holder}"
