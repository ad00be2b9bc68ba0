"""What the business needs from the outside, named by the business.

``realtime`` and the adapters in ``api`` implement these; only the composition root joins them.
Tests replace things here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Clock(Protocol):
    """Where "now" comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class PhotoStore(Protocol):
    """Keeps pickup and delivery photos and signatures.

    What is saved is unconfirmed until the step that it proves is committed: a server that stops in between leaves
    nothing behind that belongs to nothing.
    """

    async def save(self, name: str, content: bytes) -> str:
        """Store ``content``, unconfirmed, and return the key under which it is found again."""
        ...

    async def confirm(self, key: str) -> None:
        """Keep it for good. Doing so again changes nothing."""
        ...

    async def discard(self, key: str) -> None:
        """Drop what is not confirmed. Doing so again changes nothing."""
        ...

    async def list_unconfirmed(self, *, older_than_s: float) -> list[str]:
        """The keys of what was saved so long ago and is still not confirmed."""
        ...


class Presence(StrEnum):
    """How lately a transporter was heard of."""

    ONLINE = "online"
    STALE = "stale"
    """Silent for a while: still there, but its position is doubtful."""
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class LivePosition:
    """The newest accepted fix of a transporter; degrees, metres, UTC."""

    transporter_id: int
    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    presence: Presence = Presence.ONLINE
    recent_mps: float | None = None
    """How fast it goes: the mean over the last minutes where there is one, else what the device says."""
    device: str = ""
    """Which of the transporter's devices said so."""


class LivePlaces(Protocol):
    """Who is on the map at a moment, as columns in the order of their ids; degrees. They change no more."""

    @property
    def transporter_ids(self) -> npt.NDArray[np.int64]: ...

    @property
    def lat(self) -> npt.NDArray[np.float64]: ...

    @property
    def lon(self) -> npt.NDArray[np.float64]: ...

    def position(self, row: int) -> LivePosition:
        """All that is known of one of them."""
        ...


class LivePositions(Protocol):
    """Reads the live positions that the pings keep up to date."""

    async def positions_of(self, transporter_ids: list[int]) -> dict[int, LivePosition]:
        """Newest fix of each transporter that is online; offline ones are missing."""
        ...

    async def places(self) -> LivePlaces:
        """Everybody who is online or stale, at once: for what is asked of thousands."""
        ...

    async def last_known(self, transporter_ids: list[int]) -> dict[int, LivePosition]:
        """Newest fix of each, however long ago; those of whom nothing was heard, or who were removed, are missing."""
        ...

    async def presences(self) -> dict[int, Presence]:
        """Everyone who is online or stale; whoever is missing is offline."""
        ...

    async def nearby(self, lat: float, lon: float, radius_m: float, limit: int) -> list[tuple[int, float]]:
        """Online transporters within ``radius_m`` of a point as ``(transporter_id, distance_m)``, nearest first."""
        ...


class LivePresence(Protocol):
    """Knows who is on the map."""

    async def remove(self, transporter_id: int) -> None:
        """Take a transporter off the map, as if it had gone offline."""
        ...


class GuessLimits(Protocol):
    """How often passwords may be guessed, counted by account and by address, for all processes together.

    ``account`` is a short name; there need not be such an account.
    """

    async def begin(self, account: str, address: str) -> int:
        """Count an attempt and answer 0, or count nothing and answer after how many seconds one may come again."""
        ...

    async def succeeded(self, account: str, address: str) -> None:
        """The attempt was right: the account's failures are forgotten, and the address is known to it from now on."""
        ...

    async def release(self, account: str, address: str) -> None:
        """The attempt was not looked at and does not count."""
        ...

    async def failed(self, account: str, address: str) -> None:
        """The attempt was wrong and stays counted: whoever made it is told how many are left."""
        ...


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A delivery's new status, as its watchers see it.

    ``previous`` is the status before: who knows another one has missed something. None where it is not known.
    """

    delivery_id: int
    tracking_number: str
    status: str
    message: str
    timestamp: datetime
    transporter_id: int | None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentNotice:
    """Tells a transporter's app that a delivery is now theirs."""

    transporter_id: int
    delivery_id: int
    delivery_uuid: str
    tracking_number: str
    pickup_address: str
    delivery_address: str


@dataclass(frozen=True, slots=True)
class WithdrawalNotice:
    """Tells a transporter's app that a delivery is no longer theirs, and in a word why."""

    transporter_id: int
    delivery_id: int
    delivery_uuid: str
    reason: str


@dataclass(frozen=True, slots=True)
class OfferNotice:
    """Tells a transporter's app of a delivery that it may have until the deadline; kg, NPR, km."""

    transporter_id: int
    offer_id: int
    delivery_id: int
    delivery_uuid: str
    tracking_number: str
    pickup_address: str
    delivery_address: str
    weight_kg: float
    delivery_fee: Decimal
    distance_km: float | None
    opens_at: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class OfferEndNotice:
    """Tells a transporter's app that an offer is over, how, and in a word why."""

    transporter_id: int
    offer_id: int
    delivery_id: int
    status: str
    why: str | None


@dataclass(frozen=True, slots=True)
class DutyNotice:
    """Tells a transporter's app that the server changed its duty, and in a word why."""

    transporter_id: int
    duty: str
    why: str


class Publisher(Protocol):
    """Tells the live side what was committed. Called after the commit, never inside a transaction."""

    async def status_changed(self, change: StatusChange) -> None:
        """Send a delivery's new status to everyone who watches it."""
        ...

    async def access_changed(self, user_id: int) -> None:
        """A sign-in was ended, an account closed or a role taken: what the user has open is looked at again."""
        ...

    async def assigned(self, notice: AssignmentNotice) -> None:
        """Send an assignment to the transporter's open connections."""
        ...

    async def all_assigned(self, given: Sequence[tuple[StatusChange, AssignmentNotice]]) -> None:
        """Many new statuses, each with its assignment, in few round trips and in this order."""
        ...

    async def withdrawn(self, notice: WithdrawalNotice) -> None:
        """Tell the transporter's open connections that an assignment was taken back."""
        ...

    async def offered(self, notice: OfferNotice) -> None:
        """Send an offer to the transporter's open connections. It may be sent again."""
        ...

    async def offer_ended(self, notice: OfferEndNotice) -> None:
        """Tell the transporter's open connections how an offer ended. It may be told again."""
        ...

    async def duty_changed(self, notice: DutyNotice) -> None:
        """Tell the transporter's open connections that it is off duty."""
        ...


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


class WebhookFailed(Exception):
    """A webhook was not delivered, or nobody knows. ``reason``: a sentence for its owner, without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WebhookTransport(Protocol):
    """Sends events to addresses that strangers named."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send a JSON body once and return the status of the answer. Follows nothing, reaches no private network.

        Raises WebhookFailed where there is no answer in time, or the address may not be reached.
        """
        ...
