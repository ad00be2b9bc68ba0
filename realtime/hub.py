"""One subscription connection a process, shared by everyone in it who listens.

Channels are subscribed to with their first listener and left with their last. When the connection is lost it is made
again with all channels, and every listener is told that it may have missed something: silence is never passed off
as "nothing happened".
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

POLL_S = 1.0
CONFIRM_WITHIN_S = 5.0
RETRY_S = 0.5


class Listener(Protocol):
    """Somebody who hears what is published. Both calls return at once: they store, they do not send."""

    def heard(self, channel: str, message: bytes) -> None:
        """A message of a channel that was asked for."""
        ...

    def missed(self) -> None:
        """The subscription was interrupted: whatever was published meanwhile is unknown."""
        ...


class Hub:
    """Brings Redis' channels to the listeners of this process."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._pubsub: PubSub | None = None
        self._task: asyncio.Task[None] | None = None
        self._confirmed: dict[str, asyncio.Event] = {}
        self._wanted = asyncio.Event()

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run(), name="hub")

    async def stop(self) -> None:
        """End the subscription."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def listen(self, channel: str, listener: Listener) -> None:
        """Returns once Redis has confirmed, so that nothing published from then on is missed.

        Raises TimeoutError where it does not within seconds; the listener stays registered until it leaves.
        """
        self._listeners[channel].add(listener)
        if channel not in self._confirmed:
            self._confirmed[channel] = asyncio.Event()
            self._wanted.set()
            await self._tell_redis("subscribe", channel)
        async with asyncio.timeout(CONFIRM_WITHIN_S):
            await self._confirmed[channel].wait()

    async def leave(self, channel: str, listener: Listener) -> None:
        """Stop hearing a channel; leaving twice does nothing."""
        listeners = self._listeners.get(channel)
        if listeners is None:
            return
        listeners.discard(listener)
        if not listeners:
            del self._listeners[channel]
            self._confirmed.pop(channel, None)
            await self._tell_redis("unsubscribe", channel)

    async def _tell_redis(self, verb: str, channel: str) -> None:
        if self._pubsub is None:
            return  # the reconnect subscribes to everything that is wanted
        try:
            await (self._pubsub.subscribe if verb == "subscribe" else self._pubsub.unsubscribe)(channel)
        except (RedisError, OSError) as error:
            log.warning("hub could not change its subscription", verb=verb, error=str(error))

    async def _run(self) -> None:
        interrupted = False
        while True:
            await self._wanted.wait()
            try:
                await self._listen_until_lost(interrupted=interrupted)
            except (RedisError, OSError) as error:
                log.warning("hub lost its subscription", error=str(error))
            except Exception:  # a defect in one listener must not silence the process
                log.exception("hub failed")
            finally:
                pubsub, self._pubsub = self._pubsub, None
                if pubsub is not None:
                    await asyncio.shield(_close(pubsub))
            interrupted = True
            await asyncio.sleep(RETRY_S)

    async def _listen_until_lost(self, *, interrupted: bool) -> None:
        pubsub = self._redis.pubsub()
        channels = list(self._confirmed)
        if channels:
            await pubsub.subscribe(*channels)
        self._pubsub = pubsub
        for channel in set(self._confirmed).difference(channels):  # wanted while we were subscribing
            await pubsub.subscribe(channel)
        if interrupted:
            for listeners in list(self._listeners.values()):
                for listener in list(listeners):
                    listener.missed()
        while True:
            if not pubsub.subscribed:
                if not self._confirmed:
                    self._wanted.clear()
                await self._wanted.wait()
                await asyncio.sleep(0.01)
                continue
            message = await pubsub.get_message(timeout=POLL_S)
            if message is not None:
                self._deliver(message)

    def _deliver(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode()
        if message["type"] == "subscribe":
            if channel in self._confirmed:
                self._confirmed[channel].set()
        elif message["type"] == "message":
            for listener in list(self._listeners.get(channel, ())):
                listener.heard(channel, message["data"])


async def _close(pubsub: PubSub) -> None:
    with suppress(RedisError, OSError):
        await pubsub.aclose()  # type: ignore[no-untyped-call]
