"""Numbering what was committed.

Transactions commit in another order than they write, so an identity would let whoever reads on from a number miss what
commits later with a lower one. Here one at a time, by a lock that ends with its transaction, numbers what it sees: when
a number is visible, so is every lower one that will ever be given.
"""

from dispatch.database.engine import DriverConnection

# Any number, the same everywhere and used for nothing else.
ADVISORY_LOCK = 7_306_190
BATCH = 5_000

# A statement of its own: the next one sees what was committed before the lock was had.
HAVE_TURN = "SELECT pg_try_advisory_xact_lock($1)"

# Events of one subject are written under a lock on its row, so their ids have the order in which they happened.
NUMBER = """
WITH fresh AS MATERIALIZED (
    SELECT id FROM events WHERE sequence IS NULL ORDER BY id LIMIT $1
), placed AS MATERIALIZED (
    SELECT id, nextval('events_sequence_seq') AS place FROM fresh
)
UPDATE events AS e SET sequence = p.place FROM placed AS p WHERE e.id = p.id RETURNING e.sequence
"""


async def number_committed(connection: DriverConnection) -> tuple[int, int] | None:
    """Number what was committed, within the caller's transaction; the first and last number, None where none is new.

    Not more than ``BATCH`` at once, and nothing while another process does it.
    """
    if not await connection.fetchval(HAVE_TURN, ADVISORY_LOCK):
        return None
    given = [row["sequence"] for row in await connection.fetch(NUMBER, BATCH)]
    return (min(given), max(given)) if given else None
