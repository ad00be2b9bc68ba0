"""Watchers and what they watch, in this process."""

import asyncio
import secrets

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.engine import Database
from dispatch.errors import NotFound
from realtime.connection import Connection
from realtime.hub import Hub
from realtime.keys import Keys
from realtime.live import RedisLivePositions
from realtime.topic import DeliveryTopic
from realtime.watcher import Watcher


class Tracking:
    """Opens a topic with its first watcher and closes it with its last."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        database: Database,
        live: RedisLivePositions,
        hub: Hub,
        *,
        road_factor: float,
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._database = database
        self._live = live
        self._hub = hub
        self._road_factor = road_factor
        self._topics: dict[str, asyncio.Task[DeliveryTopic]] = {}
        self._users: dict[str, int] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def watch(self, connection: Connection, tracking_number: str) -> None:
        """Serve one watcher until the end. Raises NotFound."""
        self._users[tracking_number] = self._users.get(tracking_number, 0) + 1
        watcher = Watcher(connection)
        try:
            topic = await self._topic(tracking_number)
            watcher.start_again(topic.snapshot(), over=topic.over)
            topic.watchers.add(watcher)
            try:
                await watcher.run()
            finally:
                topic.watchers.discard(watcher)
        finally:
            self._release(tracking_number)

    async def _topic(self, tracking_number: str) -> DeliveryTopic:
        if tracking_number not in self._topics:
            self._topics[tracking_number] = asyncio.create_task(self._open(tracking_number))
        return await asyncio.shield(self._topics[tracking_number])

    async def _open(self, tracking_number: str) -> DeliveryTopic:
        topic = DeliveryTopic(
            tracking_number,
            database=self._database,
            live=self._live,
            hub=self._hub,
            keys=self._keys,
            offset_epoch=await self._offset_epoch(),
            road_factor=self._road_factor,
        )
        await topic.open()
        return topic

    def _release(self, tracking_number: str) -> None:
        self._users[tracking_number] -= 1
        if self._users[tracking_number]:
            return
        del self._users[tracking_number]
        opening = self._topics.pop(tracking_number, None)
        if opening is not None:
            closing = asyncio.create_task(_close(opening))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _offset_epoch(self) -> str:
        """The name of this Redis' life, made by whoever asks first."""
        await self._redis.set(self._keys.offset_epoch, secrets.token_hex(4), nx=True)
        found = await self._redis.get(self._keys.offset_epoch)
        return str(found, "ascii") if isinstance(found, bytes) else str(found)


async def _close(opening: asyncio.Task[DeliveryTopic]) -> None:
    """A topic whose last watcher left, perhaps before it was open."""
    try:
        topic = await opening
    except (NotFound, TimeoutError, RedisError, OSError, SQLAlchemyError):
        return
    await topic.close()
