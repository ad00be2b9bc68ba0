"""When a console is told that parcels arrive: by all that their transporter has, as it stands now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dispatch.arrivals.open_deliveries import OpenDelivery
from dispatch.deliveries.models import DeliveryStatus, Priority
from realtime.console.expectations import Expectations, Expected
from realtime.fixes import LoggedFix

NOW = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
HERE = (27.70, 85.30)
MOTORCYCLE, BICYCLE = (lambda _: "motorcycle"), (lambda _: "bicycle")


class Still:
    """A clock that stands until it is set."""

    at = NOW

    def now(self) -> datetime:
        return self.at


def east(km: float) -> tuple[float, float]:
    return HERE[0], HERE[1] + km / 98.45


def aboard(number: int, km: float) -> OpenDelivery:
    """A parcel aboard whose door is so far to the east."""
    return OpenDelivery(
        id=number,
        tracking_number=f"TRK{number}",
        status=DeliveryStatus.IN_TRANSIT,
        transporter_id=7,
        pickup=HERE,
        dropoff=east(km),
        pickup_address="",
        delivery_address="",
        priority=Priority.NORMAL,
        pinned=False,
        weight_kg=1.0,
        distance_km=None,
        created_at=NOW,
        pickup_from=None,
        due_at=None,
        assigned_at=NOW,
        picked_up_at=NOW,
        expected_at=NOW + timedelta(hours=3),
        at_stop=None,
        at_stop_since=None,
        hold_until=None,
        hold_reason=None,
        on_hold=None,
        attempt=None,
        next_try=None,
    )


def fix_at(place: tuple[float, float], at: datetime = NOW) -> LoggedFix:
    ms = int(at.timestamp() * 1000)
    return LoggedFix(7, "phone", "epoch", 1, *place, ms, ms)


def watched(*known: OpenDelivery) -> tuple[Expectations, dict[int, LoggedFix], Still]:
    clock, fixes = Still(), {7: fix_at(HERE)}
    expected = Expectations(clock, fixes, road_factor=1.4)
    for one in known:
        expected.note(None, one)
    return expected, fixes, clock


def at_of(told: Expected) -> datetime:
    assert told.at is not None
    return told.at


def test_what_a_transporter_gets_or_has_done_counts_for_all_of_its_parcels_at_once() -> None:
    far, near = aboard(1, 4), aboard(2, 1)
    expected, _, _ = watched(far)
    alone = expected.of(far, MOTORCYCLE)
    assert alone.stops_before == 0
    expected.note(None, near)
    after = expected.of(far, MOTORCYCLE)
    assert (after.stops_before, at_of(after) > at_of(alone)) == (1, True)
    assert expected.of(near, MOTORCYCLE).stops_before == 0
    expected.note(near, replace(near, status=DeliveryStatus.DELIVERED))
    assert expected.of(far, MOTORCYCLE) == alone


def test_a_move_another_vehicle_and_time_that_goes_by_are_reckoned_anew() -> None:
    far = aboard(1, 4)
    expected, fixes, clock = watched(far)
    first = at_of(expected.of(far, MOTORCYCLE))
    slower = at_of(expected.of(far, BICYCLE))
    assert slower > first
    fixes[7] = fix_at(east(3))
    assert at_of(expected.of(far, MOTORCYCLE)) < first
    fixes[7] = fix_at(HERE)
    assert at_of(expected.of(far, MOTORCYCLE)) == first
    clock.at = NOW + timedelta(minutes=30)
    assert at_of(expected.of(far, MOTORCYCLE)) == clock.at, "it counts from the position, which is old by now"


def test_what_was_tried_in_vain_is_expected_at_no_time_and_goes_before_nobody() -> None:
    tried, other = replace(aboard(1, 1), expected_at=None), aboard(2, 2)
    expected, _, _ = watched(tried, other)
    assert expected.of(tried, MOTORCYCLE) == Expected(None, None)
    assert expected.of(other, MOTORCYCLE).stops_before == 0


def test_whom_nothing_is_heard_of_is_expected_as_it_was_promised() -> None:
    one = aboard(1, 1)
    expected, fixes, _ = watched(one)
    fixes.clear()
    assert expected.of(one, MOTORCYCLE) == Expected(one.expected_at, None)
