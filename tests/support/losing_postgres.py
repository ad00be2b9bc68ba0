"""A PostgreSQL whose answer to one commit is lost, or which never hears of it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import URL

COMMIT = b"COMMIT;"


class LosingPostgres:
    """Stands between a server and its database, and breaks one connection in its commit."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._statement = b""
        self._done = False
        self.lost = 0

    def lose_commit_after(self, statement: str, *, done: bool) -> None:
        """Of the next transaction that has this statement. ``done``: the database commits, and only we do not hear."""
        self._statement, self._done = statement.encode(), done

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        path = f"{self._url.query['host']}/.s.PGSQL.{self._url.query.get('port') or self._url.port or 5432}"
        from_server, to_server = await asyncio.open_unix_connection(path)
        losing, seen = asyncio.Event(), b""

        async def back() -> None:
            while data := await from_server.read(2**16):
                if losing.is_set():
                    return  # the answer to the commit
                writer.write(data)
            writer.close()

        answers = asyncio.create_task(back())
        try:
            while data := await reader.read(2**16):
                seen += data
                if self._statement and self._statement in seen and COMMIT in data:
                    self._statement, self.lost = b"", self.lost + 1
                    losing.set()
                    if self._done:
                        to_server.write(data)
                        await answers
                    return
                if COMMIT in data:
                    seen = b""
                to_server.write(data)
        finally:
            answers.cancel()
            to_server.close()
            with suppress(OSError):
                writer.close()


@asynccontextmanager
async def losing_postgres(url: URL) -> AsyncIterator[tuple[LosingPostgres, str]]:
    """It, and the address under which it is the database of ``url``."""
    postgres = LosingPostgres(url)
    with tempfile.TemporaryDirectory() as folder:  # a short one: the path of a socket may not be long
        listening = await asyncio.start_unix_server(postgres.relay, Path(folder) / ".s.PGSQL.5432")
        # Each statement is sent in words each time, so that it can be seen.
        words = {"host": folder, "prepared_statement_cache_size": "0"}
        there = url.set(port=5432).difference_update_query(["host", "port"]).update_query_dict(words)
        try:
            yield postgres, there.render_as_string(hide_password=False)
        finally:
            listening.close()
