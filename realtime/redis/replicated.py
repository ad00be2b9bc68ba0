"""Calls whose effects a number of replicas have before they return.

Redis replicates after it has answered: a master that dies takes with it what it answered last. Whoever must not lose
that waits until so many replicas have confirmed to have it. Where as many confirm as a master has, whichever of them is
promoted has it.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.typing import EncodableT

from realtime.redis.bounded import CALL_WITHIN_S
from realtime.redis.client import load_script
from realtime.redis.held_connection import HeldConnection
from realtime.redis.keys import Keys

# Well within the time that a connection waits for an answer.
REPLICAS_WITHIN_MS = 2_000


class NotReplicated(RedisError):
    """Done on the master, but too few replicas confirmed it in time."""


class Replicated:
    """Calls of one zone; with ``replicas`` 0 they wait for nothing and cost nothing."""

    def __init__(self, redis: Redis, keys: Keys, *, replicas: int) -> None:
        self._redis = redis
        self._keys = keys
        self._replicas = replicas

    def script(self, name: str, *, held: bool = False) -> "ReplicatedScript":
        """``scripts/<name>.lua``, as a call. ``held``: it is made all the time, so that a connection is kept for it."""
        kept = HeldConnection(self._redis) if held else None
        return ReplicatedScript(self, self._redis, self._keys, load_script(name), kept)

    async def call(self, *command: EncodableT) -> Any:  # noqa: ANN401  # whatever the command replies
        """One command and the wait for it. Raises RedisError.

        A connection waits for its own last write. So one is made in any case: what the command found to be done
        already was done over another connection, and may be on its way still.
        """
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.execute_command(*command)
            pipe.set(self._keys.mark, "")
            pipe.execute_command("WAIT", self._replicas, REPLICAS_WITHIN_MS)
            reply, _, reached = await pipe.execute()
        if reached < self._replicas:
            raise NotReplicated(f"{reached} of {self._replicas} replicas have it after {REPLICAS_WITHIN_MS} ms")
        return reply

    @property
    def waits(self) -> bool:
        """Whether replicas are waited for."""
        return self._replicas > 0


class ReplicatedScript:
    """A script that may touch keys which it does not name, and is not run while their slot is under way."""

    def __init__(
        self, replicated: Replicated, redis: Redis, keys: Keys, text: str, held: HeldConnection | None = None
    ) -> None:
        self._replicated = replicated
        self._held = held
        self._redis = redis
        self._keys = keys
        self._script = redis.register_script(text)

    async def __call__(self, keys: Sequence[str], args: Sequence[Any]) -> Any:  # noqa: ANN401  # as the script says
        """Its reply. Raises RedisError; it may have run all the same."""
        keys = [*keys, self._keys.never]
        if not self._replicated.waits:
            return await self._call(keys, args)
        try:
            return await self._replicated.call("EVALSHA", self._script.sha, len(keys), *keys, *args)
        except NoScriptError:  # a node where it has not run yet
            await self._redis.script_load(self._script.script)
            return await self._replicated.call("EVALSHA", self._script.sha, len(keys), *keys, *args)

    async def give_back(self) -> None:
        """Keep no connection any more, until the next call."""
        if self._held is not None:
            await self._held.give_back()

    async def _call(self, keys: Sequence[str], args: Sequence[Any]) -> Any:  # noqa: ANN401
        """Over the kept connection. Where that fails the client does it and tries again, all within that time."""
        if self._held is None or self._held.is_busy:
            return await self._script(keys=keys, args=args)
        async with asyncio.timeout(CALL_WITHIN_S):
            try:
                return await self._held.call("EVALSHA", self._script.sha, len(keys), *keys, *args)
            except (RedisConnectionError, RedisTimeoutError, NoScriptError):
                return await self._script(keys=keys, args=args)
