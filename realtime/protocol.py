"""The wire protocol, version 1: every frame, every reject reason and every close code.

JSON text frames, one object a frame, ``type`` first. ``docs/protocol.md`` says the same for people who write apps.

What an acknowledgement means: ``{"type":"ack","seq":N}`` says that every ping up to N that this connection has sent
is in Redis' durable log (on disk, with the embedded server) or was rejected by name. Apps send in ascending ``seq``,
keep what is not acknowledged, and send it again after a reconnect; the server knows duplicates by
(transporter, device, epoch, seq).
"""

from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

SUBPROTOCOL = "dispatch.v1"
BEARER_PREFIX = "bearer."
TICKET_PREFIX = "ticket."
MAX_PINGS_A_FRAME = 500
MAX_SEQ = 2**53 - 1
FULL_TURN_DEG = 360.0
MAX_SPEED_MPS = 1_000.0

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Seq = Annotated[int, Meta(ge=1, le=MAX_SEQ)]


class Close(IntEnum):
    """Close codes of ours; what an app does after each is in ``docs/protocol.md``."""

    RESTARTING = 1012
    """This server stops; reconnect after a random moment, with resume where there is one."""
    BAD_FRAME = 4400
    """Not the protocol: not JSON, not an object, no known type, or a ping without a usable seq.

    It comes after the acks and rejects of everything else in the same read.
    """
    UNAUTHORIZED = 4401
    """The token is missing, invalid, expired or no longer good: refresh it or sign in again, then reconnect."""
    FORBIDDEN = 4403
    """The token is good, but its user has no transporter profile or not the role; or the page's origin is not ours."""
    NOT_FOUND = 4404
    """No delivery has this tracking number."""
    HELLO_TIMEOUT = 4408
    """No hello, or no subscribe, within ten seconds."""
    REPLACED = 4409
    """The same device has connected again; this was its older connection. Do not reconnect."""
    OVER = 4410
    """The delivery is over; there is nothing left to watch."""
    LINK_ENDED = 4411
    """The share link has expired or was revoked; there is nothing more to watch by it."""
    TOO_SLOW = 4413
    """The reader did not keep up; reconnect, with resume where there is one."""
    TOO_MUCH = 4429
    """Too many connections of one user or address, pings without a pause, or more than a day's: reconnect later."""
    UNAVAILABLE = 4503
    """The server cannot store pings now. Nothing that was acknowledged is lost; reconnect with backoff."""


class Reject(StrEnum):
    """Why a ping was not stored. The app drops it, or mends what is wrong: as it is it ends the same again."""

    MALFORMED = "malformed"
    OUT_OF_RANGE = "out_of_range"
    NULL_ISLAND = "null_island"
    IN_FUTURE = "in_future"
    TOO_OLD = "too_old"


class Fix(Struct, frozen=True, gc=False):
    """One position of a device: degrees, metres, metres a second, degrees clockwise from north, share of charge."""

    seq: Seq
    lat: float
    lon: float
    recorded_at: Annotated[datetime, Meta(tz=True)]
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    battery: float | None = None


class Hello(Struct, frozen=True, tag="hello"):
    """First frame of an app. ``epoch`` is new whenever ``seq`` starts again; ``sent_at`` is the device's time now."""

    device: Name
    epoch: Name
    sent_at: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET


class Auth(Struct, frozen=True, tag="auth"):
    """A fresh access token of the same user, before the present one expires."""

    token: Annotated[str, Meta(min_length=1, max_length=4096)]


class OfferAnswer(Struct, frozen=True, tag="offer_answer"):
    """What the transporter says to an offer; a decline has a reason. See ``POST /api/offers/{id}/decline/``."""

    offer_id: Seq
    answer: Literal["accept", "decline"]
    reason: Annotated[str, Meta(max_length=32)] | None = None


class OfferAnswered(Struct, frozen=True, tag="offer_answered", omit_defaults=True):
    """Answer to ``offer_answer``: how the offer stands. Where it was too late, ``code`` and what HTTP would say.

    ``transporter_id``: who has the delivery.
    """

    offer_id: int
    status: str | None
    delivery_id: int | None = None
    delivery_status: str | None = None
    transporter_id: int | None = None
    code: str = ""
    detail: str = ""


class AuthOk(Struct, frozen=True, tag="auth_ok"):
    """The connection now lasts until then."""

    expires_at: datetime


class Ping(Fix, frozen=True, gc=False, tag="ping"):
    """One fix."""


class Pings(Struct, frozen=True, tag="pings"):
    """Several fixes in ascending ``seq``."""

    pings: Annotated[list[Fix], Meta(max_length=MAX_PINGS_A_FRAME)]


class PingPolicy(Struct, frozen=True):
    """How often the server wants to hear: every so many seconds or metres, and at least each heartbeat."""

    interval_s: float
    distance_m: float
    heartbeat_s: float


class Welcome(Struct, frozen=True, tag="welcome"):
    """Answer to hello. ``last_seq``: highest safely stored seq of this device and epoch, 0 if none.

    ``server_time``: ours, ISO 8601 in UTC with milliseconds. ``clock_skew_ms``: by how much the device's clock is
    ahead of it (negative: behind), where hello said ``sent_at``; the way of the hello is in it.
    """

    last_seq: int
    policy: PingPolicy
    server_time: str = ""
    clock_skew_ms: int | UnsetType = UNSET


