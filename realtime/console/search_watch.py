"""Searches for a transporter as consoles are told of them: read and not heard of, as bulk runs are."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep
from dispatch.offers.models import Offer, OfferSearch, OfferStatus, SearchStatus
from dispatch.ports import Clock
from realtime.console.frames import SearchFrame
from realtime.protocol import encode

LOOK_EVERY_S = 1.0
NEWEST = 200
# So long every console has had several turns to hear of an end, and one that reconnects hears of it too.
TOLD_AFTER_END = timedelta(seconds=60)
# What found nobody is told for as long as its delivery waits: who opens a console later needs it as much.
WAITS_AT_MOST = timedelta(days=1)


class SearchWatch:
    """Keeps frames of the searches that run, have just ended or found nobody; another object where one has changed."""

    def __init__(self, database: Database, clock: Clock, told: dict[int, bytes]) -> None:
        """``told``: by number of the search; it is changed here alone."""
        self._database = database
        self._clock = clock
        self._told = told
        self._looked_at = 0.0

    async def look(self) -> None:
        """Read what may have changed."""
        if time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = time.monotonic()
        rows = await self._read()
        for row in rows:
            frame = encode(_told(row))
            if self._told.get(row.id) != frame:
                self._told[row.id] = frame
        for forgotten in self._told.keys() - {row.id for row in rows}:
            del self._told[forgotten]

    async def _read(self) -> list[Row[Any]]:
        search, now = OfferSearch, self._clock.now()
        running, later = search.status == SearchStatus.SEARCHING, aliased(OfferSearch)
        in_vain = and_(
            search.status == SearchStatus.EXHAUSTED,
            search.ended_at > now - WAITS_AT_MOST,
            exists().where(Delivery.id == search.delivery_id, Delivery.status == DeliveryStatus.AVAILABLE),
            ~exists().where(later.delivery_id == search.delivery_id, later.id > search.id),
            ~exists().where(  # somebody had it since, and it waits anew
                DeliveryStep.delivery_id == search.delivery_id,
                DeliveryStep.status == DeliveryStatus.ASSIGNED,
                DeliveryStep.noticed_at > search.ended_at,
            ),
        )
        shown = or_(running, search.ended_at > now - TOLD_AFTER_END, in_vain)
        newest = select(search.id).where(shown).order_by(running.desc(), search.id.desc()).limit(NEWEST)
        open_ones = Offer.status.in_((OfferStatus.QUEUED, OfferStatus.OPEN))
        query = (
            select(
                search.id,
                search.delivery_id,
                Delivery.tracking_number,
                search.mode,
                search.status,
                search.wave,
                search.next_at,
                search.started_at,
                search.ended_at,
                func.count(Offer.id).label("asked"),
                func.count(Offer.id).filter(open_ones).label("open"),
                func.count(Offer.id).filter(Offer.status == OfferStatus.DECLINED).label("declined"),
            )
            .join(Delivery, Delivery.id == search.delivery_id)
            .outerjoin(Offer, Offer.search_id == search.id)
            .where(search.id.in_(newest))
            .group_by(search.id, Delivery.id)
        )
        async with self._database.work() as work:
            return list(await work.session.execute(query))


def _told(row: Row[Any]) -> SearchFrame:
    return SearchFrame(
        id=row.id,
        delivery_id=row.delivery_id,
        tracking_number=row.tracking_number,
        mode=row.mode.value,
        status=row.status.value,
        wave=row.wave,
        asked=row.asked,
        open=row.open,
        declined=row.declined,
        next_at=row.next_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
