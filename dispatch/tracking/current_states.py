"""Many deliveries as they stand now, and all that is to do before them, in a query each."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.deliveries.eta import Errand
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.open_errands import errands_of

CurrentState = tuple[DeliveryStatus, int | None]


async def current_states(database: Database, delivery_ids: Sequence[int]) -> dict[int, CurrentState]:
    """Status and transporter of each delivery that exists among the given."""
    async with database.work() as work:
        rows = await work.session.execute(
            select(Delivery.id, Delivery.status, Delivery.transporter_id).where(among(Delivery.id, delivery_ids))
        )
        return {delivery_id: (status, transporter_id) for delivery_id, status, transporter_id in rows}


async def current_errands(database: Database, transporter_ids: Collection[int]) -> dict[int, tuple[Errand, ...]]:
    """All that each of these has to do; who has nothing is missing."""
    async with database.connection() as driver:
        return await errands_of(driver, transporter_ids)
