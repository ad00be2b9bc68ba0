"""Many deliveries as they stand now, in one query."""

from collections.abc import Sequence

from sqlalchemy import select

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery, DeliveryStatus

CurrentState = tuple[DeliveryStatus, int | None]


async def current_states(database: Database, delivery_ids: Sequence[int]) -> dict[int, CurrentState]:
    """Status and transporter of each delivery that exists among the given."""
    async with database.work() as work:
        rows = await work.session.execute(
            select(Delivery.id, Delivery.status, Delivery.transporter_id).where(among(Delivery.id, delivery_ids))
        )
        return {delivery_id: (status, transporter_id) for delivery_id, status, transporter_id in rows}
