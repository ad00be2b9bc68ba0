"""How the server does, in one answer for admins: the figures of ``/metrics`` as JSON, and the disk."""

import asyncio
import math
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from litestar import Controller, Request, get
from msgspec import Struct
from msgspec.structs import asdict

from api.http.security import needs
from api.monitoring.business import Business, BusinessFigures
from api.monitoring.counted import Counted, read_counted
from api.routes.operations.answers import LogAnswer
from api.routes.operations.services import GivenServices
from dispatch.accounts.models import Role, User

LATELY = "_last_day"


class PingTotals(Struct, frozen=True, kw_only=True):
    """Pings since the server started; two answers make a rate. ``rejected`` by the reason.

    ``since``: when that was, None where the counters cannot be read.
    """

    since: datetime | None
    received: int
    stored: int
    failed: int
    rejected: dict[str, int]


class AckBucket(Struct, frozen=True):
    """How many batches of pings were acknowledged within so many seconds; None: however long it took."""

    within_s: float | None
    count: int


class ProcessSummary(Struct, frozen=True, kw_only=True):
    """A process of the server. ``longest_pause_s``: of its event loop, in the last minute, seconds."""

    name: str
    phones: int
    watchers: int
    connections: int
    database_in_use: int
    database_pool_size: int
    longest_pause_s: float


class WaitingAnswer(Struct, frozen=True):
    """How many wait, since when the oldest of them does, seconds, and how many were given up."""

    count: int
    oldest_s: float
    dead: int


class DiskAnswer(Struct, frozen=True):
    """The disk of the data folder, bytes."""

    total: int
    free: int


class RollingFigures(Struct, frozen=True, kw_only=True):
    """Rolling dispatch in all places that are led now.

    ``failing``: places whose last tick failed; ``waiting`` and ``held``: deliveries at the last ticks; the others count
    the last hour. ``churn_per_hundred``: accepted deliveries that were moved, of a hundred that were given or offered.
    """

    places: int
    failing: int
    waiting: int
    held: int
    given: int
    offered: int
    moved_free: int
    moved_accepted: int
    churn_per_hundred: float | None


class SummaryAnswer(Struct, frozen=True, kw_only=True):
    """How the server does. A part that does not answer leaves its figures empty; ``log`` and ``rolling`` are None then,
    as is ``disk`` where the data folder is gone or cannot be read.

    ``transporters`` by presence; ``deliveries`` that are not over and ``payments_open`` by status;
    ``payments_last_day``: opened in the last 24 hours. ``jobs_waiting_s``: since when the item waits that a job could
    have done for longest, seconds. ``dead_letters`` by the job that gave them up.
    """

    at: datetime
    pings: PingTotals
    ping_acks: list[AckBucket]
    processes: list[ProcessSummary]
    transporters: dict[str, int]
    deliveries: dict[str, int]
    payments_open: dict[str, int]
    payments_last_day: dict[str, int]
    messages: WaitingAnswer
    refunds: WaitingAnswer
    rolling: RollingFigures | None
    jobs_waiting_s: dict[str, float]
    dead_letters: dict[str, int]
    log: LogAnswer | None
    disk: DiskAnswer | None


class SummaryController(Controller):
    """``/api/v1/operations``."""

    path = "/api/v1/operations"
    tags = ("operations",)

    @get("/summary/", guards=[needs(Role.ADMIN)])
    async def summary(self, request: Request[User, Any, Any], services: GivenServices) -> SummaryAnswer:
        """Rates, waits and queues of all processes together, some seconds old at most. As ``/metrics``, for a page."""
        business: Business = request.app.state.business
        seen = await business.figures()
        counted = await asyncio.to_thread(read_counted)  # files of every process
        disk = await asyncio.to_thread(_disk_of, services.settings.data_dir)
        return _answer(services.clock.now(), seen, counted, disk)


def _disk_of(folder: Path) -> DiskAnswer | None:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return DiskAnswer(usage.total, usage.free)


def _answer(now: datetime, seen: BusinessFigures, counted: Counted, disk: DiskAnswer | None) -> SummaryAnswer:
    rejected = counted.by("dispatch_pings_rejected_total", "reason")
    return SummaryAnswer(
        at=now,
        pings=PingTotals(
            since=_since(counted),
            received=counted.total("dispatch_pings_received_total"),
            stored=counted.total("dispatch_pings_stored_total"),
            failed=counted.total("dispatch_pings_failed_total"),
            rejected={reason: int(count) for reason, count in rejected.items()},
        ),
        ping_acks=_ack_buckets(counted),
        processes=_processes(counted),
        transporters=dict(seen.presence),
        deliveries=dict(seen.deliveries),
        payments_open={name: count for name, count in seen.payments.items() if not name.endswith(LATELY)},
        payments_last_day={
            name.removesuffix(LATELY): count for name, count in seen.payments.items() if name.endswith(LATELY)
        },
        messages=_waiting(seen.outbox, "depth"),
        refunds=_waiting(seen.refunds, "due"),
        rolling=_rolling(seen),
        jobs_waiting_s=dict(seen.waiting_s),
        dead_letters=dict(seen.dead_letters),
        log=None if seen.log is None else LogAnswer(**asdict(seen.log), history_active=seen.log.history_is_active),
        disk=disk,
    )


def _since(counted: Counted) -> datetime | None:
    seconds = counted.by("dispatch_counted_since_seconds", "").get("")
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _rolling(seen: BusinessFigures) -> RollingFigures | None:
    if not seen.rolling or not seen.rolling_last_hour:
        return None
    hour = seen.rolling_last_hour
    out = hour["given"] + hour["offered"]
    churn = 100 * hour["moved_accepted"] / out if out else None
    return RollingFigures(**seen.rolling, **hour, churn_per_hundred=churn)


def _ack_buckets(counted: Counted) -> list[AckBucket]:
    """Growing, as Prometheus counts them: each has those of the ones before it."""
    buckets = sorted(
        (float(bound), int(count)) for bound, count in counted.by("dispatch_ping_ack_seconds_bucket", "le").items()
    )
    return [AckBucket(None if math.isinf(bound) else bound, count) for bound, count in buckets]


def _processes(counted: Counted) -> list[ProcessSummary]:
    names = ("phones", "watchers", "connections", "database_connections_in_use", "database_pool_size")
    gauges = {name: counted.by(f"dispatch_{name}", "process") for name in names}
    pauses = counted.by("dispatch_loop_longest_pause_seconds", "process")
    return [
        ProcessSummary(
            name=process,
            phones=int(gauges["phones"].get(process, 0)),
            watchers=int(gauges["watchers"].get(process, 0)),
            connections=int(gauges["connections"].get(process, 0)),
            database_in_use=int(gauges["database_connections_in_use"].get(process, 0)),
            database_pool_size=int(gauges["database_pool_size"].get(process, 0)),
            longest_pause_s=pauses[process],
        )
        for process in sorted(pauses)
    ]


def _waiting(figures: Mapping[str, float], count: str) -> WaitingAnswer:
    return WaitingAnswer(int(figures.get(count, 0)), float(figures.get("oldest_s", 0)), int(figures.get("dead", 0)))
