"""What an operator sees of the trade, and that nobody else does."""

import time
from collections.abc import Mapping

import httpx
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.monitoring.access import check_reader
from api.server.process_figures import PAUSES_OVER_S, LoopPauses
from api.server.serving import RunningServer, serving
from dispatch.assignments.solving import BulkProblem
from dispatch.dead_letters import DeadLetterKind
from dispatch.errors import Forbidden, NotSignedIn
from dispatch.offers.notices import OfferNotices
from dispatch.rolling.rounds import RollingRounds
from dispatch.settings import Settings
from scoring import Deliveries, Transporters
from tests.support.server_process import free_port
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import beside, under_way, watch
from tests.support.world import World, ping

TOKEN = "a token of metrics"
Samples = dict[tuple[str, str], float]


async def samples(http: httpx.AsyncClient, url: str = "/metrics", **headers: str) -> Samples:
    """By name and first label's value."""
    reply = await http.get(url, headers=headers)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/plain")
    found: Samples = {}
    for family in text_string_to_metric_families(reply.text):
        for one in family.samples:
            found[one.name, next(iter(one.labels.values()), "")] = one.value
    return found


async def test_pings_watchers_presence_and_deliveries_are_counted(world: World) -> None:
    before = await samples(world.http)
    delivery, driver = await under_way(world)
    async with world.phone(driver) as phone, watch(world, delivery["tracking_number"]) as watcher:
        await watcher.recv()
        await phone.send(ping(1, 27.70, 85.32))
        await phone.send(ping(2, 0.0, 0.0))
        await phone.send({"type": "ping", "seq": 3, "lat": "north"})
        await phone.until_ack(3)

        async def is_told() -> bool:
            now = await samples(world.http)

            def more(name: str, label: str = "") -> float:
                return now.get((name, label), 0) - before.get((name, label), 0)

            reasons = sum(more(name, label) for name, label in now if name == "dispatch_pings_rejected_total")
            return (
                more("dispatch_pings_received_total") >= 3
                and more("dispatch_pings_stored_total") >= 1
                and reasons >= 2
                and more("dispatch_ping_ack_seconds_count") >= 1
                and now["dispatch_watchers", "server"] >= 1
                and now["dispatch_phones", "server"] >= 1
                and now["dispatch_connections", "server"] >= 2
                and now["dispatch_transporters", "online"] >= 1
                and now.get(("dispatch_deliveries", "assigned"), 0) >= 1
            )

        await until(is_told)


async def test_money_messages_pool_and_history_are_there(world: World) -> None:
    await world.bought()

    async def is_told() -> bool:
        now = await samples(world.http)
        wanted = {
            ("dispatch_payments_last_day", "completed"),
            ("dispatch_payments_open", "processing"),
            ("dispatch_payments_open", "held"),
            ("dispatch_deliveries", "available"),
            ("dispatch_outbox_messages", ""),
            ("dispatch_outbox_oldest_seconds", ""),
            ("dispatch_outbox_dead_messages", ""),
            ("dispatch_refunds_due", ""),
            ("dispatch_refunds_oldest_seconds", ""),
            ("dispatch_log_backlog_pings", ""),
            ("dispatch_log_dead_pings", ""),
            ("dispatch_database_connections_in_use", "server"),
            ("dispatch_loop_longest_pause_seconds", "server"),
        }
        return wanted <= set(now) and now["dispatch_database_pool_size", "server"] >= 1

    await until(is_told)


NEVER_GIVE_UP = {OfferNotices.name, RollingRounds.name}


async def test_jobs_tell_of_rounds_items_the_oldest_that_waits_and_what_they_gave_up(world: World) -> None:
    await world.bought()

    async def is_told() -> bool:
        now: dict[tuple[str, ...], float] = {}
        reply = await world.http.get("/metrics")
        for family in text_string_to_metric_families(reply.text):
            now |= {(one.name, *one.labels.values()): one.value for one in family.samples}
        rounds = all(now.get(("dispatch_job_rounds_total", job, "done"), 0) >= 1 for job in ("messages", "presence"))
        waiting = {name[1] for name in now if name[0] == "dispatch_job_oldest_waiting_seconds"}
        dead = {name[1] for name in now if name[0] == "dispatch_dead_letters"}
        return (
            rounds
            and now.get(("dispatch_job_items_total", "messages", "done"), 0) >= 3  # what is told of a sale
            and dead == set(DeadLetterKind)
            and waiting == dead | NEVER_GIVE_UP
        )

    await until(is_told)


async def test_a_solver_s_runs_are_counted(world: World) -> None:
    before = (await samples(world.http)).get(("dispatch_solver_runs_total", "solved"), 0)
    here = np.array([27.7]), np.array([85.3])
    problem = BulkProblem(
        Deliveries(*here, np.array([1.0])), Transporters(*here, *map(np.array, ([5.0], [50.0], [0], [3]))), 20_000, 10
    )
    await world.server.services.deliveries.solver.solve(problem)
    after = await samples(world.http)
    assert after["dispatch_solver_runs_total", "solved"] > before
    assert after["dispatch_solver_seconds_count", ""] >= 1


