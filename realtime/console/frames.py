"""Frames of the console socket, ``/ws/console``; a part of the wire protocol, version 1.

The console subscribes, and may subscribe again to look elsewhere. It is sent ``fleet`` frames: the first after a
subscribe has ``reset`` true and replaces all that is known, those after it say what has changed. A frame has at most
``MAX_ITEMS`` entries, so a large fleet comes in several. ``run`` frames say how far bulk runs have come,
``search`` frames how far searches for a transporter.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from realtime.protocol import Auth, BadFrame

MAX_ITEMS = 500

Lat = Annotated[float, Meta(ge=-90, le=90)]
Lon = Annotated[float, Meta(ge=-180, le=180)]


class Area(Struct, frozen=True):
    """A box of degrees; one whose west lies east of its east crosses the date line."""

    south: Lat
    west: Lon
    north: Lat
    east: Lon

    def contains(self, lat: float, lon: float) -> bool:
        """Whether a point lies in the box."""
        inside = self.west <= lon <= self.east if self.west <= self.east else lon >= self.west or lon <= self.east
        return inside and self.south <= lat <= self.north


class Subscribe(Struct, frozen=True, tag="subscribe"):
    """What the console wants to see: an area, or everything."""

    area: Area | None = None


class Point(Struct, frozen=True):
    """Degrees."""

    lat: float
    lon: float


class FleetTransporter(Struct, frozen=True):
    """An online transporter: where, how fast (m/s), which way (degrees), and how many deliveries are under way.

    ``accuracy_m`` is what its phone says of its place. ``presence`` is ``online``, or ``stale`` after a silence;
    ``battery`` is 0 to 1.
    """

    id: int
    lat: float
    lon: float
    recorded_at: str
    speed_mps: float | None
    heading_deg: float | None
    accuracy_m: float | None
    active: int
    presence: str
    battery: float | None


class FleetProfile(Struct, frozen=True):
    """Who a transporter is. Kg and deliveries at most, rating 0 to 5."""

    id: int
    name: str
    business_name: str
    phone: str
    vehicle_type: str
    vehicle_number: str
    capacity: float
    max_active: int
    rating: float


class FleetAttempt(Struct, frozen=True):
    """The newest attempt at a door, counted from 1: why the parcel could not be handed over, and when."""

    number: int
    reason: str
    at: datetime


class FleetNextTry(Struct, frozen=True):
    """When a parcel is tried again, and who said so; ``ends_at`` is None where only a time was named."""

    starts_at: datetime
    ends_at: datetime | None
    asked_by: str


class FleetOnHold(Struct, frozen=True):
    """A person lets a delivery wait; ``until`` is None where it has to be resumed, and may be over by now."""

    since: datetime
    until: datetime | None


class FleetDelivery(Struct, frozen=True):
    """A delivery that waits or is under way; delivered or cancelled, it comes once more and is then forgotten.

    ``due_at`` was asked for, ``planned_at`` was expected when it was taken or picked up; ``expected_at`` is when it
    should be at its door, by where its transporter is now where that is known, after ``stops_before`` for others.
    ``at_stop``: ``pickup`` or ``dropoff``, where its transporter has stood since ``at_stop_since``. ``hold_until`` and
    ``hold_reason`` (``not_ready``, ``no_answer``): it waits though somebody could have it; ``on_hold``: because a
    person said so. ``pinned``: a dispatcher chose who has it, and what decides by itself leaves it there. ``attempt``:
    it is aboard and could not be handed over; ``next_try`` is None while nobody said when it is tried again.
    """

    id: int
    tracking_number: str
    status: str
    transporter_id: int | None
    pickup: Point | None
    dropoff: Point | None
    priority: str
    pinned: bool
    pickup_address: str
    delivery_address: str
    weight: float
    created_at: datetime
    pickup_from: datetime | None
    due_at: datetime | None
    assigned_at: datetime | None
    picked_up_at: datetime | None
    planned_at: datetime | None
    expected_at: datetime | None
    stops_before: int | None
    at_stop: str | None
    at_stop_since: datetime | None
    hold_until: datetime | None
    hold_reason: str | None
    on_hold: FleetOnHold | None
    attempt: FleetAttempt | None
    next_try: FleetNextTry | None


class Fleet(Struct, frozen=True, tag="fleet"):
    """What has changed; with ``reset``, all there is. ``gone``: transporters that are offline or left the area.

    ``profiles``: of transporters that the frame speaks of, each once a connection and again where it has changed.
    A frame without any of it says that nothing has changed and that somebody has looked.
    """

    reset: bool
    transporters: list[Raw]
    gone: list[int]
    deliveries: list[Raw]
    profiles: list[Raw]
    server_time: str


class RunFrame(Struct, frozen=True, kw_only=True, tag="run"):
    """A bulk run that begins, has come further or has ended; the names of ``GET /api/assignment-runs/{id}/``.

    ``kind``: ``assign``, or ``plan`` for one that makes the plan ``plan_id``.
    Counts are of deliveries, those without a plan yet are None. A run that is not told of any more ended a while ago.
    """

    id: int
    kind: str
    plan_id: int | None
    status: str
    asked_by: int | None
    deliveries: int | None
    planned: int | None
    assigned: int
    failed: int
    left: int | None
    started_at: datetime
    ended_at: datetime | None
    error: str


class SearchFrame(Struct, frozen=True, kw_only=True, tag="search"):
    """A search for a transporter that begins, asks its next wave, hears an answer or has ended.

    ``asked``: offers in all; ``open``: without an answer yet, until ``next_at`` at the latest. Who was asked is at
    ``GET /api/deliveries/{id}/offers/``. A search that is not told of any more ended a while ago;
    one that found nobody is told for as long as its delivery waits, a day at most.
    """

    id: int
    delivery_id: int
    tracking_number: str
    mode: str
    status: str
    wave: int
    asked: int
    open: int
    declined: int
    next_at: datetime
    started_at: datetime
    ended_at: datetime | None


_decoder: msgspec.json.Decoder[Subscribe | Auth] = msgspec.json.Decoder(Subscribe | Auth)


def decode_console_frame(raw: str | bytes) -> Subscribe | Auth:
    """Read a console's frame. Raises BadFrame."""
    try:
        return _decoder.decode(raw)
    except RecursionError:
        raise BadFrame("not a console frame: nested too deeply") from None
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFrame(f"not a console frame: {error}") from None
