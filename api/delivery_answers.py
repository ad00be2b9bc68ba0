"""Deliveries as the contract writes them; each caller sees its own part."""

from collections.abc import Sequence
from typing import Any

from api.schemas import number
from dispatch.deliveries.events import DeliveryEvent
from dispatch.deliveries.models import Delivery, DeliveryTracking
from dispatch.transporters.models import Transporter


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """A delivery in a transporter's list."""
    return {
        "id": delivery.id,
        "delivery_id": delivery.delivery_id,
        "tracking_number": delivery.tracking_number,
        "status": delivery.status,
        "status_display": delivery.status.display,
        "priority": delivery.priority,
        "pickup_address": delivery.pickup_address,
        "pickup_latitude": delivery.pickup_lat,
        "pickup_longitude": delivery.pickup_lon,
        "delivery_address": delivery.delivery_address,
        "delivery_latitude": delivery.delivery_lat,
        "delivery_longitude": delivery.delivery_lon,
        "package_weight": float(delivery.package_weight),
        "delivery_fee": number(delivery.delivery_fee),
        "distance_km": delivery.distance_km,
        "assigned_at": delivery.assigned_at,
        "requested_pickup_date": delivery.requested_pickup_date,
        "estimated_delivery_time": delivery.estimated_delivery_time,
        "created_at": delivery.created_at,
    }


def created_answer(delivery: Delivery) -> dict[str, Any]:
    """A delivery for who made it."""
    return delivery_row(delivery) | {
        "marketplace_sale": delivery.sale_id,
        "priority_display": delivery.priority.value.title(),
    }


def accepted_answer(delivery: Delivery, transporter: Transporter) -> dict[str, Any]:
    """A delivery for the transporter who took it."""
    return {
        "id": delivery.id,
        "delivery_id": delivery.delivery_id,
        "tracking_number": delivery.tracking_number,
        "status": delivery.status,
        "status_display": delivery.status.display,
        "transporter": {
            "id": transporter.id,
            "name": transporter.user.name,
            "business_name": transporter.business_name,
            "phone": transporter.phone,
        },
        "assigned_at": delivery.assigned_at,
        "estimated_pickup_time": delivery.estimated_pickup_time,
        "estimated_delivery_time": delivery.estimated_delivery_time,
    }


def place_of(step: DeliveryTracking, *, with_address: bool) -> dict[str, Any] | None:
    """Where a step happened; None where that is not known."""
    if step.lat is None or step.lon is None:
        return None
    place: dict[str, Any] = {"latitude": step.lat, "longitude": step.lon}
    return place | {"address": step.address} if with_address else place


def _event_row(event: DeliveryEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "message": event.kind.message,
        "timestamp": event.at,
        "noticed_at": event.noticed_at,
        "location": {"latitude": event.lat, "longitude": event.lon},
    }


def tracked_answer(delivery: Delivery, events: Sequence[DeliveryEvent]) -> dict[str, Any]:
    """A delivery for anyone who has its tracking number; the phone shows only while it is under way."""
    transporter = delivery.transporter
    return {
        "tracking_number": delivery.tracking_number,
        "status": delivery.status,
        "status_display": delivery.status.display,
        "pickup_address": delivery.pickup_address,
        "delivery_address": delivery.delivery_address,
        "estimated_delivery_time": delivery.estimated_delivery_time,
        "transporter": {
            "name": transporter.user.name,
            "business_name": transporter.business_name,
            "phone": transporter.phone if delivery.status.under_way else None,
            "vehicle_type": transporter.vehicle_type,
            "vehicle_number": transporter.vehicle_number,
        }
        if transporter
        else None,
        "tracking_history": [
            {
                "status": step.status,
                "status_display": step.status.display,
                "message": step.message,
                "timestamp": step.timestamp,
                "location": place_of(step, with_address=True),
            }
            for step in delivery.tracking_history
        ],
        "events": [_event_row(event) for event in events],
        "distance_km": delivery.distance_km,
        "package_details": {
            "weight": float(delivery.package_weight),
            "dimensions": delivery.package_dimensions,
            "value": number(delivery.package_value),
            "fragile": delivery.fragile,
            "requires_signature": delivery.requires_signature,
        },
    }
