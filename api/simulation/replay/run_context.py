"""What the vehicles of a run share."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from api.simulation.replay.reconnecting import Patience
from api.simulation.replay.tally import Tally
from realtime.protocol import MAX_PINGS_A_FRAME


class Pacing(Protocol):
    """When rows are sent, and what time they bear. ``time_ms`` is the row's."""

    def is_ready(self, pending_from_ms: int | None) -> None:
        """One vehicle's oldest row to send, None where it has none; each vehicle says it once."""
        ...

    def recorded_ms(self, time_ms: int) -> int:
        """A row's time as it goes over the wire."""
        ...

    def is_due(self, time_ms: int) -> bool:
        """Whether a row may be sent."""
        ...

    def counted_from_s(self, time_ms: int, now_s: float) -> float:
        """From when on the monotonic clock its ack time counts; ``now_s`` is when it leaves."""
        ...

    async def wait(self, time_ms: int) -> None:
        """Until a row may be sent."""
        ...


@dataclass(slots=True)
class RunContext:
    """What all vehicles share. ``opening`` bounds handshakes at once, also when all come back after a restart."""

    url: str
    epoch: str
    pace: Pacing
    tally: Tally
    patience: Patience
    opening: asyncio.Semaphore
    frame_bytes: int
    """Largest frame; halved when the server finds one too big."""
    pings_a_frame: int = MAX_PINGS_A_FRAME
    """At most; 1 sends each as a ``ping`` frame of its own."""
    device: str = "replay"
