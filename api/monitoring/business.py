"""The trade in figures, asked of PostgreSQL and Redis: the same whichever process tells them.

Each question is answered by an index over what is open, never by counting what is done. All are asked at most every few
seconds, however many scrape, and a part that does not answer leaves its figures out.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.process.resources import Feature
from dispatch.dead_letters import DEAD_LETTERS, DeadLetterKind
from dispatch.jobs.items import ItemJob
from realtime.history.log_state import LogState, read_log_state

log = structlog.get_logger(__name__)

KEPT_S = 5.0
ASK_WITHIN_S = 3.0

# What a person lets wait waits for nobody: it is no reason to look for couriers.
DELIVERIES = """
WITH waiting AS (
  SELECT on_hold_since IS NOT NULL AND (on_hold_until IS NULL OR on_hold_until > now()) AS held
  FROM deliveries WHERE status = 'available'
)
SELECT 'available' AS name, count(*) FILTER (WHERE NOT held) AS count FROM waiting
UNION ALL
SELECT 'on_hold', count(*) FILTER (WHERE held) FROM waiting
UNION ALL
SELECT status, count(*) FROM deliveries WHERE status IN ('assigned', 'picked_up', 'in_transit') GROUP BY status
"""
PAYMENTS = """
SELECT 'processing' AS name, count(*) AS count FROM payment_transactions WHERE status = 'processing'
UNION ALL
SELECT 'held', count(*) FROM payment_transactions
  WHERE status = 'held' AND (status = 'held' OR check_failures > 0)
UNION ALL
SELECT status || '_last_day', count(*) FROM payment_transactions
  WHERE created_at > now() - interval '1 day' GROUP BY status
"""
OUTBOX = """
SELECT count(*) AS depth, COALESCE(EXTRACT(EPOCH FROM now() - min(created_at)), 0)::float AS oldest_s,
       (SELECT count(*) FROM outbox_messages WHERE status = 'dead') AS dead
FROM outbox_messages WHERE status = 'pending'
"""
UPLOADS = "SELECT count(*) FROM uploads WHERE used_at IS NULL AND expires_at > now()"
REFUNDS = """
SELECT count(*) AS due, COALESCE(EXTRACT(EPOCH FROM now() - min(created_at)), 0)::float AS oldest_s
FROM refunds WHERE status IN ('requested', 'sent')
"""
ROLLING = """
SELECT count(*) AS places, count(*) FILTER (WHERE error <> '') AS failing, COALESCE(sum(waiting), 0) AS waiting,
       COALESCE(sum(held_count), 0) AS held
FROM rolling_places WHERE lease_until > now()
"""
ROLLING_LAST_HOUR = """
SELECT COALESCE(sum(given), 0) AS given, COALESCE(sum(offered), 0) AS offered,
       COALESCE(sum(moved_free), 0) AS moved_free, COALESCE(sum(moved_accepted), 0) AS moved_accepted
