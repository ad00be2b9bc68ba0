"""What carries searches on: offers whose deadline is over end, the next wave is asked, an exhausted search is told.

Everything that a round needs is in the database, so that it goes on after whatever died, in whichever process.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from dispatch.assignments.results import NoTransporter
from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict
from dispatch.events.payloads.transporters import TransporterOffDuty
from dispatch.events.recording import record
from dispatch.jobs.backoff import Backoff
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.offers.duty import UNANSWERED_OFFERS
from dispatch.offers.happened import created, exhausted
from dispatch.offers.models import (
    EndReason,
    Exhausted,
    Offer,
    OfferMode,
    OfferSearch,
    OfferStatus,
    SearchStatus,
)
from dispatch.offers.rules import OfferRules
from dispatch.offers.waves import Asked, WavePicker, reveal_times
from dispatch.ports import Clock, DutyNotice, Publisher
from dispatch.transporters.models import Duty, Transporter
from dispatch.transporters.service import lock_transporter

log = structlog.get_logger(__name__)

BATCH = 100
UNANSWERED = (OfferStatus.QUEUED, OfferStatus.OPEN)

AssignBest = Callable[[Work, int], Awaitable[object]]
"""Gives a delivery to the best. Raises NoTransporter, and Conflict where it does not wait any more."""


class SearchRounds(LeasedItemJob[int]):
    """Searches whose wave is over, or in which somebody asked went off duty. Looks at everything under its locks."""

    name: ClassVar[str] = "offers"
    # An offer that ended while its process died is written down this much later; nobody can accept it meanwhile.
    lease: ClassVar[timedelta] = timedelta(seconds=10)
    backoff: ClassVar[Backoff] = Backoff.doubling(timedelta(seconds=1), timedelta(minutes=1), most_tries=60)

    def __init__(
        self,
        database: Database,
        clock: Clock,
        publisher: Publisher,
        picker: WavePicker,
        rules: OfferRules,
        assign_best: AssignBest,
    ) -> None:
        super().__init__(database, clock)
        self._publisher = publisher
        self._picker = picker
        self._rules = rules
        self._assign_best = assign_best

    async def find(self, after: int | None) -> Sequence[int]:
        """Searches that are due."""
        query = select(OfferSearch.id).where(*self._is_due(), OfferSearch.id > (after or 0))
        async with self._database.work() as work:
            return list(await work.session.scalars(query.order_by(OfferSearch.id).limit(BATCH)))

    async def oldest_due(self) -> datetime | None:
        """When the wave was over that waits for longest."""
        query = select(func.min(OfferSearch.next_at)).where(
            OfferSearch.status == SearchStatus.SEARCHING, OfferSearch.next_at <= self._clock.now()
        )
        async with self._database.work() as work:
            due: datetime | None = await work.session.scalar(query)
            return due

    async def do_key(self, key: int) -> None:
        """End what is over; where nobody is left to answer, ask the next wave or end the search."""
        async with self._database.work() as work:
            held = await self._hold(work, key)
            if held is None:
                return
            search, delivery = held
            await self._end_offers(work, search)
            if await self._wait_on(work, search):
                return
            wave, size = search.wave, self._rules.size_of(search.mode, search.wave + 1)
            asked = await self._picker.pick(work, search, delivery, size) if size else []
            held = await self._hold(work, key)
            if held is None or held[0].wave != wave:
                return  # another process was here, or the delivery was given meanwhile
            if asked:
                await self._ask(work, *held, asked)
            else:
                await self._exhausted(work, *held)

    async def _hold(self, work: Work, search_id: int) -> tuple[OfferSearch, Delivery] | None:
        """The search and its delivery, whose row is held; None where it is over."""
        fresh = {"populate_existing": True}
        delivery_id = select(OfferSearch.delivery_id).where(OfferSearch.id == search_id).scalar_subquery()
        query = select(Delivery).where(Delivery.id == delivery_id).with_for_update().execution_options(**fresh)
        delivery = await work.session.scalar(query)
        search = await work.session.scalar(
            select(OfferSearch).where(OfferSearch.id == search_id).execution_options(**fresh)
        )
        if delivery is None or search is None or search.status is not SearchStatus.SEARCHING:
            return None
        return search, delivery

    async def _end_offers(self, work: Work, search: OfferSearch) -> None:
        """Those whose deadline is over, and those of transporters who do not work any more."""
        now = self._clock.now()
        query = select(Offer).where(Offer.search_id == search.id, Offer.status.in_(UNANSWERED))
        asked = [offer.transporter_id for offer in await work.session.scalars(query.order_by(Offer.transporter_id))]
        held = {one: await lock_transporter(work.session, one) for one in asked}
        # What ended with a transporter's duty while its row was waited for is over.
        still_open = await work.session.scalars(query.execution_options(populate_existing=True))
        for offer in still_open.all():
            transporter = held[offer.transporter_id]
            if offer.deadline <= now:
                offer.end(OfferStatus.EXPIRED, now)
                self._strike(work, transporter)
            elif not transporter.is_available or transporter.verified_at is None:
                offer.end(OfferStatus.WITHDRAWN, now, why=EndReason.OFF_DUTY)
        await work.session.flush()

    def _strike(self, work: Work, transporter: Transporter) -> None:
        """One more that was not answered; the last of several in a row puts the transporter off duty."""
        transporter.unanswered += 1
        if transporter.unanswered >= self._rules.strikes and transporter.is_available:
            transporter.go(Duty.OFF)
            record(work.session, TransporterOffDuty(transporter_id=transporter.id), at=self._clock.now())
            notice = DutyNotice(transporter.id, Duty.OFF.value, UNANSWERED_OFFERS)
            work.after_commit(partial(self._publisher.duty_changed, notice))

    async def _wait_on(self, work: Work, search: OfferSearch) -> bool:
        """Whether somebody may still answer; the search is due again when the next of them cannot."""
        next_end = await work.session.scalar(
            select(func.min(Offer.deadline)).where(Offer.search_id == search.id, Offer.status.in_(UNANSWERED))
        )
        if next_end is None:
            return False
        search.next_at = next_end
        await work.session.flush()
        return True

    async def _ask(self, work: Work, search: OfferSearch, delivery: Delivery, asked: Sequence[Asked]) -> None:
        now = self._clock.now()
        search.wave += 1
        opens = reveal_times(asked, now, self._rules.stagger_s)
        offers = [_offer(search, one, opens[one.transporter_id], now, self._rules.moving_s) for one in asked]
        search.next_at = min(offer.deadline for offer in offers)
        # What refers to a row holds it a little: in the order in which everybody holds transporters.
        those = among(Transporter.id, [one.transporter_id for one in asked])
        held = select(Transporter.id).where(those).order_by(Transporter.id).with_for_update(read=True, key_share=True)
        await work.session.execute(held)
        work.session.add_all(offers)
        await work.session.flush()
        record(work.session, *(created(offer, delivery) for offer in offers), at=now)

    async def _exhausted(self, work: Work, search: OfferSearch, delivery: Delivery) -> None:
        """Nobody is left. The search stays due until its end is written."""
        if search.on_exhausted is Exhausted.ASSIGN or search.mode is OfferMode.DIRECT:
            delivery_id = search.delivery_id
            await work.commit()
            try:
                await self._assign_best(work, delivery_id)
            except (NoTransporter, Conflict) as error:
                await work.rollback()
                log.info("nobody was found", search_id=search.id, why=error.detail)
            else:
                return  # the search ended with the assignment
            held = await self._hold(work, search.id)
            if held is None:
                return
            search, delivery = held
        now = self._clock.now()
        search.status, search.ended_at = SearchStatus.EXHAUSTED, now
        count = select(func.count()).select_from(Offer).where(Offer.search_id == search.id)
        zone = self._picker.zone_of(delivery)
        record(work.session, *exhausted(search, delivery, zone, await work.session.scalar(count) or 0), at=now)
        await work.session.flush()

    def _is_due(self) -> list[ColumnElement[bool]]:
        unanswered = exists().where(Offer.search_id == OfferSearch.id, Offer.status.in_(UNANSWERED))
        all_over = and_(OfferSearch.wave > 0, ~unanswered)
        gone = exists().where(
            Offer.search_id == OfferSearch.id,
            Offer.status.in_(UNANSWERED),
            Transporter.id == Offer.transporter_id,
            or_(Transporter.is_available.is_(False), Transporter.verified_at.is_(None)),
        )
        searching = OfferSearch.status == SearchStatus.SEARCHING
        return [searching, or_(OfferSearch.next_at <= self._clock.now(), gone, all_over)]


def _offer(search: OfferSearch, one: Asked, opens_at: datetime, now: datetime, moving_s: int) -> Offer:
    return Offer(
        search_id=search.id,
        delivery_id=search.delivery_id,
        transporter_id=one.transporter_id,
        wave=search.wave,
        status=OfferStatus.OPEN if opens_at <= now else OfferStatus.QUEUED,
        score=one.score,
        distance_km=one.distance_km,
        single=one.is_first,
        opens_at=opens_at,
        deadline=now + timedelta(seconds=search.deadline_s + (moving_s if one.is_moving else 0)),
        tell_at=opens_at,
    )
