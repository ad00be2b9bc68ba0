"""A dispatcher's side: beginning a search for a transporter, ending it, and looking at what came of it.

Lock order, here as everywhere: delivery, transporters by id. Whatever changes offers of a delivery holds its row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import User
from dispatch.assignments.ranked import check_available
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict
from dispatch.offers.models import (
    EndReason,
    Exhausted,
    Offer,
    OfferMode,
    OfferSearch,
    OfferStatus,
    SearchStatus,
)
from dispatch.ports import Clock

SEARCHES_SHOWN = 20
# Whoever began a search and did not ask anybody by then is believed dead, and another process asks.
FIRST_ROUND_WITHIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class WantedSearch:
    """How to ask. ``deadline_s``: seconds to answer; ``ask_again``: also those who declined it or had it before."""

    mode: OfferMode
    deadline_s: int
    on_exhausted: Exhausted
    ask_again: bool = False


class OfferSearches:
    """Searches of one unit of work."""

    def __init__(self, work: Work, clock: Clock, deliveries: Deliveries) -> None:
        self._session = work.session
        self._clock = clock
        self._deliveries = deliveries

    async def begin(self, key: DeliveryKey, wanted: WantedSearch, user: User | None) -> OfferSearch:
        """A search for a delivery that waits. Whoever begins it has ``SearchRounds`` ask the first wave.

        Raises NotFound, and Conflict where the delivery does not wait (with who has it) or is searched for already.
        """
        delivery = await self._deliveries.get(key, lock=True)
        check_available(delivery, self._clock.now())
        running = await self._running(delivery.id)
        if running is not None:
            words, status = "Transporters are being asked already.", delivery.status.value
            raise Conflict(words, code="search_runs", search_id=running.id, delivery_status=status)
        now = self._clock.now()
        search = OfferSearch(
            delivery_id=delivery.id,
            mode=wanted.mode,
            status=SearchStatus.SEARCHING,
            deadline_s=wanted.deadline_s,
            on_exhausted=wanted.on_exhausted,
            ask_again=wanted.ask_again,
            wave=0,
            next_at=now + FIRST_ROUND_WITHIN,
            started_by=user.id if user else None,
            started_at=now,
        )
        self._session.add(search)
        await self._session.flush()
        return search

    async def withdraw(self, key: DeliveryKey) -> OfferSearch:
        """End the search of a delivery, with its offers. Raises NotFound, and Conflict where there is none."""
        delivery = await self._deliveries.get(key, lock=True)
        search = await self._running(delivery.id)
        if search is None:
            check_available(delivery, self._clock.now())
            raise Conflict("Nobody is being asked.", code="no_search", delivery_status=delivery.status.value)
        now = self._clock.now()
        await self._end(search, now)
        return search

    async def end_of(self, delivery: Delivery) -> None:
        """End the search of a locked delivery with its offers, where there is one."""
        search = await self._running(delivery.id)
        if search is not None:
            await self._end(search, self._clock.now())

    async def _end(self, search: OfferSearch, now: datetime) -> None:
        search.status, search.ended_at = SearchStatus.CANCELLED, now
        await self._session.execute(
            update(Offer)
            .where(Offer.search_id == search.id, Offer.status.in_((OfferStatus.QUEUED, OfferStatus.OPEN)))
            .values(status=OfferStatus.WITHDRAWN, end_reason=EndReason.SEARCH_ENDED, ended_at=now, tell_at=now)
        )
        await self._session.flush()

    async def of(self, key: DeliveryKey) -> tuple[Delivery, Sequence[OfferSearch]]:
        """A delivery and its searches with their offers, newest first. Raises NotFound."""
        delivery = await self._deliveries.get(key)
        query = (
            select(OfferSearch)
            .where(OfferSearch.delivery_id == delivery.id)
            .options(selectinload(OfferSearch.offers))
            .order_by(OfferSearch.id.desc())
            .limit(SEARCHES_SHOWN)
            .execution_options(populate_existing=True)
        )
        return delivery, list(await self._session.scalars(query))

    async def _running(self, delivery_id: int) -> OfferSearch | None:
        found: OfferSearch | None = await self._session.scalar(
            select(OfferSearch).where(
                OfferSearch.delivery_id == delivery_id, OfferSearch.status == SearchStatus.SEARCHING
            )
        )
        return found
