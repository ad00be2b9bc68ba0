"""Connections to Redis and the scripts that run there."""

from importlib.resources import files

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

# Blocking reads (history, hub) ask for less than this, so that a silent server is noticed.
SOCKET_TIMEOUT_S = 5.0


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
    return Redis.from_pool(pool)  # owns the pool: closing the client closes the connections


def load_script(name: str) -> str:
    """The text of ``scripts/<name>.lua``."""
    return files("realtime").joinpath("scripts", f"{name}.lua").read_text(encoding="utf-8")
