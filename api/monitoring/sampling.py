"""Writes down once a minute how the server did, so that it can be looked back over days and restarts."""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from redis.exceptions import RedisError

from api.monitoring.counted import Counted, read_counted
from api.process.resources import Feature
from dispatch.analytics.minutes import MINUTE, keep_minute
from realtime.history.log_state import read_log_state

GRACE_S: Final = 10
"""After a minute: what ended at its end is committed by then."""
MOST_SHARE: Final = 0.99


@dataclass(frozen=True, slots=True)
class Counts:
    """What the processes of a host have counted up to a time; ``acks`` by the bound, as Prometheus counts them."""

    at_s: float
    pings: int
    pings_lost: int
    solver_runs: int
    solver_s: float
    acks: Mapping[float, float]

    @classmethod
    def of(cls, counted: Counted, at_s: float) -> "Counts":
        """Of one look."""
        acks = counted.by("dispatch_ping_ack_seconds_bucket", "le")
        return cls(
            at_s=at_s,
            pings=counted.total("dispatch_pings_stored_total"),
            pings_lost=counted.total("dispatch_pings_failed_total") + counted.total("dispatch_pings_rejected_total"),
            solver_runs=counted.total("dispatch_solver_seconds_count"),
            solver_s=sum(counted.by("dispatch_solver_seconds_sum", "").values()),
            acks={float(bound): count for bound, count in acks.items()},
        )

    def since(self, before: "Counts | None") -> dict[str, Any]:
        """What came since another look; nothing where there was none, or counting began anew."""
        if before is None or self.pings < before.pings or self.solver_runs < before.solver_runs:
            return {}
        acks = {bound: count - before.acks.get(bound, 0.0) for bound, count in self.acks.items()}
        return {
            "seconds": self.at_s - before.at_s,
            "pings": self.pings - before.pings,
            "pings_lost": max(0, self.pings_lost - before.pings_lost),
            "ack_half_s": within(acks, 0.5),
            "ack_most_s": within(acks, MOST_SHARE),
            "solver_runs": self.solver_runs - before.solver_runs,
            "solver_s": max(0.0, self.solver_s - before.solver_s),
        }


def within(buckets: Mapping[float, float], share: float) -> float | None:
    """The bound within which a share was done; the highest that is known where it took longer, None of nothing."""
    bounds: Sequence[float] = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0
    if total <= 0:
        return None
    found = next(bound for bound in bounds if buckets[bound] >= total * share)
    return found if math.isfinite(found) else max((bound for bound in bounds if math.isfinite(bound)), default=None)


class MinuteSampler:
    """Keeps each minute once it is over; one a process, which remembers what was counted before."""

    def __init__(self, services: Feature) -> None:
        self._services = services
        self._source = str(uuid4())
        self._before: Counts | None = None
        self._kept: datetime | None = None

    async def run(self) -> None:
        """Keep the last minute that is over, if it was not kept yet."""
        now = self._services.clock.now()
        minute = now.replace(second=0, microsecond=0) - MINUTE
        if minute == self._kept or now.second < GRACE_S:
            return
        counts = Counts.of(await asyncio.to_thread(read_counted), time.monotonic())
        counted = counts.since(self._before) | await self._live()
        await keep_minute(self._services.database, minute, self._source, counted)
        self._before, self._kept = counts, minute

    async def _live(self) -> dict[str, int | None]:
        """What Redis knows; nothing while it does not answer."""
        services = self._services
        heard_since_ms = time.time() * 1000 - services.settings.stale_after_s * 1000
        try:
            state = await read_log_state(services.redis, services.keys)
            online = await services.redis.zcount(services.keys.last_seen, heard_since_ms, "+inf")
        except (RedisError, OSError):
            return {"backlog": None, "online": None}
        return {"backlog": state.backlog, "online": online}
