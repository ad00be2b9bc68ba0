"""The payment gateway: what it is asked, what it answers, and how it fails."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class GatewayStatus(StrEnum):
    """Lookup statuses of KPG-2; a status that we do not know is UNKNOWN and holds the payment."""

    COMPLETED = "Completed"
    PENDING = "Pending"
    INITIATED = "Initiated"
    REFUNDED = "Refunded"
    PARTIALLY_REFUNDED = "Partially Refunded"
    EXPIRED = "Expired"
    CANCELED = "User canceled"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class GatewayLine:
    """One line of the basket as the gateway shows it; paisa."""

    identity: str
    name: str
    quantity: int
    unit_price_paisa: int
    total_price_paisa: int


@dataclass(frozen=True, slots=True)
class InitiateRequest:
    """What a payment session is opened with. ``breakdown`` adds up to ``amount_paisa`` exactly."""

    amount_paisa: int
    purchase_order_id: str
    purchase_order_name: str
    return_url: str
    website_url: str
    customer_name: str
    customer_email: str
    customer_phone: str
    mode: str | None = None
    bank: str | None = None
    lines: tuple[GatewayLine, ...] = ()
    breakdown: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Initiated:
    """An open payment session at the gateway."""

    pidx: str
    payment_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Lookup:
    """The gateway's own word on a payment session, the only one that is trusted."""

    pidx: str
    status: GatewayStatus
    raw_status: str
    total_amount_paisa: int | None
    transaction_id: str | None
    fee_paisa: int | None
    refunded: bool
    raw: dict[str, object]


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank that a payment mode can go through."""

    idx: str
    name: str
    logo: str


class GatewayError(Exception):
    """The gateway could not do what was asked; ``reason`` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GatewayRefused(GatewayError):
    """The gateway said no: nothing happened there."""

    def __init__(self, reason: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(reason)
        self.fields = fields or {}


class GatewayKeyRefused(GatewayRefused):
    """The gateway does not accept our key. ``reason`` tells buyers no more than that; the text is for the operator."""

    def __init__(self, told: str = "") -> None:
        super().__init__("The payment gateway is not available at the moment.")
        self.args = (f"The payment gateway does not accept our key; check KHALTI_SECRET_KEY. {told}".strip(),)


class GatewayUnavailable(GatewayError):
    """The gateway was not reached: certainly nothing happened there."""


class GatewayOutcomeUnknown(GatewayError):
    """The request went out and no usable answer came back: it may or may not have happened."""


class PaymentGateway(Protocol):
    """Khalti's KPG-2, or whatever speaks like it."""

    async def initiate(self, request: InitiateRequest) -> Initiated:
        """Open a payment session. Raises the GatewayError that says what is certain."""
        ...

    async def lookup(self, pidx: str) -> Lookup:
        """Ask what became of a session. Raises GatewayError when there is no answer."""
        ...

    async def refund(self, transaction_id: str, *, amount_paisa: int | None, mobile: str | None) -> None:
        """Give money back: all of it (``amount_paisa`` None) or a part."""
        ...

    async def list_banks(self, payment_type: str) -> list[Bank]:
        """Banks of a payment type: ``ebanking`` or ``mobilecheckout``."""
        ...
