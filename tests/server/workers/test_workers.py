"""What a server with workers promises: nothing acknowledged is lost, whoever ends, and nobody has to help."""

import asyncio
import json
import os
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.cli.doctor import examine
from api.server.serving import serving
from dispatch.settings import Settings
from realtime.protocol import Close
from tests.server.workers.apps import Follower, Sender, place_of
from tests.server.workers.server_processes import ServerProcesses, begun, serving_with_workers
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import close_code, frames_until, next_frame, number, step, under_way, watch
from tests.support.world import World, ok, ping

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@asynccontextmanager
async def at_work(*apps: Sender | Follower) -> AsyncIterator[None]:
    """The apps run while the body does; what goes wrong in one is raised."""
    tasks = [asyncio.create_task(app.run()) for app in apps]
    try:
        yield
        assert not any(task.done() for task in tasks), [task.exception() for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def a_client(of: ServerProcesses) -> httpx.AsyncClient:
    """With a connection of its own. Certificates, which take 30 ms of CPU to load, are not for plain HTTP."""
    return httpx.AsyncClient(base_url=of.world.server.settings.public_url, verify=NO_CERTIFICATES, timeout=PATIENCE_S)


@pytest.mark.slow
async def test_a_killed_worker_and_a_killed_steward_are_replaced_and_nothing_acknowledged_is_lost(
    server_processes: ServerProcesses,
) -> None:
    sender = Sender(server_processes.world, await server_processes.world.driver())
    before = server_processes.processes()
    async with at_work(sender):
        await until(lambda: sender.acked > 300)
        victim = server_processes.serving(sender.port)
        os.kill(victim, signal.SIGKILL)
        os.kill(before["steward"], signal.SIGKILL)
        acked = sender.acked
        await until(lambda: sender.connections > 1 and sender.acked > acked + 300)
        (name,) = (name for name, pid in before.items() if pid == victim)
        await until(lambda: server_processes.processes().get(name) not in {None, victim})
        await until(lambda: server_processes.processes().get("steward") not in {None, before["steward"]})
    assert await sender.missing() == set()
    await _all_up(server_processes, name)


async def _all_up(server_processes: ServerProcesses, name: str) -> None:
    """Until this worker answers."""

    async def answers() -> bool:
        async with a_client(server_processes) as fresh:
            found: str = ok(await fresh.get("/health/ready"))["process"]["name"]
            return found == name

    await until(answers)


@pytest.mark.slow
async def test_a_rolling_restart_loses_no_ping_and_watchers_resume_without_a_hole(
    server_processes: ServerProcesses,
) -> None:
    delivery, driver = await under_way(server_processes.world)
    sender, follower = (
        Sender(server_processes.world, driver),
        Follower(server_processes.world, delivery["tracking_number"]),
    )
    before = set(server_processes.processes().values())
    async with at_work(sender, follower):
        await until(lambda: sender.acked > 200 and follower.seen)
        server_processes.handle.send_signal(signal.SIGHUP)
        await until(lambda: not before.issuperset(server_processes.processes().values()))
        await step(driver, delivery, "pickup")
        while before.intersection(server_processes.processes().values()) or before.intersection(
            server_processes.workers()
        ):
            async with a_client(server_processes) as fresh:
                assert ok(await fresh.get("/health/live")) == {"status": "ok"}
        acked = sender.acked
        await until(lambda: sender.acked > acked + 100)
    last = sender.acked + 10_000
    async with at_work(follower), server_processes.world.phone(driver, epoch="after") as phone:
        await phone.send(ping(1, *place_of(last)))
        await until(lambda: follower.newest_lat == place_of(last)[0])
    assert set(sender.close_codes) <= {Close.RESTARTING, None}
    assert Close.RESTARTING in sender.close_codes
    assert await sender.missing() == set()
    assert follower.firsts
    for frame in follower.firsts:
        assert frame["type"] != "snapshot" or frame["recovered"] is False
    offsets = [number(frame["offset"]) for frame in follower.frames if frame["type"] != "snapshot"]
    assert offsets == sorted(set(offsets))
    order = ["assigned", "picked_up", "in_transit"]
    told = [order.index(status) for status in follower.statuses]
    assert told == sorted(told)
    assert "picked_up" in follower.statuses


async def test_a_host_beside_it_shares_phones_and_watchers(
    server_processes: ServerProcesses, own_settings: Settings
) -> None:
    delivery, driver = await under_way(server_processes.world)
    async with (
        serving(own_settings.model_copy(update={"port": 0})) as other,
        httpx.AsyncClient(base_url=other.settings.public_url, timeout=PATIENCE_S) as http,
    ):
        there = World(other, http)
        async with there.phone(driver) as phone, watch(server_processes.world, delivery["tracking_number"]) as watcher:
            assert (await next_frame(watcher))["type"] == "snapshot"
            await phone.send(ping(1, 27.65, 85.35))
            await frames_until(watcher, type="position", lat=27.65)
            async with server_processes.world.phone(driver):
                assert await close_code(phone.socket) == Close.REPLACED
        health = ok(await http.get("/health/ready"))
        assert health["process"] == {"name": "server", "history": "here"}
    async with watch(server_processes.world, delivery["tracking_number"]) as watcher:
        assert (await next_frame(watcher))["position"]["lat"] == 27.65


async def test_health_tells_of_the_process_that_answers_and_of_the_log_that_all_share(
    server_processes: ServerProcesses,
) -> None:
    async def names() -> set[str]:
        found = set()
        for _ in range(8):
            async with a_client(server_processes) as fresh:
                health = ok(await fresh.get("/health/ready"))
            assert health["process"]["history"] == "elsewhere"
            assert health["log"]["history_active"]
            assert health["log"]["dead"] == 0
            assert health["log"]["backlog"] >= 0
            found.add(health["process"]["name"])
        return found

    seen: set[str] = set()

    async def both_have_answered() -> bool:
        seen.update(await names())
        return seen == {"worker 1", "worker 2"}

    await until(both_have_answered)


async def test_doctor_and_health_show_pings_that_were_set_aside_and_say_where_to_look(
    server_processes: ServerProcesses, capsys: pytest.CaptureFixture[str]
) -> None:
    services = server_processes.world.server.services
    await services.redis.xadd(services.keys.dead, {"fix": "{}", "reason": "for this test"})
    try:
        assert await examine(server_processes.world.server.settings, as_json=True) == 0
        (finding,) = (one for one in json.loads(capsys.readouterr().out) if one["check"] == "history")
        assert (finding["state"], "1 set aside" in finding["found"]) == ("warning", True)
        assert f"XRANGE {services.keys.dead}" in finding["advice"]
        assert ok(await server_processes.world.http.get("/health/ready"))["log"]["dead"] == 1
    finally:
        await services.redis.delete(services.keys.dead)


async def test_metrics_count_the_requests_of_all_workers_together(server_processes: ServerProcesses) -> None:
    async def counted() -> float:
        families = text_string_to_metric_families((await server_processes.world.http.get("/metrics")).text)
        samples = [sample for family in families for sample in family.samples]
        assert {"dispatch_log_backlog_pings", "dispatch_history_seen_seconds"} <= {one.name for one in samples}
        return sum(
            one.value
            for one in samples
            if one.name == "dispatch_requests_total" and one.labels["path"] == "/api/v1/payments/gateways"
        )

    before = await counted()
    for _ in range(10):
        async with a_client(server_processes) as fresh:
            ok(await fresh.get("/api/v1/payments/gateways/"))

    async def all_are_counted() -> bool:  # each is when its answer is on its way: maybe after another worker is asked
        return await counted() == before + 10

    await until(all_are_counted)


async def test_metrics_of_every_process_are_told_by_whichever_answers(server_processes: ServerProcesses) -> None:
    async def samples() -> dict[str, dict[str, float]]:
        async with a_client(server_processes) as fresh:
            families = text_string_to_metric_families((await fresh.get("/metrics")).text)
        found: dict[str, dict[str, float]] = {}
        for one in (sample for family in families for sample in family.samples):
            found.setdefault(one.name, {})[one.labels.get("process", "")] = one.value
        return found

    before = await samples()
    driver = await server_processes.world.driver()
    async with server_processes.world.phone(driver) as phone:
        for seq in range(1, 6):
            await phone.send(ping(seq, 27.7, 85.3 + seq / 10_000))
        await phone.until_ack(5)

        async def all_told() -> bool:
            now = await samples()
            stored = now["dispatch_pings_stored_total"][""] - before["dispatch_pings_stored_total"][""]
            waits = now["dispatch_ping_ack_seconds_count"][""] - before["dispatch_ping_ack_seconds_count"][""]
            phones = sum(now["dispatch_phones"].values())
            pools = set(now["dispatch_database_pool_size"])
            return stored >= 5 and waits >= 1 and phones >= 1 and pools == {"worker 1", "worker 2", "steward"}

        await until(all_told)


@pytest.mark.heavy  # tests/server stops one without load
@pytest.mark.usefixtures("server_processes")  # goes on where the other one stops
async def test_sigterm_stops_everybody_in_order_and_everything_acknowledged_is_stored(
    own_settings: Settings, tmp_path: Path
) -> None:
    async with serving_with_workers(own_settings, tmp_path / "serve.log", 1) as other:
        sender = Sender(other.world, await other.world.driver())
        children = psutil.Process(other.handle.pid).children(recursive=True)
        async with at_work(sender):
            await until(lambda: sender.acked > 300)
            other.handle.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(other.handle.wait(), 40) == 0, other.text
            await until(lambda: sender.close_codes)  # its end of the connection hears of it a little later
        assert sender.close_codes == [Close.RESTARTING]
        assert not psutil.wait_procs(children, timeout=0)[1]
        assert "Traceback" not in other.text, other.text
        assert await sender.missing() == set()


@pytest.mark.slow
@pytest.mark.usefixtures("server_processes")  # stores what the killed one's steward left in the log
async def test_no_worker_outlives_a_supervisor_that_was_killed(own_settings: Settings, tmp_path: Path) -> None:
    async with serving_with_workers(own_settings, tmp_path / "serve.log", 1) as other:
        sender = Sender(other.world, await other.world.driver())
        children = psutil.Process(other.handle.pid).children(recursive=True)
        assert len(children) == 2
        async with at_work(sender):
            await until(lambda: sender.acked > 300)
            other.handle.kill()
            await until(lambda: not any(child.is_running() for child in children))
            await until(lambda: sender.close_codes)  # its end of the connection hears of it a little later
        assert sender.close_codes == [Close.RESTARTING]
        assert "Traceback" not in other.text, other.text
        assert await sender.missing() == set()


@pytest.mark.heavy
@pytest.mark.timeout(300)
async def test_a_worker_that_stands_still_is_ended_and_replaced(server_processes: ServerProcesses) -> None:
    name, victim = next((name, pid) for name, pid in server_processes.processes().items() if name.startswith("worker"))
    os.kill(victim, signal.SIGSTOP)
    await until(lambda: server_processes.processes().get(name) not in {None, victim})
    await _all_up(server_processes, name)


@pytest.mark.heavy
async def test_a_server_whose_processes_never_come_up_says_so_and_leaves_nothing_running(
    own_settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "secret-key").mkdir()
    log = tmp_path / "serve.log"
    process = await begun(own_settings.model_copy(update={"data_dir": tmp_path}), log, 1)
    assert await asyncio.wait_for(process.wait(), 60) == 2
    assert "times before it was ready" in log.read_text()
    assert "Is a directory" in log.read_text()
    assert "Traceback" not in log.read_text()
    assert not [one for one in psutil.process_iter(["environ"]) if _stands_on(one, tmp_path)]


def _stands_on(process: psutil.Process, folder: Path) -> bool:
    return (process.info["environ"] or {}).get("DISPATCH_DATA_DIR") == str(folder)
