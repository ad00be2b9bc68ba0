"""Every type of event there is. A new one: a payload beside its like, a line here, and docs/events.md anew."""

from collections.abc import Iterable

from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import (
    DeliveryAccepted,
    DeliveryArrived,
    DeliveryAssigned,
    DeliveryCancelled,
    DeliveryCreated,
    DeliveryDelivered,
    DeliveryInTransit,
    DeliveryPickedUp,
    DeliveryPriorityChanged,
    DeliveryReassigned,
    DeliveryUnassigned,
)
from dispatch.events.payloads.orders import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded
from dispatch.events.payloads.transporters import TransporterOffDuty, TransporterOnDuty

PAYLOADS: tuple[type[EventData], ...] = (
    OrderPlaced,
    OrderPaid,
    OrderRefunded,
    OrderCancelled,
    DeliveryCreated,
    DeliveryAssigned,
    DeliveryAccepted,
    DeliveryUnassigned,
    DeliveryReassigned,
    DeliveryPriorityChanged,
    DeliveryPickedUp,
    DeliveryInTransit,
    DeliveryArrived,
    DeliveryDelivered,
    DeliveryCancelled,
    TransporterOnDuty,
    TransporterOffDuty,
)

TYPES: tuple[str, ...] = tuple(payload.type for payload in PAYLOADS)


def unknown_types(wanted: Iterable[str]) -> list[str]:
    """Those that are neither a type nor the beginning of one that ends with a dot and a star (``delivery.*``)."""
    beginnings = {f"{name.partition('.')[0]}.*" for name in TYPES}
    return [name for name in wanted if name not in TYPES and name not in beginnings]


def expand_types(wanted: Iterable[str]) -> list[str]:
    """The types that are meant, in the order of the catalogue; ``delivery.*`` means all of deliveries."""
    names = set(wanted)
    return [name for name in TYPES if name in names or f"{name.partition('.')[0]}.*" in names]
