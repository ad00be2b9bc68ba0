"""What an ack means while the zone is on its way, or its replica behind and its master dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from realtime.fixes import decode_runs
from realtime.ingest.filters import Plausibility
from realtime.ingest.ingest import Ingest
from realtime.ingest.runs import Source
from realtime.ingest.submissions import IngestUnavailable
from realtime.ingest.throttle import Rates
from realtime.protocol import Fix
from realtime.redis.client import connect_redis
from realtime.redis.keys import Keys
from tests.realtime.cluster.nodes import Cluster, Node

ZONE = "pokhara"
KEYS = Keys(ZONE)


@asynccontextmanager
async def _ingest(cluster: Cluster, *, replicas: int) -> AsyncIterator[Ingest]:
    """The ingest alone: nothing moves its log on."""
    redis = connect_redis(cluster.url, zone=ZONE)
    ingest = Ingest(
        redis,
        KEYS,
        flush_ms=0,
        plausibility=Plausibility(max_age_ms=86_400_000, max_ahead_ms=60_000),
        rates=Rates(1e6, 1e9),
        log_max=1_000_000,
        replicas=replicas,
    )
    ingest.start()
    try:
        yield ingest
    finally:
        await ingest.stop()
        await redis.aclose()


def _fixes(first: int, last: int) -> list[Fix]:
    return [Fix(seq, 27.7, 85.3, datetime.now(UTC)) for seq in range(first, last + 1)]


@pytest.mark.heavy
async def test_what_no_replica_has_is_neither_acknowledged_nor_told_as_stored(cluster: Cluster) -> None:
    _, replica = await cluster.owner_and_replica(KEYS.log)
    source = Source(1, "phone", uuid4().hex)
    async with _ingest(cluster, replicas=1) as ingest:
        await ingest.submit(source, ingest.screen(source, _fixes(1, 10)))
        async with replica.frozen():
            with pytest.raises(IngestUnavailable):
                await ingest.submit(source, ingest.screen(source, _fixes(11, 20)))
            with pytest.raises(IngestUnavailable):
                await ingest.resume(source)
        assert await ingest.resume(source) == 20
        await ingest.submit(source, ingest.screen(source, _fixes(11, 20)))


async def test_a_batch_that_meets_a_moving_zone_is_stored_whole_or_not_at_all(cluster: Cluster) -> None:
    source, target = await cluster.owner_and_another(KEYS.log)
    one, other = Source(3, "phone", uuid4().hex), Source(4, "phone", uuid4().hex)
    async with _ingest(cluster, replicas=0) as ingest:
        before = Source(4, "phone", uuid4().hex)  # which leaves keys behind that a later batch does not name
        await ingest.submit(before, ingest.screen(before, _fixes(1, 10)))
        await asyncio.gather(*(ingest.submit(phone, ingest.screen(phone, _fixes(1, 10))) for phone in (one, other)))
        await cluster.begin_moving(KEYS.log, source, target)
        await cluster.move_keys(KEYS.log, source, target, only=f":seen:{before.stream}")
        batch = [ingest.submit(phone, ingest.screen(phone, _fixes(11, 20))) for phone in (one, before)]
        refused = await asyncio.gather(*batch, return_exceptions=True)
        assert [type(answer) for answer in refused] == [IngestUnavailable, IngestUnavailable]
        await cluster.move_keys(KEYS.log, source, target)
        await cluster.end_moving(KEYS.log, source, target)
        await asyncio.gather(*(ingest.submit(phone, ingest.screen(phone, _fixes(1, 20))) for phone in (one, before)))
    for phone in (one, before):
        assert await _logged(target, phone) == set(range(1, 21))
    await cluster.until_whole()


async def _logged(node: Node, source: Source) -> set[int]:
    """The seqs of a device in the log."""
    entries: list[tuple[bytes, dict[bytes, bytes]]] = await node.client.xrange(KEYS.log)  # type: ignore[assignment]
    runs = [run for _, fields in entries for run in decode_runs(fields[b"runs"])]
    return {fix.seq for run in runs if run.epoch == source.epoch for fix in run.fixes}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("replicas", "loses"),
    [(1, False), pytest.param(0, True, marks=pytest.mark.heavy)],
    ids=["waiting for the replica", "waiting for nobody"],
)
async def test_a_master_that_dies_before_its_replica_has_everything_takes_with_it_what_nobody_waited_for(
    cluster: Cluster, replicas: int, *, loses: bool
) -> None:
    master, replica = await cluster.owner_and_replica(KEYS.log)
    source = Source(2, "phone", uuid4().hex)
    acknowledged: set[int] = set()
    async with _ingest(cluster, replicas=replicas) as ingest:
        await ingest.submit(source, ingest.screen(source, _fixes(1, 10)))
        async with replica.frozen():
            await master.tell("CLIENT", "KILL", "TYPE", "replica")
            for first in (11, 21):
                try:
                    await ingest.submit(source, ingest.screen(source, _fixes(first, first + 9)))
                except IngestUnavailable:
                    break
                acknowledged |= set(range(first, first + 10))
            await master.kill()
        promoted = await cluster.until_promoted(KEYS.log, master)
    logged = await _logged(promoted, source)
    assert set(range(1, 11)) <= logged
    assert bool(acknowledged - logged) == loses
    await master.start()
    await asyncio.gather(cluster.until_replicated(master, promoted), cluster.until_whole())
