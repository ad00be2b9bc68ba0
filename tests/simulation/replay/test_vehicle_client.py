"""One vehicle against a scripted server: what it keeps, what it sends again, when it stops."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from api.simulation.replay.pace import Pace
from api.simulation.replay.reconnecting import Patience
from api.simulation.replay.run_context import RunContext
from api.simulation.replay.tally import Tally
from api.simulation.replay.traces import Row
from api.simulation.replay.vehicle import VehicleClient
from realtime.protocol import SUBPROTOCOL
from tests.support.waiting import until

START = 1_441_540_800_000
Play = Callable[["Script", ServerConnection], Awaitable[None]]


class Script:
    """A server that plays one act a connection, the last one again and again."""

    def __init__(self, *acts: Play) -> None:
        self._acts = list(acts)
        self.connections = 0
        self.heard: list[int] = []
        self.port = 0

    @asynccontextmanager
    async def playing(self) -> AsyncIterator["Script"]:
        async with serve(self._play, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield self

    async def _play(self, socket: ServerConnection) -> None:
        act = self._acts[min(self.connections, len(self._acts) - 1)]
        self.connections += 1
        assert json.loads(await socket.recv())["type"] == "hello"
        await act(self, socket)

    async def hear(self, socket: ServerConnection, up_to: int) -> None:
        """Take this connection's frames until this seq."""
        seqs = [0]
        while seqs[-1] < up_to:
            seqs = [ping["seq"] for ping in json.loads(await socket.recv())["pings"]]
            self.heard += seqs

    def client(self, rows: int, *, patience_s: float = 30.0, frame_bytes: int = 60_000) -> tuple[VehicleClient, Tally]:
        """A vehicle with so many fixes, a second apart."""
        tally = Tally(rows)
        pace = Pace(oldest_ms=START, newest_ms=START + rows * 1000, speed=None, vehicles=1)
        url = f"ws://127.0.0.1:{self.port}/ws/transporter"
        context = RunContext(url, "epoch", pace, tally, Patience(patience_s), asyncio.Semaphore(4), frame_bytes)
        fixes = [Row(START + n * 1000, n + 2, 1.0, 2.0, None, None) for n in range(rows)]
        return VehicleClient(context, "bus", fixes, lambda: "token"), tally


