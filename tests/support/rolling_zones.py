"""Zones that are dispatched by themselves, for tests: made over the API, looked at tick by tick, turned off after."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tests.support.places import at
from tests.support.waiting import until
from tests.support.world import Driver, Person, Place, World, ok

NOW = {"requested_pickup_date": None, "requested_delivery_date": None}
"""Of a delivery that can be picked up at once."""


class RollingZone:
    """A square around a place."""

    def __init__(self, admin: Person, told: dict[str, Any]) -> None:
        self.admin = admin
        self.id = int(told["id"])
        self.path = f"/api/zones/{self.id}/"

    async def change(self, **changes: Any) -> None:
        ok(await self.admin.patch(self.path, changes))

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = ok(await self.admin.get(f"{self.path}rolling/"))
        return found

    async def first_tick(self) -> None:
        """Returns once it ticked at all: the first may have begun before anybody could ask for the next one."""

        async def ticked() -> bool:
            return (await self.state())["last_tick"] is not None

        await until(ticked)

    async def next_tick(self) -> dict[str, Any]:
        """The place after a tick that began from now on."""
        begun = datetime.now(UTC)

        async def ticked() -> dict[str, Any] | None:
            found = await self.state()
            last = found["last_tick"]
            return found if last is not None and datetime.fromisoformat(last["at"]) > begun else None

        found: dict[str, Any] = await until(ticked)
        return found


async def rolling_zone(admin: Person, place: Place, **more: Any) -> RollingZone:
    """One of 2 km that looks 5 km around and ticks as often as there may be."""
    lat, lon = place
    ring = [[lon + x * 0.01, lat + y * 0.01] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    area = {"type": "Polygon", "coordinates": [ring]}
    body = {"name": f"Zone {uuid4().hex[:8]}", "area": area, "rolling": True, "tick_s": 2, "radius_km": 5} | more
    return RollingZone(admin, ok(await admin.post("/api/zones/", body), 201))


async def driver_at(world: World, place: Place, **profile: Any) -> Driver:
    """A transporter who was just there."""
    driver = await world.driver(**profile)
    await world.online_at(driver, *place)
    return driver


async def deliveries_at(world: World, place: Place, *wanted: dict[str, Any]) -> list[int]:
    """The numbers of deliveries that can be picked up there at once, if nothing else is wanted."""
    return [one["id"] for one in await world.deliveries(*(at(place) | NOW | one for one in wanted))]


async def shown(admin: Person, number: int) -> dict[str, Any]:
    """A delivery whole."""
    found: dict[str, Any] = ok(await admin.get(f"/api/deliveries/{number}/"))
    return found


async def holder_of(admin: Person, number: int) -> int | None:
    """Who has it."""
    carrier = (await shown(admin, number))["transporter"]
    return None if carrier is None else int(carrier["id"])


async def all_given(admin: Person, numbers: list[int]) -> dict[int, int]:
    """Who has each, once all are given."""

    async def given() -> dict[int, int] | None:
        holders = {number: await holder_of(admin, number) for number in numbers}
        return holders if all(holders.values()) else None  # type: ignore[return-value]

    found: dict[int, int] = await until(given)
    return found
