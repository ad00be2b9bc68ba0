"""Whatever is sent again, overlaps, comes out of order or over two connections: each seq is logged once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.server.serving import RunningServer
from realtime.fixes import decode_runs
from realtime.ingest.filters import Plausibility
from realtime.ingest.ingest import Ingest
from realtime.ingest.runs import Source
from realtime.ingest.throttle import Rates
from realtime.protocol import Fix
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.presence import PresenceLimits

NOW = datetime.now(UTC)
# Around the end of a bitmap of 4,096 seqs and around whole bytes of it.
BEGINS = st.integers(1, 40) | st.integers(4_080, 4_110) | st.integers(8_185, 8_200)
SIZES = st.integers(1, 40) | st.sampled_from([1, 7, 8, 9, 4_096, 5_000])


@asynccontextmanager
async def a_zone(server: RunningServer) -> AsyncIterator[tuple[Ingest, Keys]]:
    """An ingest in a zone of its own, whose log nobody works off."""
    keys = Keys(f"zone-{uuid4().hex[:8]}")
    plausibility = Plausibility(max_age_ms=30 * 86_400_000, max_ahead_ms=60_000)
    made = Ingest(
        server.services.redis, keys, flush_ms=0, plausibility=plausibility, rates=Rates(1e6, 1e9), log_max=10_000_000
    )
    made.start()
    yield made, keys
    await made.stop()


def fixes(seqs: list[int]) -> list[Fix]:
    """Somebody who walks east; the later the seq the later the fix."""
    return [Fix(seq, 27.7, 85.3 + seq / 1e5, NOW - timedelta(hours=10) + timedelta(seconds=seq)) for seq in seqs]


async def entries_of(server: RunningServer, keys: Keys) -> list[dict[bytes, bytes]]:
    """The fields of all entries of the log."""
    entries: Any = await server.services.redis.xrange(keys.log)
    return [fields for _, fields in entries]


async def logged_by(server: RunningServer, keys: Keys) -> dict[tuple[str, str], list[int]]:
    """All seqs in the log by device and epoch."""
    entries = await entries_of(server, keys)
    found: dict[tuple[str, str], list[int]] = {}
    for entry in entries:
        runs = decode_runs(entry[b"runs"])
        assert int(entry[b"n"]) == sum(len(run.fixes) for run in runs)
        for run in runs:
            found.setdefault((run.device, run.epoch), []).extend(fix.seq for fix in run.fixes)
    return found


async def logged(server: RunningServer, keys: Keys) -> list[int]:
    """All seqs in the log."""
    return [seq for seqs in (await logged_by(server, keys)).values() for seq in seqs]


pieces = st.one_of(
    st.tuples(BEGINS, SIZES).map(lambda piece: list(range(piece[0], piece[0] + piece[1]))),
    st.lists(st.integers(1, 60), min_size=1, max_size=10),
)


# Connections of one transporter: two of the same phone, its next epoch, and another device.
CONNECTIONS = (("phone", "one"), ("phone", "one"), ("phone", "two"), ("tracker", "one"))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sent=st.lists(st.tuples(st.integers(0, len(CONNECTIONS) - 1), st.booleans(), pieces), max_size=12))
async def test_every_seq_is_logged_once_whatever_devices_and_epochs_alternate_and_the_newest_leads(
    server: RunningServer, sent: list[tuple[int, bool, list[int]]]
) -> None:
    async with a_zone(server) as (ingest, keys):
        sources = [Source(1, *connection) for connection in CONNECTIONS]
        waiting: list[asyncio.Future[None]] = []
        expected: dict[tuple[str, str], set[int]] = {}
        for connection, reconnects, seqs in sent:
            if reconnects:
                await asyncio.gather(*waiting)
                await ingest.resume(sources[connection])
            waiting.append(ingest.submit(sources[connection], ingest.screen(sources[connection], fixes(seqs))))
            expected.setdefault(CONNECTIONS[connection], set()).update(seqs)
        await asyncio.gather(*waiting)
        found = await logged_by(server, keys)
        assert {who: sorted(seqs) for who, seqs in found.items()} == {
            who: sorted(sent_by) for who, sent_by in expected.items()
        }
        for who, sent_by in expected.items():
            assert await ingest.resume(Source(1, *who)) == max(sent_by)
        if expected:
            live = RedisLivePositions(server.services.redis, keys, limits=PresenceLimits(60, 120))
            update = await live.find_update(1)
            assert update is not None
            assert update.fix.seq == max(map(max, expected.values()))


async def test_what_releases_before_the_ingest_state_remembered_holds_after_the_upgrade(server: RunningServer) -> None:
    async with a_zone(server) as (ingest, keys):
        redis, source = server.services.redis, Source(1, "phone", "one")
        newest_ms = round(NOW.timestamp() * 1000)
        await redis.hset(keys.live_at, "1", str(newest_ms))
        await redis.set(keys.last_seq + source.stream, 10)
        await redis.set(keys.trail + source.device_key, f"[[{newest_ms},27.7,85.3,0.0],10,0,null,0,1.5]")
        for seq in range(1, 11):
            await redis.setbit(f"{keys.seen}{source.stream}:0", seq, 1)
        assert await ingest.resume(source) == 10
        assert source.trail.agreed == 10
        await ingest.keep(Source(1, "phone", "one"), fixes([9, 10, 11, 12]))
        assert sorted(await logged(server, keys)) == [11, 12]
        live = RedisLivePositions(redis, keys, limits=PresenceLimits(60, 120))
        assert await live.find_update(1) is None, "these are hours older than the newest"


async def test_who_was_swept_is_on_the_map_again_with_a_fix_that_does_not_lead(server: RunningServer) -> None:
    async with a_zone(server) as (ingest, keys):
        redis, source = server.services.redis, Source(1, "phone", "one")
        await ingest.keep(source, fixes([10]))
        (before,) = await redis.geopos(keys.geo, "1")
        await redis.zrem(keys.geo, "1")
        await redis.zrem(keys.last_seen, "1")
        await ingest.keep(source, fixes([9]))
        assert before is not None
        assert await redis.geopos(keys.geo, "1") == [before]
        assert await redis.zscore(keys.last_seen, "1") is not None


async def test_what_is_remembered_of_a_device_is_not_ahead_of_what_is_stored(server: RunningServer) -> None:
    """Or the newest fix, judged and lost in a crash, would be a duplicate of itself when it comes again."""
    async with a_zone(server) as (ingest, keys):
        source = Source(1, "phone", "one")
        stored = ingest.submit(source, ingest.screen(source, fixes([1, 2])))
        ingest.screen(source, fixes([3, 4]))  # and then the process died
        await stored
        again = Source(1, "phone", "one")
        await ingest.resume(again)
        screened = ingest.screen(again, fixes([3, 4]))
        assert screened.run is not None
        assert b"{},[" in screened.run.head
        await ingest.submit(again, screened)
        update = await RedisLivePositions(server.services.redis, keys, limits=PresenceLimits(60, 120)).find_update(1)
        assert update is not None
        assert (update.fix.seq, update.fix.flags) == (4, ())


@pytest.mark.parametrize("first", [1, 2, 8, 4_095, 4_096, 4_097])
async def test_a_run_over_the_edge_of_a_bitmap_is_known_again_seq_by_seq(server: RunningServer, first: int) -> None:
    async with a_zone(server) as (ingest, keys):
        everything = list(range(first, first + 4_200))
        await ingest.keep(Source(1, "phone", "one"), fixes(everything))
        await ingest.keep(Source(1, "phone", "one"), fixes([*everything[::7], first + 4_200]))
        assert sorted(await logged(server, keys)) == [*everything, first + 4_200]


async def test_what_a_phone_says_beside_its_fix_does_not_fill_the_log(server: RunningServer) -> None:
    async with a_zone(server) as (ingest, keys):
        source, (fix,) = Source(1, "phone", "one"), fixes([1])
        chatty = b'{"type":"ping","seq":1,"note":"' + b"x" * 10_000 + b'"}'
        await ingest.submit(source, ingest.screen(source, [fix], [chatty]))
        (entry,) = await entries_of(server, keys)
        assert len(entry[b"runs"]) < 500
        (run,) = decode_runs(entry[b"runs"])
        assert run.fixes == [fix]
