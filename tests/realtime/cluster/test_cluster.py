"""A server on a real Redis Cluster: three masters, the zone on one of them, a replica behind it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from redis.crc import key_slot
from redis.exceptions import RedisError

from api.cli.redis_findings import redis_finding
from realtime.protocol import Close
from realtime.redis.client import connect_redis
from realtime.redis.keys import Keys
from tests.realtime.cluster.nodes import Cluster
from tests.realtime.cluster.reporter import Reporter
from tests.support.consoles import Console
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world, close_code, frames_until, next_frame, number, step, under_way, watch
from tests.support.world import BHAKTAPUR, THAMEL, Driver, Person, World, ok, ping

ZONE = "kathmandu"
KEY = Keys(ZONE).log


@pytest.fixture(scope="module")
async def clustered(world: World, cluster: Cluster) -> AsyncIterator[World]:
    """A server that knows one node by its URL and finds the others."""
    async with another_world(world.server, zone=ZONE, redis_url=f"redis+cluster://{cluster.nodes[0].address}") as other:
        yield other


@asynccontextmanager
async def _socket(world: World, path: str, person: Person) -> AsyncIterator[websockets.ClientConnection]:
    """Opened with a ticket, as browsers do."""
    ticket = ok(await person.post("/api/v1/auth/ws-ticket/"))["ticket"]
    names = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"ticket.{ticket}")]
    options: dict[str, Any] = {"subprotocols": names, "max_size": None, "open_timeout": PATIENCE_S}
    async with websockets.connect(f"{world.ws_url}{path}", **options) as socket:
        yield socket


async def _until_seen(watcher: websockets.ClientConnection, place: tuple[float, float]) -> list[dict[str, Any]]:
    """Frames until one shows that place or one further north."""
    frames = []
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frames.append(await next_frame(watcher))
            position = frames[-1].get("position") or frames[-1]
            if position.get("lat", 0.0) >= place[0]:
                return frames


async def test_pings_come_out_as_positions_history_nearest_and_console(clustered: World) -> None:
    delivery, driver = await under_way(clustered)
    admin = await clustered.admin()
    async with (
        watch(clustered, delivery["tracking_number"]) as watcher,
        _socket(clustered, "/ws/console", admin) as socket,
        clustered.phone(driver) as phone,
    ):
        console = Console(socket)
        await console.subscribe()
        assert (await next_frame(watcher))["type"] == "snapshot"
        await phone.send(ping(1, *BHAKTAPUR))
        await phone.send(ping(2, *THAMEL))
        await phone.until_ack(2)
        seen = (await frames_until(watcher, lat=THAMEL[0]))[-1]
        await console.until_transporter(driver.transporter_id, lat=THAMEL[0])
    assert [fix["seq"] for fix in await clustered.stored_fixes(driver, 2)] == [1, 2]
    near = ok(await admin.get("/api/transporters/nearby/", lat=THAMEL[0], lon=THAMEL[1], radius_km=1))
    assert driver.transporter_id in [one["id"] for one in near["results"]]
    await step(driver, delivery, "pickup")
    async with watch(clustered, delivery["tracking_number"], resume=seen["offset"]) as watcher:
        missed = await next_frame(watcher)
        assert (missed["type"], missed["status"], missed["recovered"]) == ("status", "picked_up", True)


async def test_a_user_who_signs_out_loses_the_socket(clustered: World) -> None:
    admin = await clustered.admin()
    async with _socket(clustered, "/ws/console", admin) as console:
        await console.send(json.dumps({"type": "subscribe"}))
        await next_frame(console)
        ok(await admin.post("/api/v1/auth/logout/"), 204)
        assert await close_code(console) == Close.UNAUTHORIZED


async def test_a_device_that_comes_again_replaces_its_first_connection(clustered: World) -> None:
    driver = await clustered.driver()
    async with clustered.phone(driver) as first, clustered.phone(driver):
        assert await close_code(first.socket) == Close.REPLACED


async def test_everything_of_the_server_lies_in_the_slot_of_its_zone(clustered: World, cluster: Cluster) -> None:
    _, driver = await under_way(clustered)
    await clustered.online_at(driver, *THAMEL)
    found: set[bytes] = {key for node in cluster.nodes for key in await node.tell("KEYS", "*")}
    assert {key.split(b":")[1] for key in found} == {b"{kathmandu}"}
    assert {key_slot(key) for key in found} == {key_slot(KEY.encode())}
    assert {b"limit", b"log", b"live", b"geo", b"ingest-state"} <= {key.split(b":")[2] for key in found}


async def test_a_zone_moves_to_another_node_under_a_phone_and_a_watcher(clustered: World, cluster: Cluster) -> None:
    delivery, driver = await under_way(clustered)
    source, target = await cluster.owner_and_another(KEY)
    async with (
        watch(clustered, delivery["tracking_number"]) as watcher,
        Reporter(clustered, driver).reporting() as reporter,
    ):
        await reporter.until_promised(50)
        await _until_seen(watcher, reporter.place)
        await cluster.begin_moving(KEY, source, target)
        await cluster.move_keys(KEY, source, target, only=":ingest-state")
        before = reporter.promised
        await until(lambda: reporter.interruptions >= 2)  # refused by both nodes while the keys are on two
        halfway = reporter.promised
        await cluster.move_keys(KEY, source, target)
        await cluster.end_moving(KEY, source, target)
        await reporter.until_promised(50)
        frames = await _until_seen(watcher, reporter.place)
        if all(frame["type"] != "snapshot" for frame in frames):
            await frames_until(watcher, type="snapshot")  # it is told of the gap, before or after the next position
        await step(driver, delivery, "pickup")
        await frames_until(watcher, status="picked_up")
    assert halfway - before <= 5, "no batch may be stored while the zone is on two nodes"
    assert await cluster.owner(KEY) is target
    await reporter.all_promised_stored()


async def test_a_replica_takes_over_from_a_killed_master_without_anybody_doing_anything(
    clustered: World, cluster: Cluster
) -> None:
    delivery, driver = await under_way(clustered)
    master, _ = await cluster.owner_and_replica(KEY)
    async with (
        watch(clustered, delivery["tracking_number"]) as watcher,
        Reporter(clustered, driver).reporting() as reporter,
    ):
        await reporter.until_promised(50)
        frames = await _until_seen(watcher, reporter.place)
        seen = frames[-1]["offset"]
        await master.kill()
        promoted = await cluster.until_promoted(KEY, master)
        await reporter.until_promised(50)
        frames = await _until_seen(watcher, reporter.place)
        if frames[-1]["offset"].split(":")[0] == seen.split(":")[0]:
            frames = await frames_until(watcher, type="snapshot")
        # Numbers may have been given out twice: they must not be compared.
        assert frames[-1]["offset"].split(":")[0] != seen.split(":")[0]
    await step(driver, delivery, "pickup")
    async with watch(clustered, delivery["tracking_number"], resume=seen) as watcher:
        frame = await next_frame(watcher)
        assert (frame["type"], frame["status"], frame["recovered"]) == ("snapshot", "picked_up", False)
        assert number(frame["offset"]) > 0
    lost = set(range(1, reporter.promised + 1)) - await _settled(reporter)
    assert len(lost) <= 10, f"more than was on the way to the replica is lost: {sorted(lost)}"
    await master.start()
    await cluster.until_replicated(master, promoted)
    await cluster.until_whole()


@pytest.mark.heavy
async def test_a_master_that_freezes_is_left_for_its_successor(clustered: World, cluster: Cluster) -> None:
    delivery, driver = await under_way(clustered)
    master, _ = await cluster.owner_and_replica(KEY)
    async with (
        watch(clustered, delivery["tracking_number"]) as watcher,
        Reporter(clustered, driver).reporting() as reporter,
    ):
        await reporter.until_promised(50)
        async with master.frozen():
            await cluster.until_promoted(KEY, master)
            await reporter.until_promised(50)
            await _until_seen(watcher, reporter.place)
        await reporter.until_promised(50)
        await _until_seen(watcher, reporter.place)
    await cluster.until_whole()


async def _settled(reporter: Reporter) -> set[int]:
    """What is stored of a reporter, once the last of it is."""

    async def those_stored() -> set[int] | None:
        stored = await reporter.stored()
        return stored if reporter.promised in stored else None

    found: set[int] = await until(those_stored)
    return found


@pytest.mark.heavy
async def test_with_a_replica_in_every_ack_a_failover_loses_nothing(world: World, cluster: Cluster) -> None:
    master, _ = await cluster.owner_and_replica(KEY)
    changes = {"zone": ZONE, "redis_url": cluster.url, "ping_replicas": 1}
    async with another_world(world.server, **changes) as careful:
        driver = await careful.driver()
        async with Reporter(careful, driver).reporting() as reporter:
            await reporter.until_promised(50)
            await master.kill()
            promoted = await cluster.until_promoted(KEY, master)
            await master.start()  # as its supervisor does; until then there is no replica to wait for
            await cluster.until_replicated(master, promoted)
            await reporter.until_promised(50)
        await reporter.all_promised_stored()
    await cluster.until_whole()


async def test_zones_share_a_cluster_without_seeing_each_other(
    world: World, cluster: Cluster, clustered: World
) -> None:
    driver: Driver = await clustered.driver()
    await clustered.online_at(driver, *THAMEL)
    async with another_world(world.server, zone="pokhara", redis_url=cluster.url) as pokhara:
        assert await clustered.server.services.live.nearby(*THAMEL, 100.0, 10)
        assert not await pokhara.server.services.live.nearby(*THAMEL, 100.0, 10)


async def test_the_doctor_says_whether_a_node_has_the_replicas_that_acks_wait_for(
    cluster: Cluster, clustered: World
) -> None:
    await cluster.owner_and_replica(KEY)
    redis = clustered.server.services.redis
    finding = await redis_finding(redis, ping_replicas=1)
    assert (finding.state, finding.found.partition(", ")[2]) == ("ok", "cluster, 1 replica")
    finding = await redis_finding(redis, ping_replicas=2)
    assert (finding.state, finding.advice) == ("bad", "pings are refused: DISPATCH_PING_REPLICAS waits for 2")


async def test_a_cluster_that_is_away_is_named_within_seconds() -> None:
    redis = connect_redis("redis+cluster://127.0.0.1:1,127.0.0.1:2")
    with pytest.raises(RedisError, match=r"127\.0\.0\.1:1.*127\.0\.0\.1:2|127\.0\.0\.1:2.*127\.0\.0\.1:1"):
        await redis.ping()
    await redis.aclose()
