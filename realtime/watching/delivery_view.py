"""A delivery as its watchers see it, and the frames that tell them."""

import time
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from dispatch.deliveries.eta import Arrival, Errand, live_arrival
from dispatch.deliveries.models import DeliveryStatus
from dispatch.tracking.privacy import Element, Shown, is_shown
from dispatch.tracking.service import TrackState
from realtime.fixes import LiveUpdate
from realtime.protocol import EtaWindow, Position, PositionFrame, Snapshot, StatusFrame, encode, utc_from_ms
from realtime.redis.statuses import StatusHistory, StatusUpdate
from realtime.sockets.outgoing_frame import Outgoing

# An offset is counted from 1; no counter of Redis has more digits.
MAX_DIGITS = 19
# What an arrival was reckoned from: several things ask for it within one frame.
_Asked: TypeAlias = tuple[LiveUpdate, tuple[Errand, ...], int]
OVER = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED})


class DeliveryView:
    """State, newest position and the statuses since some offset. ``offset``: everything up to it is in here."""

    def __init__(
        self,
        state: TrackState,
        history: StatusHistory,
        update: LiveUpdate | None,
        *,
        epoch: str,
        offset: int,
        road_factor: float,
        unlocked: bool = False,
    ) -> None:
        self.state = state
        self.offset = offset
        self._history = history
        self._update = update
        self.epoch = epoch
        self._road_factor = road_factor
        self._unlocked = unlocked
        self._hidden_at = 0
        self._reckoned: tuple[_Asked, Arrival | None] | None = None
        self.shows_position = self._position() is not None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state.status in OVER

    def snapshot(self, *, recovered: bool | UnsetType = UNSET) -> Outgoing:
        """Everything a new watcher needs."""
        position = self._position()
        frame = Snapshot(self._name(self.offset), self.state.status, position, self._eta(), recovered)
        return self._outgoing(frame, self.offset)

    def number_of(self, offset: str) -> int | None:
        """The number of an offset that a watcher names; None where it is none or of another epoch."""
        epoch, _, number = offset.partition(":")
        if epoch != self.epoch or not number.isascii() or not number.isdigit() or len(number) > MAX_DIGITS:
            return None
        return int(number)

    def missed_since(self, number: int) -> list[Outgoing] | None:
        """What a watcher that has seen everything up to ``number`` must be told; None where that is not known.

        All statuses, and of the positions the newest; of the statuses the last alone where the history is not shown.
        """
        if number < max(self._history.since, self._hidden_at):
            return None  # of a position that is hidden since then, only a snapshot tells
        statuses = self._history.after(number)
        if not self._is_shown(Element.HISTORY):
            statuses = statuses[-1:]
        missed: list[tuple[int, StatusFrame | PositionFrame]] = [
            (offset, self._status_frame(offset, update)) for offset, update in statuses
        ]
        if self._update is not None:
            # To a watcher a position is new with its fix, or with the status that began to show it.
            at = max(self._update.offset, self._history.shown_since(number))
            position = self._position_frame(at) if at > number else None
            if position is not None:
                missed.append((at, position))
        missed.sort(key=lambda pair: pair[0])
        if missed:
            missed[0] = (missed[0][0], msgspec.structs.replace(missed[0][1], recovered=True))
        return [self._outgoing(frame, offset) for offset, frame in missed]

    def change(self, offset: int, update: StatusUpdate) -> Outgoing:
        """A status that follows the present one."""
        self.offset = offset
        self.state = self.state.with_status(update.status, update.transporter_id)
        self._history.append(offset, update)
        self._note_whether_shown()
        return self._outgoing(self._status_frame(offset, update), offset)

    def move(self, update: LiveUpdate) -> Outgoing | None:
        """A position of the transporter; None where it is not new or must not be shown.

        With the first that must not be shown comes a snapshot without one.
        """
        if update.offset <= self.offset or (self._update is not None and update.offset <= self._update.offset):
            return None
        self.offset, self._update = update.offset, update
        frame, was_shown = self._position_frame(update.offset), self.shows_position
        self._note_whether_shown()
        if frame is None:
            return self.snapshot() if was_shown else None
        return self._outgoing(frame, update.offset)

    def _note_whether_shown(self) -> None:
        shown = self._position() is not None
        if self.shows_position and not shown:
            self._hidden_at = self.offset
        self.shows_position = shown

    def _status_frame(self, offset: int, update: StatusUpdate) -> StatusFrame:
        message = update.message if self._is_shown(Element.HISTORY) else ""
        return StatusFrame(self._name(offset), update.status, message, update.timestamp)

    def _position_frame(self, offset: int) -> PositionFrame | None:
        position = self._position()
        if position is None:
            return None
        return PositionFrame(
            offset=self._name(offset),
            lat=position.lat,
            lon=position.lon,
            recorded_at=position.recorded_at,
            received_at=position.received_at,
            accuracy_m=position.accuracy_m,
            age_s=position.age_s,
            eta=self._eta(),
        )

    def _position(self) -> Position | None:
        if self._update is None or not self.state.status.under_way or not self._is_shown(Element.POSITION):
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

    def _eta(self) -> EtaWindow | None:
        arrival = self._arrival(datetime.now(UTC))
        return None if arrival is None else EtaWindow(arrival.earliest, arrival.latest, arrival.stops_before)

    def _is_shown(self, element: Element) -> bool:
        privacy, now = self.state.privacy, datetime.now(UTC)
        # The way is reckoned only where it matters: this is asked at each ping.
        arrival = self._arrival(now) if getattr(privacy, element.value) is Shown.NEAR else None
        return is_shown(privacy, element, self.state.stage(arrival, now, unlocked=self._unlocked))

    def _arrival(self, now: datetime) -> Arrival | None:
        if self._update is None:
            return None
        asked = (self._update, self.state.errands, int(now.timestamp()))
        if self._reckoned is None or self._reckoned[0] != asked:
            state, position = self.state, self._update.position()
            arrival = live_arrival(state.errands, state.delivery_id, position, road_factor=self._road_factor, now=now)
            self._reckoned = asked, arrival
        return self._reckoned[1]

    def _name(self, number: int) -> str:
        return f"{self.epoch}:{number}"

    def _outgoing(self, frame: Snapshot | StatusFrame | PositionFrame, number: int) -> Outgoing:
        return Outgoing(encode(frame), number, frame.offset)