FROM rolling_ticks WHERE at > now() - interval '1 hour'
"""


@dataclass(slots=True)
class BusinessFigures:
    """One look; empty where a part did not answer."""

    deliveries: Mapping[str, int] = field(default_factory=dict)
    payments: Mapping[str, int] = field(default_factory=dict)
    outbox: Mapping[str, float] = field(default_factory=dict)
    refunds: Mapping[str, float] = field(default_factory=dict)
    rolling: Mapping[str, int] = field(default_factory=dict)
    rolling_last_hour: Mapping[str, int] = field(default_factory=dict)
    waiting_s: Mapping[str, float] = field(default_factory=dict)
    uploads_open: int | None = None
    dead_letters: Mapping[str, int] = field(default_factory=dict)
    presence: Mapping[str, int] = field(default_factory=dict)
    log: LogState | None = None


class Business:
    """Looks, and remembers for some seconds what it saw."""

    def __init__(self, services: Feature, jobs: Sequence[ItemJob[Any]]) -> None:
        self._services = services
        self._jobs = jobs
        self._seen: BusinessFigures | None = None
        self._seen_at_s = 0.0
        self._looking = asyncio.Lock()

    async def figures(self) -> BusinessFigures:
        """At most some seconds old. Never raises."""
        async with self._looking:
            if self._seen is None or time.monotonic() - self._seen_at_s > KEPT_S:
                self._seen, self._seen_at_s = await self._look(), time.monotonic()
            return self._seen

    async def _look(self) -> BusinessFigures:
        seen = BusinessFigures()
        for asking in (self._ask_database, self._ask_jobs, self._ask_redis):
            try:
                async with asyncio.timeout(ASK_WITHIN_S):
                    await asking(seen)
            except (SQLAlchemyError, RedisError, OSError) as error:
                log.warning("metrics are not complete", error=type(error).__name__)
        return seen

    async def _ask_database(self, seen: BusinessFigures) -> None:
        async with self._services.database.connection() as driver:
            seen.deliveries = {row["name"]: row["count"] for row in await driver.fetch(DELIVERIES)}
            seen.outbox = dict(await driver.fetchrow(OUTBOX))
            seen.refunds = dict(await driver.fetchrow(REFUNDS))
            seen.uploads_open = await driver.fetchval(UPLOADS)
            seen.rolling = dict(await driver.fetchrow(ROLLING))
            seen.rolling_last_hour = dict(await driver.fetchrow(ROLLING_LAST_HOUR))
            seen.payments = {row["name"]: row["count"] for row in await driver.fetch(PAYMENTS)}

    async def _ask_jobs(self, seen: BusinessFigures) -> None:
        async with self._services.database.work() as work:
            dead = dict(row.tuple() for row in await work.session.execute(DEAD_LETTERS.count_query()))
        seen.dead_letters = {kind.value: dead.get(kind, 0) for kind in DeadLetterKind}
        oldest = {job.name: await job.oldest_due() for job in self._jobs}
        now = self._services.clock.now()
        seen.waiting_s = {name: max(0.0, (now - (since or now)).total_seconds()) for name, since in oldest.items()}

    async def _ask_redis(self, seen: BusinessFigures) -> None:
        services, now_ms = self._services, time.time() * 1000
        seen.log = await read_log_state(services.redis, services.keys)
        settings, heard = services.settings, services.keys.last_seen
        stale_ms, gone_ms = now_ms - settings.stale_after_s * 1000, now_ms - settings.offline_after_s * 1000
        seen.presence = {
            "online": await services.redis.zcount(heard, stale_ms, "+inf"),
            "stale": await services.redis.zcount(heard, gone_ms, f"({stale_ms}"),
        }


class BusinessCollector(Collector):
    """One look as metrics."""

    def __init__(self, seen: BusinessFigures) -> None:
        self._seen = seen

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure that there is."""
        seen = self._seen
        yield _by("dispatch_transporters", "Transporters by presence.", "presence", seen.presence)
        yield _by("dispatch_deliveries", "Deliveries that are not over, by status.", "status", seen.deliveries)
        open_now = {name: count for name, count in seen.payments.items() if not name.endswith("_last_day")}
        lately = {
            name.removesuffix("_last_day"): count for name, count in seen.payments.items() if name not in open_now
        }
        yield _by("dispatch_payments_open", "Payments whose end is not known yet.", "status", open_now)
        yield _by("dispatch_payments_last_day", "Payments opened in the last 24 hours, by status.", "status", lately)
        for name, text, figures, key in (
            ("dispatch_outbox_messages", "Mails and SMS that wait.", seen.outbox, "depth"),
            ("dispatch_outbox_oldest_seconds", "Age of the oldest that waits.", seen.outbox, "oldest_s"),
            ("dispatch_outbox_dead_messages", "Mails and SMS that were given up.", seen.outbox, "dead"),
            ("dispatch_refunds_due", "Refunds that have not reached the gateway's end.", seen.refunds, "due"),
            ("dispatch_refunds_oldest_seconds", "Age of the oldest of them.", seen.refunds, "oldest_s"),
        ):
            if key in figures:
                yield GaugeMetricFamily(name, text, float(figures[key]))
        if seen.uploads_open is not None:
            told = "Files in parts that no step has named yet."
            yield GaugeMetricFamily("dispatch_uploads_open", told, float(seen.uploads_open))
        told = "Places that rolling dispatch leads, those whose last tick failed, and what waited there and was held."
        yield _by("dispatch_rolling", told, "of", seen.rolling)
        in_an_hour = "What rolling dispatch gave, offered and moved in the last hour."
        yield _by("dispatch_rolling_last_hour", in_an_hour, "what", seen.rolling_last_hour)
        oldest = "Since when the item waits that a job could have done for longest."
        yield _by("dispatch_job_oldest_waiting_seconds", oldest, "job", seen.waiting_s)
        yield _by("dispatch_dead_letters", "What a job gave up and a person has to look at.", "kind", seen.dead_letters)
        yield from _log(seen.log)


def _by(name: str, text: str, label: str, figures: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in figures.items():
        family.add_metric([value], count)
    return family


def _log(state: LogState | None) -> Iterator[GaugeMetricFamily]:
    if state is None:
        return
    yield GaugeMetricFamily("dispatch_log_backlog_pings", "Pings that wait for PostgreSQL.", state.backlog)
    yield GaugeMetricFamily("dispatch_log_dead_pings", "Pings that PostgreSQL will never take.", state.dead)
    if state.history_seen_s is not None:
        seen = "Seconds since a history writer last asked for work."
        yield GaugeMetricFamily("dispatch_history_seen_seconds", seen, state.history_seen_s)