def test_the_longest_pause_of_the_loop_is_that_of_the_last_minute() -> None:
    pauses = LoopPauses()
    for at_s, pause_s in ((0.0, 0.3), (1.0, 2.0), (2.0, 0.5), (3.0, 0.1)):
        pauses.note(at_s, pause_s)
    assert pauses.longest_s(3.0) == 2.0
    assert pauses.longest_s(1.5 + PAUSES_OVER_S) == 0.5
    assert pauses.longest_s(10.0 + PAUSES_OVER_S) == 0.0


async def test_a_loop_that_stood_still_is_noticed(world: World) -> None:
    time.sleep(0.3)  # noqa: ASYNC251  # what must not happen

    async def is_told() -> bool:
        return (await samples(world.http))["dispatch_loop_longest_pause_seconds", "server"] >= 0.2

    await until(is_told)


OPEN = Settings()
BEHIND_A_PROXY = OPEN.model_copy(update={"site_url": "https://shop.example"})
WITH_TOKEN = BEHIND_A_PROXY.model_copy(update={"metrics_token": SecretStr(TOKEN)})


@pytest.mark.parametrize(
    ("settings", "peer", "headers"),
    [
        (OPEN, "127.0.0.1", {"host": "127.0.0.1:8000"}),
        (OPEN, "::1", {"host": "[::1]:8000"}),
        (OPEN, "::ffff:127.0.0.1", {"host": "localhost"}),
        (WITH_TOKEN, "203.0.113.7", {"authorization": f"Bearer {TOKEN}"}),
    ],
)
def test_this_machine_and_whoever_has_the_token_may_read(
    settings: Settings, peer: str, headers: Mapping[str, str]
) -> None:
    check_reader(settings, peer, headers)


@pytest.mark.parametrize(
    ("settings", "peer", "headers", "error"),
    [
        (OPEN, "203.0.113.7", {"host": "127.0.0.1:8000"}, Forbidden),
        (OPEN, None, {"host": "127.0.0.1"}, Forbidden),
        (OPEN, "127.0.0.1", {}, Forbidden),
        (OPEN, "127.0.0.1", {"host": "rebound.example:8000"}, Forbidden),
        (OPEN, "127.0.0.1", {"host": "127.0.0.1", "x-forwarded-for": "203.0.113.7"}, Forbidden),
        (OPEN, "127.0.0.1", {"host": "127.0.0.1", "forwarded": "for=203.0.113.7"}, Forbidden),
        (BEHIND_A_PROXY, "127.0.0.1", {"host": "127.0.0.1"}, Forbidden),
        (WITH_TOKEN, "127.0.0.1", {}, NotSignedIn),
        (WITH_TOKEN, "127.0.0.1", {"authorization": "Bearer another"}, NotSignedIn),
        (WITH_TOKEN, "127.0.0.1", {"authorization": f"Basic {TOKEN}"}, NotSignedIn),
    ],
)
def test_nobody_else_reads_metrics_on_the_public_port(
    settings: Settings, peer: str | None, headers: Mapping[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        check_reader(settings, peer, headers)


async def test_a_request_that_was_forwarded_is_refused(http: httpx.AsyncClient) -> None:
    reply = await http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert (reply.status_code, reply.json()["code"]) == (403, "metrics_closed")
    assert "DISPATCH_METRICS_PORT" in reply.json()["detail"]


async def test_no_stranger_s_page_reads_metrics_by_a_name_made_to_point_here(http: httpx.AsyncClient) -> None:
    reply = await http.get("/metrics", headers={"Host": "rebound.example:8000"})
    assert (reply.status_code, reply.json()["code"]) == (403, "metrics_closed")


async def test_metrics_have_a_port_of_their_own_with_nothing_else_on_it(server: RunningServer) -> None:
    changes = {"metrics_port": free_port(), "metrics_token": SecretStr(TOKEN)}
    async with (
        serving(beside(server).model_copy(update=changes)) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{changes['metrics_port']}", timeout=PATIENCE_S) as own,
        httpx.AsyncClient(base_url=running.settings.public_url, timeout=PATIENCE_S) as public,
    ):
        assert ("dispatch_log_backlog_pings", "") in await samples(own)
        assert (await own.get("/metrics", headers={"Host": "rebound.example"})).status_code == 403
        assert (await own.get("/health/live")).status_code == 404
        assert (await own.get("/api/v1/auth/me/")).status_code == 404
        assert (await public.get("/metrics")).status_code == 401
        assert await samples(public, Authorization=f"Bearer {TOKEN}")
