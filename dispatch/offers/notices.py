"""Telling transporters' apps of their offers: what is to be told stands on the offer until it was."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from sqlalchemy import case, func, select, update
from sqlalchemy.orm import joinedload

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.jobs.items import ItemJob
from dispatch.jobs.rounds import in_a_line
from dispatch.offers.models import Offer, OfferStatus
from dispatch.ports import Clock, OfferEndNotice, OfferNotice, Publisher

log = structlog.get_logger(__name__)

BATCH = 100
# After it, whoever took a batch is believed dead and another tells it.
LEASE = timedelta(seconds=5)


class OfferNotices(ItemJob[Offer]):
    """Tells each change of an offer at least once, its revelation among them; several processes may run one each."""

    name: ClassVar[str] = "offer-notices"
    at_once: ClassVar[int] = 10

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def tell_now(self) -> None:
        """A round at once, after a commit: whatever goes wrong with it, what was committed stands and is told later."""
        try:
            await self.run()
        except Exception:
            log.exception("offers are told later")

    async def take(self) -> Sequence[Offer]:
        """A batch of what is to be told; those that were queued are open from now on."""
        now = self._clock.now()
        due = select(Offer.id).where(Offer.tell_at <= now).order_by(Offer.tell_at).limit(BATCH)
        opened = case((Offer.status == OfferStatus.QUEUED, OfferStatus.OPEN), else_=Offer.status)
        async with self._database.work() as work:
            taken = await work.session.scalars(
                update(Offer)
                .where(Offer.id.in_(due.with_for_update(skip_locked=True).scalar_subquery()))
                .values(status=opened, tell_at=now + LEASE)
                .returning(Offer.id)
            )
            query = select(Offer).where(among(Offer.id, list(taken))).options(joinedload(Offer.delivery))
            return list(await work.session.scalars(query))

    async def do(self, item: Offer) -> bool:
        """Tell one, and write down that it was told, unless it changed meanwhile."""
        if item.is_unanswered:
            await self._publisher.offered(_offered(item))
        else:
            why = item.end_reason.value if item.end_reason else None
            notice = OfferEndNotice(item.transporter_id, item.id, item.delivery_id, item.status.value, why)
            await self._publisher.offer_ended(notice)
        await self._told(item)
        return True

    async def _told(self, item: Offer) -> None:
        """Unless it changed meanwhile: then it is told again."""
        async with self._database.work() as work:
            await work.session.execute(
                update(Offer).where(Offer.id == item.id, Offer.tell_at == item.tell_at).values(tell_at=None)
            )

    async def note_failure(self, item: Offer, error: Exception) -> None:
        """It is told when its lease is over; an app that connects meanwhile asks for what is open."""
        log.warning("an offer was not told", offer_id=item.id, error=in_a_line(error))

    async def oldest_due(self) -> datetime | None:
        """Since when the one waits that waits for longest."""
        query = select(func.min(Offer.tell_at)).where(Offer.tell_at <= self._clock.now())
        async with self._database.work() as work:
            due: datetime | None = await work.session.scalar(query)
            return due


def _offered(offer: Offer) -> OfferNotice:
    delivery = offer.delivery
    return OfferNotice(
        offer.transporter_id,
        offer.id,
        delivery.id,
        str(delivery.delivery_id),
        delivery.tracking_number,
        delivery.pickup_address,
        delivery.delivery_address,
        float(delivery.package_weight),
        delivery.delivery_fee,
        offer.distance_km,
        offer.opens_at,
        offer.deadline,
    )
