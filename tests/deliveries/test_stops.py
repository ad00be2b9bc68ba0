"""A transporter's open stops as one sequence with times: what every arrival is read from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.deliveries.models import Priority
from dispatch.deliveries.stops import ORDERED_AT_MOST, TIME_STEP_S, Errand, StopKind, Tour, _step_of
from dispatch.deliveries.travel import (
    DOOR_S,
    HANDLING_S,
    LEAST_SPREAD_S,
    SPEED_KMH,
    SPREAD,
    Point,
    Trip,
    Whereabouts,
    leg_s,
    soonest_s,
)

NOW = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
FACTOR = 1.4
MPS = Trip(None, None, "motorcycle").usual_mps
HERE = (27.70, 85.30)
THERE = Whereabouts(HERE)

places = st.tuples(st.floats(27.6, 27.8), st.floats(85.2, 85.4))
moments = st.none() | st.integers(-120, 600).map(lambda minutes: NOW + timedelta(minutes=minutes))
trips = st.builds(
    Trip,
    st.none() | places,
    st.none() | places,
    st.just("motorcycle"),
    moments,
    st.none() | st.floats(0.1, 30),
    st.none() | st.just(NOW + timedelta(hours=2)),
)
errands = st.builds(Errand, st.just(0), trips, st.booleans(), moments, st.sampled_from(Priority), st.booleans())
whereabouts = st.none() | st.builds(Whereabouts, places, st.floats(0, 600), st.none() | st.floats(0, 20))
several = st.lists(errands, max_size=ORDERED_AT_MOST + 2).map(
    lambda some: tuple(replace(one, delivery_id=number) for number, one in enumerate(some, 1))
)


def tour(some: tuple[Errand, ...], there: Whereabouts | None = THERE, now: datetime = NOW) -> Tour:
    return Tour(some, there, road_factor=FACTOR, now=now)


def east(km: float) -> Point:
    return HERE[0], HERE[1] + km / 98.45


def to_door(number: int, km: float, **more: object) -> Errand:
    """A parcel aboard whose door is so far to the east."""
    return replace(Errand(number, Trip(None, east(km), "motorcycle"), aboard=True), **more)  # type: ignore[arg-type]


def doors(made: Tour) -> list[int]:
    return [stop.delivery_id for stop in made.stops if stop.kind is StopKind.DROPOFF]


@settings(max_examples=60)
@given(several, whereabouts)
def test_every_stop_is_come_to_once_each_pickup_before_its_door_and_none_that_waits_for_its_next_try(
    some: tuple[Errand, ...], there: Whereabouts | None
) -> None:
    stops = tour(some, there).stops
    expected = {
        (one.delivery_id, kind)
        for one in some
        if not one.waits(NOW)
        for kind in ([StopKind.DROPOFF] if one.aboard else StopKind)
    }
    assert len(stops) == len(expected)
    assert {(stop.delivery_id, stop.kind) for stop in stops} == expected
    seen = [(stop.delivery_id, stop.kind) for stop in stops]
    for number, kind in seen:
        if kind is StopKind.PICKUP:
            assert seen.index((number, kind)) < seen.index((number, StopKind.DROPOFF))
    assert [stop.at for stop in stops] == sorted(stop.at for stop in stops)


@settings(max_examples=40)
@given(several, whereabouts)
def test_the_order_is_that_of_the_errands_and_not_of_how_they_are_listed(
    some: tuple[Errand, ...], there: Whereabouts | None
) -> None:
    assert tour(some, there).stops == tour(tuple(reversed(some)), there).stops


@given(several.filter(bool), whereabouts)
@settings(max_examples=40)
def test_no_more_stops_are_before_a_door_than_the_others_have(
    some: tuple[Errand, ...], there: Whereabouts | None
) -> None:
    made = tour(some, there)
    for one in some:
        arrival = made.find_arrival(one.delivery_id)
        assert (arrival is None) is one.waits(NOW)
        if arrival is not None:
            others = sum(1 for stop in made.stops if stop.delivery_id != one.delivery_id and stop.at <= arrival.likely)
            assert 0 <= arrival.stops_before <= others
            assert arrival.earliest <= max(NOW, arrival.likely) <= arrival.latest


@given(trips.map(lambda trip: replace(trip, again_from=None)), st.booleans(), places)
def test_somebody_with_one_delivery_goes_straight(trip: Trip, aboard: bool, place: Point) -> None:
    """First to the pickup, not to leave it before the parcel is ready and ten minutes are over, then to the door."""
    arrival = tour((Errand(1, trip, aboard),), Whereabouts(place)).arrival_of(1)
    moving_s = leg_s(place, trip.dropoff if aboard else trip.pickup, MPS, FACTOR)
    likely = NOW + timedelta(seconds=moving_s)
    if not aboard:
        km = trip.distance_km
        onward_s = HANDLING_S + (km * 1000 / MPS if km is not None else leg_s(trip.pickup, trip.dropoff, MPS, FACTOR))
        likely = max(likely, trip.pickup_from or likely) + timedelta(seconds=onward_s)
        moving_s += onward_s
    spread_s = max(LEAST_SPREAD_S, SPREAD * moving_s)
    assert abs((arrival.likely - likely).total_seconds()) < 0.001
    assert (arrival.latest - arrival.likely).total_seconds() == pytest.approx(spread_s, abs=0.001)
    assert arrival.stops_before == 0


def test_each_door_on_the_way_is_a_stop_and_takes_its_time() -> None:
    made = tour((to_door(1, 3), to_door(2, 1), to_door(3, 2)))
    assert doors(made) == [2, 3, 1]
    assert [made.arrival_of(number).stops_before for number in (2, 3, 1)] == [0, 1, 2]
    straight = tour((to_door(1, 3),)).arrival_of(1)
    late = made.arrival_of(1).likely - straight.likely
    assert late.total_seconds() == pytest.approx(2 * DOOR_S, abs=5)


def test_what_another_delivery_makes_later_is_told_with_by_how_much_the_most_first_and_nothing_that_it_does_not() -> (
    None
):
    near, far = to_door(1, 1), to_door(2, 4)
    before = tour((near, far))
    urgent = Errand(3, Trip(east(-2), east(-3), "motorcycle"), aboard=False, priority=Priority.URGENT)
    after = tour((near, far, urgent))
    told = after.delays_from(before)
    assert {one.delivery_id: one.by for one in told} == {
        number: later
        for number in (1, 2)
        if (later := after.arrival_of(number).likely - before.arrival_of(number).likely) >= timedelta(minutes=1)
    }
    assert told
    assert [one.by for one in told] == sorted((one.by for one in told), reverse=True)
    assert tour((near, far, to_door(3, 9))).delays_from(before) == []


def test_parcels_for_one_house_and_from_one_shop_are_one_stop() -> None:
    made = tour((to_door(1, 2), to_door(2, 2), to_door(3, 4)))
    assert made.arrival_of(1).likely == made.arrival_of(2).likely
    assert [made.arrival_of(number).stops_before for number in (1, 2, 3)] == [0, 0, 1]
    shop = [Errand(number, Trip(east(1), east(1 + number), "motorcycle"), aboard=False) for number in (1, 2)]
    fetched = tour(tuple(shop))
    assert fetched.pickup_of(1) == fetched.pickup_of(2)
    assert [fetched.arrival_of(number).stops_before for number in (1, 2)] == [0, 1]


def test_what_is_urgent_comes_before_what_is_nearer_and_so_does_what_would_be_late() -> None:
    near, far = to_door(1, -1.5), to_door(2, 2)
    assert doors(tour((near, far))) == [1, 2]
    assert doors(tour((near, replace(far, priority=Priority.URGENT)))) == [2, 1]
    due = NOW + timedelta(seconds=1.05 * leg_s(HERE, east(2), MPS, FACTOR))
    assert doors(tour((near, replace(far, due_at=due)))) == [2, 1]


def test_nobody_stands_and_waits_for_a_parcel_while_there_are_other_doors_to_go_to() -> None:
    later = Errand(1, Trip(HERE, east(0.5), "motorcycle", NOW + timedelta(hours=1)), aboard=False)
    assert doors(tour((later, to_door(2, 2)))) == [2, 1]


def test_a_parcel_that_nobody_took_comes_last_until_somebody_says_when_and_then_at_its_time() -> None:
    tried = to_door(1, 0.1, undecided=True)
    assert doors(tour((tried, to_door(2, 2), to_door(3, 3)))) == [2, 3, 1]
    agreed = replace(tried, undecided=False, trip=replace(tried.trip, again_from=NOW + timedelta(hours=1)))
    assert doors(tour((agreed, to_door(2, 2)))) == [2]
    assert doors(tour((agreed, to_door(2, 2)), now=NOW + timedelta(hours=1))) == [1, 2]


def test_a_few_metres_and_seconds_more_leave_the_order_as_it_is() -> None:
    some = tuple(to_door(number, km) for number, km in enumerate((1.0, -1.0, 1.2, -1.2), 1))
    first = doors(tour(some, Whereabouts((27.7001, 85.3001))))
    for seconds in range(5):
        there = Whereabouts((27.7001 + seconds / 20_000, 85.3001 - seconds / 20_000))
        assert doors(tour(some, there, NOW + timedelta(seconds=seconds))) == first


def test_a_fleet_is_not_ordered_anew_all_at_once() -> None:
    seconds = [NOW + timedelta(seconds=second) for second in range(2 * TIME_STEP_S)]
    fleet = [(to_door(number, 1), to_door(number + 1, 2)) for number in range(1, 2 * TIME_STEP_S, 2)]
    begun = [[_step_of(some, now) for now in seconds] for some in fleet]
    anew = [sum(steps[second] != steps[second - 1] for steps in begun) for second in range(1, len(seconds))]
    assert max(anew) <= 2, "so many of 300 transporters in one second"
    for steps, some in zip(begun, fleet, strict=True):
        assert all(
            step <= now < step + timedelta(seconds=TIME_STEP_S) for step, now in zip(steps, seconds, strict=True)
        )
        assert _step_of(some[::-1], NOW) == steps[0], "however they are listed"


@given(
    st.lists(st.tuples(places, places, st.booleans()), min_size=1, max_size=ORDERED_AT_MOST),
    st.builds(Whereabouts, places, st.floats(0, 600), st.none() | st.floats(0, 30)),
    st.sampled_from(sorted(SPEED_KMH)),
)
@settings(max_examples=60)
def test_no_sequence_of_stops_leads_to_a_door_sooner_than_its_bound(
    ways: list[tuple[Point, Point, bool]], there: Whereabouts, vehicle: str
) -> None:
    some = tuple(
        Errand(number, Trip(pickup, door, vehicle), aboard) for number, (pickup, door, aboard) in enumerate(ways, 1)
    )
    made = tour(some, there)
    for one in some:
        assert one.trip.dropoff is not None
        comes_s = (made.arrival_of(one.delivery_id).likely - NOW).total_seconds()
        assert soonest_s(there, one.trip.dropoff, FACTOR) <= comes_s
