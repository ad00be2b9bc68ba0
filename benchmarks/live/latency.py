"""How old a position is when a watcher has it, at half the rate of pings that the server can take.

Each round measures the greatest rate with pipelined clients first. Then half of it comes on schedule, whatever the
server does meanwhile, and every time counts from when its ping was due. A ping's ``recorded_at`` is that moment, cut
to the millisecond, so a frame itself says how old it is.
"""

import asyncio
import contextlib
import gc
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from api.embedded import running
from api.simulation.replay.latencies import Latencies
from benchmarks.live.followed import Followed, followed
from benchmarks.live.ingest import CONNECTIONS, measure_once
from benchmarks.live.phones.frames import masked_frame
from benchmarks.live.pipelined import open_socket, ping_payload
from realtime.redis.keys import Keys

TRANSPORTERS = 20
WATCHED = 5
WATCHERS_EACH = 4
ROUNDS = 5
SECONDS = 6.0
# Enough to last for seconds, so that the history takes its share of the machine as it does in the drive.
FASTEST_PINGS = 500_000
TICK_S = 0.001
# Left for encoding a ping before the clock starts, on a machine that does other things as well.
ENCODING_S = 30e-6
MUST_STAY_UNDER_MS = 60.0
ACKS_WITHIN_S = 30.0
_ACK = re.compile(rb'"type": ?"ack", ?"seq": ?(\d+)')
_POSITION = re.compile(rb'"type":"position".*?"recorded_at":"([^"]+)"')


@dataclass
class _Phone:
    """One transporter's connection: what it has sent and what was acknowledged."""

    writer: asyncio.StreamWriter
    sent: int = 0
    acked: int = 0

    async def hear(self, reader: asyncio.StreamReader) -> None:
        """Take acks until the connection ends."""
        tail = b""
        while data := await reader.read(1 << 16):
            tail = (tail + data)[-256:]
            found = _ACK.findall(tail if len(data) < len(tail) else data)
            if found:
                self.acked = max(self.acked, int(found[-1]))


@dataclass(frozen=True)
class _Tick:
    """What falls due within one tick: the frames of each phone in one piece, ready to be written."""

    due: float
    pings: int
    writes: tuple[tuple[int, bytes, int], ...]
    """For each phone that has any: its number, its frames, its last seq."""


def _schedule(rate: float, start: float) -> list[_Tick]:
    """Every ping of the drive, encoded before the clock starts: the client then costs the server little of its core."""
    ticks: list[_Tick] = []
    last_seqs = [0] * TRANSPORTERS
    total, sent = round(rate * SECONDS), 0
    while sent < total:
        until = min(total, sent + max(1, round(rate * TICK_S)))
        frames = [bytearray() for _ in range(TRANSPORTERS)]
        for number in range(sent, until):
            recorded = datetime.fromtimestamp(int((start + number / rate) * 1000) / 1000, UTC)
            phone = number % TRANSPORTERS
            last_seqs[phone] += 1
            frames[phone] += masked_frame(ping_payload(last_seqs[phone], recorded))
        writes = tuple((phone, bytes(some), last_seqs[phone]) for phone, some in enumerate(frames) if some)
        ticks.append(_Tick(start + (until - 1) / rate, until - sent, writes))
        sent = until
    return ticks


async def _watch(port: int, parcel: str, since: float, latencies: Latencies) -> None:
    """Note the age of every position whose ping was due after ``since`` (Unix time)."""
    reader, writer = await open_socket("127.0.0.1", port, f"/ws/track/{parcel}", "")
    rest = b""
    try:
        while data := await reader.read(1 << 16):
            now, rest = time.time(), rest + data
            end = 0
            for found in _POSITION.finditer(rest):
                end = found.end()
                due = datetime.fromisoformat(found.group(1).decode()).timestamp()
                if due >= since:
                    latencies.record(now - due)
            rest = rest[end:][-1024:]
    finally:
        writer.close()


