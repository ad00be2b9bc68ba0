"""A parcel as whoever has its tracking number sees it."""

from api.http.schemas import checked_tracking_number
from api.routes.deliveries.arrivals import live_arrivals
from api.routes.deliveries.services import DeliveryServices
from api.routes.deliveries.track_answers import TrackedDelivery, tracked_delivery
from dispatch.arrivals.movement import list_events
from dispatch.database.work import Work


async def read_tracked(services: DeliveryServices, work: Work, tracking_number: str) -> TrackedDelivery:
    """What ``track/`` answers and the tracking page shows. Raises NotFound."""
    deliveries = services.delivery_steps(work).deliveries
    delivery = await deliveries.get_by_tracking_number(checked_tracking_number(tracking_number))
    arrivals = await live_arrivals(services, [delivery])
    return tracked_delivery(delivery, await list_events(work.session, delivery.id), arrivals.get(delivery.id))
