"""The way a parcel went: its transporter's believed fixes between assignment and delivery."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, String, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import Role, User
from dispatch.deliveries.models import Delivery
from dispatch.errors import NotFound
from dispatch.geo import great_circle_m
from dispatch.tracking.models import StoredFix

# Flags of fixes that are no part of the way.
LEFT_OUT = ["unconfirmed", "duplicate", "poor_accuracy"]
# A phone that lies still wanders by some metres a fix; only what leaves this circle counts as distance.
STANDING_M = 15.0
# After a silence so long nobody knows the way: the line is broken.
SILENCE = timedelta(minutes=5)
MAX_POINTS = 200_000
# Some milliseconds of work.
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A place on the way; degrees, UTC, metres a second."""

    lat: float
    lon: float
    recorded_at: datetime
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class DeliveryPath:
    """A delivery's way in time order, in parts between which nothing was heard, and its length in metres."""

    delivery: Delivery
    parts: Sequence[Sequence[PathPoint]]
    distance_m: float

    @property
    def count(self) -> int:
        """How many points it has."""
        return sum(len(part) for part in self.parts)


class PathBuilder:
    """Points in time order become a way, some at a time."""

    def __init__(self) -> None:
        self.parts: list[list[PathPoint]] = []
        self.distance_m = 0.0
        """Without the wandering of a phone that lies still."""
        self._here: PathPoint | None = None

    def add(self, points: Iterable[PathPoint]) -> None:
        """The next points."""
        for point in points:
            if not self.parts or point.recorded_at - self.parts[-1][-1].recorded_at > SILENCE:
                self.parts.append([])
            self.parts[-1].append(point)
            here = self._here or point
            step_m = great_circle_m(here.lat, here.lon, point.lat, point.lon)
            moved = step_m >= STANDING_M
            self.distance_m += step_m if moved else 0
            self._here = point if moved else here


def check_may_see_path(delivery: Delivery, user: User) -> None:
    """Its transporter, the sale's seller and buyer, and admins. Raises NotFound."""
    transporter = delivery.transporter
    allowed = {delivery.sale.seller_id, delivery.sale.buyer_id, transporter.user_id if transporter else None}
    if user.id not in allowed and not user.has(Role.ADMIN):
        raise NotFound("There is no such delivery.", code="delivery_not_found")


async def delivery_path(session: AsyncSession, delivery: Delivery, now: datetime) -> DeliveryPath:
    """The way so far. Empty where nobody has the delivery. Others have their turn while a long one is read."""
    walk = PathBuilder()
    if delivery.transporter_id is not None and delivery.assigned_at is not None:
        rows = await session.stream(
            select(StoredFix.lat, StoredFix.lon, StoredFix.recorded_at, StoredFix.speed_mps)
            .where(
                StoredFix.transporter_id == delivery.transporter_id,
                StoredFix.recorded_at >= delivery.assigned_at,
                StoredFix.recorded_at <= (delivery.delivered_at or now),
                ~StoredFix.flags.bool_op("&&")(literal(LEFT_OUT, ARRAY(String(32)))),
            )
            .order_by(StoredFix.recorded_at)
            .limit(MAX_POINTS)
            .execution_options(yield_per=AT_ONCE)
        )
        async for some in rows.partitions():
            walk.add(PathPoint(*row) for row in some)
            await asyncio.sleep(0)
    return DeliveryPath(delivery, walk.parts, walk.distance_m)
