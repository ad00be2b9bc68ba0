"""What the business needs from the outside, named by the business.

``realtime`` and the adapters in ``api`` implement these; only the composition root joins them.
Tests replace things here and nowhere else. Everybody imports them from here; a module each says what belongs together.
"""

from dispatch.ports.clock import Clock
from dispatch.ports.gateway import (
    Bank,
    GatewayError,
    GatewayKeyRefused,
    GatewayLine,
    GatewayOutcomeUnknown,
    GatewayRefused,
    GatewayStatus,
    GatewayUnavailable,
    Initiated,
    InitiateRequest,
    Lookup,
    PaymentGateway,
)
from dispatch.ports.guess_limits import GuessLimits
from dispatch.ports.live_positions import LivePlaces, LivePosition, LivePositions, LivePresence, Presence
from dispatch.ports.photos import PhotoStore
from dispatch.ports.publisher import (
    AssignmentNotice,
    ChangeNotice,
    DutyNotice,
    OfferEndNotice,
    OfferNotice,
    PriorityNotice,
    Publisher,
    StatusChange,
    WithdrawalNotice,
)
from dispatch.ports.webhooks import WebhookFailed, WebhookTransport

__all__ = [
    "AssignmentNotice",
    "Bank",
    "ChangeNotice",
    "Clock",
    "DutyNotice",
    "GatewayError",
    "GatewayKeyRefused",
    "GatewayLine",
    "GatewayOutcomeUnknown",
    "GatewayRefused",
    "GatewayStatus",
    "GatewayUnavailable",
    "GuessLimits",
    "InitiateRequest",
    "Initiated",
    "LivePlaces",
    "LivePosition",
    "LivePositions",
    "LivePresence",
    "Lookup",
    "OfferEndNotice",
    "OfferNotice",
    "PaymentGateway",
    "PhotoStore",
    "Presence",
    "PriorityNotice",
    "Publisher",
    "StatusChange",
    "WebhookFailed",
    "WebhookTransport",
    "WithdrawalNotice",
]
