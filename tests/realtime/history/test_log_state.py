"""Who works the log off, as Redis knows it."""

from uuid import uuid4

from realtime.history.log_reader import GROUP
from realtime.history.log_state import forget_gone_writers, read_log_state
from realtime.redis.keys import Keys
from tests.support.waiting import until
from tests.support.world import World


async def test_a_log_that_nobody_ever_worked_off_says_so(world: World) -> None:
    state = await read_log_state(world.server.services.redis, Keys(f"nobody-{uuid4().hex}"))
    assert (state.backlog, state.dead, state.history_seen_s, state.history_is_active) == (0, 0, None, False)


async def test_gone_writers_are_forgotten_but_for_those_who_left_something_undone(world: World) -> None:
    redis, keys = world.server.services.redis, Keys(f"gone-{uuid4().hex}")
    assert await forget_gone_writers(redis, keys) == 0
    await redis.xgroup_create(keys.log, GROUP, id="0", mkstream=True)
    await redis.xadd(keys.log, {"n": 1})
    try:
        for name in ("undone", "done"):
            await redis.xreadgroup(GROUP, name, {keys.log: ">"})
        assert (await read_log_state(redis, keys)).history_is_active
        assert await forget_gone_writers(redis, keys) == 0  # both were there just now

        async def one_went() -> bool:
            return await forget_gone_writers(redis, keys, silent_s=0) == 1

        await until(one_went)
        (left,) = await redis.xinfo_consumers(keys.log, GROUP)
        assert (left["name"], left["pending"]) == (b"undone", 1)
    finally:
        await redis.delete(keys.log)
