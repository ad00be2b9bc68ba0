"""Redis dies or freezes under connected watchers: they come through without a hole, and nobody has to do anything."""

import asyncio
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
import websockets
from redis.asyncio import Redis

from realtime.protocol import Close
from realtime.redis import hub as hub_module
from realtime.redis.client import connect_redis
from realtime.redis.hub import MOST_IN_A_ROW, Hub
from realtime.redis.keys import Keys
from tests.support.own_redis import OwnRedis
from tests.support.uncollected import uncollected
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world, close_code, frames_until, next_frame, number, step, under_way, watch
from tests.support.world import BHAKTAPUR, THAMEL, Phone, World, ping


@pytest.fixture(scope="module")
async def world_on_own_redis(world: World, own_redis: OwnRedis) -> AsyncIterator[World]:
    """A server on that Redis."""
    async with another_world(world.server, redis_url=own_redis.url) as other:
        yield other


async def _moves_again(world: World, driver: Any, watcher: Any, lat: float) -> list[dict[str, Any]]:
    """The phone reconnects until it is let in again; the watcher then sees the move on the connection it has."""

    async def is_let_in() -> bool:
        await world.online_at(driver, lat, 85.4)
        return True

    await until(is_let_in, despite=Exception)  # whatever a phone meets while Redis is away, it tries again
    return await _until_at(watcher, lat)


async def _until_at(watcher: Any, lat: float) -> list[dict[str, Any]]:
    """Frames until one says that it is there, which after an interruption is a snapshot."""
    frames = []
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frames.append(await next_frame(watcher))
            position = frames[-1].get("position") or frames[-1]
            if position.get("lat") == lat:
                return frames


async def test_a_watcher_lives_through_the_death_of_redis_and_learns_what_happened_meanwhile(
    world_on_own_redis: World, own_redis: OwnRedis
) -> None:
    delivery, driver = await under_way(world_on_own_redis)
    async with watch(world_on_own_redis, delivery["tracking_number"]) as watcher:
        before = await next_frame(watcher)
        await own_redis.kill()
        await step(driver, delivery, "pickup")  # committed; its publication finds nobody
        await own_redis.start()
        frames = await _moves_again(world_on_own_redis, driver, watcher, 27.65)
        assert any(frame["type"] == "snapshot" and frame["status"] == "picked_up" for frame in frames)
    async with watch(world_on_own_redis, delivery["tracking_number"], resume=before["offset"]) as watcher:
        frame = await next_frame(watcher)
        assert (frame["type"], frame["recovered"]) == ("snapshot", False)
        assert frame["position"]["lat"] == 27.65


