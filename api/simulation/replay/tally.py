"""What a replay has come to so far."""

import time
from dataclasses import dataclass, field

from api.simulation.replay.latencies import Latencies

EXAMPLES = 3


@dataclass(slots=True)
class Refused:
    """Pings that the server rejected for one reason."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """Counts over all vehicles; pings are counted once, however often they went over the wire."""

    pings: int
    sent: int = 0
    resent: int = 0
    settled: int = 0
    """Acknowledged, rejected ones among them."""
    skipped: int = 0
    """Settled by an earlier replay."""
    missing: int = 0
    """Acknowledged before a reconnect, unknown to the server after it. Must be 0."""
    reconnects: int = 0
    """Connections that were lost and made again."""
    rejected: dict[str, Refused] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Vehicles that gave up, and why."""
    ack_times: Latencies = field(default_factory=Latencies)
    """From when a ping should have left, or first left, to its ack."""
    late: Latencies = field(default_factory=Latencies)
    """From when a ping should have left to when it did, where the pace is held to that."""
    started_s: float = field(default_factory=time.monotonic)
    ended_s: float | None = None

    @property
    def rejects(self) -> int:
        """Pings rejected by name."""
        return sum(refused.count for refused in self.rejected.values())

    @property
    def acknowledged(self) -> int:
        """Pings that are safe with the server since this replay."""
        return self.settled - self.rejects

    @property
    def open(self) -> int:
        """Pings without an answer."""
        return self.pings - self.skipped - self.settled

    @property
    def is_complete(self) -> bool:
        """Whether every ping was acknowledged or rejected, now or before."""
        return not self.open and not self.missing

    @property
    def seconds(self) -> float:
        """How long it took, or takes."""
        return (self.ended_s or time.monotonic()) - self.started_s

    def end(self) -> None:
        """Stop the clock."""
        self.ended_s = time.monotonic()

    def count_reject(self, reason: str, vehicle: str, line: int) -> None:
        """One ping was rejected."""
        refused = self.rejected.setdefault(reason, Refused())
        refused.count += 1
        if len(refused.examples) < EXAMPLES:
            refused.examples.append(f"{vehicle}, line {line}")

    def ack_ms(self, share: float) -> float | None:
        """The ack time, in ms, that ``share`` of the pings stayed within; None before the first ack."""
        found = self.ack_times.within_ms(share)
        return None if found is None else round(found, 2)
