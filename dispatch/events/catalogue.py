"""Every type of event there is. A new one: a payload beside its like, a line here, and docs/events.md anew."""

from collections.abc import Iterable

from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import (
    DeliveryAccepted,
    DeliveryAddressChanged,
    DeliveryArrived,
    DeliveryArriving,
    DeliveryAssigned,
    DeliveryAttempted,
    DeliveryBroughtBack,
    DeliveryCancelled,
    DeliveryCreated,
    DeliveryDelivered,
    DeliveryHeld,
    DeliveryInstructionsChanged,
    DeliveryInTransit,
    DeliveryLate,
    DeliveryLost,
    DeliveryObjected,
    DeliveryObjectionRejected,
    DeliveryPickedUp,
    DeliveryPriorityChanged,
    DeliveryProofRefused,
    DeliveryReassigned,
    DeliveryRescheduled,
    DeliveryResumed,
    DeliveryReturned,
    DeliveryUnassigned,
)
from dispatch.events.payloads.offers import (
    OfferAccepted,
    OfferCreated,
    OfferDeclined,
    OfferExhausted,
    OfferExpired,
    OfferWithdrawn,
)
from dispatch.events.payloads.orders import (
    OrderAddressChanged,
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
)
from dispatch.events.payloads.plans import PlanCommitted, PlanExpired
from dispatch.events.payloads.transporters import (
    TransporterDocumentDecided,
    TransporterDocumentExpiring,
    TransporterOffDuty,
    TransporterOnDuty,
    TransporterStale,
)
from dispatch.events.payloads.zones import ZoneExhausted

PAYLOADS: tuple[type[EventData], ...] = (
    OrderPlaced,
    OrderPaid,
    OrderRefunded,
    OrderAddressChanged,
    OrderCancelled,
    DeliveryCreated,
    DeliveryAssigned,
    DeliveryAccepted,
    DeliveryUnassigned,
    DeliveryReassigned,
    DeliveryPriorityChanged,
    DeliveryAddressChanged,
    DeliveryInstructionsChanged,
    DeliveryHeld,
    DeliveryResumed,
    DeliveryPickedUp,
    DeliveryInTransit,
    DeliveryArriving,
    DeliveryArrived,
    DeliveryLate,
    DeliveryAttempted,
    DeliveryRescheduled,
    DeliveryProofRefused,
    DeliveryDelivered,
    DeliveryObjected,
    DeliveryObjectionRejected,
    DeliveryLost,
    DeliveryReturned,
    DeliveryBroughtBack,
    DeliveryCancelled,
    OfferCreated,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferWithdrawn,
    OfferExhausted,
    TransporterOnDuty,
    TransporterOffDuty,
    TransporterStale,
    TransporterDocumentDecided,
    TransporterDocumentExpiring,
    PlanCommitted,
    PlanExpired,
    ZoneExhausted,
)

TYPES: tuple[str, ...] = tuple(payload.type for payload in PAYLOADS)


ALL = "*"
BEGINNINGS: tuple[str, ...] = tuple(dict.fromkeys(f"{name.partition('.')[0]}.*" for name in TYPES))


def unknown_types(wanted: Iterable[str]) -> list[str]:
    """Those that are no type, not all of a kind (``delivery.*``) and not everything (``*``)."""
    return [name for name in wanted if name != ALL and name not in TYPES and name not in BEGINNINGS]


def expand_types(wanted: Iterable[str]) -> list[str]:
    """The types that are meant, in the order of the catalogue."""
    names = set(wanted)
    return [name for name in TYPES if names & {ALL, name, f"{name.partition('.')[0]}.*"}]
