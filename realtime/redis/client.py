"""Connections to Redis and the scripts that run there.

A zone lives on one node (see ``keys``), so whatever the form of Redis, the client is redis-py's plain one. In a cluster
or behind sentinels its connections look up which node that is, and go to the new one when they are turned away.
"""

from importlib.resources import files
from typing import Any

from redis.asyncio import BlockingConnectionPool, Connection, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.crc import key_slot
from redis.exceptions import (
    AskError,
    ClusterCrossSlotError,
    ClusterDownError,
    MovedError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from dispatch.database.commits import is_outage
from realtime.redis.bounded import BoundedRedis
from realtime.redis.keys import DEFAULT_ZONE, Keys
from realtime.redis.location import ASK_WITHIN_S, Locator, MasterLocator, SlotLocator
from realtime.redis.packing import PackingTCPConnection, PackingTLSConnection, packing
from realtime.redis.url import Address, RedisUrl, parse_redis_url

# Blocking reads (history, hub) ask for less than this, so that a silent server is noticed.
SOCKET_TIMEOUT_S = 5.0
CONNECT_WITHIN_S = 3.0


def is_defect(error: Exception) -> bool:
    """Whether Redis has understood and refuses for ever: a wrong command, type or script of ours, no matter of time.

    What it refuses for now has codes of its own: LOADING, READONLY, OOM, MISCONF (disk full), BUSY, CLUSTERDOWN, ….
    """
    if isinstance(error, ClusterCrossSlotError):
        return True
    return isinstance(error, ResponseError) and (error.status_code == "ERR" or str(error).startswith("WRONGTYPE"))


def is_unexpected(error: Exception) -> bool:
    """Whether an error is a defect, and not Redis, PostgreSQL or the network that do not answer now."""
    return is_defect(error) or not (isinstance(error, RedisError) or is_outage(error))


class ZoneMoved(RedisConnectionError):
    """The node does not serve the zone, or not now; the call may be made again."""


class FollowingConnection(PackingTCPConnection):
    """Connects to wherever the zone is, and leaves a node that turns it away."""

    def __init__(self, *, locator: Locator, **options: Any) -> None:  # noqa: ANN401  # the library's
        super().__init__(**options)
        self._locator = locator

    @property
    def _here(self) -> Address:
        return self.host, int(self.port)

    @property
    def is_outdated(self) -> bool:
        """Whether it leads to a node that the zone has left."""
        return self.is_connected and self._locator.address not in {None, self._here}

    async def _connect(self) -> None:
        self.host, self.port = await self._locator.locate()
        try:
            await super()._connect()  # type: ignore[no-untyped-call]
        except OSError:  # a TimeoutError is one
            self._locator.lost(self._here)
            raise

    async def read_response(self, *arguments: object, **options: object) -> object:
        """As the library does. Raises ZoneMoved where the call must be made elsewhere, or later."""
        try:
            reply = await super().read_response(*arguments, **options)  # type: ignore[arg-type]
        except MovedError as error:
            self._locator.moved(self._here, (error.host or self.host, error.port))
            raise await self._left(f"the zone is elsewhere: {error}") from error
        except (AskError, TryAgainError) as error:  # only all keys of a zone together can be used
            raise await self._left(f"the zone is on its way to another node: {error}") from error
        except (ReadOnlyError, ClusterDownError) as error:
            self._locator.lost(self._here)
            raise await self._left(error) from error
        except (RedisConnectionError, RedisTimeoutError):
            self._locator.lost(self._here)
            raise
        if reply is None and self.is_outdated:  # a subscription that waits for what is published elsewhere
            raise await self._left("the zone is elsewhere")
        return reply

    async def _left(self, why: object) -> ZoneMoved:
        await self.disconnect(nowait=True)
        return ZoneMoved(f"{self.host}:{self.port}: {why}")


class FollowingTLSConnection(FollowingConnection, PackingTLSConnection):
    """The same over TLS."""


class FollowingPool(BlockingConnectionPool):
    """Hands out connections to the node where the zone is now."""

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        """Connected, and not to a node that the zone has left."""
        if isinstance(connection, FollowingConnection) and connection.is_outdated:
            await connection.disconnect()
        await super().ensure_connection(connection)


class RedisServers:
    """The Redis of one zone by its URL: one server, a cluster, or a master and its replicas behind sentinels."""

    def __init__(self, url: str, *, zone: str = DEFAULT_ZONE) -> None:
        """Raises RedisUrlError. Opens no connection yet."""
        self._url = parse_redis_url(url)
        self._locator = _locator(self._url, zone)

    def connect(self, *, max_connections: int = 50, retries: int = 2) -> "Redis":
        """A client whose calls fail within seconds: an outage must reach the ack path, not hide behind retries.

        A call that timed out may still have been carried out; every script of ours may run twice.
        """
        options: dict[str, Any] = {
            **self._url.options,
            "max_connections": max_connections,
            "timeout": 5,
            "socket_timeout": SOCKET_TIMEOUT_S,
            "socket_connect_timeout": CONNECT_WITHIN_S,
            "health_check_interval": 30,
            "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries=retries),
        }
        if self._locator is None:
            options["connection_class"] = packing(options.get("connection_class", Connection))
            pool = BlockingConnectionPool(**options)
        else:
            options["connection_class"] = FollowingTLSConnection if self._url.is_tls else FollowingConnection
            pool = FollowingPool(locator=self._locator, **options)
        return BoundedRedis.from_pool(pool)  # owns the pool: closing the client closes the connections


def connect_redis(url: str, *, zone: str = DEFAULT_ZONE, max_connections: int = 50, retries: int = 2) -> "Redis":
    """One client, where there is no other of the same servers; see `RedisServers.connect`."""
    return RedisServers(url, zone=zone).connect(max_connections=max_connections, retries=retries)


def _locator(url: RedisUrl, zone: str) -> Locator | None:
    if url.form == "single":
        return None
    limits = {
        "socket_timeout": ASK_WITHIN_S,
        "socket_connect_timeout": ASK_WITHIN_S,
        "retry": Retry(NoBackoff(), 0),  # there are others to ask
    }
    asking = {name: value for name, value in url.options.items() if name not in {"connection_class", "db"}}
    asking |= {"ssl": url.is_tls} | limits
    if url.form == "cluster":
        return SlotLocator(key_slot(Keys(zone).log.encode()), url.nodes, asking)
    for secret in ("username", "password"):
        asking.pop(secret, None)  # sentinels have log-ins of their own
    return MasterLocator(url.service, url.nodes, asking | url.sentinel_options)


def load_script(name: str) -> str:
    """The text of ``scripts/<name>.lua``."""
    return files("realtime.redis").joinpath("scripts", f"{name}.lua").read_text(encoding="utf-8")
