"""Parcels in every state, as the pages show them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.world import THAMEL, Bought, Driver, Phone, World, ok, ping


@dataclass
class Ride:
    """A parcel aboard, and the phone of whoever carries it."""

    world: World
    driver: Driver
    delivery: dict[str, Any]
    phone: Phone
    seq: int = 0

    @property
    def path(self) -> str:
        return f"/t/{self.delivery['tracking_number']}"

    async def at(self, lat: float, lon: float) -> None:
        """The phone says where it is, and hears that it is stored."""
        self.seq += 1
        await self.phone.send(ping(self.seq, lat, lon, accuracy_m=5))
        await self.phone.until_ack(self.seq)

    async def step(self, verb: str) -> None:
        """Picked up or delivered, as the transporter's app says it."""
        point = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
        ok(await self.driver.post(f"/api/deliveries/{self.delivery['id']}/{verb}/", point))


@asynccontextmanager
async def riding(world: World, bought: Bought | None = None) -> AsyncIterator[Ride]:
    """A delivery that somebody has taken, with the phone connected."""
    driver, delivery = await world.driver(), await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    async with world.phone(driver) as phone:
        yield Ride(world, driver, delivery, phone)
