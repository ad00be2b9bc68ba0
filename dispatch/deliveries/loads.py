"""How much a transporter carries, and whether it may take one more: said here and nowhere else.

The database keeps the sums on the transporter's row, in the transaction that gives or takes a delivery.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.among import among
from dispatch.deliveries.models import Delivery
from dispatch.errors import Invalid
from dispatch.transporters.models import Transporter


@dataclass(frozen=True, slots=True)
class Load:
    """What a transporter carries now: deliveries under way, and their weight in kg."""

    active: int = 0
    weight_kg: Decimal = Decimal(0)

    def free_kg(self, transporter: Transporter) -> Decimal:
        """What it may still take; negative where its capacity was lowered below what it carries."""
        return transporter.capacity_kg - self.weight_kg

    def shown_free_kg(self, transporter: Transporter) -> float:
        """The same for answers and for scoring, never negative."""
        return max(0.0, float(self.free_kg(transporter)))

    def has_room(self, capacity_kg: Decimal, max_active: int, weight_kg: Decimal) -> bool:
        """Whether one parcel more fits into a vehicle and a number of deliveries; ``check_fits`` says why not."""
        return weight_kg <= capacity_kg - self.weight_kg and self.active < max_active

    def with_one(self, weight_kg: Decimal) -> "Load":
        """The same with one delivery more."""
        return Load(self.active + 1, self.weight_kg + weight_kg)

    def check_fits(self, transporter: Transporter, delivery: Delivery) -> None:
        """Raises Invalid where the parcel is too heavy, or there are as many deliveries as there may be."""
        free_kg = self.free_kg(transporter)
        if delivery.package_weight > free_kg:
            raise Invalid(
                "Package weight exceeds your vehicle capacity",
                code="capacity_exceeded",
                package_weight=float(delivery.package_weight),
                vehicle_capacity=float(transporter.capacity_kg),
                free_capacity=float(free_kg),
            )
        if self.active >= transporter.max_active:
            raise Invalid(
                f"You have {self.active} deliveries under way, the most you may have.",
                code="too_many_deliveries",
                active_deliveries=self.active,
                max_active=transporter.max_active,
            )


NOTHING = Load()


async def loads_of(session: AsyncSession, transporter_ids: Sequence[int]) -> dict[int, Load]:
    """What each of these transporters carries by its row; those who carry nothing are missing."""
    query = select(Transporter.id, Transporter.active_count, Transporter.carried_kg).where(Transporter.active_count > 0)
    rows = await session.execute(query.where(among(Transporter.id, transporter_ids)))
    return {transporter: Load(active, weight) for transporter, active, weight in rows}


async def load_of(session: AsyncSession, transporter_id: int) -> Load:
    """What one transporter carries; it is certain while its row is held."""
    return (await loads_of(session, [transporter_id])).get(transporter_id, NOTHING)


def load_on(transporter: Transporter) -> Load:
    """The same from a row that was locked and loaded just now; what was given since then is not in it."""
    return Load(transporter.active_count, transporter.carried_kg)
