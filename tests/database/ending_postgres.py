"""A PostgreSQL whose connections are told that they are ended, and do not end yet."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL

from dispatch.database.engine import Database
from tests.support.waiting import PATIENCE_S

# More than the event loop needs for handing on what has arrived.
TURNS = 10


class EndingPostgres:
    """Stands between a pool and its database: what the server says arrives, that it has hung up does not."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ending = False
        self._hung_up = asyncio.Event()

    async def end(self, pid: int) -> None:
        """End the server's process; on return its client has read why, and still holds an open connection."""
        self._ending = True
        self._hung_up.clear()
        async with self._database.connection() as other:
            assert await other.fetchval("SELECT pg_terminate_backend($1)", pid)
        async with asyncio.timeout(PATIENCE_S):
            await self._hung_up.wait()
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection, until it is closed or written to although the server has hung up."""
        from_server, to_server = await asyncio.open_unix_connection(_socket(self._database.engine.url))
        there = True

        async def hand_on() -> None:
            while (data := await reader.read(2**16)) and there:
                to_server.write(data)

        asking = asyncio.create_task(hand_on())
        try:
            while data := await from_server.read(2**16):
                writer.write(data)
            there = False
            if self._ending:
                self._ending = False
                self._hung_up.set()
                await asking
        finally:
            asking.cancel()
            to_server.close()
            writer.close()


def _socket(url: URL) -> str:
    return f"{url.query['host']}/.s.PGSQL.{url.query.get('port') or url.port or 5432}"


@asynccontextmanager
async def ending_postgres(database: Database) -> AsyncIterator[tuple[EndingPostgres, Database]]:
    """Stand before the database of ``database``, with a pool of one connection through there."""
    words = EndingPostgres(database)
    with tempfile.TemporaryDirectory() as folder:  # a short one: the path of a socket may not be long
        listening = await asyncio.start_unix_server(words.relay, Path(folder) / ".s.PGSQL.5432")
        url = database.engine.url.set(port=5432).difference_update_query(["host", "port"])
        url = url.update_query_dict({"host": folder})
        through = Database(url.render_as_string(hide_password=False), pool_size=1)
        try:
            yield words, through
        finally:
            await through.close()
            listening.close()
