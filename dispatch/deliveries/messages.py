"""What a buyer is told of a parcel's way, from its events: by mail, and by SMS where nothing else says it."""

from datetime import datetime

from dispatch.database.engine import DriverConnection

# What goes back is fetched where its buyer is, and brought to somebody else.
# Of a parcel each is told once, however often its transporter comes near the door. That an order is on its way and was
# delivered is an SMS of the order (dispatch/orders/messages.py), so of these only the others are one.
# A buyer whose account is being deleted is waited for, and then told nothing: what was written with the address of
# before would outlive the deletion.
TELL = """
WITH buyers AS (
    SELECT u.id, u.email, u.name, u.language FROM users u
    WHERE u.is_active AND u.parcel_messages AND u.id IN (
        SELECT s.buyer_id FROM events e
        JOIN deliveries d ON d.id = (e.data->>'delivery_id')::bigint
        JOIN sales s ON s.id = d.sale_id
        WHERE e.sequence BETWEEN $1 AND $2 AND e.type LIKE 'delivery.%'
    )
    ORDER BY u.id
    FOR SHARE OF u
), told AS (
    SELECT DISTINCT ON (d.id, stage, turn)
           d.id, d.tracking_number, stage, turn, s.product_name, u.email, u.name, u.language,
           e.data->>'quantity_accepted' AS accepted, s.quantity,
           CASE WHEN d.return_of IS NULL THEN d.delivery_contact_phone ELSE d.pickup_contact_phone END AS phone
    FROM events e
    CROSS JOIN LATERAL (SELECT CASE
        WHEN e.type = 'delivery.picked_up' THEN 'left'
        WHEN e.type = 'delivery.arriving' THEN 'near'
        WHEN e.type = 'delivery.arrived' AND e.data->>'place' = 'dropoff' THEN 'near'
        WHEN e.type = 'delivery.attempted' THEN 'attempted'
        WHEN e.type = 'delivery.delivered' THEN
            CASE WHEN e.data->>'quantity_accepted' IS NULL THEN 'delivered' ELSE 'partly' END
        WHEN e.type = 'delivery.lost' THEN e.data->>'ending'
        WHEN e.type = 'delivery.returned' THEN 'returned'
    END AS stage, CASE e.type WHEN 'delivery.attempted' THEN '-' || (e.data->>'number') ELSE '' END AS turn) AS known
    JOIN deliveries d ON d.id = (e.data->>'delivery_id')::bigint
    JOIN sales s ON s.id = d.sale_id
    JOIN buyers u ON u.id = s.buyer_id
    WHERE e.sequence BETWEEN $1 AND $2 AND stage IS NOT NULL
      AND (d.return_of IS NULL OR e.type = 'delivery.lost')
    ORDER BY d.id, stage, turn, e.sequence
)
INSERT INTO outbox_messages (key, channel, template, recipient, content, status, attempts, next_attempt_at, created_at,
                             updated_at)
SELECT 'parcel-' || channel || ':' || id || ':' || stage || turn, channel, 'parcel', recipient,
       jsonb_build_object('stage', stage, 'language', language, 'name', name, 'product_name', product_name,
                          'tracking_number', tracking_number, 'accepted', accepted, 'quantity', quantity),
       'pending', 0, $3, $3, $3
FROM told CROSS JOIN LATERAL (VALUES ('mail', email), ('sms', phone)) AS way (channel, recipient)
WHERE (channel = 'mail' OR stage IN ('near', 'attempted', 'lost', 'damaged', 'returned')) AND recipient <> ''
ON CONFLICT (key) DO NOTHING
"""


async def tell_buyers(connection: DriverConnection, first: int, last: int, now: datetime) -> None:
    """Write the messages of the events with these numbers, in the transaction that numbers them."""
    await connection.execute(TELL, first, last, now)
