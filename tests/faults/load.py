"""A server in a process of its own under load, and what must be true of it after a fault."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.embedded import troubles
from realtime.fixes import decode_update
from realtime.protocol import Close
from realtime.redis.keys import Keys
from tests.faults.phones import LoadPhone
from tests.faults.watchers import LoadWatcher
from tests.support.process_worlds import ANSWERED_WITHIN_S, world_of
from tests.support.processes import ServiceProcesses
from tests.support.server_process import ServerProcess
from tests.support.waiting import until
from tests.support.watching import under_way
from tests.support.world import Driver, World

HEARTBEAT_S = 0.02


def _newest_ms(update: bytes | str | None) -> int:
    """When a live position was recorded; 0 where there is none."""
    return decode_update(update).fix.recorded_ms if update else 0


@dataclass
class Load:
    """What runs while the fault happens."""

    server: ServerProcess
    world: World
    epoch: str = field(default_factory=lambda: f"load-{uuid4().hex}")
    phones: list[LoadPhone] = field(default_factory=list)
    watchers: list[LoadWatcher] = field(default_factory=list)
    deliveries: list[tuple[dict[str, Any], Driver]] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often each address answered with which status."""
    unnamed: list[str] = field(default_factory=list)
    """Answers of 503 that did not say when to come back."""
    moved_back: list[tuple[str, int, int]] = field(default_factory=list)
    """Live positions whose time in Redis went back: whose, from, to."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def postgres(self) -> ServiceProcesses:
        return ServiceProcesses(self.server.data_dir, "postgres")

    @property
    def redis(self) -> ServiceProcesses:
        return ServiceProcesses(self.server.data_dir, "redis-server")

    async def redis_is_started_again(self, before: int = 0) -> int:
        """Wait for the attempt after this one, and return its number; they are counted since it was last well."""

        def attempt() -> int:
            trouble = troubles(self.server.data_dir).get("Redis") or ""
            found = re.search(r"attempt (\d+)", trouble)
            return int(found[1]) if found and int(found[1]) > before else 0

        return int(await until(attempt, f"attempt {before + 1} to start Redis again"))

    @property
    def sent(self) -> int:
        """Pings that were made."""
        return sum(len(phone.sent) for phone in self.phones)

    async def goes_on(self, pings: int = 100) -> None:
        """Wait until each phone was promised so many more pings."""
        wanted = {id(phone): len(phone.promised) + pings // len(self.phones) for phone in self.phones}
        await until(lambda: all(len(phone.promised) >= wanted[id(phone)] for phone in self.phones))

    async def ready(self) -> None:
        """Wait until the server says that it can work."""
        async with httpx.AsyncClient(base_url=self.server.url, trust_env=False, timeout=ANSWERED_WITHIN_S) as http:

            async def answers() -> bool:
                return (await http.get("/health/ready")).is_success

            await until(answers)

    async def pick_up_all(self) -> None:
        """Each transporter says that it has the parcel, as often as it takes."""
        for delivery, driver in self.deliveries:
            path = f"/api/deliveries/{delivery['id']}/pickup/"

            async def is_taken(driver: Driver = driver, path: str = path) -> bool:
                reply = await driver.post(path, {})
                if reply.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                    return False
                assert reply.status_code in {httpx.codes.OK, httpx.codes.CONFLICT}, reply.text
                return True

            await until(is_taken)

    async def ask_for_ever(self, name: str, path: str, headers: dict[str, str]) -> None:
        """A client that asks again and again and notes how it was answered."""
        async with httpx.AsyncClient(base_url=self.server.url, trust_env=False, timeout=ANSWERED_WITHIN_S) as http:
            while True:
                reply = await http.get(path, headers=headers)
                self.answers[name, reply.status_code] += 1
                if reply.status_code == httpx.codes.SERVICE_UNAVAILABLE and "retry-after" not in reply.headers:
                    self.unnamed.append(name)
                await asyncio.sleep(HEARTBEAT_S)

    async def look_until_over(self) -> None:
        """Watch the live positions in Redis itself: the time of none may ever go back."""
        ids = [str(phone.driver.transporter_id) for phone in self.phones]
        newest = dict.fromkeys(ids, 0)
        while not self.over.is_set():
            with suppress(RedisError, OSError):
                async with Redis.from_url(self.server.redis_url, socket_timeout=5) as redis:
                    while not self.over.is_set():
                        found = await redis.hmget(Keys().live, ids)
                        for one, at in zip(ids, map(_newest_ms, found), strict=True):
                            if at < newest[one]:
                                self.moved_back.append((one, newest[one], at))
                            newest[one] = at
                        await asyncio.sleep(HEARTBEAT_S)
            await asyncio.sleep(HEARTBEAT_S)

    async def check(self) -> None:
        """After the load has ended: nothing promised is missing, nothing is there twice, nothing moved back."""
        rows = await self.server.stored(self.epoch)
        stored = Counter((row["transporter_id"], row["seq"]) for row in rows)
        promised = {(phone.driver.transporter_id, seq) for phone in self.phones for seq in phone.promised}
        assert promised - set(stored) == set()
        assert {key: count for key, count in stored.items() if count > 1} == {}
        assert set(stored) == {(phone.driver.transporter_id, seq) for phone in self.phones for seq in phone.sent}
        places = {(row["transporter_id"], row["seq"]): (row["lat"], row["lon"]) for row in rows}
        for phone in self.phones:
            assert phone.rejected == {}
            assert set(phone.closes) <= {Close.UNAVAILABLE}, phone.closes
            assert phone.refused == []
            sent = {(phone.driver.transporter_id, seq): (one["lat"], one["lon"]) for seq, one in phone.sent.items()}
            assert sent.items() <= places.items()
        await self._check_live()
        for watcher in self.watchers:
            watcher.check()
            assert set(watcher.closes) <= {Close.UNAVAILABLE}, watcher.closes
            assert watcher.refused == []
        assert self.unnamed == []
        assert {status for _, status in self.answers} <= {200, 503}, self.answers

    async def _check_live(self) -> None:
        assert self.moved_back == []
        async with Redis.from_url(self.server.redis_url) as redis:
            assert await redis.xlen(Keys().dead) == 0
            for phone in self.phones:
                at = _newest_ms(await redis.hget(Keys().live, str(phone.driver.transporter_id)))
                assert at == round(datetime.fromisoformat(phone.newest["recorded_at"]).timestamp() * 1000)

    async def watchers_have_caught_up(self) -> None:
        """Wait until each watcher saw the last position and the last status of its parcel."""
        last = {
            delivery["tracking_number"]: phone.newest["lat"]
            for phone, (delivery, _) in zip(self.phones, self.deliveries, strict=False)
        }
        await until(
            lambda: all(
                watcher.positions and watcher.positions[-1]["lat"] == last[watcher.tracking_number]
                for watcher in self.watchers
            )
        )
        await until(lambda: all({"picked_up", "in_transit"} & set(watcher.statuses) for watcher in self.watchers))


@asynccontextmanager
async def under_load(
    server: ServerProcess, *, phones: int = 6, watched: int = 2, rate: float = 50.0
) -> AsyncIterator[Load]:
    """Phones, watchers and requests while the body runs; afterwards everything that must be true is checked."""
    async with world_of(server) as world:
        load = Load(server, world)
        load.deliveries = [await under_way(world) for _ in range(watched)]
        drivers = [driver for _, driver in load.deliveries]
        drivers += [await world.driver() for _ in range(phones - watched)]
        load.phones = [LoadPhone(world, driver, load.epoch, rate) for driver in drivers]
        load.watchers = [
            LoadWatcher(world, delivery["tracking_number"], restless)
            for delivery, _ in load.deliveries
            for restless in (False, True)
        ]
        asked = await world.person("customer")
        number = load.deliveries[0][0]["tracking_number"]
        background = [
            asyncio.create_task(one)
            for one in (
                *(watcher.run() for watcher in load.watchers),
                load.ask_for_ever("account", "/api/v1/auth/me/", asked.headers),
                load.ask_for_ever("parcel", f"/api/deliveries/{number}/track/", {}),
            )
        ]
        looking = asyncio.create_task(load.look_until_over())
        background.append(looking)
        sending = [asyncio.create_task(phone.run()) for phone in load.phones]
        try:
            await load.goes_on()
            yield load
            await load.ready()
            await load.goes_on()
            await load.pick_up_all()
            for phone in load.phones:
                phone.stop()
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                await asyncio.gather(*sending)
            await load.watchers_have_caught_up()
        finally:
            load.over.set()
            for task in (*background, *sending):
                if task is not looking:
                    task.cancel()
            ends = await asyncio.gather(*background, *sending, return_exceptions=True)
        failed = [end for end in ends if isinstance(end, Exception)]
        assert failed == []
        await load.check()
