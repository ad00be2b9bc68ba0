"""What a transporter has under way, each with its stops in the order in which they are come to."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from redis.exceptions import RedisError

from api.process.resources import Feature
from api.routes.deliveries.answers import DeliveryRow, delivery_row
from dispatch.database.work import Work
from dispatch.deliveries.eta import StopKind, tour_from
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.open_errands import errands_of
from dispatch.ports import LivePosition


class OpenStop(Struct, frozen=True):
    """A stop that is yet to come: ``number`` counts from 1 through all of its transporter's stops."""

    kind: StopKind
    number: int
    estimated_time: datetime


class TourRow(DeliveryRow, frozen=True, kw_only=True):
    """A delivery in its transporter's list. ``stops``: those of it that are yet to come, none while it waits."""

    stops: list[OpenStop]


async def tour_rows(
    services: Feature, work: Work, transporter_id: int, deliveries: Sequence[Delivery]
) -> list[TourRow]:
    """Deliveries of one transporter, in the order given."""
    stops: dict[int, list[OpenStop]] = {}
    if any(one.status.under_way for one in deliveries):
        errands = (await errands_of(await work.driver(writes=False), [transporter_id])).get(transporter_id, ())
        position = await _position_of(services, transporter_id)
        settings, now = services.settings, services.clock.now()
        tour = tour_from(errands, position, road_factor=settings.road_factor, now=now)
        for number, stop in enumerate(tour.stops, 1):
            at = stop.at.replace(second=0, microsecond=0)
            stops.setdefault(stop.delivery_id, []).append(OpenStop(stop.kind, number, at))
    return [TourRow(**asdict(delivery_row(one)), stops=stops.get(one.id, [])) for one in deliveries]


async def _position_of(services: Feature, transporter_id: int) -> LivePosition | None:
    """None where nothing was heard, or Redis does not tell: then the order is that of the ways between the stops."""
    try:
        return (await services.live.last_known([transporter_id])).get(transporter_id)
    except (RedisError, OSError):
        return None
