"""One subscription connection a process, shared by everyone in it who listens.

Channels are subscribed to with their first listener and left with their last. When the connection is lost it is made
again with all channels, and every listener is told that it may have missed something: silence is never passed off
as "nothing happened".

Channels are sharded ones, which in a cluster live on the node that has the zone; one connection to it is enough. When
the zone moves, that node ends the subscriptions, which counts as a lost connection.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from dispatch.jobs.repeated_failures import RepeatedFailures
from realtime.background import end
from realtime.redis.client import is_unexpected

log = structlog.get_logger(__name__)

POLL_S = 1.0
# Messages that are delivered before everybody else has a turn: some milliseconds.
MOST_IN_A_ROW = 50
CONFIRM_WITHIN_S = 5.0
RETRY_S = 0.5
# A connection that says nothing for so long is asked, and given up if it does not answer either.
PROBE_AFTER_S = 5.0
ANSWER_WITHIN_S = 5.0


class Listener(Protocol):
    """Somebody who hears what is published. Both calls return at once: they store, they do not send."""

    def heard(self, channel: str, message: bytes) -> None:
        """A message of a channel that was asked for."""
        ...

    def missed(self) -> None:
        """The subscription was interrupted: whatever was published meanwhile is unknown."""
        ...


class _Channel:
    """Who listens to a channel, and whether Redis has confirmed everything that was asked of it."""

    __slots__ = ("confirmed", "listeners", "unconfirmed")

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.confirmed = asyncio.Event()
        self.unconfirmed = 0


class Hub:
    """Brings Redis' channels to the listeners of this process."""

    def __init__(self, redis: Redis) -> None:
        """``redis``: a client of the hub's own, without retries. It would reconnect silently with them."""
        self._redis = redis
        self._channels: defaultdict[str, _Channel] = defaultdict(_Channel)
        self._leaving: Counter[str] = Counter()
        self._unsaid: list[tuple[bool, str]] = []
        """What Redis was not told yet, in order: (subscribed to or left, channel)."""
        self._saying: asyncio.Task[None] | None = None
        self._pubsub: PubSub | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._broken = False
        self._in_a_row = 0

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run(), name="hub")

    async def stop(self) -> None:
        """End the subscription."""
        if self._task is not None:
            await end(self._task)
        await self._redis.aclose()

    async def listen(self, channel: str, listener: Listener) -> None:
        """Returns once Redis has confirmed, so that nothing published from then on is missed.

        Raises TimeoutError where it does not within seconds; the listener stays registered until it leaves.
        """
        self.ask(channel, listener)
        await self.confirmed(channel)

    def ask(self, channel: str, listener: Listener) -> None:
        """Begin to listen, without waiting until Redis has ``confirmed`` it."""
        entry = self._channels[channel]
        entry.listeners.add(listener)
        if len(entry.listeners) == 1:
            self._wanted.set()
            if self._pubsub is not None:  # otherwise the reconnect subscribes to everything that is wanted
                entry.unconfirmed += 1
                self._say(channel, subscribes=True)

    async def confirmed(self, channel: str) -> None:
        """Returns once nothing of a channel that was asked for is missed any more. Raises TimeoutError."""
        entry = self._channels[channel]
        if not entry.confirmed.is_set():
            async with asyncio.timeout(CONFIRM_WITHIN_S):
                await entry.confirmed.wait()

    def leave(self, channel: str, listener: Listener) -> None:
        """Stop hearing a channel; leaving twice does nothing."""
        if channel not in self._channels:
            return
        entry = self._channels[channel]
        entry.listeners.discard(listener)
        if not entry.listeners:
            # The channel's name stays until Redis has confirmed what was asked, or a late word would be taken
            # for the answer to a later question.
            entry.confirmed.clear()
            self._forget_if_settled(channel)
            if self._pubsub is not None:
                self._leaving[channel] += 1
                self._say(channel, subscribes=False)

    def _say(self, channel: str, *, subscribes: bool) -> None:
        """Tell Redis, in order and with what others of the same moment have to say: thousands may come at once."""
        self._unsaid.append((subscribes, channel))
        if self._saying is None or self._saying.done():
            self._saying = asyncio.create_task(self._say_all(), name="hub-says")

    async def _say_all(self) -> None:
        while self._unsaid and (pubsub := self._pubsub) is not None:
            unsaid, self._unsaid = self._unsaid, []
            for subscribes, same in groupby(unsaid, key=itemgetter(0)):
                if pubsub is not self._pubsub:
                    break  # a new connection has asked for everything that is wanted
                channels = [channel for _, channel in same]
                await (self._subscribe if subscribes else self._unsubscribe)(pubsub, *channels)

    async def _unsubscribe(self, pubsub: PubSub, *channels: str) -> None:
        try:
            await pubsub.sunsubscribe(*channels)
        except (RedisError, OSError) as error:
            log.warning("hub could not unsubscribe", error=str(error))

    async def _subscribe(self, pubsub: PubSub, *channels: str) -> None:
        try:
            await pubsub.ssubscribe(*channels)
        except (RedisError, OSError) as error:
            log.warning("hub could not subscribe", error=str(error))
            self._broken = True  # what was asked is unknown now; a new connection asks for everything

    def _forget_if_settled(self, channel: str) -> None:
        entry = self._channels[channel]
        if not entry.listeners and entry.unconfirmed <= 0:
            del self._channels[channel]

    async def _run(self) -> None:
        interrupted = False
        failures = RepeatedFailures(failed="hub failed", waits="hub lost its subscription", is_defect=is_unexpected)
        while True:
            await self._wanted.wait()
            with failures.noted():
                try:
                    await self._listen_until_lost(failures, interrupted=interrupted)
                finally:
                    pubsub, self._pubsub = self._pubsub, None
                    if pubsub is not None:
                        await asyncio.shield(_close(pubsub))
            interrupted = True
            await asyncio.sleep(RETRY_S)

    async def _listen_until_lost(self, failures: RepeatedFailures, *, interrupted: bool) -> None:
        pubsub = self._redis.pubsub()
        await pubsub.connect()  # type: ignore[no-untyped-call]
        self._pubsub, self._broken = pubsub, False
        self._leaving.clear()
        self._unsaid.clear()
        for channel, entry in list(self._channels.items()):
            entry.unconfirmed = 1 if entry.listeners else 0
            entry.confirmed.clear()
            self._forget_if_settled(channel)
        if self._channels:
            await self._subscribe(pubsub, *self._channels)
        if interrupted:
            await self._until_all_confirmed(pubsub)
            self._tell_of_interruption()
        failures.well()
        await self._listen(pubsub)

    def _tell_of_interruption(self) -> None:
        # Not where the subscription is listened to, for hours: its frame would hold the last listener as long.
        for entry in list(self._channels.values()):
            for listener in list(entry.listeners):
                _tell(listener.missed)

    async def _until_all_confirmed(self, pubsub: PubSub) -> None:
        """Listeners read afresh when they are told; what is published after that must reach them.

        Raises TimeoutError.
        """
        awaited = {channel for channel, entry in self._channels.items() if entry.unconfirmed > 0}
        heard_at = time.monotonic()
        while awaited:
            message = await self._next(pubsub)
            if message is not None:
                heard_at = time.monotonic()
                self._deliver(message)
                channel = (message["channel"] or b"").decode()
                if channel not in self._channels or self._channels[channel].unconfirmed <= 0:
                    awaited.discard(channel)
            elif time.monotonic() - heard_at > CONFIRM_WITHIN_S:
                raise TimeoutError("Redis does not confirm the subscriptions")

    async def _next(self, pubsub: PubSub) -> dict[str, Any] | None:
        """The next message; None where there is none for a while.

        What has arrived is handed out without a wait, thousands one after the other where many are told something at
        once. Everybody else has a turn in between.
        """
        self._in_a_row += 1
        if self._in_a_row >= MOST_IN_A_ROW:
            self._in_a_row = 0
            await asyncio.sleep(0)
        message: dict[str, Any] | None = await pubsub.get_message(timeout=POLL_S)
        return message

    async def _listen(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        probed = False
        while True:
            if self._broken:
                raise ConnectionError("a subscription could not be made")
            if not pubsub.subscribed:
                if not self._channels:
                    self._wanted.clear()
                await self._wanted.wait()
                await asyncio.sleep(0.01)
                heard_at = loop.time()
                continue
            message = await self._next(pubsub)
            if message is not None:
                heard_at, probed = loop.time(), False
                self._deliver(message)
            elif loop.time() - heard_at > PROBE_AFTER_S + ANSWER_WITHIN_S:
                raise ConnectionError("Redis does not answer on the subscription")
            elif not probed and loop.time() - heard_at > PROBE_AFTER_S:
                probed = True
                await pubsub.ping("hub")

    def _deliver(self, message: dict[str, Any]) -> None:
        if message["type"] not in {"ssubscribe", "sunsubscribe", "smessage"}:
            return
        channel = message["channel"].decode()
        if message["type"] == "sunsubscribe":
            self._left(channel)
            return
        entry = self._channels.get(channel)
        if entry is None:
            return
        if message["type"] == "ssubscribe":
            entry.unconfirmed -= 1
            if entry.unconfirmed <= 0 and entry.listeners:
                entry.confirmed.set()
            self._forget_if_settled(channel)
            return
        for listener in list(entry.listeners):
            _tell(listener.heard, channel, message["data"])

    def _left(self, channel: str) -> None:
        """Raises ConnectionError where nobody asked for it: the channel lives on another node now."""
        if not self._leaving[channel]:
            raise ConnectionError("the zone moved to another Redis")
        self._leaving[channel] -= 1
        if not self._leaving[channel]:
            del self._leaving[channel]


def _tell(call: Callable[..., None], *what: object) -> None:
    """One listener's defect must not silence the others."""
    try:
        call(*what)
    except Exception:
        log.exception("a listener failed")


async def _close(pubsub: PubSub) -> None:
    with suppress(RedisError, OSError):
        await pubsub.aclose()  # type: ignore[no-untyped-call]
