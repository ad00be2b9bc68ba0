"""Deliveries as the contract writes them; each caller sees its own part."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from api.http.schemas import number
from dispatch.accounts.models import Role, User
from dispatch.arrivals.events import DeliveryEvent
from dispatch.deliveries.eta import Arrival
from dispatch.deliveries.models import Delivery, DeliveryStep
from dispatch.geo import geo_cell
from dispatch.transporters.models import Transporter

# A geohash of so many signs is a cell of 1.2 km × 0.6 km.
AREA_SIGNS = 6


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


def waiting_row(delivery: Delivery, city: str | None) -> dict[str, Any]:
    """A delivery that waits, for those who may take it: all that is needed to decide, and no more.

    Of the drop-off there is the city and a cell of about a kilometre; the distance is rounded so that, drawn around the
    pickup, it does not tell more. The tracking number, which opens the rest to anybody, comes with the assignment.
    """
    point = None
    if delivery.delivery_lat is not None and delivery.delivery_lon is not None:
        point = geo_cell(delivery.delivery_lat, delivery.delivery_lon, AREA_SIGNS)
    return {
        "id": delivery.id,
        "delivery_id": delivery.delivery_id,
        "status": delivery.status,
        "status_display": delivery.status.display,
        "priority": delivery.priority,
        "pickup_address": delivery.pickup_address,
        "pickup_latitude": delivery.pickup_lat,
        "pickup_longitude": delivery.pickup_lon,
        "delivery_area": {
            "city": city,
            "cell": point.name if point else None,
            "latitude": point.lat if point else None,
            "longitude": point.lon if point else None,
        },
        "package_weight": float(delivery.package_weight),
        "package_dimensions": delivery.package_dimensions,
        "fragile": delivery.fragile,
        "requires_signature": delivery.requires_signature,
        "delivery_fee": number(delivery.delivery_fee),
        "distance_km": None if delivery.distance_km is None else float(round(delivery.distance_km)),
        "requested_pickup_date": delivery.requested_pickup_date,
        "requested_delivery_date": delivery.requested_delivery_date,
        "created_at": delivery.created_at,
    }


def dispatcher_row(delivery: Delivery) -> dict[str, Any]:
    """A delivery in a dispatcher's list, with all that makes its steps implausible."""
    flags = sorted({flag for step in delivery.tracking_history for flag in step.flags})
    return delivery_row(delivery) | {"transporter": delivery.transporter_id, "flags": flags}


def detailed_answer(delivery: Delivery, reader: User) -> dict[str, Any]:
    """Everything about a delivery for who has to do with it; what makes steps implausible for admins alone."""
    transporter, for_admin = delivery.transporter, reader.has(Role.ADMIN)
    callable_now = for_admin or delivery.status.under_way
    contacts = callable_now or reader.id == delivery.sale.seller_id  # who wrote them down
    answer = created_answer(delivery) | {
        "pickup_contact_name": delivery.pickup_contact_name,
        "pickup_contact_phone": delivery.pickup_contact_phone if contacts else None,
        "pickup_instructions": delivery.pickup_instructions,
        "delivery_contact_name": delivery.delivery_contact_name,
        "delivery_contact_phone": delivery.delivery_contact_phone if contacts else None,
        "delivery_instructions": delivery.delivery_instructions,
        "special_instructions": delivery.special_instructions,
        "requested_delivery_date": delivery.requested_delivery_date,
        "estimated_pickup_time": delivery.estimated_pickup_time,
        "picked_up_at": delivery.picked_up_at,
        "delivered_at": delivery.delivered_at,
        "customer_rating": delivery.buyer_rating,
        "transporter": _named(transporter, phone=callable_now) if transporter else None,
        "package_details": _package(delivery),
        "tracking_history": [_step_row(step) | {"notes": step.notes} for step in delivery.tracking_history],
    }
    if not for_admin:
        return answer
    for row, step in zip(answer["tracking_history"], delivery.tracking_history, strict=True):
        row["flags"] = step.flags
    return answer | {"reported_rating": delivery.customer_rating, "earnings": number(delivery.earnings)}


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
        "transporter": _named(transporter),
        "assigned_at": delivery.assigned_at,
        "estimated_pickup_time": delivery.estimated_pickup_time,
        "estimated_delivery_time": delivery.estimated_delivery_time,
    }


def place_of(step: DeliveryStep, *, with_address: bool) -> dict[str, Any] | None:
    """Where a step happened; None where that is not known."""
    if step.lat is None or step.lon is None:
        return None
    place: dict[str, Any] = {"latitude": step.lat, "longitude": step.lon}
    return place | {"address": step.address} if with_address else place


def _named(transporter: Transporter, *, phone: bool = True) -> dict[str, Any]:
    return {
        "id": transporter.id,
        "name": transporter.user.name,
        "business_name": transporter.business_name,
        "phone": transporter.phone if phone else None,
    }


def _package(delivery: Delivery) -> dict[str, Any]:
    return {
        "weight": float(delivery.package_weight),
        "dimensions": delivery.package_dimensions,
        "value": number(delivery.package_value),
        "fragile": delivery.fragile,
        "requires_signature": delivery.requires_signature,
    }


def _step_row(step: DeliveryStep) -> dict[str, Any]:
    return {
        "status": step.status,
        "status_display": step.status.display,
        "message": step.message,
        "timestamp": step.timestamp,
        "location": place_of(step, with_address=True),
    }


def _event_row(event: DeliveryEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "message": event.kind.message,
        "timestamp": event.at,
        "noticed_at": event.noticed_at,
        "location": {"latitude": event.lat, "longitude": event.lon},
    }


def shown_time(delivery: Delivery, arrival: Arrival | None) -> datetime | None:
    """When the parcel should be at its door: as of now where that is known, else as it was expected last."""
    return arrival.likely_minute if arrival else delivery.estimated_delivery_time


def tracked_answer(
    delivery: Delivery, events: Sequence[DeliveryEvent], arrival: Arrival | None = None
) -> dict[str, Any]:
    """A delivery for anyone who has its tracking number; the phone shows only while it is under way.

    ``arrival``: at the door, from where the transporter is now; else the estimate stands that was made last.
    """
    transporter = delivery.transporter
    return {
        "tracking_number": delivery.tracking_number,
        "status": delivery.status,
        "status_display": delivery.status.display,
        "pickup_address": delivery.pickup_address,
        "delivery_address": delivery.delivery_address,
        "estimated_delivery_time": shown_time(delivery, arrival),
        "eta": {"earliest": arrival.earliest, "latest": arrival.latest} if arrival else None,
        "transporter": {
            "name": transporter.user.name,
            "business_name": transporter.business_name,
            "phone": transporter.phone if delivery.status.under_way else None,
            "vehicle_type": transporter.vehicle_type,
            "vehicle_number": transporter.vehicle_number,
        }
        if transporter
        else None,
        "tracking_history": [_step_row(step) for step in delivery.tracking_history],
        "events": [_event_row(event) for event in events],
        "distance_km": delivery.distance_km,
        "package_details": _package(delivery),
    }
