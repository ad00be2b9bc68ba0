"""How simulated vehicles move."""

from itertools import pairwise

import pytest

from api.simulation.demo.kathmandu import CENTRE, Point, Vehicle, bearing_deg, street_route
from api.simulation.demo.people import CARRIERS
from api.simulation.demo.stories import STORIES, Stage


def test_a_vehicle_arrives_at_a_plausible_speed() -> None:
    start, end = Point(27.70, 85.30), Point(27.72, 85.33)
    vehicle = Vehicle(start, 8.0)
    vehicle.head_for(end)
    path = [vehicle.point]
    while vehicle.driving:
        vehicle.advance(2.0)
        path.append(vehicle.point)
        assert len(path) < 1000
    assert vehicle.point == end
    assert all(here.distance_m(there) <= 2 * 8.0 * 1.15 + 0.1 for here, there in pairwise(path))
    assert start.distance_m(end) / 16 < len(path) < 3 * start.distance_m(end) / 16


def test_a_vehicle_told_again_where_to_go_keeps_to_its_way() -> None:
    vehicle = Vehicle(CENTRE, 8.0)
    end = CENTRE.shifted(1000, 500)
    vehicle.head_for(end)
    vehicle.advance(20.0)
    left_m = vehicle.point.distance_m(end)
    for _ in range(400):
        vehicle.head_for(end)
        vehicle.advance(2.0)
    assert left_m > 0
    assert vehicle.point == end
    assert not vehicle.driving


@pytest.mark.parametrize(("north_m", "east_m", "heading"), [(100, 0, 0), (0, 100, 90), (-100, 0, 180), (0, -100, 270)])
def test_headings_are_clockwise_from_north(north_m: float, east_m: float, heading: float) -> None:
    assert bearing_deg(CENTRE, CENTRE.shifted(north_m, east_m)) == pytest.approx(heading, abs=0.1)


def test_a_route_ends_at_the_door_and_stays_between_the_ends() -> None:
    start, end = Point(27.68, 85.29), Point(27.71, 85.36)
    route = street_route(start, end)
    assert route[-1] == end
    assert all(start.lat <= corner.lat <= end.lat and start.lon <= corner.lon <= end.lon for corner in route)


def test_everyone_lives_in_the_valley_and_has_a_plausible_rating() -> None:
    for carrier in CARRIERS:
        assert 27.60 <= carrier.home.lat <= 27.80
        assert 85.20 <= carrier.home.lon <= 85.52
        assert 3.5 <= carrier.rating <= 5
    assert len({carrier.person.name for carrier in CARRIERS}) == len(CARRIERS)


def test_nobody_is_given_more_than_the_vehicle_carries_and_every_state_has_a_story() -> None:
    for story in STORIES:
        assert story.carrier is None or story.weight_kg <= story.carrier.vehicle.capacity_kg
    assert {story.goal for story in STORIES} == set(Stage) - {Stage.NOTHING}
    assert any(story.driven for story in STORIES)
    assert len({story.key for story in STORIES}) == len(STORIES)