class Ack(Struct, frozen=True, tag="ack"):
    """Every seq up to this one is safe or was rejected."""

    seq: int


class Rejected(Struct, frozen=True, tag="reject", omit_defaults=True):
    """One ping was not stored; comes before the ack that covers it.

    ``field``: what is wrong with it (the first of several), ``detail``: all of it in words. ``ahead_ms``: of one in the
    future, by how much its time is ahead of ours.
    """

    seq: int
    reason: str
    field: str = ""
    detail: str = ""
    ahead_ms: int = 0


class Adjusted(Struct, frozen=True, tag="adjusted"):
    """An optional field of a ping cannot be meant as it is: it was put right or left out, and the ping is stored.

    Once a connection for each field; later pings are flagged alone.
    """

    seq: int
    field: str
    detail: str


class Error(Struct, frozen=True, tag="error"):
    """What is wrong; a close with the code of the same meaning follows."""

    code: str
    detail: str


class AssignmentFrame(Struct, frozen=True, tag="assignment"):
    """A delivery is now this transporter's."""

    delivery_id: int
    delivery_uuid: str
    tracking_number: str
    pickup_address: str
    delivery_address: str


class WithdrawalFrame(Struct, frozen=True, tag="withdrawal"):
    """A delivery that was assigned and not picked up is no longer this transporter's."""

    delivery_id: int
    delivery_uuid: str
    reason: str


class PriorityFrame(Struct, frozen=True, tag="priority"):
    """A delivery that this transporter has is more or less urgent than it was."""

    delivery_id: int
    delivery_uuid: str
    priority: str
    changed_from: str


class ChangeFrame(Struct, frozen=True, tag="change"):
    """A delivery that this transporter has is other than it was: it is read anew. ``what``: a word."""

    delivery_id: int
    delivery_uuid: str
    what: str


class OfferFrame(Struct, frozen=True, tag="offer"):
    """This transporter may have a delivery: it answers before ``deadline``, by the server's clock.

    ``delivery_fee`` in NPR; ``distance_km`` from where it is to the pickup, None where that is not known. An offer may
    come again; an app that connects asks ``GET /api/offers/`` for those that are open.
    """

    offer_id: int
    delivery_id: int
    delivery_uuid: str
    tracking_number: str
    pickup_address: str
    delivery_address: str
    weight_kg: float
    delivery_fee: str
    distance_km: float | None
    opens_at: datetime
    deadline: datetime
    server_time: str


class OfferEndFrame(Struct, frozen=True, tag="offer_end"):
    """An offer is over: ``accepted``, ``declined``, ``expired``, ``withdrawn`` or ``voided``, the last two with why."""

    offer_id: int
    delivery_id: int
    status: str
    why: str | None


class DutyFrame(Struct, frozen=True, tag="duty"):
    """The server has changed this transporter's duty: after ``unanswered_offers``, or as its ``break_over``."""

    duty: str
    why: str


class Position(Struct, frozen=True):
    """Where a transporter is, by the device's clock and by ours, and how old that is."""

    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None
    age_s: float


class EtaWindow(Struct, frozen=True):
    """When the parcel should arrive. ``stops_before``: where its transporter goes for others before that."""

    earliest: datetime
    latest: datetime
    stops_before: int


class Snapshot(Struct, frozen=True, tag="snapshot"):
    """Everything a watcher needs; what follows are changes to it.

    ``recovered`` is False where a resume was asked for and could not be had.
    """

    offset: str
    status: str
    position: Position | None
    eta: EtaWindow | None
    recovered: bool | UnsetType = UNSET


class PositionFrame(Struct, frozen=True, tag="position"):
    """A new position; the keys of the snapshot's."""

    offset: str
    lat: float
    lon: float
    recorded_at: datetime
    received_at: datetime
    accuracy_m: float | None
    age_s: float
    eta: EtaWindow | None
    recovered: bool | UnsetType = UNSET


class StatusFrame(Struct, frozen=True, tag="status"):
    """A new status of the delivery. ``recovered`` is True in the first frame that a resume brings back."""

    offset: str
    status: str
    message: str
    timestamp: datetime
    recovered: bool | UnsetType = UNSET


class BadFrame(Exception):
    """The frame is not the protocol; ``detail`` says what to mend."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


_encoder = msgspec.json.Encoder()
_ENCODED_ACK = b'{"type":"ack","seq":%d}'


def encode(frame: Struct) -> bytes:
    """A frame as it goes over the wire."""
    return _encoder.encode(frame)


def encode_ack(seq: int) -> bytes:
    """An ack, without a trip through the encoder: it is the most frequent frame by far."""
    return _ENCODED_ACK % seq


def offered_with(prefix: str, subprotocols: list[str]) -> str | None:
    """What stands behind a prefix among the offered subprotocols: a token or a ticket."""
    for offered in subprotocols:
        if offered.startswith(prefix):
            return offered.removeprefix(prefix)
    return None


def utc_from_ms(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as an aware time."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def iso_ms(moment: datetime) -> str:
    """A UTC time as it is written on the wire, with milliseconds whatever they are."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
