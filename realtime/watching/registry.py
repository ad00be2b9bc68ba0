"""Watchers and what they watch, in this process."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import islice

import structlog
from msgspec import UNSET
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.engine import Database
from dispatch.deliveries.eta import Errand
from dispatch.errors import NotFound
from dispatch.jobs.repeated_failures import RepeatedFailures
from dispatch.tracking.current_states import CurrentState, current_errands, current_states
from dispatch.tracking.privacy import Privacy
from dispatch.tracking.privacy_settings import current_privacies
from dispatch.tracking.service import TrackState
from dispatch.tracking.share_links import ended_links
from realtime.protocol import Close
from realtime.redis.client import is_unexpected
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.statuses import StatusHistories
from realtime.sockets.connection import Connection
from realtime.watching.topic import DeliveryTopic, Watched
from realtime.watching.watcher import Follower, Watcher

log = structlog.get_logger(__name__)

# A status whose publication was lost is found by comparing with the database, twice so as not to mistake one that
# is on its way for it.
COMPARE_EVERY_S = 5.0
COMPARE_AT_ONCE = 1_000


class WatcherRegistry:
    """Opens a topic with its first watcher and closes it with its last."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        database: Database,
        live: RedisLivePositions,
        hub: Hub,
        *,
        usual: Privacy,
        road_factor: float,
        send_within_s: float,
    ) -> None:
        """``usual``: what is shown of parcels whose seller has chosen nothing."""
        self._keys = keys
        self._usual = usual
        self._database = database
        self._live = live
        self._histories = StatusHistories(redis, keys)
        self._hub = hub
        self._road_factor = road_factor
        self._send_within_s = send_within_s
        self._topics: dict[Watched, asyncio.Task[DeliveryTopic]] = {}
        self._users: dict[Watched, int] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._comparing: asyncio.Task[None] | None = None
        self._suspected: dict[int, CurrentState] = {}

    def start(self) -> None:
        """Begin to compare what watchers were told with the database."""
        self._comparing = asyncio.create_task(self._compare_for_ever(), name="tracking-compare")

    async def stop(self) -> None:
        """End; watchers are gone by now."""
        if self._comparing is not None:
            self._comparing.cancel()
            await asyncio.gather(self._comparing, *self._closing, return_exceptions=True)

    @property
    def followers(self) -> int:
        """How many follow a delivery in this process."""
        return sum(self._users.values())

    def watcher(self, connection: Connection) -> Watcher:
        """A watcher over a socket, to join with."""
        return Watcher(connection, send_within_s=self._send_within_s)

    @asynccontextmanager
    async def following(self, follower: Follower, watched: Watched, resume: str | None) -> AsyncIterator[None]:
        """Join, and part on leaving. Raises NotFound."""
        await self.join(follower, watched, resume)
        try:
            yield
        finally:
            self.part(follower, watched)

    async def join(self, follower: Follower, watched: Watched, resume: str | None) -> None:
        """Tell a follower what it must know now, and every change from then on until it parts. Raises NotFound."""
        self._users[watched] = self._users.get(watched, 0) + 1
        try:
            topic = await self._topic(watched)
            await self._begin(topic, follower, resume)
            topic.watchers.add(follower)
        except BaseException:
            self._leave(watched)
            raise

    def part(self, follower: Follower, watched: Watched) -> None:
        """Tell a follower nothing more; with the last one the topic is closed."""
        self._topics[watched].result().watchers.discard(follower)
        self._leave(watched)

    def _leave(self, watched: Watched) -> None:
        self._users[watched] -= 1
        if not self._users[watched]:
            del self._users[watched]
            opening = self._topics.pop(watched, None)
            if opening is not None:
                closing = asyncio.create_task(_close(opening))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)

    async def _begin(self, topic: DeliveryTopic, follower: Follower, resume: str | None) -> None:
        """From the offset that it has seen, where nothing would be missing; otherwise with a snapshot."""
        number = topic.view.number_of(resume) if resume else None
        if number is not None and number > topic.view.offset and number > await self._live.current_offset():
            number = None  # Redis has lost what came up to there, or somebody made it up
        missed = None if number is None else topic.view.missed_since(number)
        view = topic.view
        if number is None or missed is None:
            follower.start_again(view.snapshot(recovered=False if resume else UNSET), over=view.over)
        else:
            follower.resume(number, missed, over=view.over)

    async def _topic(self, watched: Watched) -> DeliveryTopic:
        opening = self._topics.get(watched)
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception() is not None)):
            opening = self._topics[watched] = asyncio.create_task(self._open(watched))
        return await asyncio.shield(opening)

    async def _open(self, watched: Watched) -> DeliveryTopic:
        topic = DeliveryTopic(
            watched,
            usual=self._usual,
            database=self._database,
            live=self._live,
            histories=self._histories,
            hub=self._hub,
            keys=self._keys,
            road_factor=self._road_factor,
        )
        try:
            await topic.open()
        except BaseException:
            await topic.close()
            raise
        return topic

    async def _compare_for_ever(self) -> None:
        failures = RepeatedFailures(
            failed="comparing watched deliveries failed",
            waits="watched deliveries not compared",
            is_defect=is_unexpected,
        )
        while True:
            await asyncio.sleep(COMPARE_EVERY_S)
            with failures.noted():
                await self._compare()

    async def _end_shared(self, opened: Sequence[DeliveryTopic]) -> None:
        """Cut off whoever follows by a link that has expired or was revoked."""
        shared = {topic.link_id for topic in opened if topic.link_id is not None}
        if not shared:
            return
        ended = await ended_links(self._database, shared, datetime.now(UTC))
        followers = [one for topic in opened if topic.link_id in ended for one in list(topic.watchers)]
        await asyncio.gather(*map(_ended, followers))

    async def _compare(self) -> None:
        opened = [opening.result() for opening in self._topics.values() if _is_open(opening)]
        epoch = await self._histories.epoch() if opened else None
        for topic in opened:
            if topic.view.epoch != epoch:
                log.warning("Redis has begun anew; watchers get a snapshot", topic=topic.view.state.delivery_id)
                topic.repair()
        await self._end_shared(opened)
        topics = iter(opened)
        suspected: dict[int, CurrentState] = {}
        while batch := list(islice(topics, COMPARE_AT_ONCE)):
            numbers = [topic.view.state.delivery_id for topic in batch]
            present = await current_states(self._database, numbers)
            shown = await current_privacies(self._database, numbers, self._usual)
            carriers = {topic.view.state.transporter_id for topic in batch if topic.view.state.transporter_id}
            errands = await current_errands(self._database, carriers)
            for topic in batch:
                told = (topic.view.state.status, topic.view.state.transporter_id)
                delivery_id = topic.view.state.delivery_id
                if delivery_id in shown and shown[delivery_id].position is not topic.view.state.privacy.position:
                    topic.repair()  # the seller has chosen otherwise since
                if delivery_id not in present:
                    continue
                if present[delivery_id] == told:
                    if _is_to_do_otherwise(topic.view.state, errands):
                        topic.repair()
                    continue
                if self._suspected.get(delivery_id) == told:
                    log.warning("a status was not published; watchers get a snapshot", delivery_id=delivery_id)
                    topic.repair()
                else:
                    suspected[delivery_id] = told
        self._suspected = suspected


async def _ended(follower: Follower) -> None:
    with suppress(Exception):  # whoever has left meanwhile has nothing to be told
        await follower.end(Close.LINK_ENDED, "link_ended")


def _is_to_do_otherwise(state: TrackState, errands: Mapping[int, tuple[Errand, ...]]) -> bool:
    """Whether its transporter has other things to do than were told, or this one to be done otherwise.

    Not every such change is a status: how urgent it is, when it is fetched, what came before it.
    """
    if not state.status.under_way or state.transporter_id is None:
        return False
    return state.errands != errands.get(state.transporter_id, ())


def _is_open(opening: asyncio.Task[DeliveryTopic]) -> bool:
    return opening.done() and not opening.cancelled() and opening.exception() is None


async def _close(opening: asyncio.Task[DeliveryTopic]) -> None:
    """A topic whose last watcher left, perhaps before it was open."""
    try:
        topic = await opening
    except (NotFound, TimeoutError, RedisError, OSError, SQLAlchemyError):
        return
    await topic.close()
