"""Statuses of deliveries on their way to the watchers, and the history that lets a watcher come back without a hole.

A history begins when a delivery is first watched and is kept in Redis, bounded in length and time. It is one chain:
every status names the one before it, so a publication that was lost shows as a broken link and nobody resumes over it.
"""

import secrets
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
from redis.asyncio import Redis

from dispatch.deliveries.models import DeliveryStatus
from dispatch.tracking.service import TrackState
from realtime.redis.client import load_script
from realtime.redis.keys import Keys

KEPT_STATUSES = 50
KEPT_S = 86_400


class StatusUpdate(msgspec.Struct, frozen=True):
    """A status on its way to the hubs."""

    delivery_id: int
    status: DeliveryStatus
    message: str
    timestamp: datetime
    transporter_id: int | None
    tracking_number: str = ""
    previous: str | None = None
    anew: bool = False

    def follows(self, before: str) -> bool:
        """Whether nothing is missing between a known status and this one."""
        return self.previous is None or self.previous == before


NumberedStatus = tuple[int, StatusUpdate]


def first_status(state: TrackState) -> StatusUpdate:
    """A delivery's present state as the first entry of a history: it stands for everything before."""
    return StatusUpdate(state.delivery_id, state.status, "", datetime.fromtimestamp(0, UTC), state.transporter_id)


decode_status = msgspec.json.Decoder(NumberedStatus).decode


class StatusHistory:
    """The statuses of one delivery from some offset on, without a hole."""

    def __init__(self, entries: Sequence[NumberedStatus], *, present: str, read_at: int) -> None:
        """``present``: the status that the database knows. Raises ValueError without entries."""
        if not entries:
            raise ValueError("a history has at least the status that it begins with")
        self._entries = list(entries)
        self.since = self._entries[0][0]
        """Whoever has seen everything up to here, or later, can be told all that is missing."""
        for (_, before), (offset, update) in pairwise(self._entries):
            if not update.follows(before.status):
                self.since = offset
        if self._entries[-1][1].status != present:
            self.since = read_at + 1  # the newest was never published, or is on its way

    def append(self, offset: int, update: StatusUpdate) -> None:
        """One more; the caller has checked that it follows."""
        self._entries.append((offset, update))
        if len(self._entries) > KEPT_STATUSES:
            del self._entries[0]
            self.since = max(self.since, self._entries[0][0])

    def after(self, offset: int) -> list[NumberedStatus]:
        """What was published after ``offset``, which is ``since`` or later."""
        return self._entries[bisect_right(self._entries, offset, key=lambda entry: entry[0]) :]

    def shown_since(self, offset: int) -> int:
        """The newest offset after ``offset`` at which a transporter took the delivery on; 0 if none did."""
        found = 0
        for (_, before), (at, update) in pairwise(self._entries):
            taken = not before.status.under_way or before.transporter_id != update.transporter_id
            if at > offset and update.status.under_way and taken:
                found = at
        return found


@dataclass(frozen=True, slots=True)
class OpenedHistory:
    """A history as Redis has it, the offset that it was read at, and the epoch of both."""

    epoch: str
    offset: int
    entries: list[NumberedStatus]


class StatusHistories:
    """The histories of one zone."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._open = redis.register_script(load_script("open_history"))

    async def open(self, present: StatusUpdate, *, known_epoch: str, known_offset: int) -> OpenedHistory:
        """Read a delivery's history; where there is none it begins with ``present``.

        A new epoch begins where a replica was promoted, and where Redis is behind an offset that is known to have been
        given out in this one.
        """
        keys = self._keys
        epoch, offset, entries = await self._open(
            keys=[keys.offset, keys.status_history(present.delivery_id), keys.offset_epoch, keys.promotion],
            args=[msgspec.json.encode(present), KEPT_S, secrets.token_hex(4), known_epoch, known_offset],
        )
        name = epoch.decode() if isinstance(epoch, bytes) else str(epoch)
        return OpenedHistory(name, int(offset), [decode_status(entry) for entry in entries])

    async def epoch(self) -> str | None:
        """The epoch of the offsets; None in a Redis that has lost everything."""
        found = await self._redis.get(self._keys.offset_epoch)
        return found.decode() if isinstance(found, bytes) else found
