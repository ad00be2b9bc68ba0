"""What a process starts and in which order it stops."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from api.process.process_roles import STEWARD, WHOLE, ProcessRole, worker_role
from api.process.resources import Addresses
from api.server.jobs import jobs_of
from api.server.lifecycle import running
from api.server.services import Services, build_services
from api.server.serving import RunningServer
from realtime.ingest.runs import Source
from realtime.protocol import Fix
from tests.support.places import somewhere
from tests.support.waiting import until
from tests.support.watching import beside


def _services(server: RunningServer, role: ProcessRole, **changes: object) -> Services:
    """Those of a process beside the server, in a zone of its own."""
    settings = beside(server, zone=f"life-{uuid4().hex[:8]}", **changes)
    addresses = Addresses(
        str(settings.database_url), str(settings.redis_url), str(settings.khalti_base_url), server.settings.zone
    )
    return build_services(settings, addresses, part=role)


async def test_what_was_handed_in_is_stored_before_the_connections_close(server: RunningServer) -> None:
    services, (lat, lon) = _services(server, worker_role(1), ping_flush_ms=1000.0), somewhere()
    async with running(services):
        source = Source(1, "a-phone", uuid4().hex)
        await services.sockets.ingest.keep(source, [Fix(1, lat, lon, datetime.now(UTC))])
        keeping = asyncio.create_task(services.sockets.ingest.keep(source, [Fix(2, lat, lon, datetime.now(UTC))]))
        await until(lambda: services.sockets.ingest.counts.received == 2)
        assert not keeping.done()
    assert not (await keeping).rejected
    later = _services(server, worker_role(1)).resources
    async with later.redis_servers.connect() as redis:
        assert await redis.xlen(services.keys.log) == 2
    await later.close()


@pytest.mark.parametrize(("role", "does_upkeep"), [(WHOLE, True), (STEWARD, True), (worker_role(1), False)], ids=str)
async def test_upkeep_runs_where_it_is_a_duty_and_ends_with_the_process(
    server: RunningServer, role: ProcessRole, *, does_upkeep: bool
) -> None:
    before, services = asyncio.all_tasks(), _services(server, role)
    jobs = {job.name for job in jobs_of(services)}
    async with running(services):
        begun = {task.get_name() for task in asyncio.all_tasks() - before}
        assert (jobs <= begun) is does_upkeep
        assert does_upkeep or not jobs & begun
    left = {task.get_name() for task in asyncio.all_tasks() - before}
    assert not left & jobs
