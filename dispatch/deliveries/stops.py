"""In what order a transporter comes to all its open stops, and when: what every arrival, list and page reads.

Pure: the same errands, place and time make the same order everywhere, so that whoever carries a parcel, whoever waits
for it and whoever dispatches see one sequence. A place counts to about a hundred metres and a time to five minutes in
it, so that nobody's order flickers with each fix, and it is worked out once for many fixes.

It is built by cheapest insertion: the most urgent delivery first, each then where it adds least to the time under way,
to what is late and to the waiting of the others. Beyond ``ORDERED_AT_MOST`` deliveries the rest follow one by one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from dispatch.deliveries.models import Priority
from dispatch.deliveries.travel import (
    DOOR_S,
    HANDLING_S,
    SAME_PLACE_M,
    Arrival,
    Point,
    Trip,
    Whereabouts,
    arrival_window,
    first_leg_s,
    leg_s,
)

ORDERED_AT_MOST = 8
"""What it costs grows with the fourth power of the deliveries: a few milliseconds for so many."""
PLACE_DIGITS = 3
TIME_STEP_S = 300
SPREAD_S = 7
"""So many seconds after another's begins a transporter's own step; it has no divisor with TIME_STEP_S in common."""
KEPT_ORDERS = 2_048
# A second of a parcel's waiting, and one after it was asked for, in seconds under way.
WAITING = {Priority.LOW: 0.1, Priority.NORMAL: 0.2, Priority.HIGH: 0.6, Priority.URGENT: 2.0}
LATE = 5.0
RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}
LEAST_DELAY = timedelta(minutes=1)
FAR_AHEAD = datetime.max.replace(tzinfo=UTC)

_Visit = tuple[int, bool]
"""Of which errand, by its place among them, and whether it is the door."""


class StopKind(StrEnum):
    """What is done at a stop."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"


@dataclass(frozen=True, slots=True)
class Errand:
    """What a transporter has yet to do for one delivery: fetch it, unless it is ``aboard``, and bring it to its door.

    ``undecided``: nobody took it at the door and nobody has said when it is tried again, so it comes after all others.
    """

    delivery_id: int
    trip: Trip
    aboard: bool
    due_at: datetime | None = None
    priority: Priority = Priority.NORMAL
    undecided: bool = False

    def waits(self, now: datetime) -> bool:
        """Whether its next try is yet to come: until then it is no stop."""
        return self.trip.again_from is not None and self.trip.again_from > now


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a transporter goes for a delivery, and when it should be there."""

    delivery_id: int
    kind: StopKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Delay:
    """By how much a delivery would be at its door later than without another one."""

    delivery_id: int
    by: timedelta


class _Come(NamedTuple):
    """When somebody is there, after how long of driving and stopping, and how many places came before."""

    at: datetime
    moving_s: float
    place: int


class Tour:
    """A transporter's open stops from where it is, each with its time."""

    def __init__(
        self, errands: tuple[Errand, ...], whereabouts: Whereabouts | None, *, road_factor: float, now: datetime
    ) -> None:
        """Errands whose next try is yet to come are left out. ``whereabouts``: None where nothing was heard."""
        if any(one.waits(now) for one in errands):
            errands = tuple(one for one in errands if not one.waits(now))
        self._now = now
        self._age_s = whereabouts.age_s if whereabouts else 0.0
        self._errands = errands
        self._visits = _visits(errands, whereabouts, road_factor, now)
        self._come = _walk(errands, self._visits, whereabouts, road_factor, now)
        self._row = {one.delivery_id: row for row, one in enumerate(errands)}

    @property
    def stops(self) -> list[Stop]:
        """All of them in order."""
        return [
            Stop(
                self._errands[row].delivery_id,
                StopKind.DROPOFF if is_door else StopKind.PICKUP,
                self._come[row, is_door].at,
            )
            for row, is_door in self._visits
        ]

    def find_arrival(self, delivery_id: int) -> Arrival | None:
        """When a delivery is at its door; None for one that is not among the stops."""
        return self.arrival_of(delivery_id) if delivery_id in self._row else None

    def arrival_of(self, delivery_id: int) -> Arrival:
        """The same of one that is among them. Raises KeyError."""
        row = self._row[delivery_id]
        come = self._come[row, True]
        return arrival_window(self._now, come.at, come.moving_s, self._age_s, self._before(row))

    def pickup_of(self, delivery_id: int) -> datetime:
        """When somebody is where it is fetched, which may be before it is ready. Raises KeyError for what is aboard."""
        return self._come[self._row[delivery_id], False].at

    def delays_from(self, without: "Tour") -> list[Delay]:
        """What comes later here than ``without``, by a minute at least and the most first."""
        both = [
            Delay(number, self._come[row, True].at - before.likely)
            for number, row in self._row.items()
            if (before := without.find_arrival(number)) is not None
        ]
        return sorted((one for one in both if one.by >= LEAST_DELAY), key=lambda one: one.by, reverse=True)

    def _before(self, row: int) -> int:
        """Places before a door, but for the one where this delivery is fetched."""
        door = self._come[row, True].place
        return door if (row, False) not in self._come else door - 1


def _visits(
    errands: tuple[Errand, ...], whereabouts: Whereabouts | None, road_factor: float, now: datetime
) -> tuple[_Visit, ...]:
    if len(errands) == 1:
        return _of_one(0, errands[0])
    if not errands:
        return ()
    place = None
    if whereabouts is not None:
        lat, lon = whereabouts.place
        place = round(lat, PLACE_DIGITS), round(lon, PLACE_DIGITS)
    return _ordered(errands, place, road_factor, _step_of(errands, now))


