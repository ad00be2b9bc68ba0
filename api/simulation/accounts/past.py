"""What was ordered before the demo began: nothing is due before it was ordered."""

from datetime import timedelta

from sqlalchemy import text

from api.server.services import Services
from api.simulation.demo.stories import MARK

ORDERED_BEFORE = timedelta(minutes=45)
"""So long before the time that was asked for it was ordered and sent off."""

# Once: an order that was moved is due after it was made. All that happened to it keeps its order and its distances.
_MOVED = text(
    """
    WITH due AS (
        SELECT d.id, d.sale_id, s.order_id, d.requested_delivery_date - CAST(:before AS interval) - d.created_at AS by
        FROM deliveries d JOIN sales s ON s.id = d.sale_id
        WHERE d.requested_delivery_date < d.created_at AND starts_with(d.pickup_instructions, CAST(:mark AS text))
    ),
    steps AS (
        UPDATE delivery_trackings t SET timestamp = t.timestamp + due.by, noticed_at = t.noticed_at + due.by
        FROM due WHERE t.delivery_id = due.id
    ),
    events AS (
        UPDATE order_tracking_events e SET created_at = e.created_at + due.by
        FROM due WHERE e.order_id = due.order_id OR e.sale_id = due.sale_id
    ),
    sold AS (UPDATE sales s SET created_at = s.created_at + due.by FROM due WHERE s.id = due.sale_id),
    ordered AS (UPDATE orders o SET created_at = o.created_at + due.by FROM due WHERE o.id = due.order_id)
    UPDATE deliveries d SET created_at = d.created_at + due.by FROM due WHERE d.id = due.id
    """
)


async def order_before_due(services: Services) -> None:
    """Move what is overdue when it is made back to when it could have been promised."""
    async with services.database.work() as work:
        await work.session.execute(_MOVED, {"before": ORDERED_BEFORE, "mark": MARK})