async def test_a_watcher_resumes_over_the_death_of_redis_where_nothing_was_lost(
    world_on_own_redis: World, own_redis: OwnRedis
) -> None:
    delivery, driver = await under_way(world_on_own_redis)
    async with watch(world_on_own_redis, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
    await step(driver, delivery, "pickup")
    await own_redis.kill()
    await own_redis.start()

    async def served() -> dict[str, Any] | None:
        async with watch(world_on_own_redis, delivery["tracking_number"], resume=seen) as watcher:
            first = await next_frame(watcher)
        return None if first["type"] == "error" else first

    frame = await until(served)
    assert (frame["type"], frame["status"], frame["recovered"]) == ("status", "picked_up", True)
    assert frame["offset"].split(":")[0] == seen.split(":")[0]
    assert number(frame["offset"]) > number(seen)


async def test_a_frozen_redis_delays_and_loses_nothing(world_on_own_redis: World, own_redis: OwnRedis) -> None:
    (delivery, driver), epoch = await under_way(world_on_own_redis), uuid4().hex
    moves = [ping(1, *BHAKTAPUR), ping(2, *THAMEL)]

    async def are_acknowledged(phone: Phone) -> bool:
        for one in moves:
            await phone.send(one)
        await phone.until_ack(len(moves))
        return True

    async def are_sent_again() -> bool:
        async with world_on_own_redis.phone(driver, epoch=epoch) as phone:
            return await are_acknowledged(phone)

    async with (
        world_on_own_redis.phone(driver, epoch=epoch) as phone,
        watch(world_on_own_redis, delivery["tracking_number"]) as watcher,
        watch(world_on_own_redis, delivery["tracking_number"]) as other,
    ):
        await next_frame(watcher)
        await next_frame(other)
        async with own_redis.frozen():
            acknowledged = asyncio.create_task(are_acknowledged(phone))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await watcher.recv()
            assert not acknowledged.done() or acknowledged.exception()
        try:
            await acknowledged
        except websockets.ConnectionClosed:  # it stood still for longer than a phone is kept waiting
            await until(are_sent_again, despite=Exception)
        for reader in (watcher, other):
            offsets = [number(frame["offset"]) for frame in await _until_at(reader, THAMEL[0])]
            assert offsets == sorted(set(offsets))


async def test_a_redis_that_lost_everything_gives_a_new_epoch_and_a_snapshot(
    world_on_own_redis: World, own_redis: OwnRedis
) -> None:
    delivery, driver = await under_way(world_on_own_redis)
    await world_on_own_redis.online_at(driver, *BHAKTAPUR)
    async with watch(world_on_own_redis, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
    async with watch(world_on_own_redis, delivery["tracking_number"]) as staying:
        await next_frame(staying)
        async with Redis.from_url(own_redis.url) as client:
            await client.flushall()
        again = await frames_until(staying, type="snapshot")
        assert again[-1]["offset"].split(":")[0] != seen.split(":")[0]
        await _moves_again(world_on_own_redis, driver, staying, 27.61)
    async with watch(world_on_own_redis, delivery["tracking_number"], resume=seen) as watcher:
        frame = await next_frame(watcher)
        assert (frame["type"], frame["status"], frame["recovered"]) == ("snapshot", "assigned", False)
        assert frame["offset"].split(":")[0] != seen.split(":")[0]


async def test_a_failover_that_lost_offsets_begins_a_new_epoch(world_on_own_redis: World, own_redis: OwnRedis) -> None:
    delivery, driver = await under_way(world_on_own_redis)
    await world_on_own_redis.online_at(driver, *BHAKTAPUR)
    async with watch(world_on_own_redis, delivery["tracking_number"]) as watcher:
        seen = (await next_frame(watcher))["offset"]
        async with Redis.from_url(own_redis.url) as client:
            await client.decrby(Keys(world_on_own_redis.server.settings.zone).offset, 2)
            await client.client_kill_filter(_type="pubsub", skipme=True)
        again = await next_frame(watcher)
        assert (again["type"], again["position"]["lat"]) == ("snapshot", BHAKTAPUR[0])
        assert again["offset"].split(":")[0] != seen.split(":")[0]
    await world_on_own_redis.online_at(driver, *THAMEL)
    async with watch(world_on_own_redis, delivery["tracking_number"], resume=seen) as watcher:
        frame = await next_frame(watcher)
        assert (frame["type"], frame["recovered"], frame["position"]["lat"]) == ("snapshot", False, THAMEL[0])


async def test_a_phone_whose_pings_could_not_be_stored_leaves_nothing_for_the_garbage_collector(
    world_on_own_redis: World, own_redis: OwnRedis
) -> None:
    driver = await world_on_own_redis.driver()
    with uncollected() as left_over:
        async with world_on_own_redis.phone(driver) as phone:
            await own_redis.kill()
            try:
                await phone.send(ping(1, *THAMEL))
                assert await close_code(phone.socket) == Close.UNAVAILABLE
            finally:
                await own_redis.start()
        with suppress(AssertionError):  # what is left over says more
            await until(lambda: not left_over())
        assert left_over() == Counter()


class RecordingListener:
    """A listener that remembers, or fails."""

    def __init__(self, *, broken: bool = False) -> None:
        self.messages: list[bytes] = []
        self.interruptions = 0
        self._broken = broken

    def heard(self, channel: str, message: bytes) -> None:
        del channel
        if self._broken:
            raise ValueError("a defect")
        self.messages.append(message)

    def missed(self) -> None:
        self.interruptions += 1
        if self._broken:
            raise ValueError("a defect")


@asynccontextmanager
async def _hub(url: str) -> AsyncIterator[Hub]:
    hub = Hub(connect_redis(url, max_connections=2, retries=0))
    hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


async def test_one_failing_listener_does_not_silence_the_others(own_redis: OwnRedis) -> None:
    broken, whole = RecordingListener(broken=True), RecordingListener()
    async with _hub(own_redis.url) as hub, Redis.from_url(own_redis.url) as client:
        await hub.listen("news", broken)
        await hub.listen("news", whole)
        for text in (b"one", b"two", b"three"):
            await client.spublish("news", text)
        await until(lambda: whole.messages == [b"one", b"two", b"three"])


async def test_every_listener_is_told_of_an_interruption_and_hears_again(own_redis: OwnRedis) -> None:
    ears = {f"channel-{n}": RecordingListener(broken=n == 0) for n in range(20)}
    async with _hub(own_redis.url) as hub, Redis.from_url(own_redis.url) as client:
        for channel, ear in ears.items():
            await hub.listen(channel, ear)
        await client.client_kill_filter(_type="pubsub", skipme=True)
        await until(lambda: all(ear.interruptions == 1 for ear in ears.values()))
        for channel in ears:
            await client.spublish(channel, b"again")
        await until(lambda: all(ear.messages == [b"again"] for ear in list(ears.values())[1:]))


async def test_who_left_after_an_interruption_is_held_by_nobody(own_redis: OwnRedis) -> None:
    ear = RecordingListener()
    left = weakref.ref(ear)
    async with _hub(own_redis.url) as hub, Redis.from_url(own_redis.url) as client:
        await hub.listen("news", ear)
        await client.client_kill_filter(_type="pubsub", skipme=True)
        await until(lambda: left().interruptions == 1)  # type: ignore[union-attr]
        hub.leave("news", ear)
        del ear
        assert left() is None


async def test_who_comes_and_goes_all_the_time_hears_everything_from_the_moment_of_confirmation(
    own_redis: OwnRedis,
) -> None:
    async with _hub(own_redis.url) as hub, Redis.from_url(own_redis.url) as client:
        for n in range(200):
            ear = RecordingListener()
            await hub.listen("door", ear)
            await client.spublish("door", b"%d" % n)
            await until(lambda ear=ear, n=n: ear.messages == [b"%d" % n])  # type: ignore[misc]
            hub.leave("door", ear)


class TurnCounter:
    """Hears messages, and counts the turns of everybody else meanwhile."""

    def __init__(self) -> None:
        self.turns = 0
        self.heard_in: Counter[int] = Counter()

    def heard(self, channel: str, message: bytes) -> None:
        del channel, message
        self.heard_in[self.turns] += 1

    def missed(self) -> None:
        raise AssertionError("nothing was interrupted")

    async def take_turns(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)


async def test_while_thousands_are_told_something_everybody_else_has_turns(own_redis: OwnRedis) -> None:
    ear = TurnCounter()
    async with _hub(own_redis.url) as hub, Redis.from_url(own_redis.url) as client:
        await hub.listen("news", ear)
        turning = asyncio.create_task(ear.take_turns())
        try:
            async with client.pipeline(transaction=False) as pipe:
                for n in range(2_000):
                    pipe.spublish("news", b"%d" % n)
                await pipe.execute()
            await until(lambda: ear.heard_in.total() == 2_000)
        finally:
            turning.cancel()
    assert max(ear.heard_in.values()) <= MOST_IN_A_ROW


async def test_thousands_of_channels_are_heard_again_after_an_interruption(
    own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "CONFIRM_WITHIN_S", PATIENCE_S)  # they are asked for at once, and told one by one
    ears = {f"channel-{n}": RecordingListener() for n in range(3_000)}
    async with _hub(own_redis.url) as hub, Redis.from_url(own_redis.url) as client:
        for channel, ear in ears.items():
            hub.ask(channel, ear)
        await asyncio.gather(*(hub.confirmed(channel) for channel in ears))
        await client.client_kill_filter(_type="pubsub", skipme=True)
        await until(lambda: all(ear.interruptions == 1 for ear in ears.values()))
        await client.spublish("channel-2999", b"again")
        await until(lambda: ears["channel-2999"].messages == [b"again"])
