"""The way a parcel went: its transporter's believed fixes between assignment and delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, String, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import Role, User
from dispatch.deliveries.models import Delivery
from dispatch.errors import Forbidden
from dispatch.geo import great_circle_m
from dispatch.tracking.models import StoredFix

# Flags of fixes that are no part of the way.
LEFT_OUT = ["unconfirmed", "duplicate", "poor_accuracy"]
# A phone that lies still wanders by some metres a fix; only what leaves this circle counts as distance.
STANDING_M = 15.0
# After a silence so long nobody knows the way: the line is broken.
SILENCE = timedelta(minutes=5)
MAX_POINTS = 200_000


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A place on the way; degrees, UTC, metres a second."""

    lat: float
    lon: float
    recorded_at: datetime
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class DeliveryPath:
    """A delivery's way in time order, and its length in metres."""

    delivery: Delivery
    points: Sequence[PathPoint]
    distance_m: float

    @property
    def parts(self) -> list[list[PathPoint]]:
        """The way without its silences."""
        parts: list[list[PathPoint]] = []
        for point in self.points:
            if not parts or point.recorded_at - parts[-1][-1].recorded_at > SILENCE:
                parts.append([])
            parts[-1].append(point)
        return parts


def check_may_see_path(delivery: Delivery, user: User) -> None:
    """Its transporter, the sale's seller and buyer, and admins. Raises Forbidden."""
    transporter = delivery.transporter
    allowed = {delivery.sale.seller_id, delivery.sale.buyer_id, transporter.user_id if transporter else None}
    if user.id not in allowed and not user.has(Role.ADMIN):
        raise Forbidden("This delivery is not yours.", code="not_yours")


async def delivery_path(session: AsyncSession, delivery: Delivery, now: datetime) -> DeliveryPath:
    """The way so far. Empty where nobody has the delivery."""
    if delivery.transporter_id is None or delivery.assigned_at is None:
        return DeliveryPath(delivery, [], 0.0)
    rows = await session.execute(
        select(StoredFix.lat, StoredFix.lon, StoredFix.recorded_at, StoredFix.speed_mps)
        .where(
            StoredFix.transporter_id == delivery.transporter_id,
            StoredFix.recorded_at >= delivery.assigned_at,
            StoredFix.recorded_at <= (delivery.delivered_at or now),
            ~StoredFix.flags.bool_op("&&")(literal(LEFT_OUT, ARRAY(String(32)))),
        )
        .order_by(StoredFix.recorded_at)
        .limit(MAX_POINTS)
    )
    points = [PathPoint(*row) for row in rows]
    return DeliveryPath(delivery, points, travelled_m(points))


def travelled_m(points: Sequence[PathPoint]) -> float:
    """Length of the way in metres, without the wandering of a phone that lies still."""
    total, here = 0.0, points[0] if points else None
    for point in points:
        if here is None:
            break
        step_m = great_circle_m(here.lat, here.lon, point.lat, point.lon)
        if step_m >= STANDING_M:
            total, here = total + step_m, point
    return total
