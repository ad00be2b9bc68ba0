"""Statements that are asked again and again cost what they find, not what there has ever been."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.arrivals.movement import concerned_query
from dispatch.deliveries.finding import DeliveryFilter, deliveries_query
from dispatch.deliveries.finding_orders import OrderFilter, orders_query
from dispatch.sales.models import Sale
from tests.support.world import World

# Of one transporter, a delivery an hour, the last one just now, and two under way. References are not checked:
# they would need as many sales.
CARRIED = """
INSERT INTO deliveries (delivery_id, tracking_number, sale_id, pickup_address, pickup_contact_name,
    pickup_contact_phone, pickup_instructions, delivery_address, delivery_contact_name, delivery_contact_phone,
    delivery_instructions, package_weight, package_dimensions, fragile, requires_signature, special_instructions,
    priority, delivery_fee, status, transporter_id, assigned_at, delivered_at, created_at, updated_at)
SELECT gen_random_uuid(), 'TRK-growth-' || n, -n, '', '', '', '', '', '', '', '', 1, '', false, false, '', 'normal', 1,
    CASE WHEN n <= 2 THEN 'assigned' ELSE 'delivered' END, -7, now() - n * interval '1 hour',
    CASE WHEN n <= 2 THEN NULL ELSE now() - n * interval '1 hour' END, now(), now()
FROM generate_series(1, 20000) AS n
"""
SOLD = """
INSERT INTO sales (order_number, buyer_id, buyer_name, seller_id, product_id, product_name, quantity, unit_price,
    total_amount, payment_method, transaction_id, payment_status, status, created_at, updated_at)
SELECT 'growth-' || n, -1, '', -1, -n, '', 1, 1, 1, '', gen_random_uuid(), 'paid', 'processing', now(), now()
FROM generate_series(1, 20000) AS n
"""

ORDERED = """
INSERT INTO orders (order_number, customer_id, cart_id, delivery_info_id, total_amount, tax_amount, shipping_cost,
    order_status, payment_status, created_at, updated_at)
SELECT 'growth-' || n, -1, -1, -n, 1, 0, 0, 'completed', 'paid', now() - n * interval '1 hour', now()
FROM generate_series(1, 20000) AS n
"""


async def test_a_batch_of_fixes_does_not_look_at_all_that_its_transporter_ever_carried(world: World) -> None:
    async with world.server.services.database.sessions() as session:
        await _filled(session, CARRIED, "deliveries")
        since = datetime.now(UTC) - timedelta(hours=4)
        found = list(await session.scalars(concerned_query([-7], since)))
        assert {delivery.status for delivery in found} == {"assigned", "delivered"}
        assert len(found) <= 5
        assert await _looked_at(session, concerned_query([-7], since)) <= 4 * len(found)
        await session.rollback()


async def test_the_sales_of_a_product_are_found_without_looking_at_all_sales(world: World) -> None:
    async with world.server.services.database.sessions() as session:
        await _filled(session, SOLD, "sales")
        assert await _looked_at(session, select(Sale).where(Sale.product_id == -77)) == 1
        await session.rollback()


async def test_a_day_of_deliveries_and_one_of_orders_are_listed_without_looking_at_all_of_them(world: World) -> None:
    day = datetime.now(UTC) - timedelta(days=200)
    until = day + timedelta(days=1)
    async with world.server.services.database.sessions() as session:
        made_at_last = "now() - n * interval '1 hour', now()\nFROM"
        await _filled(session, CARRIED.replace("now(), now()\nFROM", made_at_last), "deliveries")
        await _filled(session, ORDERED, "orders")
        for query, table in (
            (deliveries_query(DeliveryFilter(made_from=day, made_to=until), day.date()), "deliveries"),
            (orders_query(OrderFilter(made_from=day, made_to=until)), "orders"),
        ):
            assert await _looked_at(session, query, table) <= 2 * 25, table
        await session.rollback()


async def _filled(session: AsyncSession, statement: str, table: str) -> None:
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(text(statement))
    await session.execute(text(f"ANALYZE {table}"))


async def _looked_at(session: AsyncSession, query: Select[Any], table: str = "") -> int:
    """Rows that the scans of a query's plan touched, those that they threw away too; of one table alone if named."""
    compiled = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    [plan] = (await session.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}"))).scalar_one()
    return sum(
        round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in _nodes(plan["Plan"])
        if "Scan" in node["Node Type"] and node.get("Relation Name") and table in {"", node["Relation Name"]}
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
