"""How the fleet's things are told to consoles."""

from decimal import Decimal

from dispatch.arrivals.events import EventKind
from dispatch.arrivals.open_deliveries import FailedTry, NextTry, OpenDelivery
from dispatch.ports import Presence
from realtime.console.expectations import Expected
from realtime.console.frames import (
    FleetAttempt,
    FleetDelivery,
    FleetNextTry,
    FleetOnHold,
    FleetProfile,
    FleetTransporter,
    Point,
)
from realtime.fixes import LoggedFix
from realtime.protocol import encode, utc_from_ms

STOPS = {EventKind.ARRIVED_AT_PICKUP: "pickup", EventKind.ARRIVED_AT_DROPOFF: "dropoff"}


def told_transporter(fix: LoggedFix, active: int, presence: Presence) -> bytes:
    """An online transporter with how many deliveries it has under way."""
    recorded_at = utc_from_ms(fix.recorded_ms).isoformat().replace("+00:00", "Z")
    return encode(
        FleetTransporter(
            fix.transporter_id,
            fix.lat,
            fix.lon,
            recorded_at,
            fix.speed_mps,
            fix.heading_deg,
            fix.accuracy_m,
            active,
            presence.value,
            fix.battery,
        )
    )


def told_profile(
    transporter_id: int,
    name: str,
    business_name: str,
    phone: str,
    vehicle_type: str,
    vehicle_number: str,
    capacity_kg: Decimal,
    max_active: int,
    rating: Decimal,
) -> bytes:
    """Who a transporter is."""
    capacity = float(capacity_kg)
    return encode(
        FleetProfile(
            transporter_id,
            name,
            business_name,
            phone,
            vehicle_type,
            vehicle_number,
            capacity,
            max_active,
            float(rating),
        )
    )


def told_delivery(delivery: OpenDelivery, expected: Expected) -> bytes:
    """A delivery with when it should be at its door."""
    return encode(
        FleetDelivery(
            id=delivery.id,
            tracking_number=delivery.tracking_number,
            status=delivery.status.value,
            transporter_id=delivery.transporter_id,
            pickup=None if delivery.pickup is None else Point(*delivery.pickup),
            dropoff=None if delivery.dropoff is None else Point(*delivery.dropoff),
            priority=delivery.priority.value,
            pinned=delivery.pinned,
            pickup_address=delivery.pickup_address,
            delivery_address=delivery.delivery_address,
            weight=delivery.weight_kg,
            created_at=delivery.created_at,
            pickup_from=delivery.pickup_from,
            due_at=delivery.due_at,
            assigned_at=delivery.assigned_at,
            picked_up_at=delivery.picked_up_at,
            planned_at=delivery.expected_at,
            expected_at=expected.at,
            stops_before=expected.stops_before,
            at_stop=None if delivery.at_stop is None else STOPS[delivery.at_stop],
            at_stop_since=delivery.at_stop_since,
            hold_until=delivery.hold_until,
            hold_reason=None if delivery.hold_reason is None else delivery.hold_reason.value,
            on_hold=None if delivery.on_hold is None else FleetOnHold(delivery.on_hold.since, delivery.on_hold.until),
            attempt=_attempt(delivery.attempt),
            next_try=_next_try(delivery.next_try),
        )
    )


def _attempt(tried: FailedTry | None) -> FleetAttempt | None:
    return None if tried is None else FleetAttempt(tried.number, tried.reason.value, tried.at)


def _next_try(again: NextTry | None) -> FleetNextTry | None:
    return None if again is None else FleetNextTry(again.starts_at, again.ends_at, again.asked_by.value)
