"""When each ping is due, and where its transporter is then.

An open loop: what is due is fixed when the run starts and waits for nobody, and every time is counted from it. A server
that stalls is charged for all that was due meanwhile, not only for the one ping that it held up.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from typing import overload

from api.simulation.load.plan import Plan
from api.simulation.replay.traces import Row

CITY = (27.7, 85.32)
SPREAD_DEG = 0.05
METRES_A_DEGREE = 111_195.0
SPEED_MPS = (6.0, 14.0)
RADIUS_M = (300.0, 1_500.0)
GOLDEN = (math.sqrt(5) - 1) / 2
# Products of the period and a count are not exact; this is far below the millisecond that times have.
_TINY = 1e-6


class StartingLine:
    """The moment that everything counts from: when every transporter has been welcomed."""

    def __init__(self, vehicles: int) -> None:
        self._awaited = vehicles
        self.started = asyncio.Event()
        self.wall_ms = 0
        self._monotonic_s = 0.0
        if not vehicles:
            self._start()

    def is_ready(self) -> None:
        """One transporter more."""
        self._awaited -= 1
        if self._awaited == 0:
            self._start()

    def _start(self) -> None:
        wall_ns = time.time_ns()
        self._monotonic_s = time.monotonic() - wall_ns % 1_000_000 / 1e9
        self.wall_ms = wall_ns // 1_000_000
        self.started.set()

    def due_s(self, ms: float) -> float:
        """A moment of the run on the monotonic clock."""
        return self._monotonic_s + ms / 1000

    @property
    def elapsed_ms(self) -> float:
        """Time since the start; 0 before."""
        return (time.monotonic() - self._monotonic_s) * 1000 if self.started.is_set() else 0.0


class Timetable:
    """The pacing of one transporter: a row is due when the frame that ends with it or after it is."""

    def __init__(self, line: StartingLine, phase_ms: float, frame_ms: float) -> None:
        self._line = line
        self._phase_ms = phase_ms
        self._frame_ms = frame_ms

    def is_ready(self, pending_from_ms: int | None) -> None:
        """See Pacing."""
        del pending_from_ms
        self._line.is_ready()

    def recorded_ms(self, time_ms: int) -> int:
        """See Pacing."""
        return self._line.wall_ms + time_ms

    def is_due(self, time_ms: int) -> bool:
        """See Pacing."""
        return self._line.elapsed_ms >= self._due_ms(time_ms)

    def counted_from_s(self, time_ms: int, now_s: float) -> float:
        """See Pacing: from when the frame was due, however late it left."""
        del now_s
        return self._line.due_s(self._due_ms(time_ms))

    async def wait(self, time_ms: int) -> None:
        """See Pacing."""
        await self._line.started.wait()
        seconds = self._line.due_s(self._due_ms(time_ms)) - time.monotonic()
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _due_ms(self, time_ms: int) -> int:
        frame = math.ceil((time_ms - self._phase_ms) / self._frame_ms - _TINY)
        return math.floor(self._phase_ms + frame * self._frame_ms + _TINY)


class Drive(Sequence[Row]):
    """One transporter's rows, made when they are asked for: an hour of them costs no memory.

    It drives in a circle at a steady speed, and where it is follows from the time of day alone, so the next run
    finds it where it would have come to: no jump between two runs, none within one. The rows of a frame are
    spread over the time since the frame before; the last one is of the moment when the frame is due.
    """

    def __init__(self, index: int, plan: Plan, line: StartingLine) -> None:
        self._line = line
        self._batch = plan.batch
        self._phase_ms, self._frame_ms = plan.phase_ms(index), plan.frame_ms
        self._frames = self._frames_before(plan.seconds * 1000)
        share = index * GOLDEN % 1
        self._centre = (CITY[0] + SPREAD_DEG * (2 * share - 1), CITY[1] + SPREAD_DEG * (2 * (share * 7 % 1) - 1))
        self._radius_m = RADIUS_M[0] + (RADIUS_M[1] - RADIUS_M[0]) * (share * 11 % 1)
        self._speed_mps = round(SPEED_MPS[0] + (SPEED_MPS[1] - SPEED_MPS[0]) * (share * 13 % 1), 2)

    def end_now(self) -> None:
        """What is not due yet will not be."""
        self._frames = min(self._frames, self._frames_before(self._line.elapsed_ms))

    def _frames_before(self, ms: float) -> int:
        return max(0, math.ceil((ms - self._phase_ms) / self._frame_ms - _TINY))

    def __len__(self) -> int:
        return self._frames * self._batch

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self._row(number) for number in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._row(at % len(self))

    def _row(self, number: int) -> Row:
        frame, place = divmod(number, self._batch)
        due_ms = self._phase_ms + frame * self._frame_ms
        time_ms = math.floor(due_ms - (self._batch - 1 - place) * self._frame_ms / self._batch + _TINY)
        angle = self._speed_mps / self._radius_m * ((self._line.wall_ms + time_ms) / 1000)
        angle %= 2 * math.pi
        lat = self._centre[0] + self._radius_m * math.cos(angle) / METRES_A_DEGREE
        narrow = METRES_A_DEGREE * math.cos(math.radians(self._centre[0]))
        lon = self._centre[1] + self._radius_m * math.sin(angle) / narrow
        heading_deg = round((math.degrees(angle) + 90) % 360, 1) % 360
        return Row(time_ms, number + 1, round(lat, 7), round(lon, 7), self._speed_mps, heading_deg)
