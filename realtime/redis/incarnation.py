"""Is Redis' memory that of this database? Looked at before anything is acknowledged, and every few seconds after.

The beat is committed in PostgreSQL first and noted in Redis then. So whoever reads Redis first and PostgreSQL after
finds there a beat at least as high; a lower one means that the database went back, as it does when a backup is restored
or a standby that lacked the last transactions was promoted. Redis then remembers seqs that the database no longer
has, positions and ids of transporters that it never knew. All of that is forgotten. The log is not: what was
acknowledged and is not stored yet stays in it, and the history, which knows by its own bitmaps what it has, takes it
over. Ids that were given out before are not given out again, so nobody new stands where another stood.
"""

from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
import structlog
from redis.asyncio import Redis

from dispatch.database.engine import Database, DriverConnection
from dispatch.database.incarnation import (
    ADVISORY_LOCK,
    Incarnation,
    Incarnations,
    raise_sequences,
    sequences_of,
)
from realtime.redis.client import load_script
from realtime.redis.keys import Keys

log = structlog.get_logger(__name__)

# Beats that Redis may lack because noting them failed; where it lacks more, it is Redis that went back.
MISSED_BEATS = 100
AT_ONCE = 500
# A database whose last beat is younger is in use by servers that run.
ALIVE_MS = 12_000


class MemoryMatch(StrEnum):
    """How Redis' memory and the database stand to each other."""

    SAME = "same"
    NEW = "new"
    """Redis remembers no database: it is empty, or from before this was noted."""
    OTHER_DATABASE = "other_database"
    TAKEN = "taken"
    """Another database, whose servers are running now: two must not share a zone of one Redis."""
    DATABASE_WENT_BACK = "database_went_back"
    REDIS_WENT_BACK = "redis_went_back"


class RememberedDatabase(NamedTuple):
    """What Redis notes of the database."""

    name: str
    beat: int
    sequences: dict[str, int]
    age_ms: int
    """Since it was noted, by Redis' clock."""


def match_memory(remembered: RememberedDatabase | None, present: Incarnation) -> MemoryMatch:
    """``remembered`` was read before ``present``."""
    if remembered is None:
        return MemoryMatch.NEW
    if remembered.name != present.name:
        return MemoryMatch.TAKEN if 0 <= remembered.age_ms < ALIVE_MS else MemoryMatch.OTHER_DATABASE
    if present.beat < remembered.beat:
        return MemoryMatch.DATABASE_WENT_BACK
    return MemoryMatch.REDIS_WENT_BACK if present.beat - remembered.beat > MISSED_BEATS else MemoryMatch.SAME


class IncarnationWatch:
    """Keeps Redis' memory that of the database. Any number may run; one at a time changes something."""

    def __init__(self, redis: Redis, keys: Keys, database: Database) -> None:
        self._redis = redis
        self._keys = keys
        self._incarnations = Incarnations(database, keys.zone)
        self._remember = redis.register_script(load_script("remember"))

    async def look(self) -> MemoryMatch:
        """How the two stand; changes nothing but makes the first incarnation. Raises RedisError, SQLAlchemyError."""
        remembered = await self._remembered()
        async with self._incarnations.database.connection() as driver:
            return match_memory(remembered, await self._incarnations.present(driver))

    async def beat(self) -> MemoryMatch:
        """Compare, mend where they differ, and go one beat further; how they stood.

        Raises RedisError and SQLAlchemyError; called again it takes up where it was.
        """
        remembered = await self._remembered()
        async with self._incarnations.database.connection() as driver:
            present = await self._incarnations.present(driver)
            bond = match_memory(remembered, present)
            if bond is MemoryMatch.TAKEN:
                log.error("another database uses this zone of Redis now: give one of them another DISPATCH_ZONE")
                return bond
            if bond in {MemoryMatch.SAME, MemoryMatch.REDIS_WENT_BACK}:
                if bond is MemoryMatch.REDIS_WENT_BACK:
                    log.warning("Redis is older than the database: watchers begin with a snapshot")
                    await self._redis.delete(self._keys.offset_epoch)
                beat = await self._incarnations.beat(driver, present.name)
                if beat is not None:
                    await self._note(driver, Incarnation(present.name, beat))
                return bond
            # One at a time: whoever waited looks again, and finds it done.
            await driver.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
            try:
                return await self._begin_anew(driver)
            finally:
                await driver.execute("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)

    async def _begin_anew(self, driver: DriverConnection) -> MemoryMatch:
        remembered = await self._remembered()
        present = await self._incarnations.present(driver)
        bond = match_memory(remembered, present)
        if bond in {MemoryMatch.SAME, MemoryMatch.REDIS_WENT_BACK, MemoryMatch.TAKEN}:
            return bond
        if remembered is not None:
            log.error(
                "the database is not the one that Redis remembers: what Redis knows of it is forgotten, "
                "pings that wait for the database are kept. Was a backup restored?",
                bond=bond.value,
                beat=present.beat,
                remembered_beat=remembered.beat,
            )
            await raise_sequences(driver, remembered.sequences)
            await self._forget()
        renewed = await self._incarnations.renew(driver, max(present.beat, remembered.beat if remembered else 0))
        await self._note(driver, renewed, replaces=True)
        return bond

    async def _remembered(self) -> RememberedDatabase | None:
        fields = ["name", "beat", "sequences", "at_ms"]
        found: list[Any] = await self._redis.hmget(self._keys.database, fields)
        name, beat, sequences, at_ms = found
        if name is None or beat is None:
            return None
        seconds, micros = await self._redis.time()
        age_ms = seconds * 1000 + micros // 1000 - int(at_ms or 0)
        known = msgspec.json.decode(sequences or b"{}", type=dict[str, int])
        return RememberedDatabase(name.decode(), int(beat), known, age_ms)

    async def _note(self, driver: DriverConnection, incarnation: Incarnation, *, replaces: bool = False) -> None:
        sequences = msgspec.json.encode(await sequences_of(driver))
        arguments: list[str | int | bytes] = [incarnation.name, incarnation.beat, sequences, int(replaces)]
        await self._remember(keys=[self._keys.database], args=arguments)

    async def _forget(self) -> None:
        """Everything of the zone but what lasts. What is noted meanwhile may go too: it is a help, not a need."""
        lasting = {key.encode() for key in self._keys.lasting}
        found: list[bytes] = []
        async for key in self._redis.scan_iter(match=self._keys.all, count=AT_ONCE):
            if key not in lasting:
                found.append(key)
            if len(found) >= AT_ONCE:
                await self._redis.unlink(*found)
                found.clear()
        if found:
            await self._redis.unlink(*found)
