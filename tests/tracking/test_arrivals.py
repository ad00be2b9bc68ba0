"""When a transporter came and left: without flapping, whatever the order in which fixes come."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from dispatch.arrivals.events import EventKind
from dispatch.arrivals.journey import NoticedEvent, SeenFix, Stage, new_journey, read_on
from dispatch.arrivals.movement import Movement
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.stops import Errand, Tour
from dispatch.deliveries.travel import HANDLING_S, Arrival, Whereabouts
from dispatch.deliveries.travel import Trip as Way
from dispatch.tracking.store import FixStore
from realtime.fixes import LoggedRun
from realtime.protocol import Fix
from tests.support.fixes import run_of
from tests.support.waiting import PATIENCE_S
from tests.support.watching import watch
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok, ping

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
DEGREES_A_METRE = 1 / 111_195
SHOP, DOOR = (27.70, 85.30), (27.75, 85.30)


def stage(picked_up_s: float | None = None) -> Stage:
    picked_up = None if picked_up_s is None else START + timedelta(seconds=picked_up_s)
    return Stage(1, START, picked_up, None, SHOP, DOOR)


def near(place: tuple[float, float], at_s: float, away_m: float, accuracy_m: float | None = None) -> SeenFix:
    return SeenFix(START + timedelta(seconds=at_s), place[0] + away_m * DEGREES_A_METRE, place[1], accuracy_m)


def events(fixes: Sequence[SeenFix], picked_up_s: float | None = None) -> list[tuple[str, int, float]]:
    _, happened = read_on(new_journey(stage(picked_up_s)), stage(picked_up_s), fixes)
    return [(event.kind.value, event.visit, (event.at - START).total_seconds()) for event in happened]


def test_an_arrival_carries_the_time_of_the_first_fix_that_was_there() -> None:
    fixes = [near(SHOP, 5 * step, max(0, 990 - 20 * 5 * step)) for step in range(30)]
    assert events(fixes) == [("arrived_at_pickup", 1, 45)]


def test_driving_past_is_no_arrival_and_one_fix_neither() -> None:
    assert events([near(SHOP, 5 * step, abs(500 - 100 * step)) for step in range(12)]) == []
    assert events([near(SHOP, 0, 900), near(SHOP, 60, 10), near(SHOP, 120, 900)]) == []


def test_a_phone_that_wanders_at_the_edge_makes_one_arrival() -> None:
    fixes = [near(SHOP, 5 * step, 95 if step % 2 else 150) for step in range(100)]
    assert events(fixes) == [("arrived_at_pickup", 1, 5)]


def test_one_wild_fix_is_no_departure() -> None:
    there = [near(SHOP, 5 * step, 10) for step in range(20)]
    assert events([*there, near(SHOP, 100, 5000), near(SHOP, 105, 10), near(SHOP, 300, 10)]) == [
        ("arrived_at_pickup", 1, 0)
    ]


def test_inaccurate_fixes_say_nothing_about_a_small_circle() -> None:
    assert events([near(SHOP, 5 * step, 10, accuracy_m=500) for step in range(20)]) == []


def test_leaving_and_coming_back_are_counted() -> None:
    away = [0, 0, 0, 500, 900, 500, 0, 0, 0, 700, 900]
    fixes = [near(SHOP, 30 * step, metres) for step, metres in enumerate(away)]
    assert events(fixes) == [
        ("arrived_at_pickup", 1, 0),
        ("left_pickup", 1, 90),
        ("arrived_at_pickup", 2, 180),
        ("left_pickup", 2, 270),
    ]


def test_passing_the_door_before_the_pickup_is_no_arrival_there() -> None:
    fixes = [near(DOOR, 30 * step, 0) for step in range(10)]
    assert events(fixes) == []
    assert events(fixes, picked_up_s=100) == [("arrived_at_dropoff", 1, 120)]


distances = st.lists(st.sampled_from([0.0, 50.0, 99.0, 120.0, 199.0, 201.0, 1000.0]), min_size=1, max_size=60)


@given(distances, st.integers(0, 60))
def test_reading_in_two_goes_is_reading_in_one_and_events_alternate(away: list[float], cut: int) -> None:
    fixes = [near(SHOP, 7 * step, metres) for step, metres in enumerate(away)]
    whole, happened = read_on(new_journey(stage()), stage(), fixes)
    first, some = read_on(new_journey(stage()), stage(), fixes[:cut])
    second, rest = read_on(first, stage(), fixes[cut:])
    assert (second, [*some, *rest]) == (whole, happened)
    kinds = [event.kind for event in happened]
    assert kinds == [EventKind.ARRIVED_AT_PICKUP, EventKind.LEFT_PICKUP] * (len(kinds) // 2) + kinds[: len(kinds) % 2]
    assert all(isinstance(event, NoticedEvent) for event in happened)


class Trip:
    """A delivery that was picked up, in its recent past."""

    def __init__(self, world: World, bought: Bought, delivery: dict[str, Any], driver: Driver) -> None:
        self.world, self.bought, self.delivery, self.driver = world, bought, delivery, driver
        self.epoch = uuid4().hex
        self.start = datetime.now(UTC)
        self.services = world.server.services

    def fixes(self) -> list[Fix]:
        """To the shop, some minutes there, to the door, some minutes there; a fix every ten seconds."""
        way = [1000.0, 500, *([5.0] * 12), 500, 1000]
        door = [1000.0, 500, *([5.0] * 12)]
        places = [(BHAKTAPUR, metres) for metres in way] + [(THAMEL, metres) for metres in door]
        return [
            Fix(seq + 1, lat + metres * DEGREES_A_METRE, lon, self.start + timedelta(seconds=10 * seq), 8.0)
            for seq, ((lat, lon), metres) in enumerate(places)
        ]

    def run(self, fixes: Sequence[Fix]) -> LoggedRun:
        return run_of(self.driver.transporter_id, fixes, epoch=self.epoch)

    async def note(self, fixes: Sequence[Fix]) -> None:
        services, runs = self.services, [self.run(fixes)]
        await FixStore(services.database).write(runs)
        await Movement(services.database, services.clock, services.publisher).note(runs)

    async def tracked(self) -> dict[str, Any]:
        """What its buyer reads, also once it has ended."""
        return dict(ok(await self.bought.customer.get(f"/api/deliveries/{self.delivery['tracking_number']}/track/")))

    async def events(self) -> list[tuple[str, float]]:
        return [
            (event["kind"], (datetime.fromisoformat(event["timestamp"]) - self.start).total_seconds())
            for event in (await self.tracked())["events"]
        ]

    async def statuses(self) -> list[str]:
        return [step["status"] for step in (await self.tracked())["tracking_history"]]


EXPECTED = [
    ("arrived_at_pickup", 20),
    ("left_pickup", 140),
    ("arrived_at_dropoff", 180),
]


async def trip(world: World, *, age_s: float = 600) -> Trip:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    made = Trip(world, bought, delivery, driver)
    made.start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=age_s)
    async with made.services.database.work() as work:
        await work.session.execute(
            update(Delivery)
            .where(Delivery.id == delivery["id"])
            .values(assigned_at=made.start, picked_up_at=made.start + timedelta(seconds=130))
        )
    return made


async def test_a_trip_in_order_is_told_as_events_and_as_one_change_of_status(world: World) -> None:
    made = await trip(world)
    for fix in made.fixes():
        await made.note([fix])
    assert await made.events() == EXPECTED
    assert await made.statuses() == ["assigned", "picked_up", "in_transit"]


async def test_the_same_statements_tell_of_any_number_of_deliveries(world: World) -> None:
    trips = [await trip(world) for _ in range(4)]
    services = trips[0].services
    single = Database(services.database.engine.url.render_as_string(hide_password=False), pool_size=1)
    movement = Movement(single, services.clock, services.publisher)
    prepared = []
    for step, count in enumerate([4, 1, 2, 3]):
        runs = [made.run(made.fixes()[step : step + 1]) for made in trips[:count]]
        await FixStore(services.database).write(runs)
        await movement.note(runs)
        async with single.connection() as driver:
            prepared.append(await driver.fetchval("SELECT count(*) FROM pg_prepared_statements"))
    await single.close()
    assert prepared == prepared[:1] * 4


@pytest.mark.parametrize("seed", range(3))
async def test_the_events_do_not_depend_on_the_order_or_number_of_tellings(world: World, seed: int) -> None:
    made, chance = await trip(world), random.Random(seed)  # noqa: S311  # a shuffle
    fixes = made.fixes()
    for _ in range(2):
        chance.shuffle(fixes)
        while fixes:
            size = chance.randint(1, 8)
            await made.note(fixes[:size])
            fixes = fixes[size:]
        assert await made.events() == EXPECTED
        fixes = made.fixes()
    assert await made.statuses() == ["assigned", "picked_up", "in_transit"]


async def test_several_processes_may_tell_at_once(world: World) -> None:
    made = await trip(world)
    fixes = made.fixes()
    portions = [fixes[start : start + 4] for start in range(0, len(fixes), 4)]
    await asyncio.gather(*(made.note(portion) for portion in [*portions, *portions]))
    assert await made.events() == EXPECTED
    assert await made.statuses() == ["assigned", "picked_up", "in_transit"]


async def test_a_backlog_that_comes_after_the_delivery_raises_backdated_events(world: World) -> None:
    made = await trip(world)
    ok(await made.driver.post(f"/api/deliveries/{made.delivery['id']}/deliver/"))
    before = datetime.now(UTC)
    await made.note(made.fixes())
    assert await made.events() == EXPECTED
    assert all(datetime.fromisoformat(event["noticed_at"]) >= before for event in (await made.tracked())["events"])
    assert await made.statuses() == ["assigned", "picked_up", "delivered"]


async def test_fixes_from_before_the_pickup_do_not_set_a_parcel_in_transit(world: World) -> None:
    made = await trip(world)
    await made.note([fix for fix in made.fixes() if fix.recorded_at < made.start + timedelta(seconds=130)])
    assert await made.statuses() == ["assigned", "picked_up"]


async def test_watchers_hear_of_an_arrival_under_the_present_status(world: World) -> None:
    made = await trip(world, age_s=100)
    fixes = [fix for fix in made.fixes() if fix.recorded_at <= datetime.now(UTC)]
    async with watch(world, made.delivery["tracking_number"]) as watcher:
        assert json.loads(await watcher.recv())["type"] == "snapshot"
        async with world.phone(made.driver) as phone:
            for fix in fixes:
                await phone.send(ping(fix.seq, fix.lat, fix.lon, fix.recorded_at))
            await phone.until_ack(fixes[-1].seq)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame = json.loads(await watcher.recv())
                if frame["type"] == "status":
                    break
    assert (frame["status"], frame["message"]) == ("picked_up", "Transporter has arrived at the pickup")


def arrival(way: Way, there: Whereabouts, *, picked_up: bool) -> Arrival:
    return Tour((Errand(1, way, picked_up),), there, road_factor=1.3, now=START).arrival_of(1)


def window(**more: Any) -> tuple[float, float]:
    found = arrival(Way(None, DOOR), Whereabouts(SHOP, **more), picked_up=True)
    return (found.earliest - START).total_seconds(), (found.latest - START).total_seconds()


def test_the_arrival_window_widens_with_the_age_of_the_fix() -> None:
    widths = [late - early for early, late in (window(age_s=age) for age in (0, 60, 300, 900))]
    assert widths == sorted(set(widths))


def test_a_faster_transporter_is_expected_earlier_and_nobody_before_now() -> None:
    latest = [window(speed_mps=speed)[1] for speed in (0.0, 4.0, 8.0, 14.0)]
    assert latest[0] > latest[1] > latest[2] > latest[3]
    assert window(age_s=100_000)[0] == 0


def test_before_the_pickup_the_arrival_is_that_at_the_door_by_way_of_the_pickup() -> None:
    there = Whereabouts(SHOP)
    trip = Way(SHOP, DOOR)
    before = arrival(trip, there, picked_up=False)
    after = arrival(trip, there, picked_up=True)
    assert before.likely - after.likely == timedelta(seconds=HANDLING_S)
    later = replace(trip, pickup_from=START + timedelta(hours=2))
    waiting = arrival(later, there, picked_up=False)
    assert waiting.likely - before.likely == timedelta(hours=2)


async def test_every_frame_and_answer_means_the_same_arrival_at_the_door(world: World) -> None:
    bought = await world.bought()
    made = await world.delivery(bought, requested_pickup_date=datetime.now(UTC).isoformat())
    driver, number = await world.driver(), made["tracking_number"]
    await world.online_at(driver, *BHAKTAPUR)
    accepted = ok(await driver.post(f"/api/deliveries/{made['id']}/accept/", {}))
    path = f"/api/deliveries/{number}"

    async def told() -> list[dict[str, str]]:
        async with watch(world, number) as watcher:
            snapshot = json.loads(await watcher.recv())
        async with world.http.stream("GET", f"{path}/events/") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line.removeprefix("data: "))
                    break
        answer = ok(await world.http.get(f"{path}/track/"))
        windows = [snapshot["eta"], event["eta"], answer["eta"]]
        for eta in windows:
            assert eta["earliest"][:16] <= answer["estimated_delivery_time"][:16] <= eta["latest"][:16]
        return windows

    for eta in await told():
        assert eta["earliest"] < accepted["estimated_delivery_time"] < eta["latest"]
    ok(await driver.post(f"/api/deliveries/{made['id']}/pickup/", {}))
    assert (await told())[0]["latest"] < eta["latest"]


async def test_a_customer_reads_the_same_arrival_in_the_track_the_order_and_the_frames(world: World) -> None:
    bought = await world.bought()
    made = await world.delivery(bought, requested_pickup_date=datetime.now(UTC).isoformat())
    driver, number = await world.driver(), made["tracking_number"]
    await world.online_at(driver, 27.71, 85.345)
    ok(await driver.post(f"/api/deliveries/{made['id']}/accept/", {}))
    ok(await driver.post(f"/api/deliveries/{made['id']}/pickup/", {}))
    kept = ok(await driver.get(f"/api/deliveries/{made['id']}/"))["estimated_delivery_time"]

    async def track() -> dict[str, Any]:
        return dict(ok(await world.http.get(f"/api/deliveries/{number}/track/")))

    before = await track()
    async with watch(world, number) as watcher:
        snapshot = json.loads(await watcher.recv())
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    listed = ok(await bought.customer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
    after = await track()
    # With the age of the position the window widens to both sides, and the likely time between them stands.
    assert after["eta"]["earliest"] <= snapshot["eta"]["earliest"] <= before["eta"]["earliest"]
    assert before["eta"]["latest"] <= snapshot["eta"]["latest"] <= after["eta"]["latest"]
    told = before["estimated_delivery_time"]
    assert told < kept  # which took the transporter to be at the pickup; it is two kilometres from the door
    assert [told] == [order["estimated_delivery_date"]] == [row["estimated_delivery_date"] for row in listed]