def _step_of(errands: tuple[Errand, ...], now: datetime) -> datetime:
    """The beginning of a step of time; each transporter has its own, so that thousands are not ordered all at once."""
    phase_s = min(one.delivery_id for one in errands) * SPREAD_S % TIME_STEP_S
    return datetime.fromtimestamp((now.timestamp() - phase_s) // TIME_STEP_S * TIME_STEP_S + phase_s, UTC)


def _of_one(row: int, errand: Errand) -> tuple[_Visit, ...]:
    return ((row, True),) if errand.aboard else ((row, False), (row, True))


def _walk(
    errands: tuple[Errand, ...],
    visits: tuple[_Visit, ...],
    whereabouts: Whereabouts | None,
    road_factor: float,
    now: datetime,
) -> dict[_Visit, _Come]:
    come: dict[_Visit, _Come] = {}
    at, moving_s, place = now, 0.0, 0
    before: _Visit | None = None
    for visit in visits:
        row, is_door = visit
        if before is None:
            trip = errands[row].trip
            spent_s = first_leg_s(whereabouts, trip.dropoff if is_door else trip.pickup, trip.usual_mps, road_factor)
        else:
            spent_s = _onward_s(errands, before, visit, road_factor)
            place += spent_s > 0
        at += timedelta(seconds=spent_s)
        moving_s += spent_s
        come[visit] = _Come(at, moving_s, place)
        if not is_door:
            at = max(at, errands[row].trip.pickup_from or at)
        before = visit
    return come


def _onward_s(errands: tuple[Errand, ...], before: _Visit, visit: _Visit, road_factor: float) -> float:
    """From arriving at one stop to arriving at the next; 0 where both are one place."""
    (was, from_door), (row, is_door) = before, visit
    trip, last = errands[row].trip, errands[was].trip
    if was == row:
        return HANDLING_S + trip.own_way_s(road_factor)
    here, there = last.dropoff if from_door else last.pickup, trip.dropoff if is_door else trip.pickup
    leg = leg_s(here, there, trip.usual_mps, road_factor)
    if from_door is is_door and leg * trip.usual_mps <= SAME_PLACE_M:
        return 0.0
    return (DOOR_S if from_door else HANDLING_S) + leg


@lru_cache(maxsize=KEPT_ORDERS)
def _ordered(errands: tuple[Errand, ...], place: Point | None, road_factor: float, at: datetime) -> tuple[_Visit, ...]:
    rows = sorted(
        range(len(errands)),
        key=lambda row: (
            errands[row].undecided,
            RANK[errands[row].priority],
            errands[row].due_at or FAR_AHEAD,
            errands[row].delivery_id,
        ),
    )
    decided = [row for row in rows if not errands[row].undecided]
    first = decided[:ORDERED_AT_MOST]
    order = _Insertion(errands, first, place, road_factor, at).of(first)
    rest = decided[ORDERED_AT_MOST:] + [row for row in rows if errands[row].undecided]
    return (*order, *(visit for row in rest for visit in _of_one(row, errands[row])))


class _Insertion:
    """Puts errands one after another where each costs least, from a place."""

    def __init__(
        self, errands: tuple[Errand, ...], rows: list[int], place: Point | None, road_factor: float, at: datetime
    ) -> None:
        """``rows``: which of the errands are put in order; legs are measured between these alone."""
        self._errands = errands
        visits = [visit for row in rows for visit in _of_one(row, errands[row])]
        self._first_s = {}
        for row, is_door in visits:
            trip = errands[row].trip
            self._first_s[row, is_door] = leg_s(
                place, trip.dropoff if is_door else trip.pickup, trip.usual_mps, road_factor
            )
        self._onward_s = {
            before: {visit: _onward_s(errands, before, visit, road_factor) for visit in visits if visit != before}
            for before in visits
        }
        self._from_s = [_seconds(one.trip.pickup_from, at, 0.0) for one in errands]
        self._due_s = [_seconds(one.due_at, at, float("inf")) for one in errands]
        self._waiting = [WAITING[one.priority] for one in errands]

    def of(self, rows: list[int]) -> list[_Visit]:
        """The visits of some errands in order."""
        order: list[_Visit] = []
        for row in rows:
            order = self._with(order, row)
        return order

    def _with(self, order: list[_Visit], row: int) -> list[_Visit]:
        found, least = order, float("inf")
        aboard = self._errands[row].aboard
        for pickup in range(1 if aboard else len(order) + 1):
            begun = order if aboard else [*order[:pickup], (row, False), *order[pickup:]]
            for door in range(0 if aboard else pickup + 1, len(begun) + 1):
                tried = [*begun[:door], (row, True), *begun[door:]]
                cost = self._cost(tried, least)
                if cost < least:
                    found, least = tried, cost
        return found

    def _cost(self, order: list[_Visit], most: float) -> float:
        """Of a whole order, in seconds; infinite where it is not less than ``most``."""
        seconds = self._first_s[order[0]]
        onward_s, from_s, due_s, waiting = self._onward_s, self._from_s, self._due_s, self._waiting
        cost, before = 0.0, None
        for visit in order:
            if before is not None:
                seconds += onward_s[before][visit]
            row, is_door = visit
            if is_door:
                cost += waiting[row] * seconds
                if seconds > due_s[row]:
                    cost += LATE * (seconds - due_s[row])
            elif from_s[row] > seconds:
                seconds = from_s[row]
            if cost + seconds >= most:
                return float("inf")
            before = visit
        return cost + seconds


def _seconds(moment: datetime | None, since: datetime, otherwise: float) -> float:
    return otherwise if moment is None else (moment - since).total_seconds()