async def _drive(server: Followed, rate: float) -> dict[str, Any]:
    """The rate on schedule for some seconds; ages at the watchers, and how late this client was itself."""
    latencies, late = Latencies(), Latencies()
    start = time.time() + 1.0 + rate * SECONDS * ENCODING_S
    schedule = _schedule(rate, start)
    phones: list[_Phone] = []
    tasks: list[asyncio.Task[None]] = []
    for number in range(TRANSPORTERS):
        reader, writer = await server.peer.open(number)
        phones.append(_Phone(writer))
        tasks.append(asyncio.create_task(phones[-1].hear(reader)))
    for parcel in server.parcels:
        tasks += [asyncio.create_task(_watch(server.peer.port, parcel, start, latencies)) for _ in range(WATCHERS_EACH)]
    spare_s = start - time.time()
    if spare_s <= 0:
        raise RuntimeError(f"the frames took {-spare_s:.1f} s more to encode than was left for it")
    await asyncio.sleep(spare_s)
    cpu_s = server.peer.cpu_s()
    await _send(phones, schedule, late)
    cpu_s = server.peer.cpu_s() - cpu_s
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ACKS_WITHIN_S):
            while any(phone.acked < phone.sent for phone in phones):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for phone in phones:
        phone.writer.close()
    return {
        "pings_per_s": sum(phone.sent for phone in phones) / SECONDS,
        "unacknowledged": sum(phone.sent - phone.acked for phone in phones),
        "positions": latencies.count,
        "p50_ms": latencies.within_ms(0.5),
        "p99_ms": latencies.within_ms(0.99),
        "max_ms": latencies.longest_ms,
        "sent_late_p99_ms": late.within_ms(0.99),
        "server_cpu_share": cpu_s / SECONDS,
    }


async def _send(phones: list[_Phone], schedule: list[_Tick], late: Latencies) -> None:
    """Each tick's frames as soon as its last ping is due; a ping that waited for its tick waited at most that long."""
    for tick in schedule:
        now = time.time()
        if now < tick.due:
            await asyncio.sleep(tick.due - now)
            now = time.time()
        late.record(max(0.0, now - tick.due), tick.pings)
        for number, frames, last_seq in tick.writes:
            phones[number].sent = last_seq
            phones[number].writer.write(frames)
        await asyncio.sleep(0)


async def _worked_off(server: Followed) -> None:
    """What the fastest clients left behind is stored: half the rate means half the rate."""
    urls = running(server.settings.data_dir)
    if urls is None or urls.redis_url is None:
        raise RuntimeError("the server's Redis is gone")
    async with Redis.from_url(urls.redis_url) as redis:
        while int(await redis.get(Keys().backlog) or 0):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _median(rounds: list[dict[str, Any]], name: str) -> float:
    return float(sorted(one[name] for one in rounds)[len(rounds) // 2])


async def measure(folder: Path, rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians of the rounds."""
    measured: list[dict[str, Any]] = []
    async with followed(folder / "dispatch", TRANSPORTERS + CONNECTIONS, WATCHED) as server:
        for left in reversed(range(rounds)):
            fastest, _ = await measure_once(server.peer, FASTEST_PINGS, left, first=TRANSPORTERS)
            await _worked_off(server)
            gc.collect()
            gc.disable()  # this client's own pauses are not the server's
            try:
                driven = await _drive(server, fastest / 2)
            finally:
                gc.enable()
            measured.append({"fastest_pings_per_s": fastest} | driven)
            await _worked_off(server)
    return {
        "transporters": TRANSPORTERS,
        "watchers": WATCHED * WATCHERS_EACH,
        "fastest_pings_per_s": _median(measured, "fastest_pings_per_s"),
        "pings_per_s": _median(measured, "pings_per_s"),
        "ping_to_watcher_p50_ms": _median(measured, "p50_ms"),
        "ping_to_watcher_p99_ms": {"ms": _median(measured, "p99_ms"), "must_stay_under": MUST_STAY_UNDER_MS},
        "sent_late_p99_ms": _median(measured, "sent_late_p99_ms"),
        "unacknowledged": sum(one["unacknowledged"] for one in measured),
        "rounds": measured,
    }
