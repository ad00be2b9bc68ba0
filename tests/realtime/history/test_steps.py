"""The history moves in large steps, the next made ready while one is stored: what is promised of each fix holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from api.server.serving import RunningServer
from dispatch.tracking.models import StoredFix
from dispatch.tracking.runs import Run
from dispatch.tracking.store import FixStore, StoreUnavailable
from realtime.fixes import LoggedRun
from realtime.history.writer import STEP_FIXES, HistoryWriter
from realtime.protocol import Fix
from realtime.redis.keys import Keys
from tests.realtime.history.writers import NOBODY, nothing, put_in_log, stored, until_log_is_empty, writer
from tests.support.fixes import run_of


async def test_a_fix_is_stored_as_it_was_sent_to_the_millisecond_with_its_doubts(server: RunningServer) -> None:
    epoch, at = f"é-{uuid4().hex}", datetime(2026, 3, 29, 1, 59, 59, 999_600, tzinfo=UTC)
    whole = Fix(1, -27.7, 185.3 - 360, at, 8.25, 6.125, 359.5, 0.25)
    bare = Fix(2**53 - 1, 0.0, 85.3, at.replace(microsecond=1_000).astimezone())
    run = run_of(NOBODY, [whole], device="téléphone", epoch=epoch, flags=["clock_skew", "poor_accuracy"])
    database = server.services.database
    assert await FixStore(database).write([run, run_of(NOBODY, [bare], device="téléphone", epoch=epoch)]) == 2
    async with database.work() as work:
        found = list(await work.session.scalars(select(StoredFix).where(StoredFix.epoch == epoch).order_by("seq")))
    assert [
        (fix.seq, fix.lat, fix.lon, fix.recorded_at, fix.accuracy_m, fix.speed_mps, fix.heading_deg, fix.battery)
        for fix in found
    ] == [
        (1, -27.7, 185.3 - 360, at.replace(microsecond=0) + timedelta(seconds=1), 8.25, 6.125, 359.5, 0.25),
        (2**53 - 1, 0.0, 85.3, at.replace(microsecond=1_000), None, None, None, None),
    ]
    assert [fix.flags for fix in found] == [["clock_skew", "poor_accuracy"], []]
    assert [fix.device for fix in found] == ["téléphone"] * 2
    assert round(found[0].received_at.timestamp() * 1000) == run.received_ms


def _kept(entry: int, fixes: int, epoch: str) -> list[LoggedRun]:
    now, first = datetime.now(UTC), entry * fixes + 1
    return [run_of(NOBODY, [Fix(seq, 27.7, 85.3, now) for seq in range(first, first + fixes)], epoch=epoch)]


async def test_steps_that_were_under_way_when_the_database_went_away_are_stored_once(server: RunningServer) -> None:
    keys, epoch = Keys(f"zone-{uuid4().hex[:8]}"), uuid4().hex
    a_step = STEP_FIXES // 2 + 1  # so that two entries are one, and five are three

    class AwayInBetween(FixStore):
        writes = 0

        async def write(self, runs: Sequence[Run]) -> int:
            self.writes += 1
            if self.writes == 2:
                raise StoreUnavailable("the database is starting up")
            return await super().write(runs)

    await put_in_log(server, keys, *(_kept(entry, a_step, epoch) for entry in range(5)))
    store = AwayInBetween(server.services.database)
    history = HistoryWriter(server.services.redis, keys, store, nothing)
    history.start()
    try:
        await until_log_is_empty(server, keys)
    finally:
        await history.stop()
    assert store.writes > 2
    assert await stored(server.services.database, epoch) == list(range(1, 5 * a_step + 1))


async def test_a_fix_among_thousands_that_can_never_be_stored_is_set_aside_alone(server: RunningServer) -> None:
    keys, epoch = Keys(f"zone-{uuid4().hex[:8]}"), uuid4().hex
    (run,) = _kept(0, 100, epoch)
    nowhere = LoggedRun(2**63, "phone", epoch, run.received_ms, {}, [run.fixes[0]])  # beyond every column
    await put_in_log(server, keys, [run], [nowhere, *_kept(1, 100, epoch)])
    async with writer(server, keys):
        await until_log_is_empty(server, keys)
    assert await stored(server.services.database, epoch) == list(range(1, 201))
    assert await server.services.redis.xlen(keys.dead) == 1
