"""How often transporters accept what they are offered, shown to them and to dispatchers; no score goes by it.

Only offers that were a transporter's only one at that moment count: whoever has three at once must decline two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.among import among
from dispatch.offers.models import Offer, OfferStatus

LAST = 100
ANSWERS = (OfferStatus.ACCEPTED, OfferStatus.DECLINED, OfferStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Of the last ``LAST`` single offers that ended by the transporter."""

    offered: int = 0
    accepted: int = 0

    @property
    def rate(self) -> float | None:
        """0 to 1; None before the first."""
        return self.accepted / self.offered if self.offered else None


NONE_YET = Acceptance()


async def acceptances(session: AsyncSession, transporter_ids: Sequence[int]) -> dict[int, Acceptance]:
    """By transporter; those who were offered nothing are missing."""
    place = func.row_number().over(partition_by=Offer.transporter_id, order_by=Offer.ended_at.desc())
    ended = (
        select(Offer.transporter_id, Offer.status, place.label("place"))
        .where(among(Offer.transporter_id, transporter_ids), Offer.single, Offer.status.in_(ANSWERS))
        .subquery()
    )
    accepted = func.count().filter(ended.c.status == OfferStatus.ACCEPTED)
    query = select(ended.c.transporter_id, func.count(), accepted).where(ended.c.place <= LAST)
    rows = await session.execute(query.group_by(ended.c.transporter_id))
    return {who: Acceptance(offered, taken) for who, offered, taken in rows}
