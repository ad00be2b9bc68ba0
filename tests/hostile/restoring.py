"""Puts back what a call changed, so that the next one reaches as deep: a refusal at the door proves little."""

import json

from sqlalchemy import text

from tests.support.calls import Call, Stage

STEP_BACK = {
    "/api/deliveries/create/": [
        "DELETE FROM delivery_trackings t USING deliveries d WHERE d.id = t.delivery_id AND d.sale_id = :sale",
        "DELETE FROM assignments a USING deliveries d WHERE d.id = a.delivery_id AND d.sale_id = :sale",
        "DELETE FROM deliveries WHERE sale_id = :sale",
    ],
    "/api/transporters/": [
        "DELETE FROM transporter_documents d USING transporters t WHERE t.id = d.transporter_id AND user_id = :novice",
        "DELETE FROM transporters WHERE user_id = :novice",
    ],
}
STATUS_BEFORE = {
    "accept": "UPDATE deliveries SET status = 'available', transporter_id = NULL WHERE id = :delivery",
    "pickup": "UPDATE deliveries SET status = 'assigned', transporter_id = :transporter WHERE id = :delivery",
    "deliver": "UPDATE deliveries SET status = 'picked_up', transporter_id = :transporter WHERE id = :delivery",
}


async def put_back(stage: Stage, call: Call) -> None:
    """Make the things of a call as they were before it."""
    step = call.path.rstrip("/").rpartition("/")[2]
    if call.path in STEP_BACK:
        await _run(stage, *STEP_BACK[call.path])
    elif step in STATUS_BEFORE:
        await _run(
            stage,
            "DELETE FROM proof_records WHERE delivery_id = :delivery",
            "DELETE FROM delivery_trackings WHERE delivery_id = :delivery",
            STATUS_BEFORE[step],
            "UPDATE sales SET status = 'processing' WHERE id = :carried_sale",
            "UPDATE transporters SET capacity_kg = 100, max_active = 3, verified_at = now(), "
            "verified_version = papers_version, is_available = true WHERE id = :transporter",
            "DELETE FROM transporter_documents WHERE transporter_id = :transporter",
        )
    elif call.path.endswith("/orders/create/"):
        await _run(
            stage,
            "UPDATE products SET is_active = true, stock = reserved + 500, discounted_price = NULL, "
            "listed_price = 1250 WHERE id = :product",
            "UPDATE orders SET order_status = 'cancelled' WHERE customer_id = :buyer AND order_status = 'pending'",
            "DELETE FROM cart_items WHERE cart_id = :empty_cart",
            "INSERT INTO cart_items (cart_id, product_id, quantity) VALUES (:empty_cart, :product, 1)",
        )
    elif call.path.endswith("/addresses/"):
        await _run(stage, "DELETE FROM saved_addresses WHERE user_id = :buyer")
    elif call.path.endswith("/payments/initiate/"):
        await _run(
            stage,
            "UPDATE products SET listed_price = 1250, discounted_price = NULL, is_active = true, "
            "stock = reserved + 500 WHERE id IN (SELECT product_id FROM cart_items WHERE cart_id = :cart)",
            "UPDATE cart_items SET quantity = 1 WHERE cart_id = :cart",
            "UPDATE payment_transactions SET status = 'canceled', holds_stock = false, "
            "created_at = created_at - interval '9 days' "  # no failure of today, which would make the next one unusual
            "WHERE user_id = :buyer AND status = 'processing'",
            "DELETE FROM payment_reviews",
        )
    elif call.path.endswith("/products/{product}/"):
        await stage.send(call, json.dumps(stage.body_of(call)).encode())


async def _run(stage: Stage, *statements: str) -> None:
    async with stage.world.server.services.database.work() as work:
        await work.session.execute(text("SET LOCAL dispatch.any_move = 'on'"))  # no life goes back
        for statement in statements:
            query = text(statement)
            await work.session.execute(query, {name: stage.ids[name] for name in query.compile().params})
