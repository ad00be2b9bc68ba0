"""Keeps the consoles' picture of the fleet up to date, while there is a console in this process.

Positions are read twice a second, only of those who were heard of since: it costs Redis what the fleet says, not
what consoles there are, and needs no subscription to every transporter.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.engine import Database
from dispatch.deliveries.models import DeliveryStatus
from dispatch.tracking.current_states import OpenDelivery, open_deliveries
from realtime.background import end
from realtime.console.fleet import DELIVERY, TRANSPORTER, FleetState
from realtime.console.frames import FleetDelivery, FleetTransporter, Point
from realtime.fixes import LoggedFix, decode_update
from realtime.protocol import encode, utc_from_ms
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.redis.statuses import StatusUpdate, decode_status
from realtime.watching.delivery_view import OVER

log = structlog.get_logger(__name__)

TICK_S = 0.5
READ_AT_ONCE = 1_000
# Clocks of several hosts differ; what was read before is recognised and costs little.
OVERLAP_MS = 2_000
# New deliveries are not announced; they are looked for.
LOOK_FOR_NEW_EVERY_S = 2.0


class FleetWatch:
    """The fleet of one zone as this process' consoles see it."""

    def __init__(self, redis: Redis, keys: Keys, database: Database, hub: Hub, *, offline_after_s: int) -> None:
        self._redis = redis
        self._keys = keys
        self._database = database
        self._hub = hub
        self._online_after_ms = offline_after_s * 1000
        self._consoles = 0
        self._picture: _Picture | None = None

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[FleetState]:
        """The state, while a console looks at it. With the last one the picture ends, and the next begins a new one."""
        picture = self._picture
        if picture is None:
            picture = self._picture = _Picture(
                self._redis, self._keys, self._database, self._hub, online_after_ms=self._online_after_ms
            )
        self._consoles += 1
        try:
            await picture.ready.wait()
            yield picture.state
        finally:
            self._consoles -= 1
            if not self._consoles:
                self._picture = None
                await picture.end()


