"""One followed delivery in this process: its state, and frames encoded once for all who watch it."""

import asyncio
from contextlib import suppress
from typing import NamedTuple

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from dispatch.database.engine import Database
from dispatch.errors import NotFound
from dispatch.tracking.privacy import Privacy
from dispatch.tracking.service import TrackState, track_state
from realtime.background import end
from realtime.fixes import decode_update
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.statuses import StatusHistories, StatusHistory, StatusUpdate, decode_status, first_status
from realtime.sockets.outgoing_frame import Outgoing
from realtime.watching.delivery_view import DeliveryView
from realtime.watching.watcher import Follower

log = structlog.get_logger(__name__)

RETRY_S = 1.0


class Watched(NamedTuple):
    """What is followed, whether by somebody who has given the parcel's code, and by which share link, if by one.

    Whoever has given the code may be shown more; whoever follows by a link is cut off when that ends.
    """

    tracking_number: str
    unlocked: bool = False
    link_id: int | None = None


class Watchers(dict[Follower, None]):
    """The followers in the order they came.

    A set would have them in the order of their addresses' hashes: going through thousands of sockets that way misses
    the processor's cache at each, a tenth of what a write costs.
    """

    def add(self, follower: Follower) -> None:
        """One more."""
        self[follower] = None

    def discard(self, follower: Follower) -> None:
        """One less, if it is there."""
        self.pop(follower, None)


class DeliveryTopic:
    """Listens for one delivery and its transporter; tells its watchers.

    Order matters when it reads the state: first it subscribes, then it asks for the present offset, then it reads.
    So the state holds everything up to that offset, and what was heard meanwhile is applied on top of it.
    """

    def __init__(
        self,
        watched: Watched,
        *,
        usual: Privacy,
        database: Database,
        live: RedisLivePositions,
        histories: StatusHistories,
        hub: Hub,
        keys: Keys,
        road_factor: float,
    ) -> None:
        self._tracking_number = watched.tracking_number
        self._unlocked = watched.unlocked
        self.link_id = watched.link_id
        self._usual = usual
        self._database = database
        self._live = live
        self._histories = histories
        self._hub = hub
        self._keys = keys
        self._road_factor = road_factor
        self._view: DeliveryView | None = None
        self._followed: int | None = None
        self._status_channel = ""
        self._backlog: list[tuple[str, bytes]] | None = None
        self._stale = False
        self._repair: asyncio.Task[None] | None = None
        self.watchers = Watchers()

    @property
    def view(self) -> DeliveryView:
        """The delivery as it stands."""
        if self._view is None:
            raise RuntimeError("the topic was not opened")
        return self._view

    async def open(self) -> None:
        """Raises NotFound."""
        found = await track_state(self._database, self._tracking_number, self._usual)
        self._status_channel = self._keys.statuses(found.delivery_id)
        await self._hub.listen(self._status_channel, self)
        await self._load(found)

    async def close(self) -> None:
        """Stop listening."""
        if self._repair is not None:
            await end(self._repair)
        if self._followed is not None:
            self._hub.leave(self._keys.positions(self._followed), self)
        self._hub.leave(self._status_channel, self)

    def heard(self, channel: str, message: bytes) -> None:
        """A status of the delivery or a position of its transporter."""
        if self._backlog is not None:
            self._backlog.append((channel, message))
            return
        frame = self._apply(channel, message)
        if frame is not None and channel == self._status_channel:
            for watcher in list(self.watchers):
                watcher.status(frame, over=self.view.over)
        elif frame is not None:
            for watcher in self.watchers:
                watcher.position(frame)
        if self._stale:
            self.repair()

    def missed(self) -> None:
        """Read everything again and give each watcher a fresh snapshot."""
        self._stale = True
        self.repair()

    def repair(self) -> None:
        """See ``missed``; once for many calls."""
        if self._repair is None or self._repair.done():
            self._repair = asyncio.create_task(self._read_and_tell(), name="topic-repair")

    def _apply(self, channel: str, message: bytes) -> Outgoing | None:
        if self._view is None:
            return None
        if channel == self._status_channel:
            offset, update = decode_status(message)
            return self._apply_status(self._view, offset, update)
        if self._followed is not None and channel == self._keys.positions(self._followed):
            return self._view.move(decode_update(message))
        return None

    def _apply_status(self, view: DeliveryView, offset: int, update: StatusUpdate) -> Outgoing | None:
        if offset <= view.offset:
            return None
        if not update.follows(view.state.status) and update.status != view.state.status:
            self._stale = True  # one before it is missing, or it came out of order
            return None
        was_shown = view.shows_position
        frame = view.change(offset, update)
        if update.status.under_way and update.transporter_id != self._followed:
            self._stale = True  # another transporter: subscribe, then tell where it is
        elif update.anew:
            self._stale = True  # its way is another one, and so is when it arrives
        elif view.shows_position and not was_shown:
            self._stale = True  # where it is may be told from now on
        return frame

    async def _read_and_tell(self) -> None:
        """Until it succeeds: watchers wait in silence, but are never told something that is not so."""
        while True:
            try:
                await self._load(self.view.state)
                break
            except NotFound:
                return
            except (RedisError, OSError, SQLAlchemyError) as error:
                log.warning("topic waits", error=f"{type(error).__name__}: {error}"[:200])
                await asyncio.sleep(RETRY_S)
        view = self.view
        frame = view.snapshot()
        for watcher in list(self.watchers):
            watcher.start_again(frame, over=view.over)

    async def _load(self, state: TrackState) -> None:
        self._backlog = []
        try:
            while True:
                self._stale = False
                self._view = await self._read(state)
                heard, self._backlog = self._backlog, []
                for channel, message in heard:
                    self._apply(channel, message)
                if not self._stale:
                    return
                state = self.view.state
        finally:
            self._backlog = None

    async def _read(self, before: TrackState) -> DeliveryView:
        while True:
            history = await self._histories.open(
                first_status(before),
                known_epoch=self._view.epoch if self._view else "",
                known_offset=self._view.offset if self._view else 0,
            )
            state = await track_state(self._database, self._tracking_number, self._usual)
            transporter_id = state.transporter_id if state.status.under_way else None
            if transporter_id == self._followed:
                break
            before = state
            await self._follow(transporter_id)
        update = None if transporter_id is None else await self._live.find_update(transporter_id)
        return DeliveryView(
            state,
            StatusHistory(history.entries, present=state.status, read_at=history.offset),
            update,
            epoch=history.epoch,
            offset=history.offset,
            road_factor=self._road_factor,
            unlocked=self._unlocked,
        )

    async def _follow(self, transporter_id: int | None) -> None:
        before, self._followed = self._followed, transporter_id
        if before is not None:
            self._hub.leave(self._keys.positions(before), self)
        if transporter_id is not None:
            try:
                await self._hub.listen(self._keys.positions(transporter_id), self)
            except TimeoutError:
                self._followed = None
                with suppress(RedisError, OSError):
                    self._hub.leave(self._keys.positions(transporter_id), self)
                raise