async def say(socket: ServerConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


async def welcome(socket: ServerConnection, last_seq: int) -> None:
    policy = {"interval_s": 5, "distance_m": 15, "heartbeat_s": 30, "new": 1}
    await say(socket, type="welcome", last_seq=last_seq, policy=policy)


def acts(last_seq: int, *, ack: int, then: Callable[[ServerConnection], Awaitable[None]]) -> Play:
    """Welcome, hear everything up to 600, acknowledge, and then something."""

    async def play(script: Script, socket: ServerConnection) -> None:
        await welcome(socket, last_seq)
        await script.hear(socket, 600)
        await say(socket, type="ack", seq=ack)
        await then(socket)

    return play


async def break_off(socket: ServerConnection) -> None:
    socket.transport.abort()


async def stay(socket: ServerConnection) -> None:
    await socket.wait_closed()


async def test_after_a_lost_connection_exactly_the_unacknowledged_pings_are_sent_again() -> None:
    script = Script(acts(0, ack=250, then=break_off), acts(250, ack=600, then=stay))
    async with script.playing():
        client, tally = script.client(600)
        await client.run()
    assert script.heard == [*range(1, 601), *range(251, 601)]
    assert (tally.sent, tally.resent, tally.acknowledged, tally.missing) == (600, 350, 600, 0)


async def test_what_an_earlier_replay_stored_is_skipped() -> None:
    script = Script(acts(590, ack=600, then=stay))
    async with script.playing():
        client, tally = script.client(600)
        await client.run()
    assert script.heard == list(range(591, 601))
    assert (tally.skipped, tally.sent, tally.acknowledged) == (590, 10, 10)


async def test_a_stored_ping_out_of_turn_does_not_stand_for_those_before_it() -> None:
    script = Script(acts(0, ack=250, then=break_off), acts(500, ack=600, then=stay))
    async with script.playing():
        client, tally = script.client(600)
        await client.run()
    assert script.heard[600:] == list(range(251, 601))
    assert tally.is_complete


async def test_an_acknowledged_ping_that_the_server_forgot_is_counted_as_missing() -> None:
    script = Script(acts(0, ack=250, then=break_off), acts(240, ack=600, then=stay))
    async with script.playing():
        client, tally = script.client(600)
        await client.run()
    assert tally.missing == 10
    assert not tally.is_complete


async def test_rejected_pings_are_counted_once_by_reason_and_named_by_line() -> None:
    async def reject_then(socket: ServerConnection, script: Script, then: Callable[..., Awaitable[None]]) -> None:
        await welcome(socket, 0)
        await script.hear(socket, 600)
        await say(socket, type="reject", seq=7, reason="out_of_range")
        await then(socket)

    async def first(script: Script, socket: ServerConnection) -> None:
        await reject_then(socket, script, break_off)

    async def second(script: Script, socket: ServerConnection) -> None:
        script.heard.clear()

        async def acknowledge(socket: ServerConnection) -> None:
            await say(socket, type="ack", seq=600)
            await stay(socket)

        await reject_then(socket, script, acknowledge)

    async with Script(first, second).playing() as script:
        client, tally = script.client(600)
        await client.run()
    assert {reason: (one.count, one.examples) for reason, one in tally.rejected.items()} == {
        "out_of_range": (1, ["bus, line 8"])
    }
    assert tally.acknowledged == 599
    assert tally.is_complete


async def test_frames_of_unknown_types_are_passed_over() -> None:
    async def chatter(script: Script, socket: ServerConnection) -> None:
        await say(socket, type="offer", delivery_id=1)
        await acts(0, ack=600, then=stay)(script, socket)

    async with Script(chatter).playing() as script:
        client, tally = script.client(600)
        await client.run()
    assert tally.is_complete


@pytest.mark.parametrize("code", [4400, 4401, 4403])
async def test_a_close_code_that_forbids_it_is_not_followed_by_another_attempt(code: int) -> None:
    async def refuse(_script: Script, socket: ServerConnection) -> None:
        await say(socket, type="error", code="no", detail="and this is why")
        await socket.close(code, "no")

    async with Script(refuse).playing() as script:
        client, tally = script.client(10)
        await client.run()
    assert script.connections == 1
    assert tally.failed == {"bus": f"the server closed with {code} (no): and this is why"}
    assert not tally.is_complete


async def test_an_expired_token_is_replaced_by_a_fresh_one() -> None:
    async def expire(_script: Script, socket: ServerConnection) -> None:
        await socket.close(4401, "token_expired")

    async with Script(expire, acts(0, ack=600, then=stay)).playing() as script:
        client, tally = script.client(600)
        await client.run()
    assert tally.is_complete


async def test_a_frame_that_is_too_big_is_cut_in_half() -> None:
    async def too_big(script: Script, socket: ServerConnection) -> None:
        await welcome(socket, 0)
        if len(await socket.recv()) > 5_000:
            await socket.close(1009, "too big")
        else:
            await say(socket, type="ack", seq=10)
            await socket.wait_closed()
        assert script.connections < 10

    async with Script(too_big).playing() as script:
        client, tally = script.client(400)
        running = asyncio.create_task(client.run())
        await until(lambda: tally.settled >= 10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert script.connections > 1


async def test_a_server_that_stays_away_is_given_up_by_name() -> None:
    async with Script(acts(0, ack=250, then=break_off)).playing() as script:
        client, tally = script.client(600, patience_s=0.3)
    await client.run()
    assert list(tally.failed) == ["bus"]
    assert tally.failed["bus"].startswith("the server does not come back: ")
    assert tally.open == 600


async def test_no_more_pings_are_under_way_than_the_window_holds() -> None:
    async def mute(script: Script, socket: ServerConnection) -> None:
        await welcome(socket, 0)
        async for frame in socket:
            script.heard += [ping["seq"] for ping in json.loads(frame)["pings"]]
            if len(script.heard) >= 2_000:  # nothing was acknowledged; whatever comes now is beyond the window
                await say(socket, type="ack", seq=1)

    async with Script(mute).playing() as script:
        client, tally = script.client(20_000)
        running = asyncio.create_task(client.run())
        await until(lambda: tally.settled)
        assert len(script.heard) <= 2_500
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
