"""When a fix is sent, and what time it bears."""

import asyncio
import time


def shift_now(now_ms: int, from_ms: int, newest_ms: int, speed: float | None) -> int:
    """What to add to a file's times where the sending of its rows from ``from_ms`` on begins now."""
    if speed is None:
        return now_ms - newest_ms
    if speed >= 1:
        return now_ms + round((newest_ms - from_ms) / speed) - newest_ms
    return now_ms - from_ms


class Pace:
    """One shift for the whole file, so that its newest fix is of now at the moment it is sent.

    At ``max`` (no ``speed``) everything is due at once and the newest fix is of the start. At N times real time the
    clock starts when every vehicle has said what it still has to send, at the oldest of that: a replay that goes on
    does not wait through what is stored already. Below real time the oldest fix is of the start instead, or later
    ones would be from the future when they are sent.
    """

    def __init__(
        self, *, oldest_ms: int, newest_ms: int, speed: float | None, vehicles: int, shift_ms: int | None = None
    ) -> None:
        """``shift_ms``: a shift that was chosen before, by `shift_now`; it only says what times fixes bear."""
        self._oldest_ms = oldest_ms
        self._newest_ms = newest_ms
        self._speed = speed
        self._awaited = vehicles
        self._pending_from: int | None = None
        self._started = asyncio.Event()
        self._from_ms = oldest_ms
        self._start_s = 0.0
        self._shift_ms = shift_ms or 0
        self._keeps_shift = shift_ms is not None
        if speed is None or not vehicles:
            self._start()

    def is_ready(self, pending_from_ms: int | None) -> None:
        """One vehicle's oldest fix to send, None where it has none; each vehicle says it once."""
        self._awaited -= 1
        if pending_from_ms is not None:
            self._pending_from = min(pending_from_ms, self._pending_from or pending_from_ms)
        if self._awaited == 0 and not self._started.is_set():
            self._start()

    def _start(self) -> None:
        now_ms = time.time_ns() // 1_000_000
        self._start_s = time.monotonic()
        self._from_ms = self._oldest_ms if self._pending_from is None else self._pending_from
        if not self._keeps_shift:
            self._shift_ms = shift_now(now_ms, self._from_ms, self._newest_ms, self._speed)
        self._started.set()

    def recorded_ms(self, time_ms: int) -> int:
        """A row's time as it goes over the wire; before 1970 is 1970, which the server names too old as well."""
        return max(0, time_ms + self._shift_ms)

    def is_due(self, time_ms: int) -> bool:
        """Whether a row may be sent."""
        return self._seconds_to(time_ms) <= 0

    def counted_from_s(self, time_ms: int, now_s: float) -> float:
        """From when on the monotonic clock a row's ack time counts: a replay may be late, so from when it left."""
        del time_ms
        return now_s

    async def wait(self, time_ms: int) -> None:
        """Until a row may be sent."""
        await self._started.wait()
        seconds = self._seconds_to(time_ms)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _seconds_to(self, time_ms: int) -> float:
        if self._speed is None:
            return 0.0
        return self._start_s + (time_ms - self._from_ms) / 1000 / self._speed - time.monotonic()
