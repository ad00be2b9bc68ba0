"""Whom the newest plan of a place calls for, and at which prices, for whoever asks transporters there.

A score less a transporter's price is what a delivery gains by it beyond what others would lose, so offers go to whom
the plan would give the delivery, and then to the next best for all.
"""

from datetime import timedelta

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.decisions.columns import pack, unpack
from dispatch.offers.waves import Call
from dispatch.ports import Clock
from dispatch.rolling.models import OUTSIDE, RollingPlace
from dispatch.rolling.planning import TickPlan

FRESH = timedelta(minutes=5)
"""A plan of longer ago says nothing about now."""


def packed_calls(planned: TickPlan) -> bytes:
    """The pairs of a plan, and the prices of those whose places are contested."""
    plan, ids = planned.plan, planned.pool.ids
    given, dear = planned.gives, np.flatnonzero(plan.price > 0)
    columns = {
        "deliveries": np.array([planned.deliveries[row].id for row in given], dtype="<i8"),
        "transporters": ids[plan.transporter[given]].astype("<i8"),
        "ids": ids[dear].astype("<i8"),
        "price": plan.price[dear].astype("<f4"),
    }
    return pack(columns, {})


class PlanCalls:
    """Reads them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def find(self, session: AsyncSession, delivery_id: int, zone_id: int | None) -> Call:
        """See ``dispatch.offers.waves.Calls``."""
        query = select(RollingPlace.calls).where(
            RollingPlace.zone_id == (zone_id or OUTSIDE), RollingPlace.next_at > self._clock.now() - FRESH
        )
        packed = await session.scalar(query)
        if packed is None:
            return Call()
        columns, _ = unpack(packed)
        mine = columns["transporters"][columns["deliveries"] == delivery_id]
        price = dict(zip(columns["ids"].tolist(), columns["price"].astype(float).tolist(), strict=True))
        return Call(int(mine[0]) if mine.size else None, price)
