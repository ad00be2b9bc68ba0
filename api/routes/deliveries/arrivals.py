"""When parcels should be at their doors, for every answer that a customer reads."""

from collections.abc import Iterable, Mapping

from redis.exceptions import RedisError

from api.process.resources import Feature
from dispatch.deliveries.eta import Arrival, live_arrival, trip_of
from dispatch.deliveries.models import Delivery
from dispatch.ports import LivePosition


async def live_positions(services: Feature, deliveries: Iterable[Delivery | None]) -> dict[int, LivePosition]:
    """Where those are who bring the deliveries, by the transporter's number, as the live frames have it.

    Missing where the delivery is not under way or nothing was heard, and all of them where Redis does not tell.
    """
    under_way = [one for one in deliveries if one is not None and one.status.under_way and one.transporter is not None]
    if not under_way:
        return {}
    try:
        return await services.live.last_known([one.transporter.id for one in under_way if one.transporter])
    except (RedisError, OSError):
        return {}


async def live_arrivals(services: Feature, deliveries: Iterable[Delivery | None]) -> dict[int, Arrival]:
    """From where the transporters are now, by the delivery's number; the deliveries come with their transporters.

    Missing where nobody is under way or nothing was heard, and all of them where Redis does not tell.
    """
    present = [one for one in deliveries if one is not None]
    return arrivals_from(services, present, await live_positions(services, present))


def arrivals_from(
    services: Feature, deliveries: Iterable[Delivery], positions: Mapping[int, LivePosition]
) -> dict[int, Arrival]:
    """From positions that were read already, by the delivery's number."""
    now, road_factor = services.clock.now(), services.settings.road_factor
    found = {
        one.id: live_arrival(
            trip_of(one, one.transporter.vehicle_type),
            one.status,
            positions.get(one.transporter.id),
            road_factor=road_factor,
            now=now,
        )
        for one in deliveries
        if one.transporter is not None and one.status.under_way
    }
    return {delivery_id: arrival for delivery_id, arrival in found.items() if arrival is not None}
