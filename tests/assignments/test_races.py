"""Everything that gives, moves and ends deliveries at once: each has one transporter at most, and events say how."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

import httpx
import numpy as np
import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.places import DEGREE_M, at, north_of, somewhere
from tests.support.waiting import stays
from tests.support.world import Driver, Person, Place, World, ok

T = TypeVar("T")
PATIENCE_S = 240.0
NOBODY_HAS_IT = {"available", "cancelled"}


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """Bulk runs take all that wait, so nobody else's may."""
    async with world_of_its_own(server) as own:
        yield own


@dataclass
class Race:
    """Dispatchers and transporters who do what they like with the same deliveries."""

    world: World
    admin: Person
    drivers: list[Driver]
    places: list[Place]
    deliveries: list[int]
    draw: np.random.Generator
    replies: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    said: set[tuple[int, int, str]] = field(default_factory=set)
    """What was answered with 200: a delivery, a transporter, and the event that says so."""

    async def note(self, what: str, request: Awaitable[httpx.Response]) -> Any:
        """Count the answer; its content where it is one, else None."""
        reply = await request
        content = reply.json() if reply.content else {}
        self.replies[what, reply.status_code, "" if reply.is_success else content.get("code", "")] += 1
        assert reply.status_code < 500, f"{what}: {reply.text}"
        return content if reply.is_success else None

    def pick(self, some: Sequence[T]) -> T:
        """Any of them."""
        return some[int(self.draw.integers(len(some)))]

    def one(self) -> int:
        """Any of the deliveries."""
        return self.pick(self.deliveries)

    def driver(self) -> Driver:
        """Any of the transporters."""
        return self.pick(self.drivers)

    async def assign_many(self) -> None:
        body = {
            "operation": "auto_assign",
            "delivery_ids": self.draw.permutation(self.deliveries)[::2].tolist(),
        }
        done = await self.note("bulk", self.admin.post("/api/deliveries/bulk-operations/", body))
        for one in () if done is None else done["results"]["assignments"]:
            self.said.add((one["delivery_id"], one["transporter_id"], "delivery.assigned"))

    async def assign_one(self) -> None:
        number = self.one()
        done = await self.note("single", self.admin.post("/api/auto-assign/", {"delivery_id": number}))
        if done is not None:
            self.said.add((number, done["assigned_transporter"]["id"], "delivery.assigned"))

    async def ask(self) -> None:
        path = f"/api/deliveries/{self.one()}/offers/"
        await self.note("ask", self.admin.post(path, {"mode": self.pick(["all", "waves"]), "deadline_s": 15}))

    async def answer(self) -> None:
        driver = self.driver()
        found = await self.note("look", driver.get("/api/offers/"))
        for offer in found["offers"] if found else ():
            path = f"/api/offers/{offer['id']}"
            if self.draw.random() < 0.3:
                await self.note("decline", driver.post(f"{path}/decline/", {"reason": "busy"}))
            elif await self.note("accept an offer", driver.post(f"{path}/accept/")) is not None:
                self.said.add((offer["delivery"]["id"], driver.transporter_id, "offer.accepted"))

    async def take(self) -> None:
        driver, number = self.driver(), self.one()
        if await self.note("take", driver.post(f"/api/deliveries/{number}/accept/", {})) is not None:
            self.said.add((number, driver.transporter_id, "delivery.accepted"))

    async def reassign(self) -> None:
        body: dict[str, Any] = {"reason": "better_choice"}
        if self.draw.random() < 0.5:
            body["transporter_id"] = self.driver().transporter_id
        number = self.one()
        done = await self.note("reassign", self.admin.post(f"/api/deliveries/{number}/reassign/", body))
        if done is not None:
            self.said.add((number, done["assigned_transporter"]["id"], "delivery.reassigned"))

    async def take_back(self) -> None:
        path = f"/api/deliveries/{self.one()}/unassign/"
        await self.note("take back", self.admin.post(path, {"reason": "mistake"}))

    async def give_back(self) -> None:
        path = f"/api/deliveries/{self.one()}/give-back/"
        await self.note("give back", self.driver().post(path, {"reason": "too_far"}))

    async def call_off(self) -> None:
        if self.draw.random() < 0.1:  # else nothing would be left soon
            await self.note("cancel", self.admin.post(f"/api/deliveries/{self.one()}/cancel/", {"reason": "other"}))

    async def hurry(self) -> None:
        path = f"/api/deliveries/{self.one()}/priority/"
        await self.note("hurry", self.admin.post(path, {"priority": self.pick(["low", "urgent"])}))

    async def carry(self) -> None:
        driver = self.driver()
        having = await self.note("own", driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/"))
        mine = [one for one in having["results"] if one["status"] in {"assigned", "picked_up"}] if having else []
        if mine and self.draw.random() < 0.3:
            one = self.pick(mine)
            step = "pickup" if one["status"] == "assigned" else "deliver"
            await self.note(step, driver.post(f"/api/deliveries/{one['id']}/{step}/", {}))

    async def be_seen(self) -> None:
        """A phone says where it is: who is silent for long is on no map."""
        number = int(self.draw.integers(len(self.drivers)))
        await self.world.online_at(self.drivers[number], *self.places[number])

    async def duty(self) -> None:
        driver = self.driver()
        for duty in ("off", "on"):
            await self.note(f"duty {duty}", driver.post("/api/transporters/me/duty/", {"duty": duty}))

    @property
    def doings(self) -> list[Callable[[], Awaitable[None]]]:
        """What anybody may do; what is there twice is done twice as often."""
        return [
            *[self.assign_many, self.ask, self.ask, self.answer, self.answer, self.assign_one, self.assign_one],
            *[self.take, self.reassign, self.reassign, self.take_back, self.give_back, self.call_off, self.hurry],
            *[self.carry, self.carry, self.duty, self.be_seen],
        ]

    async def actor(self, acts: int, seconds: float | None) -> None:
        """Does so many things, or as many as there is time for."""
        ends = None if seconds is None else monotonic() + seconds
        while acts > 0 if ends is None else monotonic() < ends:
            acts -= 1
            await self.pick(self.doings)()

    async def run(self, actors: int, acts: int, seconds: float | None) -> None:
        """All at once, while somebody looks whether a limit is exceeded at any moment."""
        looking = asyncio.create_task(stays(self._nobody_exceeds, "nobody has more than may be had"))
        try:
            await asyncio.gather(*(self.actor(acts, seconds) for _ in range(actors)))
        finally:
            looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        if looking.done() and not looking.cancelled() and looking.exception() is not None:
            raise looking.exception() or AssertionError

    async def _nobody_exceeds(self) -> bool:
        return await self.fetch(EXCEEDED) == []

    async def fetch(self, query: str) -> list[Any]:
        """Rows of this race's database."""
        async with self.world.server.services.database.connection() as connection:
            return list(await connection.fetch(query))

    async def fetch_together(self, *queries: str) -> list[list[Any]]:
        """The same of several, as they stood in one moment."""
        async with (
            self.world.server.services.database.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return [list(await connection.fetch(query)) for query in queries]


# Made over HTTP; the others are copies of one, spread to the north: to buy hundreds of parcels takes minutes.
FEW = 8
MORE = """
WITH sold AS (
    INSERT INTO sales SELECT (jsonb_populate_record(s, jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('sales', 'id')), 'order_number', 'COPY' || n
    ))).*
    FROM generate_series(1, $2::int) AS n, sales AS s JOIN deliveries AS d ON d.sale_id = s.id WHERE d.id = $1
    RETURNING id
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM sold
), made AS (
    INSERT INTO deliveries SELECT (jsonb_populate_record(d, jsonb_build_object(
        'id', nextval(pg_get_serial_sequence('deliveries', 'id')), 'delivery_id', gen_random_uuid(),
        'tracking_number', 'TRKCOPY' || n, 'sale_id', numbered.id, 'package_weight', 1 + n % 4,
        'pickup_lat', d.pickup_lat + $3::float8 * n / $2::int
    ))).*
    FROM numbered, deliveries AS d WHERE d.id = $1
    RETURNING id, delivery_id, tracking_number
), told AS (
    INSERT INTO events (type, subject, at, data)
    SELECT 'delivery.created', 'delivery:' || id, now(), jsonb_build_object(
        'delivery_id', id, 'delivery_uuid', delivery_id, 'tracking_number', tracking_number
    ) FROM made
)
SELECT id FROM made ORDER BY id
"""
EXCEEDED = """
SELECT t.id, t.active_count, t.max_active, t.carried_kg, t.capacity_kg FROM transporters AS t
WHERE t.active_count > t.max_active OR t.carried_kg > t.capacity_kg
"""
COUNTED_WRONG = """
SELECT t.id, t.active_count, count(d.id) FROM transporters AS t
LEFT JOIN deliveries AS d ON d.transporter_id = t.id AND d.status IN ('assigned', 'picked_up', 'in_transit')
GROUP BY t.id HAVING t.active_count <> count(d.id)
"""
OPEN_OF_WHAT_DOES_NOT_WAIT = """
SELECT o.id, d.status FROM offers AS o JOIN deliveries AS d ON d.id = o.delivery_id
WHERE o.status IN ('queued', 'open') AND d.status <> 'available'
"""
NOT_TOLD_ONCE = """
SELECT o.id, o.status, count(e.id) FROM offers AS o LEFT JOIN events AS e
  ON e.subject = 'delivery:' || o.delivery_id AND (e.data->>'offer_id')::bigint = o.id AND e.type <> 'offer.created'
WHERE o.ended_at IS NOT NULL GROUP BY o.id HAVING count(e.id) <> 1
"""
TAKEN_TWICE = "SELECT search_id FROM offers WHERE status = 'accepted' GROUP BY search_id HAVING count(*) > 1"
STEPS = """
SELECT subject, type, data FROM events
WHERE subject LIKE 'delivery:%' AND (type LIKE 'delivery.%' OR type = 'offer.accepted') ORDER BY id
"""


def _replayed(events: list[Any]) -> dict[int, tuple[str, int | None]]:
    """How each delivery stands by its events in their order: status and holder. Each follows from the one before."""
    stands: dict[int, tuple[str, int | None]] = {}
    for event in events:
        number, data, what = int(event["subject"].partition(":")[2]), event["data"], event["type"].partition(".")[2]
        status, holder = stands.get(number, ("", None))
        told = f"delivery {number}: {event['type']} {data} after {status}, {holder}"
        who = data.get("transporter_id")
        if event["type"] == "offer.accepted":
            assert status == "available", told
        elif what == "created":
            assert status == "", told
            stands[number] = ("available", None)
        elif what == "assigned":
            assert (status, holder) == ("available", None), told
            stands[number] = ("assigned", who)
        elif what == "reassigned":
            assert (status, holder) == ("assigned", data["taken_from"]), told
            stands[number] = ("assigned", who)
        elif what == "unassigned":
            assert (status, holder) == ("assigned", who), told
            stands[number] = ("available", None)
        elif what == "cancelled":
            assert status in {"available", "assigned"}, told
            stands[number] = ("cancelled", None)
        elif what in {"accepted", "picked_up", "delivered", "in_transit", "arrived"}:
            assert holder == who, told
            stands[number] = (status if what in {"accepted", "arrived"} else what, holder)
    return stands


def _area(place: Place, south_deg: float, north_deg: float) -> dict[str, Any]:
    (lat, lon), half = place, 0.01
    corners = [(south_deg, -half), (south_deg, half), (north_deg, half), (north_deg, -half), (south_deg, -half)]
    return {"type": "Polygon", "coordinates": [[[lon + x, lat + y] for y, x in corners]]}


async def _racers(world: World, count: int, drivers: int, seed: int) -> Race:
    """Half of the town is dispatched by itself every two seconds, to the best or by offers."""
    here, admin = somewhere(), await world.admin()
    for mode, south_deg, north_deg in (("direct", -0.005, 0.008), ("waves", 0.008, 0.016)):
        zone = {"name": f"Rolling by {mode} {count}", "area": _area(here, south_deg, north_deg)}
        ok(await admin.post("/api/zones/", zone | {"rolling": True, "mode": mode, "tick_s": 2}), 201)
    now = {"requested_pickup_date": None, "requested_delivery_date": None}
    made = await world.deliveries(*[at(here) | now] * FEW)
    race = Race(world, admin, [], [], [one["id"] for one in made], np.random.default_rng(seed))
    async with world.server.services.database.connection() as connection:
        race.deliveries += [
            row["id"] for row in await connection.fetch(MORE, made[0]["id"], count - FEW, 3600 / DEGREE_M)
        ]
    for number in range(drivers):
        race.drivers.append(await world.driver(max_active=3, capacity_kg=12))
        race.places.append(north_of(here, 100 * (number % 40)))
    for driver, place in zip(race.drivers, race.places, strict=True):
        await world.online_at(driver, *place)
    return race


async def _check(race: Race) -> None:
    for query in (EXCEEDED, COUNTED_WRONG, OPEN_OF_WHAT_DOES_NOT_WAIT, NOT_TOLD_ONCE, TAKEN_TWICE):
        assert await race.fetch(query) == [], query
    # Of one moment: what is dispatched by itself goes on meanwhile.
    events, rows = await race.fetch_together(STEPS, "SELECT id, status, transporter_id FROM deliveries")
    stands = _replayed(events)
    for row in rows:
        assert stands[row["id"]] == (row["status"], row["transporter_id"]), f"delivery {row['id']}"
        assert (row["transporter_id"] is None) is (row["status"] in NOBODY_HAS_IT)
    told = {(int(one["subject"].partition(":")[2]), one["data"].get("transporter_id"), one["type"]) for one in events}
    assert race.said <= told, sorted(race.said - told)[:5]


@pytest.mark.parametrize(
    ("count", "drivers", "actors", "acts", "seconds"),
    [
        pytest.param(12, 5, 6, 12, None, id="some"),
        pytest.param(
            500, 40, 12, 0, 60.0, id="five-hundred-for-a-minute", marks=[pytest.mark.heavy, pytest.mark.timeout(900)]
        ),
    ],
)
async def test_whatever_is_done_at_once_each_delivery_has_one_transporter_at_most_and_events_explain_the_end(
    world: World, count: int, drivers: int, actors: int, acts: int, seconds: float | None
) -> None:
    world.http.timeout = httpx.Timeout(PATIENCE_S)  # what is slow here is no matter
    race = await _racers(world, count, drivers, seed=count)
    await race.run(actors, acts, seconds)
    given = await race.fetch("SELECT strategy, count(*) FROM assignments GROUP BY strategy ORDER BY strategy")
    print(sorted(race.replies.items()), [tuple(row) for row in given])
    await _check(race)
    assert {status for _, status, _ in race.replies} & {200, 201}