class _Picture:
    """What consoles see from the first that comes until the last has left, with a task and an ear of its own.

    One that ends takes its own ear away and no other's, however soon the next one begins.
    """

    def __init__(self, redis: Redis, keys: Keys, database: Database, hub: Hub, *, online_after_ms: int) -> None:
        self._redis = redis
        self._keys = keys
        self._database = database
        self._hub = hub
        self._online_after_ms = online_after_ms
        self.ready = asyncio.Event()
        self.state = FleetState()
        self._fixes: dict[int, LoggedFix] = {}
        self._seen_ms: dict[int, float] = {}
        self._read_to_ms = 0.0
        self._deliveries: dict[int, OpenDelivery] = {}
        self._newest_delivery = 0
        self._heard: list[StatusUpdate] = []
        self._start_over = True
        self._looked_at = 0.0
        self._running = asyncio.create_task(self._run(), name="fleet-watch")

    async def end(self) -> None:
        """No more of it."""
        await end(self._running)

    def heard(self, channel: str, message: bytes) -> None:
        """A delivery's new status."""
        del channel
        self._heard.append(decode_status(message)[1])

    def missed(self) -> None:
        """Read all deliveries again with the next round."""
        self._start_over = True

    async def _run(self) -> None:
        try:
            await self._keep_up()
        finally:
            await self._hub.leave(self._keys.all_statuses, self)

    async def _keep_up(self) -> None:
        while True:
            try:
                await self._hub.listen(self._keys.all_statuses, self)
                while True:
                    began = time.monotonic()
                    await self._round()
                    self.ready.set()
                    await asyncio.sleep(max(0.05, TICK_S - (time.monotonic() - began)))
            except (RedisError, OSError, SQLAlchemyError) as error:
                log.warning("fleet waits", error=f"{type(error).__name__}: {error}"[:200])
            except Exception:  # the next round tries again
                log.exception("fleet round failed")
            self._start_over = True
            await asyncio.sleep(1.0)

    async def _round(self) -> None:
        touched = await self._read_deliveries() | await self._read_positions()
        load = Counter(delivery.transporter_id for delivery in self._deliveries.values() if delivery.status.under_way)
        for transporter_id in touched:
            fix = self._fixes.get(transporter_id)
            if fix is not None:
                told = _told_transporter(fix, load[transporter_id])
                self.state.put((TRANSPORTER, transporter_id), ((fix.lat, fix.lon),), told)
        self.state.forget_old()

    async def _read_positions(self) -> set[int]:
        """Reads who was heard of since the last round; returns who moved."""
        now_ms = time.time() * 1000
        since = max(self._read_to_ms - OVERLAP_MS, now_ms - self._online_after_ms)
        found: list[Any] = await self._redis.zrangebyscore(self._keys.last_seen, since, "+inf", withscores=True)
        moved: set[int] = set()
        for start in range(0, len(found), READ_AT_ONCE):
            part = found[start : start + READ_AT_ONCE]
            updates = await self._redis.hmget(self._keys.live, [member for member, _ in part])
            for (member, seen_ms), update in zip(part, updates, strict=True):
                transporter_id = int(member)
                self._seen_ms[transporter_id] = float(seen_ms)
                fix = None if update is None else decode_update(update).fix
                if fix is not None and self._fixes.get(transporter_id) != fix:
                    self._fixes[transporter_id] = fix
                    moved.add(transporter_id)
        self._read_to_ms = max((float(seen_ms) for _, seen_ms in found), default=self._read_to_ms)
        self._drop_offline(now_ms - self._online_after_ms)
        return moved

    def _drop_offline(self, oldest_ms: float) -> None:
        for transporter_id in [known for known, seen_ms in self._seen_ms.items() if seen_ms < oldest_ms]:
            del self._seen_ms[transporter_id]
            fix = self._fixes.pop(transporter_id, None)
            if fix is not None:
                self.state.put((TRANSPORTER, transporter_id), ((fix.lat, fix.lon),), b"null", last=True)

    async def _read_deliveries(self) -> set[int]:
        """Reads what is new or was heard of; returns the transporters whose load may have changed."""
        heard, self._heard = self._heard, []
        changed = list({update.delivery_id for update in heard})
        found: list[OpenDelivery] = []
        if self._start_over:
            self._start_over = False
            changed = list({*self._deliveries, *changed})
            self._newest_delivery = 0
            self._looked_at = 0.0
        for start in range(0, len(changed), READ_AT_ONCE):
            found += await open_deliveries(self._database, ids=changed[start : start + READ_AT_ONCE])
        if time.monotonic() - self._looked_at > LOOK_FOR_NEW_EVERY_S:
            self._looked_at = time.monotonic()
            found += await open_deliveries(self._database, after_id=self._newest_delivery)
        return self._note(found)

    def _note(self, found: list[OpenDelivery]) -> set[int]:
        touched: set[int] = set()
        for delivery in found:
            self._newest_delivery = max(self._newest_delivery, delivery.id)
            before = self._deliveries.get(delivery.id)
            touched |= {known.transporter_id for known in (before, delivery) if known and known.transporter_id}
            if delivery.status in OVER:
                self._deliveries.pop(delivery.id, None)
            else:
                self._deliveries[delivery.id] = delivery
            if before is not None or delivery.status not in OVER:
                points = tuple(point for point in (delivery.pickup, delivery.dropoff) if point is not None)
                over = delivery.status in OVER
                self.state.put((DELIVERY, delivery.id), points, _told_delivery(delivery), last=over)
        return touched


def _told_transporter(fix: LoggedFix, active: int) -> bytes:
    recorded_at = utc_from_ms(fix.recorded_ms).isoformat().replace("+00:00", "Z")
    return encode(
        FleetTransporter(fix.transporter_id, fix.lat, fix.lon, recorded_at, fix.speed_mps, fix.heading_deg, active)
    )


def _told_delivery(delivery: OpenDelivery) -> bytes:
    return encode(
        FleetDelivery(
            delivery.id,
            delivery.tracking_number,
            DeliveryStatus(delivery.status),
            delivery.transporter_id,
            None if delivery.pickup is None else Point(*delivery.pickup),
            None if delivery.dropoff is None else Point(*delivery.dropoff),
        )
    )
