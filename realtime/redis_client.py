"""Connections to Redis and the scripts that run there."""

import asyncio
from importlib.resources import files
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

# Blocking reads (history, hub) ask for less than this, so that a silent server is noticed.
SOCKET_TIMEOUT_S = 5.0
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


def connect_redis(url: str, *, max_connections: int = 50, retries: int = 2) -> "Redis":
    """A client whose calls fail within seconds: an outage must reach the ack path, not hide behind retries.

    A call that timed out may still have been carried out; every script of ours may run twice.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=5,
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=3,
        health_check_interval=30,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries=retries),
    )
    return BoundedRedis.from_pool(pool)  # owns the pool: closing the client closes the connections


def load_script(name: str) -> str:
    """The text of ``scripts/<name>.lua``."""
    return files("realtime").joinpath("scripts", f"{name}.lua").read_text(encoding="utf-8")
