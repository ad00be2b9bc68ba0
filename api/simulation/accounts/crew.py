"""Couriers of a simulated day as transporters: verified, with a vehicle and a reputation, and off duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from api.server.services import Services
from api.simulation.accounts.drivers import Driver, find_or_make_drivers
from dispatch.transporters.models import Duty, Transporter

RATINGS = 100
"""By how many customers each was rated before."""


@dataclass(frozen=True, slots=True)
class CrewMember:
    """Who a courier is to be; kg, and stars from 0 to 5."""

    name: str
    vehicle_type: str
    capacity_kg: int
    max_active: int
    rating: Decimal


async def make_crew(services: Services, members: Sequence[CrewMember]) -> list[Driver]:
    """The members as transporters, in their order."""
    drivers = await find_or_make_drivers(services, [one.name for one in members], business_name="Simulated day")
    async with services.database.work() as work:
        ids = [driver.transporter_id for driver in drivers]
        rows = await work.session.scalars(select(Transporter).where(Transporter.id.in_(ids)))
        transporters = {row.id: row for row in rows}
        for driver, member in zip(drivers, members, strict=True):
            transporter = transporters[driver.transporter_id]
            transporter.vehicle_type = member.vehicle_type
            transporter.capacity_kg = Decimal(member.capacity_kg)
            transporter.max_active = member.max_active
            transporter.rating, transporter.rating_count = member.rating, RATINGS
            transporter.rating_sum = round(member.rating * RATINGS)
            transporter.go(Duty.OFF)
    return drivers
