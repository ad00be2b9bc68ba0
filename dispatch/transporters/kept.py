"""What assigning wants to know of every transporter, in columns that a process keeps and that changes keep true.

Every transaction that changes one of them leaves its own number on the transporter's row (triggers of the database see
to that, whoever writes). Each reading asks for the rows whose number is not below the lowest that was still open at the
reading before: what was committed since is among them, in whatever order transactions ended. So a reading is as true as
a query of all rows, and costs what has changed. After any doubt everything is read anew.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np

from dispatch.database.engine import Database, DriverConnection
from dispatch.keyed_columns import Column, KeyedColumns, Keys

# So many rows are taken at once, so that other work of the event loop waits a few milliseconds only.
ROWS_AT_ONCE = 2_000
NEVER_EXPIRES = 2**31 - 1

_Read: TypeAlias = tuple[Keys, dict[str, Column]]


class Standing:
    """What stands against a transporter, whatever the delivery; the first that does. Papers also end by the day."""

    FITS: Final = 0
    ACCOUNT: Final = 1
    NOT_VERIFIED: Final = 2
    PAPERS: Final = 3
    NOT_AVAILABLE: Final = 4
    OFF_SHIFT: Final = 7
    """It has planned to work at other times; not in the columns, for it changes with the minute. Kept decisions have
    the numbers between for what stands against somebody in one decision only."""


KINDS: dict[str, Any] = {
    "standing": np.int8,
    "papers_until": np.int64,
    "rating": np.float64,
    "capacity_kg": np.float64,
    "free_kg": np.float64,
    "active": np.int64,
    "max_active": np.int64,
    "vehicle_type": object,
    "name": object,
    "week": object,
}
"""Columns with their types; ``papers_until`` is the last good day, counted from 1970; ``week``: the planned shifts as
``weekday:begins-ends`` in minutes of the day, Monday is 0, with blanks between; empty where none are planned."""

_READ = """
WITH changed AS MATERIALIZED (
    SELECT t.id, t.changed_in,
           CASE WHEN NOT (u.is_active AND 'transporter' = ANY (u.roles)) THEN 1
                WHEN t.verified_at IS NULL THEN 2
                WHEN NOT coalesce(p.all_verified, true) THEN 3
                WHEN NOT t.is_available THEN 4
                ELSE 0 END AS standing,
           coalesce(p.until - DATE '1970-01-01', 2147483647) AS papers_until,
           t.rating::float8 AS rating, t.capacity_kg::float8 AS capacity_kg,
           greatest(t.capacity_kg - t.carried_kg, 0)::float8 AS free_kg,
           t.active_count AS active, t.max_active, t.vehicle_type, u.name, coalesce(s.week, '') AS week
    FROM transporters AS t
    JOIN users AS u ON u.id = t.user_id
    LEFT JOIN LATERAL (
        SELECT bool_and(d.verified_at IS NOT NULL) AS all_verified, min(d.expires_on) AS until
        FROM transporter_documents AS d WHERE d.transporter_id = t.id
    ) AS p ON true
    LEFT JOIN LATERAL (
        SELECT string_agg(weekday || ':' || begins || '-' || ends, ' ' ORDER BY weekday, begins) AS week
        FROM transporter_shifts WHERE transporter_id = t.id
    ) AS s ON true
    WHERE {which}
)
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS open_from,
       extract(epoch FROM pg_postmaster_start_time())::float8 AS server,
       array_agg(id) AS ids, array_agg(changed_in) AS changed_in, array_agg(standing) AS standing,
       array_agg(papers_until) AS papers_until, array_agg(rating) AS rating, array_agg(capacity_kg) AS capacity_kg,
       array_agg(free_kg) AS free_kg, array_agg(active) AS active, array_agg(max_active) AS max_active,
       array_agg(vehicle_type) AS vehicle_type, array_agg(name) AS name, array_agg(week) AS week
FROM changed
"""
# A number beyond those of this server comes from another, out of which the rows were restored.
_CHANGED = """
    (t.changed_in, t.id) > ($1::bigint, $2::bigint)
    AND ($3 OR t.changed_in < pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    ORDER BY t.changed_in, t.id
    LIMIT $4
"""
_OF_CHANGED_USERS = """
    t.user_id = ANY (ARRAY(
        SELECT c.id FROM users AS c
        WHERE c.changed_in > 0 AND c.changed_in >= $1::bigint
          AND c.changed_in < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
          AND EXISTS (SELECT FROM transporters WHERE user_id = c.id)
        ORDER BY c.changed_in, c.id
        LIMIT $2
    ))
"""
CHANGED = _READ.replace("{which}", _CHANGED)
OF_CHANGED_USERS = _READ.replace("{which}", _OF_CHANGED_USERS)


class KeptTransporters:
    """The columns of one process; any number of questions may share them."""

    def __init__(self, database: Database, *, rows_at_once: int = ROWS_AT_ONCE) -> None:
        self._database = database
        self._rows_at_once = rows_at_once
        self._lock = asyncio.Lock()
        self._rows = KeyedColumns.empty(KINDS)
        self._open_from: int | None = None
        self._server: float | None = None

    async def read(self) -> KeyedColumns:
        """Every transporter as the database has it now; rows by id. Raises SQLAlchemyError.

        Opens a connection of its own: what the asking transaction has not committed is not among it, and a unit of
        work that holds a connection should end its transaction before.
        """
        async with self._lock:
            try:
                async with self._database.connection() as driver:
                    await self._catch_up(driver)
            except Exception:
                self._forget()
                raise
            return self._rows

    def _forget(self) -> None:
        self._rows, self._open_from, self._server = KeyedColumns.empty(KINDS), None, None

    async def _catch_up(self, driver: DriverConnection) -> None:
        if self._open_from is not None and await self._read_changes(driver, self._open_from):
            return
        self._forget()
        await self._read_rows(driver, -1)

    async def _read_changes(self, driver: DriverConnection, open_from: int) -> bool:
        """False where what is known is not to be built upon."""
        if not await self._read_rows(driver, open_from):
            return False
        row = await driver.fetchrow(OF_CHANGED_USERS, open_from, self._rows_at_once)
        self._put(_columns_of(row))
        return len(row["ids"] or ()) < self._rows_at_once

    async def _read_rows(self, driver: DriverConnection, changed_from: int) -> bool:
        """Take in all rows of that number or above, -1 for all; False where another server or an older state answers.

        An older state has open transactions that were over before.
        """
        after, open_from, read = (changed_from, -1), None, list[_Read]()
        while True:
            row = await driver.fetchrow(CHANGED, *after, changed_from < 0, self._rows_at_once)
            if self._server is not None and (row["server"] != self._server or row["open_from"] < changed_from):
                return False
            self._server = row["server"]
            open_from = row["open_from"] if open_from is None else open_from
            read.append(_columns_of(row))
            if len(row["ids"] or ()) < self._rows_at_once:
                self._open_from = open_from
                self._put(*read)
                return True
            after = max(zip(row["changed_in"], row["ids"], strict=True))

    def _put(self, *read: _Read) -> None:
        """Take in what was read; all together, because each time costs as much as there are rows in all."""
        columns = {name: np.concatenate([some[name] for _, some in read]) for name in KINDS}
        self._rows = self._rows.with_rows(np.concatenate([ids for ids, _ in read]), columns)


def _columns_of(row: Mapping[str, Any]) -> _Read:
    columns = {name: np.array(row[name] or (), dtype=kind) for name, kind in KINDS.items()}
    return np.array(row["ids"] or (), dtype=np.int64), columns
