"""When a transporter came to a place and when it left: a pure state machine over fixes in time order.

Hysteresis: it comes within ``ENTER_M`` and leaves beyond ``LEAVE_M``; between them nothing changes. Dwell: it must
have been there, or gone, for ``DWELL``, seen by two fixes at least; the event carries the first one's time. So
neither driving past nor a fix that wanders makes an event.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from dispatch.arrivals.events import EventKind
from dispatch.geo import great_circle_m

ENTER_M = 100.0
LEAVE_M = 200.0
DWELL = timedelta(seconds=20)
# A fix less accurate says nothing about a circle of 100 m.
WORST_ACCURACY_M = 100.0


class SeenFix(NamedTuple):
    """A believed fix; degrees, metres."""

    at: datetime
    lat: float
    lon: float
    accuracy_m: float | None


class NoticedEvent(NamedTuple):
    """An arrival or departure; ``visit`` counts those of its kind from 1."""

    kind: EventKind
    visit: int
    at: datetime
    lat: float
    lon: float


class Stop(msgspec.Struct, frozen=True):
    """What is known about one place: whether the transporter is there, and since when it seems otherwise."""

    there: bool = False
    visits: int = 0
    changed_at: datetime | None = None
    lat: float = 0.0
    lon: float = 0.0


class Stage(msgspec.Struct, frozen=True):
    """What a delivery's clock and map say; points are (lat, lon), None where unknown."""

    transporter_id: int
    assigned_at: datetime
    picked_up_at: datetime | None
    delivered_at: datetime | None
    pickup: tuple[float, float] | None
    dropoff: tuple[float, float] | None

    def covers(self, at: datetime) -> bool:
        """Whether a fix of that time belongs to this delivery."""
        return self.assigned_at <= at and (self.delivered_at is None or at <= self.delivered_at)


class Journey(msgspec.Struct, frozen=True):
    """How far a delivery's track has been read, and what was known of the pickup then."""

    transporter_id: int
    assigned_at: datetime
    newest_at: datetime | None = None
    picked_up_at: datetime | None = None
    pickup: Stop = Stop()
    dropoff: Stop = Stop()


def new_journey(stage: Stage) -> Journey:
    """Nothing read yet."""
    return Journey(stage.transporter_id, stage.assigned_at)


def read_on(journey: Journey, stage: Stage, fixes: Iterable[SeenFix]) -> tuple[Journey, list[NoticedEvent]]:
    """The journey after more fixes, which are newer than those before and in time order, and what happened."""
    newest_at, pickup, dropoff = journey.newest_at, journey.pickup, journey.dropoff
    happened: list[NoticedEvent] = []
    for fix in fixes:
        newest_at = fix.at
        if fix.accuracy_m is not None and not 0 <= fix.accuracy_m <= WORST_ACCURACY_M:
            continue
        pickup, event = _look(pickup, stage.pickup, fix, EventKind.ARRIVED_AT_PICKUP, EventKind.LEFT_PICKUP)
        happened += event
        if stage.picked_up_at is not None and fix.at >= stage.picked_up_at:  # before that it only passes by
            dropoff, event = _look(dropoff, stage.dropoff, fix, EventKind.ARRIVED_AT_DROPOFF, EventKind.LEFT_DROPOFF)
            happened += event
    after = msgspec.structs.replace(
        journey, newest_at=newest_at, picked_up_at=stage.picked_up_at, pickup=pickup, dropoff=dropoff
    )
    return after, happened


def _look(
    stop: Stop, place: tuple[float, float] | None, fix: SeenFix, came: EventKind, went: EventKind
) -> tuple[Stop, list[NoticedEvent]]:
    if place is None:
        return stop, []
    distance_m = great_circle_m(*place, fix.lat, fix.lon)
    otherwise = distance_m >= LEAVE_M if stop.there else distance_m <= ENTER_M
    as_before = distance_m <= ENTER_M if stop.there else distance_m >= LEAVE_M
    if as_before:
        return msgspec.structs.replace(stop, changed_at=None), []
    if not otherwise:
        return stop, []
    if stop.changed_at is None:
        return msgspec.structs.replace(stop, changed_at=fix.at, lat=fix.lat, lon=fix.lon), []
    if fix.at - stop.changed_at < DWELL:
        return stop, []
    visits = stop.visits if stop.there else stop.visits + 1
    event = NoticedEvent(went if stop.there else came, visits, stop.changed_at, stop.lat, stop.lon)
    return Stop(there=not stop.there, visits=visits), [event]
