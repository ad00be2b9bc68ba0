"""Random changes of all that columns about transporters are made of, written as transactions write them."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.engine import Database
from tests.support.places import at, somewhere
from tests.support.world import World

People = tuple[list[int], list[int]]
"""Transporters and deliveries, by id."""

CHANGES_OF_ONE = (
    "UPDATE transporters SET is_available = NOT is_available WHERE id = $1",
    "UPDATE transporters SET rating = 5 * random() WHERE id = $1",
    "UPDATE transporters SET vehicle_type = chr(97 + floor(3 * random())::int) WHERE id = $1",
    "UPDATE transporters SET capacity_kg = 50 + 50 * random() WHERE id = $1",
    "UPDATE transporters SET verified_at = CASE WHEN verified_at IS NULL THEN now() END WHERE id = $1",
    "UPDATE users SET is_active = NOT is_active WHERE id = (SELECT user_id FROM transporters WHERE id = $1)",
    "UPDATE users SET name = random()::text WHERE id = (SELECT user_id FROM transporters WHERE id = $1)",
    "DELETE FROM transporter_documents WHERE transporter_id = $1",
    """
    INSERT INTO transporter_documents (transporter_id, kind, number, expires_on, verified_at)
    VALUES ($1, chr(97 + floor(3 * random())::int), 'N', DATE '2026-01-01' + (3000 * random())::int, now())
    ON CONFLICT (transporter_id, kind) DO UPDATE SET expires_on = EXCLUDED.expires_on
    """,
    "DELETE FROM transporter_shifts WHERE transporter_id = $1",
    """
    INSERT INTO transporter_shifts (transporter_id, weekday, begins, ends)
    VALUES ($1, floor(7 * random())::int, floor(700 * random())::int, 701 + floor(700 * random())::int)
    ON CONFLICT (transporter_id, weekday, begins) DO NOTHING
    """,
)
CHANGES_OF_PARCEL = (
    """
    UPDATE deliveries SET status = 'assigned', transporter_id = $2 WHERE id = $1 AND status IN ('available', 'assigned')
    """,
    """
    UPDATE deliveries SET status = 'available', transporter_id = NULL
    WHERE id = $1 AND transporter_id IS DISTINCT FROM $2 AND status = 'assigned'
    """,
    "UPDATE deliveries SET package_weight = 1 + $2::bigint % 5 WHERE id = $1",
)


def _change(draw: np.random.Generator, who: Sequence[int], parcels: Sequence[int]) -> tuple[str, list[int]]:
    """A random change as its transaction writes it."""
    one, parcel = int(draw.choice(who)), int(draw.choice(parcels))
    at = int(draw.integers(len(CHANGES_OF_ONE) + len(CHANGES_OF_PARCEL)))
    if at < len(CHANGES_OF_ONE):
        return CHANGES_OF_ONE[at], [one]
    return CHANGES_OF_PARCEL[at - len(CHANGES_OF_ONE)], [parcel, one]


async def people_to_change(world: World, parcels: int) -> People:
    """Six transporters, and so many deliveries."""
    drivers = [await world.driver(capacity_kg=90) for _ in range(6)]
    deliveries = await world.deliveries(*[at(somewhere()) | {"package_weight": 2} for _ in range(parcels)])
    return [driver.transporter_id for driver in drivers], [delivery["id"] for delivery in deliveries]


ENDED = "SELECT pg_terminate_backend(pg_backend_pid())"
"""What a worker that is killed in the midst of a transaction leaves: a connection that ends, and nothing of it."""


async def change_at_random(database: Database, seed: int, changes: int, people: People) -> int:
    """Change at random, several changes a transaction, some rolled back, one killed; how many were committed."""
    draw, committed = np.random.default_rng(seed), 0
    rounds = changes // 3
    for turn in range(rounds):
        try:
            async with database.connection() as driver:
                transaction = driver.transaction()
                await transaction.start()
                for statement, values in [_change(draw, *people) for _ in range(3)]:
                    await driver.execute(statement, *values)
                if turn == rounds // 2:
                    await driver.execute(ENDED)
                if draw.random() < 0.2:
                    await transaction.rollback()
                else:
                    await transaction.commit()
                    committed += 1
        except SQLAlchemyError:
            continue  # killed, or ended because two waited for each other
    return committed
