"""The columns that a process keeps are what the database and Redis say, whatever changed and whoever was ended."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from dispatch.keyed_columns import KeyedColumns
from dispatch.transporters.kept import KeptTransporters
from realtime.fixes import LoggedFix, encode_fix
from realtime.redis.kept_places import KeptPlaces
from realtime.redis.keys import Keys
from realtime.redis.presence import PresenceLimits
from tests.support.random_changes import change_at_random, people_to_change
from tests.support.world import World

CHANGES = 300
MANY_CHANGES = 10_000
LIMITS = PresenceLimits(60, 120)


def same(one: KeyedColumns, other: KeyedColumns) -> bool:
    return np.array_equal(one.keys, other.keys) and all(
        np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one.columns
    )


CHANGED_ROWS = st.lists(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([1.0, 2.0]), st.text("ab"))))


@given(CHANGED_ROWS, st.sets(st.integers(1, 9)))
@settings(max_examples=200, deadline=None)
def test_rows_that_are_put_in_and_taken_are_those_of_a_dictionary(
    changes: list[list[tuple[int, float, str]]], wanted: set[int]
) -> None:
    """New and known rows, several of one key, values that stay as they are; whoever holds older columns keeps them."""
    kinds = {"number": np.float64, "name": object}
    columns, expected = KeyedColumns.empty(kinds), dict[int, tuple[float, str]]()
    for change in changes:
        before, shown = columns, {name: column.copy() for name, column in columns.columns.items()}
        keys, numbers, names = zip(*change, strict=True) if change else ((), (), ())
        values = {"number": np.array(numbers, dtype=np.float64), "name": np.array(names, dtype=object)}
        columns = columns.with_rows(np.array(keys, dtype=np.int64), values)
        expected |= {key: (number, name) for key, number, name in change}
        assert all(np.array_equal(before[name], shown[name]) for name in kinds)
    mask = np.isin(columns.keys, list(wanted))
    for rows in (mask, np.flatnonzero(mask)):
        taken = columns.take(rows)
        found = zip(taken.keys.tolist(), taken["number"].tolist(), taken["name"].tolist(), strict=True)
        assert {key: (number, name) for key, number, name in found} == {
            key: row for key, row in expected.items() if key in wanted
        }
    assert columns.keys.tolist() == sorted(expected)


async def _read_anew(database: Database) -> KeyedColumns:
    return await KeptTransporters(database).read()


@pytest.fixture
async def database(server: RunningServer) -> AsyncIterator[Database]:
    """Connections of its own, as another worker has them."""
    url = server.services.database.engine.url.render_as_string(hide_password=False)
    found = Database(url, pool_size=4)
    yield found
    await found.close()


RENAMED = """
UPDATE users SET name = 'Other' WHERE id IN (SELECT user_id FROM transporters WHERE id = ANY ($1::bigint[]))
"""


@pytest.mark.parametrize(
    "changes", [CHANGES, pytest.param(MANY_CHANGES, marks=pytest.mark.heavy)], ids=["some", "ten-thousand"]
)
async def test_columns_that_were_kept_through_random_changes_are_those_that_are_read_anew(
    world: World, database: Database, changes: int
) -> None:
    """Transactions of three writers overlap and end in any order, while the columns are read."""
    people = await people_to_change(world, 8)
    kept, written = KeptTransporters(database), world.server.services.database
    first = await kept.read()
    async with asyncio.TaskGroup() as group:
        writers = [group.create_task(change_at_random(written, seed, changes // 3, people)) for seed in range(3)]
        while not all(writer.done() for writer in writers):
            await kept.read()
    assert sum(writer.result() for writer in writers) > changes // 10
    last = await kept.read()
    assert same(last, await _read_anew(database))
    assert not same(last, first)


async def test_what_was_not_committed_when_the_columns_were_read_is_in_them_once_it_is(
    world: World, database: Database
) -> None:
    """The earlier transaction ends after later ones: its number is below theirs."""
    (one, other, *_), _ = await people_to_change(world, 1)
    kept, change = KeptTransporters(database), "UPDATE transporters SET rating = $2 WHERE id = $1"
    async with database.transaction() as early:
        await early.execute(change, one, 1)
        async with database.transaction() as late:
            await late.execute(change, other, 2)
        columns = await kept.read()
        assert columns["rating"][columns.find(one)] == 5
        assert columns["rating"][columns.find(other)] == 2
    columns = await kept.read()
    assert columns["rating"][columns.find(one)] == 1


async def test_more_rows_than_are_read_at_once_are_all_read(world: World, database: Database) -> None:
    people = await people_to_change(world, 2)
    kept = KeptTransporters(database, rows_at_once=2)
    assert same(await kept.read(), await _read_anew(database))
    async with database.transaction() as driver:
        await driver.execute("UPDATE transporters SET rating = 3 WHERE id = ANY ($1::bigint[])", people[0])
        await driver.execute(RENAMED, people[0])
    assert same(await kept.read(), await _read_anew(database))


async def test_places_that_were_kept_through_random_changes_are_those_that_are_read_anew(server: RunningServer) -> None:
    """Fixes come, people go silent, and some are taken off the map."""
    redis, keys, draw = server.services.redis, Keys(f"kept-{uuid4().hex[:8]}"), np.random.default_rng(3)
    clock = [1_764_000_000.0]
    kept = KeptPlaces(redis, keys, LIMITS, lambda: clock[0])
    await kept.read()
    for turn in range(CHANGES):
        clock[0] += draw.exponential(3)
        who = int(draw.integers(1, 60))
        if draw.random() < 0.1:
            await redis.zrem(keys.last_seen, who)
            await redis.hdel(keys.live, str(who))
        else:
            if draw.random() < 0.9:  # the rest is heard of without a fix
                fix = LoggedFix(who, "phone", "e", turn, 27 + draw.random(), 85 + draw.random(), 1, 1)
                await redis.hset(keys.live, str(who), b"[%d,%b]" % (turn, encode_fix(fix)))
            await redis.zadd(keys.last_seen, {str(who): (clock[0] - draw.uniform(0, 4)) * 1000})
        if draw.random() < 0.5:
            one, other = await kept.read(), await KeptPlaces(redis, keys, LIMITS, lambda: clock[0]).read()
            assert one.transporter_ids.tolist() == other.transporter_ids.tolist()
            rows = range(len(one.transporter_ids))
            assert [one.position(row) for row in rows] == [other.position(row) for row in rows]
            assert (one.lat.tolist(), one.lon.tolist()) == (other.lat.tolist(), other.lon.tolist())
    await redis.delete(keys.live, keys.last_seen)


@pytest.mark.parametrize("at_once", [1, 3, 1_000])
async def test_places_read_in_slices_of_any_size_leave_nobody_out(server: RunningServer, at_once: int) -> None:
    redis, keys, now_s = server.services.redis, Keys(f"kept-{uuid4().hex[:8]}"), 1_764_000_000.0
    heard_s = {who: now_s - (who // 10 if who < 40 else who / 8) for who in range(1, 60)}
    for who in heard_s:
        fix = LoggedFix(who, "phone", "e", who, 27 + who / 100, 85, 1, 1)
        await redis.hset(keys.live, str(who), b"[%d,%b]" % (who, encode_fix(fix)))
    await redis.zadd(keys.last_seen, {str(who): moment * 1000 for who, moment in heard_s.items()})
    found = await KeptPlaces(redis, keys, LIMITS, lambda: now_s, at_once=at_once).read()
    assert found.transporter_ids.tolist() == list(heard_s)
    assert found.lat.tolist() == [27 + who / 100 for who in heard_s]
    await redis.delete(keys.live, keys.last_seen)
