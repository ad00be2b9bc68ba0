"""When parcels should be at their doors, for every answer that a customer reads."""

import asyncio
from collections.abc import Iterable, Mapping

from redis.exceptions import RedisError

from api.process.resources import Feature
from dispatch.database.work import Work
from dispatch.deliveries.eta import Arrival, Errand, errand_of, tour_arrivals, with_errand
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.open_errands import errands_of
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


async def open_errands(work: Work, deliveries: Iterable[Delivery | None]) -> dict[int, tuple[Errand, ...]]:
    """All that those have to do who bring the deliveries, by the transporter's number; they come with them.

    The database is asked only of those who have something besides.
    """
    under_way = [one for one in deliveries if one is not None and one.status.under_way]
    carried = [(one.transporter, one) for one in under_way if one.transporter is not None]
    busy = {transporter.id for transporter, _ in carried if transporter.active_count > 1}
    errands = await errands_of(await work.driver(writes=False), busy) if busy else {}
    for transporter, one in carried:
        known = errands.get(transporter.id, ())
        if all(errand.delivery_id != one.id for errand in known):
            errands[transporter.id] = with_errand(known, errand_of(one, transporter.vehicle_type))
    return errands


async def live_arrivals(services: Feature, work: Work, deliveries: Iterable[Delivery | None]) -> dict[int, Arrival]:
    """From where the transporters are now, by the delivery's number; the deliveries come with their transporters.

    Missing where nobody is under way or nothing was heard, and all of them where Redis does not tell.
    """
    present = [one for one in deliveries if one is not None]
    positions = await live_positions(services, present)
    if not positions:
        return {}
    errands = await open_errands(work, present)
    # Some milliseconds for each of many who carry many: not in the way of everybody's pings.
    return await asyncio.to_thread(arrivals_from, services, present, positions, errands)


def arrivals_from(
    services: Feature,
    deliveries: Iterable[Delivery],
    positions: Mapping[int, LivePosition],
    errands: Mapping[int, tuple[Errand, ...]],
) -> dict[int, Arrival]:
    """From what was read already, by the delivery's number."""
    now, road_factor = services.clock.now(), services.settings.road_factor
    under_way = [one for one in deliveries if one.transporter is not None and one.status.under_way]
    found: dict[int, Arrival] = {}
    for transporter_id in {one.transporter_id for one in under_way if one.transporter_id is not None}:
        position = positions.get(transporter_id)
        if position is not None:
            own = errands.get(transporter_id, ())
            found |= tour_arrivals(own, position, road_factor=road_factor, now=now)
    return {one.id: found[one.id] for one in under_way if one.id in found}
