"""What goes over the wire, against a scripted server that acknowledges when it likes."""

import asyncio
import json
from collections.abc import Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from api.simulation.load.plan import Plan
from api.simulation.load.schedule import Drive, StartingLine, Timetable
from api.simulation.replay.reconnecting import Patience
from api.simulation.replay.run_context import RunContext
from api.simulation.replay.tally import Tally
from api.simulation.replay.vehicle import VehicleClient
from realtime.protocol import SUBPROTOCOL

Frames = list[dict[str, object]]
POLICY = {"interval_s": 5, "distance_m": 15, "heartbeat_s": 30}


async def driven(plan: Plan, ready_to_ack: Callable[[Frames], bool]) -> tuple[Frames, Tally]:
    """One transporter's run, and the frames that the server heard; it acknowledges all once it is ready to."""
    heard: Frames = []

    async def play(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv())["type"] == "hello"
        await socket.send(json.dumps({"type": "welcome", "last_seq": 0, "policy": POLICY}))
        async for raw in socket:
            heard.append(json.loads(raw))
            if ready_to_ack(heard):
                frame = heard[-1]
                last = frame["pings"][-1] if isinstance(frame.get("pings"), list) else frame  # type: ignore[index]
                await socket.send(json.dumps({"type": "ack", "seq": last["seq"]}))

    async with serve(play, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        line = StartingLine(1)
        drive = Drive(0, plan, line)
        context = RunContext(
            url=f"ws://127.0.0.1:{port}/ws/transporter",
            epoch="epoch",
            pace=Timetable(line, 0.0, plan.frame_ms),
            tally=Tally(len(drive)),
            patience=Patience(10.0),
            opening=asyncio.Semaphore(1),
            frame_bytes=1 << 20,
            pings_a_frame=plan.batch,
        )
        await VehicleClient(context, "load-1", drive, lambda: "token").run()
    return heard, context.tally


async def test_a_batch_of_one_is_a_ping_frame_each() -> None:
    frames, tally = await driven(Plan(1, 0, 100.0, 0.3), lambda _: True)
    assert [frame["type"] for frame in frames] == ["ping"] * 30
    assert [frame["seq"] for frame in frames] == list(range(1, 31))
    assert tally.is_complete


@pytest.mark.parametrize("batch", [2, 10])
async def test_every_frame_holds_as_many_pings_as_were_asked_for(batch: int) -> None:
    frames, tally = await driven(Plan(1, 0, 100.0, 0.3, batch), lambda _: True)
    sizes = [len(frame["pings"]) for frame in frames if isinstance(frame["pings"], list)]
    assert {frame["type"] for frame in frames} == {"pings"}
    assert set(sizes) == {batch}
    assert tally.is_complete


async def test_a_server_that_stalls_is_charged_for_every_ping_that_was_due_meanwhile() -> None:
    _, tally = await driven(Plan(1, 0, 100.0, 0.5), lambda heard: len(heard) == 50)
    assert tally.ack_times.count == 50
    for waited in range(50):  # the ping that was due 10 ms × n before the last one has waited at least that long
        within_ms = tally.ack_times.within_ms((waited + 1) / 50)
        assert within_ms is not None
        assert within_ms >= waited * 10 - 1
