"""What a buyer is told of an order's way, as an SMS from the outbox."""

from datetime import datetime

from dispatch.database.engine import DriverConnection
from dispatch.database.records import to_json
from dispatch.orders.models import OrderStatus

# Nobody waits to hear that an order was made, which they did themselves, or that its time for objections is over.
TOLD = {
    OrderStatus.CONFIRMED: "is confirmed",
    OrderStatus.PROCESSING: "is being prepared",
    OrderStatus.SHIPPED: "is on its way",
    OrderStatus.DELIVERED: "was delivered",
    OrderStatus.CANCELLED: "was cancelled",
}
TELL = """
INSERT INTO outbox_messages (key, channel, template, recipient, content, status, attempts, next_attempt_at, created_at,
                             updated_at)
SELECT $2, 'sms', 'order_status', d.phone_number,
       $3::jsonb || jsonb_build_object('order_number', o.order_number, 'language', u.language),
       'pending', 0, $4, $4, $4
FROM orders o JOIN delivery_infos d ON d.id = o.delivery_info_id JOIN users u ON u.id = o.customer_id
WHERE o.id = $1 AND d.phone_number <> ''
ON CONFLICT (key) DO NOTHING
"""


async def tell_status(connection: DriverConnection, order_id: int, status: OrderStatus, now: datetime) -> None:
    """Write the SMS of a status, in the transaction that changes it; once, and not of every status."""
    told = TOLD.get(status)
    if told is not None:
        content = to_json({"status": status.value, "told": told})
        await connection.execute(TELL, order_id, f"order-sms:{order_id}:{status.value}", content, now)
