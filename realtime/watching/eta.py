"""The expected arrival at the door, from the newest position of who carries the parcel there."""

from datetime import datetime

from dispatch.deliveries.models import DeliveryStatus
from dispatch.deliveries.travel import Arrival, Whereabouts, arrival_at_door
from dispatch.tracking.service import TrackState
from realtime.ingest.fixes import LiveUpdate


def find_arrival(state: TrackState, update: LiveUpdate | None, *, road_factor: float, now: datetime) -> Arrival | None:
    """None while nobody is under way, nothing was heard of who is, or the address of the drop-off has no place."""
    if update is None or not state.status.under_way or state.trip.dropoff is None:
        return None
    picked_up = state.status is not DeliveryStatus.ASSIGNED
    if not picked_up and state.trip.pickup is None:
        return None
    fix = update.fix
    whereabouts = Whereabouts((fix.lat, fix.lon), max(0.0, now.timestamp() - fix.recorded_ms / 1000), fix.recent_mps)
    return arrival_at_door(state.trip, whereabouts, picked_up=picked_up, road_factor=road_factor, now=now)
