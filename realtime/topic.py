"""One followed delivery in this process: its state, and frames encoded once for all who watch it."""

import asyncio
import time
from datetime import UTC, datetime

from dispatch.database.engine import Database
from dispatch.deliveries.models import DeliveryStatus
from dispatch.tracking.service import TrackState, track_state
from realtime.eta import eta_window
from realtime.fixes import LiveUpdate, decode_update
from realtime.hub import Hub
from realtime.keys import Keys
from realtime.live import RedisLivePositions
from realtime.protocol import (
    EtaWindow,
    Position,
    PositionFrame,
    Snapshot,
    StatusFrame,
    encode,
    utc_from_ms,
)
from realtime.publisher import StatusUpdate, decode_status
from realtime.watcher import Watcher


class DeliveryTopic:
    """Listens for one delivery and its transporter; tells its watchers.

    Order matters: it subscribes first and reads the state after, so that whatever changes in between is heard too.
    """

    def __init__(
        self,
        tracking_number: str,
        *,
        database: Database,
        live: RedisLivePositions,
        hub: Hub,
        keys: Keys,
        offset_epoch: str,
        road_factor: float,
    ) -> None:
        self._tracking_number = tracking_number
        self._database = database
        self._live = live
        self._hub = hub
        self._keys = keys
        self._offset_epoch = offset_epoch
        self._road_factor = road_factor
        self._state: TrackState | None = None
        self._update: LiveUpdate | None = None
        self._offset = 0
        self._followed: int | None = None
        self._status_channel = ""
        self._repair: asyncio.Task[None] | None = None
        self._statuses_heard = 0
        self.watchers: set[Watcher] = set()

    @property
    def state(self) -> TrackState:
        """The delivery as it stands."""
        if self._state is None:
            raise RuntimeError("the topic was not opened")
        return self._state

    async def open(self) -> None:
        """Raises NotFound."""
        found = await track_state(self._database, self._tracking_number)
        self._status_channel = self._keys.statuses(found.delivery_id)
        await self._hub.listen(self._status_channel, self)
        await self._reload()

    async def close(self) -> None:
        """Stop listening."""
        if self._repair is not None:
            self._repair.cancel()
        await self._follow(None)
        await self._hub.leave(self._status_channel, self)

    def snapshot(self) -> bytes:
        """Everything a new watcher needs."""
        position = self._position()
        frame = Snapshot(
            offset=self._offset_name(self._offset),
            status=self.state.status.value,
            position=position,
            eta=self._eta(position),
        )
        return encode(frame)

    def heard(self, channel: str, message: bytes) -> None:
        """A status of the delivery or a position of its transporter."""
        if self._followed is not None and channel == self._keys.positions(self._followed):
            self._heard_position(decode_update(message))
        elif channel == self._status_channel:
            self._statuses_heard += 1
            if self._state is not None:
                self._heard_status(*decode_status(message))

    def missed(self) -> None:
        """Read everything again and give each watcher a fresh snapshot."""
        self._start_repair()

    def _start_repair(self) -> None:
        if self._repair is None or self._repair.done():
            self._repair = asyncio.create_task(self._reload_and_tell(), name="topic-reload")

    async def _reload_and_tell(self) -> None:
        await self._reload()
        frame = self.snapshot()
        for watcher in list(self.watchers):
            watcher.start_again(frame, over=self.over)

    async def _reload(self) -> None:
        heard = -1
        while heard != self._statuses_heard:  # a status that came while we read may be newer than what we read
            heard = self._statuses_heard
            state = await track_state(self._database, self._tracking_number)
        self._state = state
        await self._follow(state.transporter_id if state.status.under_way else None)
        if self._followed is not None:
            self._update = await self._live.find_update(self._followed)
        self._offset = max(self._offset, await self._live.current_offset())

    async def _follow(self, transporter_id: int | None) -> None:
        if transporter_id == self._followed:
            return
        before, self._followed = self._followed, transporter_id
        self._update = None
        if before is not None:
            await self._hub.leave(self._keys.positions(before), self)
        if transporter_id is not None:
            await self._hub.listen(self._keys.positions(transporter_id), self)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state.status in {DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED}

    def _heard_status(self, offset: int, update: StatusUpdate) -> None:
        self._offset = max(self._offset, offset)
        frame = encode(StatusFrame(self._offset_name(offset), update.status, update.message, update.timestamp))
        status = DeliveryStatus(update.status)
        state = self.state
        self._state = TrackState(
            state.delivery_id,
            state.tracking_number,
            status,
            update.transporter_id,
            state.pickup,
            state.dropoff,
            state.estimated_delivery_time,
        )
        for watcher in list(self.watchers):
            watcher.status(frame, over=self.over)
        if status.under_way and update.transporter_id != self._followed:
            self._start_repair()  # another transporter: subscribe, then tell where it is

    def _heard_position(self, update: LiveUpdate) -> None:
        if self._update is not None and update.offset <= self._update.offset:
            return
        self._update = update
        self._offset = max(self._offset, update.offset)
        position = self._position()
        if position is None:
            return
        frame = encode(
            PositionFrame(
                offset=self._offset_name(update.offset),
                lat=position.lat,
                lon=position.lon,
                recorded_at=position.recorded_at,
                received_at=position.received_at,
                accuracy_m=position.accuracy_m,
                age_s=position.age_s,
                eta=self._eta(position),
            )
        )
        for watcher in self.watchers:
            watcher.position(frame)

    def _position(self) -> Position | None:
        if self._update is None or not self.state.status.under_way:
            return None
        fix = self._update.fix
        return Position(
            lat=fix.lat,
            lon=fix.lon,
            recorded_at=utc_from_ms(fix.recorded_ms),
            received_at=utc_from_ms(fix.received_ms),
            accuracy_m=fix.accuracy_m,
            age_s=round(max(0.0, time.time() - fix.recorded_ms / 1000), 1),
        )

    def _eta(self, position: Position | None) -> EtaWindow | None:
        if position is None or self._update is None:
            return None
        return eta_window(
            position.lat,
            position.lon,
            self.state.target,
            speed_mps=self._update.fix.speed_mps,
            age_s=position.age_s,
            road_factor=self._road_factor,
            now=datetime.now(UTC),
        )

    def _offset_name(self, offset: int) -> str:
        return f"{self._offset_epoch}:{offset}"
