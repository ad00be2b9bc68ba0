"""A partner's server that takes webhooks, or does with them what servers do on a bad day."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from standardwebhooks import Webhook


class Behaviour(StrEnum):
    """What comes of a request."""

    TAKE = "200 OK"
    FAIL = "500 Internal Server Error"
    GONE = "410 Gone"
    REDIRECT = "307 Temporary Redirect"
    HANG = "does not answer until whoever looks on has seen enough"
    LATE = "answers 200 when nobody waits for it any more"
    CLOSE = "closes the connection"


@dataclass
class Received:
    """A request, and what came of it."""

    headers: dict[str, str]
    body: bytes
    behaviour: Behaviour

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    def check_signature(self, secret: str) -> None:
        """By the library that receivers use; raises where it is not good."""
        Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """``behave`` says what comes of a request, by its event."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    behave: Callable[[dict[str, Any]], Behaviour] = lambda _: Behaviour.TAKE
    seen_enough: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    def taken(self) -> list[dict[str, Any]]:
        return [one.event for one in self.received if one.behaviour is Behaviour.TAKE]

    async def _hang(self, reader: asyncio.StreamReader) -> None:
        """Until the other side has waited long enough, or the test has."""
        ends = [asyncio.create_task(reader.read()), asyncio.create_task(self.seen_enough.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            behaviour = self.behave(json.loads(body))
            self.received.append(Received(headers, body, behaviour))
            if behaviour is Behaviour.HANG:
                await self._hang(reader)
            elif behaviour is Behaviour.LATE:
                await reader.read()
                writer.write(f"HTTP/1.1 {Behaviour.TAKE.value}\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
            elif behaviour is not Behaviour.CLOSE:
                where = f"location: {self.url}/elsewhere\r\n" if behaviour is Behaviour.REDIRECT else ""
                writer.write(f"HTTP/1.1 {behaviour.value}\r\n{where}content-length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens on this machine."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
