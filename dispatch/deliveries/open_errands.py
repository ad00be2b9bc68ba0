"""What transporters have yet to do, as the database knows it: what their stops are made of."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, String, any_, bindparam, func, select, text, type_coerce

from dispatch.database.engine import DriverConnection
from dispatch.database.fixed_statements import FixedQuery
from dispatch.deliveries.eta import Errand, Trip
from dispatch.deliveries.models import IS_UNDER_WAY, Delivery, DeliveryStatus, Priority
from dispatch.transporters.models import Transporter

_OPEN = FixedQuery(
    select(
        Delivery.id,
        Delivery.transporter_id,
        Transporter.vehicle_type,
        type_coerce(Delivery.status, String).label("status"),
        Delivery.pickup_lat,
        Delivery.pickup_lon,
        Delivery.delivery_lat,
        Delivery.delivery_lon,
        func.coalesce(Delivery.estimated_pickup_time, Delivery.ready_at, Delivery.requested_pickup_date).label(
            "pickup_from"
        ),
        Delivery.distance_km,
        Delivery.retry_from,
        Delivery.estimated_delivery_time,
        Delivery.requested_delivery_date,
        type_coerce(Delivery.priority, String).label("priority"),
    )
    .join(Transporter, Transporter.id == Delivery.transporter_id)
    .where(
        Delivery.transporter_id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        text(f"deliveries.{IS_UNDER_WAY}"),  # with constants: it is read from the index of what is under way
    )
    .order_by(Delivery.id)
)


async def errands_of(driver: DriverConnection, transporter_ids: Collection[int]) -> dict[int, tuple[Errand, ...]]:
    """All that each of these transporters has under way, by number; those with nothing are missing."""
    if not transporter_ids:
        return {}
    found: dict[int, list[Errand]] = {}
    for row in await _OPEN.fetch(driver, ids=list(transporter_ids)):
        found.setdefault(row["transporter_id"], []).append(_errand(row))
    return {transporter_id: tuple(errands) for transporter_id, errands in found.items()}


def _errand(row: Mapping[str, Any]) -> Errand:
    aboard = row["status"] != DeliveryStatus.ASSIGNED
    trip = Trip(
        None if row["pickup_lat"] is None else (row["pickup_lat"], row["pickup_lon"]),
        None if row["delivery_lat"] is None else (row["delivery_lat"], row["delivery_lon"]),
        row["vehicle_type"],
        row["pickup_from"],
        row["distance_km"],
        row["retry_from"],
    )
    # An attempt that says nothing of the next one leaves nothing that is expected.
    undecided = aboard and row["estimated_delivery_time"] is None
    return Errand(row["id"], trip, aboard, row["requested_delivery_date"], Priority(row["priority"]), undecided)
