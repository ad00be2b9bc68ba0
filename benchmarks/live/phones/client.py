"""Many phones in a process of their own: ``python -m benchmarks.live.phones.client`` is told what to do, a JSON a line.

``connect`` opens them, ``make`` makes all frames of a drive, ``drive`` sends them on schedule whatever the server does
meanwhile, ``close`` ends the connections. Every time counts from when its ping was due.
"""

import asyncio
import gc
import json
import resource
import sys
import time
from array import array
from dataclasses import dataclass, field
from typing import Any

import uvloop

from benchmarks.live.phones.frames import fix, ping_frame
from benchmarks.live.phones.phone_socket import PhoneSocket

TICK_S = 0.001
GREETED_WITHIN_S = 120.0
ACKED_WITHIN_S = 120.0


@dataclass
class Tick:
    """What falls due within one millisecond of the first: a frame of each of some phones."""

    first_s: float
    due_s: float
    frames: list[tuple[PhoneSocket, bytes, int]] = field(default_factory=list)


class Phones:
    """The connections of this process and what they will send."""

    def __init__(self) -> None:
        self._all: list[PhoneSocket] = []
        self._ticks: list[Tick] = []
        self._begun = time.time()

    async def connect(self, port: int, subprotocols: list[str], at_once: int) -> dict[str, float]:
        """Open a connection for each, so many at once; each is greeted when it counts as open."""
        loop, gate, took = asyncio.get_running_loop(), asyncio.Semaphore(at_once), array("d")

        async def open_one(number: int, protocols: str) -> PhoneSocket:
            async with gate:
                began = time.perf_counter()
                _, phone = await loop.create_connection(lambda: PhoneSocket(port, number, protocols), "127.0.0.1", port)
                await phone.greeted
                took.append(time.perf_counter() - began)
                return phone

        began = time.perf_counter()
        async with asyncio.timeout(GREETED_WITHIN_S):
            self._all = list(await asyncio.gather(*(open_one(*one) for one in enumerate(subprotocols))))
        seconds = time.perf_counter() - began
        return {"connects_per_s": len(took) / seconds, "connect_p99_ms": _share(sorted(took), 0.99) * 1000}

    def make(self, rate: float, seconds: float, pings_a_frame: int) -> dict[str, int]:
        """All frames of a drive, the phones in turn, their pings evenly spaced over the time."""
        total, count, now = round(rate * seconds), len(self._all), time.time()
        self._ticks = []
        seqs = [phone.sent for phone in self._all]
        for number in range(0, total, pings_a_frame):
            last = min(number + pings_a_frame, total)
            who = number // pings_a_frame % count
            fixes = []
            for ping in range(number, last):
                seqs[who] += 1
                at = now + ping / rate
                fixes.append(fix(seqs[who], who, at - self._begun, at))
            due_s = (last - 1) / rate
            if not self._ticks or due_s - self._ticks[-1].first_s >= TICK_S:
                self._ticks.append(Tick(due_s, due_s))
            self._ticks[-1].frames.append((self._all[who], ping_frame(fixes), last - number))
            self._ticks[-1].due_s = due_s
        return {"pings": total}

    async def drive(self) -> dict[str, Any]:
        """Send what was made on schedule, and wait for the acknowledgements of all of it."""
        late: list[float] = []
        for phone in self._all:
            phone.waited = []
            phone.due = array("d", bytes(8 * phone.sent))
        began, cpu_s = time.perf_counter(), time.process_time()
        for tick in self._ticks:
            due = began + tick.due_s
            wait_s = due - time.perf_counter()
            await asyncio.sleep(max(0.0, wait_s))
            late.append(max(0.0, time.perf_counter() - due))
            for phone, frame, pings in tick.frames:
                phone.due.extend([due] * pings)
                phone.sent += pings
                phone.transport.write(frame)
        sent_s = time.perf_counter() - began
        acked_in_time = sum(len(phone.waited) for phone in self._all)
        await self._all_acknowledged()
        waited = sorted(one for phone in self._all for one in phone.waited)
        return {
            "pings": sum(pings for tick in self._ticks for _, _, pings in tick.frames),
            "acked": len(waited),
            "acked_in_time": acked_in_time,
            "seconds": sent_s,
            "all_acked_s": time.perf_counter() - began,
            "p50_ms": _share(waited, 0.5) * 1000,
            "p99_ms": _share(waited, 0.99) * 1000,
            "client_late_p99_ms": _share(sorted(late), 0.99) * 1000,
            "client_cores": (time.process_time() - cpu_s) / sent_s,
            "troubles": sorted({phone.trouble for phone in self._all if phone.trouble})[:3],
        }

    async def _all_acknowledged(self) -> None:
        deadline = time.perf_counter() + ACKED_WITHIN_S
        while any(phone.acked < phone.sent and not phone.trouble for phone in self._all):
            if time.perf_counter() > deadline:
                return
            await asyncio.sleep(0.01)

    def close(self) -> dict[str, int]:
        """End the connections."""
        for phone in self._all:
            phone.transport.close()
        ended = len(self._all)
        self._all = []
        return {"closed": ended}


def _share(ordered: Any, share: float) -> float:  # noqa: ANN401  # a list or an array of numbers
    """The value that so many of them stay under; 0 where there are none."""
    return float(ordered[min(len(ordered) - 1, int(len(ordered) * share))]) if len(ordered) else 0.0


async def main() -> None:
    """Do as told until the orders end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    orders = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    phones = Phones()
    while line := await orders.readline():
        order = json.loads(line)
        match order.pop("do"):
            case "connect":
                report: dict[str, Any] = await phones.connect(**order)
            case "make":
                report = phones.make(**order)
            case "drive":
                report = await phones.drive()
            case _:
                report = phones.close()
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    gc.disable()  # this client's own pauses are not the server's
    uvloop.run(main())
