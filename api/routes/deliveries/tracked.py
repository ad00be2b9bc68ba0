"""A parcel as whoever has its tracking number sees it."""

from api.http.schemas import checked_tracking_number
from api.routes.deliveries.arrivals import arrivals_from, live_positions
from api.routes.deliveries.services import DeliveryServices
from api.routes.deliveries.track_answers import TrackedDelivery, tracked_delivery, tracked_position
from dispatch.arrivals.movement import list_events
from dispatch.database.work import Work


async def read_tracked(services: DeliveryServices, work: Work, tracking_number: str) -> TrackedDelivery:
    """What ``track/`` answers and the tracking page shows. Raises NotFound."""
    deliveries = services.delivery_steps(work).deliveries
    delivery = await deliveries.get_by_tracking_number(checked_tracking_number(tracking_number))
    positions = await live_positions(services, [delivery])
    live = positions.get(delivery.transporter.id) if delivery.transporter else None
    return tracked_delivery(
        delivery,
        await list_events(work.session, delivery.id),
        arrivals_from(services, [delivery], positions).get(delivery.id),
        tracked_position(live, services.clock.now()) if live else None,
    )
