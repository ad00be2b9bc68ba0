"""Which life of the database this is: a name, and a beat that only goes up while it lives.

What is remembered elsewhere of this database (in Redis) is noted together with both. A database that was restored from
a backup has an older beat, another database has another name, and neither is the one that was remembered.
"""

import secrets
from typing import NamedTuple

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes
from dispatch.database.engine import Database, DriverConnection

# Any fixed number: the lock under which one process makes a new incarnation while the others wait.
ADVISORY_LOCK = 7_274_011
# Ids that were perhaps given out since the sequences were last looked at.
MARGIN = 1_000

FIND = "SELECT name, beat FROM database_incarnations WHERE zone = $1"
BEGIN = "INSERT INTO database_incarnations (zone, name, beat) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING"
BEAT = "UPDATE database_incarnations SET beat = beat + 1 WHERE zone = $1 AND name = $2 RETURNING beat"
RENEW = "UPDATE database_incarnations SET name = $2, beat = $3 WHERE zone = $1"
SEQUENCES = """
SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename) AS name, last_value
FROM pg_sequences WHERE last_value IS NOT NULL AND schemaname = current_schema()
"""
RAISE = "SELECT setval($1::text::regclass, GREATEST(COALESCE(pg_sequence_last_value($1::text::regclass), 1), $2))"


class DatabaseIncarnation(CommonTableAttributes, AdvancedDeclarativeBase):
    """The present incarnation, for each zone that remembers this database."""

    __tablename__ = "database_incarnations"

    zone: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    beat: Mapped[int] = mapped_column(BigInteger)


class Incarnation(NamedTuple):
    """A name, and how far it has come."""

    name: str
    beat: int


class Incarnations:
    """The incarnation of a database, for one zone."""

    def __init__(self, database: Database, zone: str) -> None:
        self.database = database
        self._zone = zone

    async def present(self, driver: DriverConnection) -> Incarnation:
        """The present one; the first is made here."""
        found = await driver.fetchrow(FIND, self._zone)
        if found is None:
            await driver.execute(BEGIN, self._zone, secrets.token_hex(8))
            found = await driver.fetchrow(FIND, self._zone)
        return Incarnation(found["name"], found["beat"])

    async def beat(self, driver: DriverConnection, name: str) -> int | None:
        """The next beat, committed; None where the incarnation is another by now."""
        found: int | None = await driver.fetchval(BEAT, self._zone, name)
        return found

    async def renew(self, driver: DriverConnection, beyond: int) -> Incarnation:
        """Begin another incarnation, whose beats are beyond all that were remembered."""
        new = Incarnation(secrets.token_hex(8), beyond + 1)
        await driver.execute(RENEW, self._zone, *new)
        return new


async def sequences_of(driver: DriverConnection) -> dict[str, int]:
    """The last number that each sequence has given out."""
    return {row["name"]: row["last_value"] for row in await driver.fetch(SEQUENCES)}


async def raise_sequences(driver: DriverConnection, remembered: dict[str, int]) -> None:
    """Let no number be given out a second time: what was remembered was given out, before the database went back."""
    for name, last in remembered.items():
        if await driver.fetchval("SELECT to_regclass($1)", name) is not None:
            await driver.execute(RAISE, name, last + MARGIN)
