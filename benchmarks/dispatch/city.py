"""A city for the dispatcher's figures: parcels that wait and transporters who are online, written as rows at once.

Its figures are about what the server does with them, so nobody of them signs up or buys anything.
"""

import time
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from redis.asyncio import Redis

from dispatch.database.engine import Database
from realtime.fixes import LiveUpdate, LoggedFix
from realtime.redis.keys import Keys

CENTRE = (27.70, 85.32)
SPREAD_DEG = 0.04
HEAVY_VEHICLES_KG = (15, 40, 120)
HEAVY_MEAN_KG, LIGHT_MEAN_KG = 40.0, 4.0
MOST_ACTIVE = 4
ROWS_AT_ONCE = 5_000
ONLINE_FOR_S = 7_200

TRANSPORTERS = """
WITH people AS (
    INSERT INTO users (email, email_key, password_hash, name, roles, is_active, created_at, updated_at)
    SELECT mail, mail, 'none', 'Driver ' || number, '{transporter}', true, now(), now()
    FROM (SELECT number, 'city-' || number || '@bench.invalid' AS mail FROM generate_series(1, $1::int) AS number) AS n
    RETURNING id
), counted AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM people)
INSERT INTO transporters (
    user_id, business_name, phone, vehicle_type, vehicle_number, capacity_kg, max_active, rating, rating_count,
    rating_sum, earned, is_available, papers_version, verified_version, verified_at, created_at, updated_at
)
SELECT id, 'City', '+977-9800000000', 'motorcycle', '', ($2::float8[])[place], $3, ($4::float8[])[place], 10, 45, 0,
       true, 1, 1, now(), now(), now()
FROM counted
RETURNING id
"""

SHOP = """
WITH seller AS (
    INSERT INTO users (email, email_key, password_hash, name, roles, is_active, created_at, updated_at)
    VALUES ('shop@bench.invalid', 'shop@bench.invalid', 'none', 'Shop', '{seller,customer}', true, now(), now())
    RETURNING id
)
INSERT INTO products (
    seller_id, name, description, listed_price, stock, reserved, sold, tax_class, images, is_active, created_at,
    updated_at
)
SELECT id, 'Rice', '', 100, 1, 0, 0, 'standard', '{}', true, now(), now() FROM seller
RETURNING id, seller_id
"""

DELIVERIES = """
WITH sold AS (
    INSERT INTO sales (
        order_number, buyer_id, buyer_name, seller_id, product_id, product_name, quantity, unit_price, total_amount,
        payment_method, transaction_id, payment_status, status, created_at, updated_at
    )
    SELECT 'B-' || $1 || '-' || number, $2, 'Shop', $2, $3, 'Rice', 1, 100, 100, 'KHALTI', gen_random_uuid(), 'paid',
           'processing', now(), now()
    FROM generate_series(1, cardinality($4::float8[])) AS number
    RETURNING id
), counted AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM sold)
INSERT INTO deliveries (
    delivery_id, tracking_number, sale_id, pickup_address, pickup_lat, pickup_lon, pickup_contact_name,
    pickup_contact_phone, pickup_instructions, delivery_address, delivery_lat, delivery_lon, delivery_contact_name,
    delivery_contact_phone, delivery_instructions, package_weight, package_dimensions, fragile, requires_signature,
    special_instructions, priority, delivery_fee, distance_km, status, created_at, updated_at
)
SELECT gen_random_uuid(), 'BENCH' || $1 || '-' || place, id, 'Patan Durbar Square, Lalitpur', ($4::float8[])[place],
       ($5::float8[])[place], 'Shop', '+977-9800000001', '', 'Thamel Marg, Kathmandu', ($4::float8[])[place] + 0.02,
       ($5::float8[])[place] + 0.01, 'Customer', '+977-9800000002', '', ($6::float8[])[place], '', false, false, '',
       'normal', 100, 3.4, 'available', now(), now()
FROM counted
"""


@dataclass(frozen=True)
class City:
    """How large, and whether packages are as heavy as vehicles can just carry."""

    deliveries: int
    transporters: int
    heavy: bool = False

    @property
    def name(self) -> str:
        """For tables and results."""
        return f"{self.deliveries:,} × {self.transporters:,}{', heavy' if self.heavy else ''}"


async def settle(database: Database, redis: Redis, keys: Keys, city: City) -> None:
    """Make the city's transporters, put them online, and let its parcels wait."""
    draw = np.random.default_rng(14)
    capacity = draw.choice(HEAVY_VEHICLES_KG if city.heavy else (60,), city.transporters).astype(float)
    rating = draw.uniform(3.5, 5.0, city.transporters).round(3)
    async with database.connection() as connection:
        rows = await connection.fetch(TRANSPORTERS, city.transporters, capacity.tolist(), MOST_ACTIVE, rating.tolist())
        await _go_online(redis, keys, [row["id"] for row in rows], draw)
        shop = await connection.fetchrow(SHOP)
        mean = HEAVY_MEAN_KG if city.heavy else LIGHT_MEAN_KG
        weight = np.clip(draw.gamma(2.0, mean / 2.0, city.deliveries), 0.1, None).round(3)
        lat, lon = _places(draw, city.deliveries)
        await connection.execute(
            DELIVERIES, "1", shop["seller_id"], shop["id"], lat.tolist(), lon.tolist(), weight.tolist()
        )
        await connection.execute("ANALYZE")


def _places(draw: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    return CENTRE[0] + draw.normal(0, SPREAD_DEG, count), CENTRE[1] + draw.normal(0, SPREAD_DEG, count)


async def _go_online(redis: Redis, keys: Keys, ids: list[int], draw: np.random.Generator) -> None:
    """As the ingest leaves it after a ping of each; nobody of them goes offline while this is measured."""
    now_ms = int(time.time() * 1000)
    lat, lon = (values.round(6).tolist() for values in _places(draw, len(ids)))
    for start in range(0, len(ids), ROWS_AT_ONCE):
        rows = range(start, min(start + ROWS_AT_ONCE, len(ids)))
        live: dict[bytes | bytearray | memoryview[int] | str | int | float, Any] = {
            str(ids[row]): msgspec.json.encode(
                LiveUpdate(row + 1, LoggedFix(ids[row], "bench", "e", 1, lat[row], lon[row], now_ms, now_ms))
            )
            for row in rows
        }
        await redis.hset(keys.live, mapping=live)
        await redis.geoadd(keys.geo, [value for row in rows for value in (lon[row], lat[row], ids[row])])
        await redis.zadd(keys.last_seen, {str(ids[row]): now_ms + ONLINE_FOR_S * 1000 for row in rows})
