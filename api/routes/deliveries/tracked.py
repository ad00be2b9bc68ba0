"""A parcel as whoever has its tracking number sees it."""

from typing import Any

from redis.exceptions import RedisError

from api.http.schemas import checked_tracking_number
from api.routes.deliveries.answers import tracked_answer
from api.server.services import Services
from dispatch.arrivals.movement import list_events
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.travel import Arrival
from dispatch.tracking.service import state_of
from realtime.watching.eta import find_arrival


async def read_tracked(services: Services, work: Work, tracking_number: str) -> dict[str, Any]:
    """What ``track/`` answers and the tracking page shows. Raises NotFound."""
    deliveries = services.delivery_steps(work).deliveries
    delivery = await deliveries.get_by_tracking_number(checked_tracking_number(tracking_number))
    arrival = await _arrival(services, delivery) if delivery.status.under_way else None
    return tracked_answer(delivery, await list_events(work.session, delivery.id), arrival)


async def _arrival(services: Services, delivery: Delivery) -> Arrival | None:
    """From the live position; None where there is none, or Redis does not tell."""
    if delivery.transporter is None:
        return None
    try:
        update = await services.live.find_update(delivery.transporter.id)
    except (RedisError, OSError):
        return None
    return find_arrival(
        state_of(delivery, delivery.transporter.vehicle_type),
        update,
        road_factor=services.settings.road_factor,
        now=services.clock.now(),
    )
