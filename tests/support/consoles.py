"""A dispatcher's side of the console's socket."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets

from realtime.console.frames import MAX_ITEMS
from tests.support.waiting import PATIENCE_S
from tests.support.watching import next_frame
from tests.support.world import Person, World

EVERYTHING = {"type": "subscribe"}


class Console:
    """A dispatcher's side of the socket: what it knows after all frames so far."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.transporters: dict[int, dict[str, Any]] = {}
        self.deliveries: dict[int, dict[str, Any]] = {}
        self.profiles: dict[int, dict[str, Any]] = {}
        self.introduced: list[int] = []
        self.frames: list[dict[str, Any]] = []

    async def subscribe(self, area: dict[str, float] | None = None) -> None:
        await self.socket.send(json.dumps(EVERYTHING | ({"area": area} if area else {})))
        while not (await self.read()).get("reset"):
            pass

    async def read(self) -> dict[str, Any]:
        """The next frame of the fleet; runs and searches of other tests are told in between."""
        while (frame := await next_frame(self.socket))["type"] in ("run", "search"):
            pass
        assert frame["type"] == "fleet"
        assert len(frame["transporters"]) + len(frame["deliveries"]) <= MAX_ITEMS
        self.frames.append(frame)
        if frame["reset"]:
            self.transporters, self.deliveries = {}, {}
        self.transporters |= {one["id"]: one for one in frame["transporters"]}
        self.deliveries |= {one["id"]: one for one in frame["deliveries"]}
        self.profiles |= {one["id"]: one for one in frame["profiles"]}
        self.introduced += [one["id"] for one in frame["profiles"]]
        for gone in frame["gone"]:
            del self.transporters[gone]
        return frame

    async def until_transporter(self, transporter_id: int, **values: object) -> dict[str, Any]:
        return await self._until(lambda: self.transporters.get(transporter_id), values)

    async def until_delivery(self, delivery_id: int, **values: object) -> dict[str, Any]:
        return await self._until(lambda: self.deliveries.get(delivery_id), values)

    async def _until(self, find: Any, values: dict[str, object]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found: dict[str, Any] | None = find()
            if found is not None and all(found[key] == value for key, value in values.items()):
                return found
            assert time.monotonic() < deadline, f"never came: {values}; it stays {found}"
            await self.read()


@asynccontextmanager
async def console_of(world: World, admin: Person) -> AsyncIterator[Console]:
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]
    options: dict[str, Any] = {"subprotocols": names, "max_size": None, "open_timeout": PATIENCE_S}
    async with websockets.connect(f"{world.ws_url}/ws/console", **options) as socket:
        yield Console(socket)
