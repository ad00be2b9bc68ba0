"""A parcel as server-sent events: the watcher's frames over plain HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from realtime.watching import event_stream
from tests.support.waiting import PATIENCE_S
from tests.support.watching import AT_PICKUP, another_world, next_frame, number, step, under_way, watch
from tests.support.world import THAMEL, World, ok


@dataclass
class Event:
    """One event as a browser's EventSource sees it."""

    id: str = ""
    name: str = "message"
    data: str = ""
    comment: str = ""
    retry: str = ""

    @property
    def frame(self) -> Any:
        return json.loads(self.data)


class Reader:
    """Reads events of an open response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Event | None:
        """The next event; None at the end."""
        event, seen = Event(), False
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                if not line and seen:
                    return event
                field, _, value = line.partition(":")
                seen = seen or bool(line)
                name = {"": "comment", "event": "name"}.get(field, field)
                if line:
                    setattr(event, name, value.strip())
        return None


@asynccontextmanager
async def _events(world: World, tracking_number: str, last: str | None = None) -> AsyncIterator[Reader]:
    headers = {} if last is None else {"Last-Event-ID": last}
    address = f"/api/deliveries/{tracking_number}/events/"
    async with world.http.stream("GET", address, headers=headers) as response:
        yield Reader(response)


async def _next(reader: Reader) -> Event:
    while True:
        event = await reader.next()
        assert event is not None, "the stream ended"
        if event.data:
            return event


async def test_events_are_the_frames_of_the_socket_under_their_offsets(world: World) -> None:
    delivery, driver = await under_way(world)
    async with (
        _events(world, delivery["tracking_number"]) as events,
        watch(world, delivery["tracking_number"]) as watcher,
    ):
        assert events.response.status_code == 200
        assert events.response.headers["content-type"].startswith("text/event-stream")
        assert events.response.headers["cache-control"] == "no-store"
        assert events.response.headers["x-accel-buffering"] == "no"
        first = await _next(events)
        assert (first.frame["type"], first.id) == ("snapshot", first.frame["offset"])
        await next_frame(watcher)
        await world.online_at(driver, *THAMEL)
        event, frame = await _next(events), await next_frame(watcher)
        assert (event.frame, event.id, event.name) == (frame, frame["offset"], "message")


async def test_an_event_source_that_comes_back_misses_nothing(world: World) -> None:
    delivery, driver = await under_way(world)
    async with _events(world, delivery["tracking_number"]) as events:
        seen = (await _next(events)).id
    await step(driver, delivery, "pickup")
    await world.online_at(driver, *AT_PICKUP)
    async with _events(world, delivery["tracking_number"], seen) as events:
        status = await _next(events)
        assert (status.frame["type"], status.frame["status"], status.frame["recovered"]) == (
            "status",
            "picked_up",
            True,
        )
        while (event := await _next(events)).frame["type"] != "position":
            assert number(event.id) > number(status.id)
        assert (event.frame["lat"], event.frame["lon"]) == AT_PICKUP


async def test_a_stream_says_that_the_delivery_is_over_ends_and_does_not_begin_again(world: World) -> None:
    delivery, driver = await under_way(world)
    async with _events(world, delivery["tracking_number"]) as events:
        await _next(events)
        await step(driver, delivery, "pickup", "deliver")
        statuses = []
        while (event := await _next(events)).name != "over":
            last = event.id
            statuses.append(event.frame["status"])
        assert statuses == ["picked_up", "delivered"]
        assert await events.next() is None
    async with _events(world, delivery["tracking_number"], last) as events:
        assert events.response.status_code == 204
    async with _events(world, delivery["tracking_number"]) as events:
        assert (await _next(events)).frame["status"] == "delivered"
        assert (await _next(events)).name == "over"


async def test_unknown_numbers_are_404(world: World) -> None:
    for tracking_number in ("TRK0000000000", "nonsense", "x" * 500):
        reply = await world.http.get(f"/api/deliveries/{tracking_number}/events/")
        assert ok(reply, 404)["code"] == "delivery_not_found"


async def test_a_stream_without_news_is_kept_alive_by_comments() -> None:
    stream = event_stream.EventStream()
    chunks = stream.chunks(heartbeat_s=0.01)
    assert (await anext(chunks)).startswith(b":")
    assert (await anext(chunks)).endswith(b"\n\n")
    await stream.end(1012, "restarting")
    assert (await anext(chunks)).startswith(b"retry: ")
    await chunks.aclose()


async def test_a_server_that_stops_ends_its_streams_and_they_go_on_elsewhere(world: World) -> None:
    delivery, driver = await under_way(world)
    async with another_world(world.server) as other, _events(other, delivery["tracking_number"]) as events:
        seen = (await _next(events)).id
        other.server.stop.set()
        ending = await events.next()
        assert ending is not None
        assert int(ending.retry) >= 0
        assert await events.next() is None
    await step(driver, delivery, "pickup")
    async with _events(world, delivery["tracking_number"], seen) as events:
        assert (await _next(events)).frame["status"] == "picked_up"
