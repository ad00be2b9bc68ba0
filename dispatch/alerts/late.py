"""Deliveries that are not at their doors when they were wanted there."""

from dispatch.database.engine import Database
from dispatch.events.payloads.deliveries import DeliveryLate
from dispatch.events.recording import record_all
from dispatch.ports import Clock

AT_ONCE = 500

# Whoever records holds the delivery's row; one that somebody holds at this moment is told of in the next round.
TELL = """
WITH late AS (
    SELECT d.id, d.delivery_id, d.tracking_number, d.transporter_id, d.requested_delivery_date,
           d.estimated_delivery_time
    FROM deliveries AS d
    WHERE d.status IN ('available', 'assigned', 'picked_up', 'in_transit') AND d.requested_delivery_date < $1
      AND (d.status <> 'available' OR d.on_hold_since IS NULL OR d.on_hold_until <= $1)
      AND NOT EXISTS (SELECT FROM delivery_alerts AS a WHERE a.delivery_id = d.id AND a.kind = 'late')
    ORDER BY d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED
), told AS (
    INSERT INTO delivery_alerts (delivery_id, kind, at) SELECT id, 'late', $1 FROM late
    ON CONFLICT DO NOTHING RETURNING delivery_id
)
SELECT late.* FROM late JOIN told ON told.delivery_id = late.id ORDER BY late.id
"""


async def tell_late(database: Database, clock: Clock) -> None:
    """All that became late since the last round. Several processes may look at once."""
    told = AT_ONCE
    while told == AT_ONCE:
        now = clock.now()
        async with database.transaction() as driver:
            rows = await driver.fetch(TELL, now, AT_ONCE)
            happened = [
                DeliveryLate(
                    delivery_id=row["id"],
                    delivery_uuid=row["delivery_id"],
                    tracking_number=row["tracking_number"],
                    wanted_at=row["requested_delivery_date"],
                    transporter_id=row["transporter_id"],
                    estimated_delivery_at=row["estimated_delivery_time"],
                )
                for row in rows
            ]
            await record_all(driver, happened, at=now)
        told = len(rows)
