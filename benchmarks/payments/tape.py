"""The statements of a run as the driver sent them, and playing them again without anything around them."""

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import event

from dispatch.database.engine import Database

BEGIN, ENDS = "BEGIN;", frozenset({"COMMIT;", "ROLLBACK;"})
PING = ";"  # the pool asks a connection that was idle for long


@dataclass(frozen=True, slots=True)
class Statement:
    """What went over one of the connections, which is known by a number."""

    connection: int
    text: str
    values: tuple[Any, ...]

    @property
    def is_frame(self) -> bool:
        """Whether it only begins or ends a transaction."""
        return self.text == BEGIN or self.text in ENDS


@dataclass
class Tape:
    """Statements in the order in which they were answered."""

    statements: list[Statement] = field(default_factory=list)

    def listen(self, database: Database, beside: Collection[str]) -> None:
        """Write down what the driver sends over every connection that is made from now on.

        ``beside``: the names of the server's jobs; they may use sessions, and what those do is not on the tape.
        """
        engine = database.engine.sync_engine

        def connected(connection: Any, _: object) -> None:  # noqa: ANN401  the pool's own type
            number = id(connection)

            def sent(query: Any) -> None:  # noqa: ANN401  asyncpg is not typed
                if query.query == PING:
                    return
                self.statements.append(Statement(number, query.query, tuple(query.args)))

            connection.driver_connection.add_query_logger(sent)

        def executed(*_: object) -> None:
            # Sessions prepare their statements by themselves, where the driver's log does not see them.
            task = asyncio.current_task()
            if task is None or task.get_name() not in beside:
                raise RuntimeError("a request uses a session: its statements would be missing on the tape")

        event.listen(engine, "connect", connected)
        event.listen(engine, "before_cursor_execute", executed)

    def take(self) -> list[Statement]:
        """What was written down since the last time, without transactions that hold nothing."""
        taken, self.statements = self.statements, []
        kept: list[Statement] = []
        begun: dict[int, Statement] = {}
        for one in taken:
            if one.text == BEGIN:
                begun[one.connection] = one
            elif one.text in ENDS and begun.pop(one.connection, None) is not None:
                continue
            else:
                if (beginning := begun.pop(one.connection, None)) is not None:
                    kept.append(beginning)
                kept.append(one)
        return kept


class Player:
    """Plays statements on as many connections as they were sent over."""

    def __init__(self, url: str) -> None:
        self._dsn = url.replace("+asyncpg", "")
        self._connections: dict[int, asyncpg.Connection] = {}

    async def play(self, statements: list[Statement]) -> float:
        """The seconds it took."""
        for one in statements:
            if one.connection not in self._connections:
                self._connections[one.connection] = await asyncpg.connect(self._dsn)
        start = time.perf_counter()
        for one in statements:
            connection = self._connections[one.connection]
            if one.values:
                await connection.fetch(one.text, *one.values)
            else:
                await connection.execute(one.text)
        return time.perf_counter() - start

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            await connection.close()
