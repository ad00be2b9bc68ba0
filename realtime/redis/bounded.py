"""Calls to Redis that end."""

import asyncio
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

CALL_WITHIN_S = 10.0


class BoundedRedis(Redis):
    """A client whose calls end within seconds, whatever is tried meanwhile.

    Retries alone do not bound a call to a Redis that takes connections and answers nothing (frozen, or cut off): the
    library retries the handshake of each new connection within each retry of the call, for minutes.
    """

    async def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401  # as the library has it
        """Raises TimeoutError beside what the library raises."""
        async with asyncio.timeout(CALL_WITHIN_S):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        """As the library's, with the same bound."""
        return _BoundedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class _BoundedPipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        async with asyncio.timeout(CALL_WITHIN_S):
            return await super().execute(raise_on_error)
