"""Keeps the consoles' picture of the fleet up to date, while there is a console in this process.

Positions are read twice a second, only of those who were heard of since: it costs Redis what the fleet says, not
what consoles there are, and needs no subscription to every transporter.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from dispatch.arrivals.open_deliveries import OpenDelivery, open_deliveries
from dispatch.database.engine import Database
from dispatch.jobs.repeated_failures import RepeatedFailures
from dispatch.ports import Clock, Presence
from realtime.background import end
from realtime.console.expectations import Expectations, Expected
from realtime.console.fleet import DELIVERY, TRANSPORTER, FleetState
from realtime.console.profiles import Profiles
from realtime.console.run_watch import RunWatch
from realtime.console.search_watch import SearchWatch
from realtime.console.told import told_delivery, told_transporter
from realtime.fixes import LoggedFix, decode_update
from realtime.redis.client import is_unexpected
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.redis.presence import PresenceLimits
from realtime.redis.statuses import StatusUpdate, decode_status
from realtime.watching.delivery_view import OVER

TICK_S = 0.5
READ_AT_ONCE = 1_000
# Clocks of several hosts differ; what was read before is recognised and costs little.
OVERLAP_MS = 2_000
# New deliveries are not announced; they are looked for.
LOOK_FOR_NEW_EVERY_S = 2.0
# Arrivals, and times that are expected, are not announced either.
READ_ALL_EVERY_S = 15.0
# So many deliveries are gone through before pings and answers have their turn.
AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class FleetRules:
    """When transporters are stale and offline, and what the times of arrival go by."""

    clock: Clock
    presence: PresenceLimits
    road_factor: float


class FleetWatch:
    """The fleet of one zone as this process' consoles see it."""

    def __init__(self, redis: Redis, keys: Keys, database: Database, hub: Hub, rules: FleetRules) -> None:
        self._redis = redis
        self._keys = keys
        self._database = database
        self._hub = hub
        self._rules = rules
        self._consoles = 0
        self._picture: _Picture | None = None

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[FleetState]:
        """The state, while a console looks at it. With the last one the picture ends, and the next begins a new one."""
        picture = self._picture
        if picture is None:
            picture = self._picture = _Picture(self._redis, self._keys, self._database, self._hub, self._rules)
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

    def __init__(self, redis: Redis, keys: Keys, database: Database, hub: Hub, rules: FleetRules) -> None:
        self._redis = redis
        self._keys = keys
        self._database = database
        self._hub = hub
        self._presence_limits = rules.presence
        self._online_after_ms = rules.presence.offline_after_s * 1000
        self.ready = asyncio.Event()
        self.state = FleetState()
        self._fixes: dict[int, LoggedFix] = {}
        self._seen_ms: dict[int, float] = {}
        self._stale: set[int] = set()
        self._read_to_ms = 0.0
        self._deliveries: dict[int, OpenDelivery] = {}
        self._newest_delivery = 0
        self._heard: list[StatusUpdate] = []
        self._start_over = True
        self._looked_at = 0.0
        self._read_all_at = 0.0
        self._profiles = Profiles(database, self.state.profiles)
        self._runs = RunWatch(database, rules.clock, self.state.runs)
        self._searches = SearchWatch(database, rules.clock, self.state.searches)
        self._expected = Expectations(rules.clock, self._fixes, road_factor=rules.road_factor)
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
            self._hub.leave(self._keys.all_statuses, self)

    async def _keep_up(self) -> None:
        failures = RepeatedFailures(failed="fleet round failed", waits="fleet waits", is_defect=is_unexpected)
        while True:
            with failures.noted():
                await self._hub.listen(self._keys.all_statuses, self)
                while True:
                    began = time.monotonic()
                    await self._round()
                    self.ready.set()
                    failures.well()
                    await asyncio.sleep(max(0.05, TICK_S - (time.monotonic() - began)))
            self._start_over = True
            await asyncio.sleep(1.0)

    async def _round(self) -> None:
        found = await self._read_deliveries()
        touched = await self._read_positions() | self._changed_presence()
        await self._profiles.learn({one.transporter_id for one in found if one.transporter_id} | touched)
        touched |= await self._note(found)
        load = Counter(delivery.transporter_id for delivery in self._deliveries.values() if delivery.status.under_way)
        for number, transporter_id in enumerate(touched, 1):
            fix = self._fixes.get(transporter_id)
            if fix is not None:
                presence = Presence.STALE if transporter_id in self._stale else Presence.ONLINE
                told = told_transporter(fix, load[transporter_id], presence)
                key, point = (TRANSPORTER, transporter_id), (fix.lat, fix.lon)
                self.state.put(key, (point,), told, transporter_id=transporter_id)
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        await self._runs.look()
        await self._searches.look()
        self.state.forget_old()

    def _changed_presence(self) -> set[int]:
        """Who fell silent, or was heard of again, since the last round."""
        now_s, limits = time.time(), self._presence_limits
        oldest_ms = (now_s - limits.stale_after_s) * 1000
        stale = {transporter_id for transporter_id, seen_ms in self._seen_ms.items() if seen_ms < oldest_ms}
        changed = stale ^ self._stale
        self._stale = stale
        return changed

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

    async def _read_deliveries(self) -> list[OpenDelivery]:
        """What is new or was heard of, and all of it now and then."""
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
        now = time.monotonic()
        if now - self._read_all_at > READ_ALL_EVERY_S:
            self._read_all_at = self._looked_at = now
            found += await open_deliveries(self._database)
        elif now - self._looked_at > LOOK_FOR_NEW_EVERY_S:
            self._looked_at = now
            found += await open_deliveries(self._database, after_id=self._newest_delivery)
        return found

    async def _note(self, found: list[OpenDelivery]) -> set[int]:
        """Take in what was read; returns the transporters whose load may have changed."""
        touched: set[int] = set()
        known = []
        for delivery in found:  # all of them, before it is told when one comes among the others
            self._newest_delivery = max(self._newest_delivery, delivery.id)
            before, over = self._deliveries.get(delivery.id), delivery.status in OVER
            touched |= {one.transporter_id for one in (before, delivery) if one and one.transporter_id}
            self._expected.note(before, delivery)
            if over:
                self._deliveries.pop(delivery.id, None)
                self._expected.forget(delivery.id)
            else:
                self._deliveries[delivery.id] = delivery
            if before is not None or not over:
                known.append(delivery)
        for number, delivery in enumerate(known, 1):
            over = delivery.status in OVER
            expected = (
                Expected(delivery.expected_at, None) if over else self._expected.of(delivery, self._profiles.vehicle_of)
            )
            self.state.put(
                (DELIVERY, delivery.id),
                tuple(point for point in (delivery.pickup, delivery.dropoff) if point is not None),
                told_delivery(delivery, expected),
                last=over,
                transporter_id=delivery.transporter_id,
            )
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        return touched
