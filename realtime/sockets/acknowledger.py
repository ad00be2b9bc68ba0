"""What one phone's connection has handed in, and what it is told once that is safe: rejects, then the ack for them.

Nearly always that is one ack which fits into the network's buffer. It is written where the batch's answer is heard,
without a task; what is more, or finds no room, is left to ``run``.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

import msgspec

from realtime.ingest.fix_fields import Malformed
from realtime.ingest.runs import Screened
from realtime.ingest.submissions import IngestUnavailable
from realtime.protocol import Adjusted, Reject, Rejected, encode, encode_ack
from realtime.sockets.connection import Connection
from realtime.sockets.outgoing_frame import Message

# What a connection may have on its way to Redis: fixes, and portions of them. Beyond it nothing is taken out of the
# received, so that what comes meanwhile is one portion too: each costs about as much as 50 fixes.
MAX_UNACKED = 5_000
MAX_PORTIONS = 2


class _Pending(msgspec.Struct, frozen=True):
    """A portion on its way to the log; or behind one, where nothing of it is to be stored."""

    malformed: Sequence[Malformed]
    screened: Screened
    is_submitted: bool


class Acknowledger:
    """The submitter of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pending: deque[_Pending] = deque()
        self._unacked = 0
        self._owed: list[bytes] = []
        self._acked_seq = 0
        self._told_odd: set[str] = set()
        self._failure: Exception | None = None
        self._due = asyncio.Event()
        self._sending = False
        self._is_over = False
        self.room = asyncio.Event()
        """Set while more may be handed in."""
        self.room.set()
        self.flushed = asyncio.Event()
        """Set while nothing is on its way and nothing is owed."""
        self.flushed.set()

    def expect(self, screened: Screened, malformed: Sequence[Malformed], *, is_submitted: bool) -> None:
        """One more portion, of which the ingest will tell where it was submitted."""
        self._pending.append(_Pending(malformed, screened, is_submitted))
        self._unacked += screened.count
        self.flushed.clear()
        if is_submitted or len(self._pending) > 1:
            self._make_room()
        else:
            self.stored(0)

    def stored(self, frames: int) -> None:
        """See Submitter."""
        if self._is_over:
            return
        pending = self._pending
        while pending and (frames or not pending[0].is_submitted):
            portion = pending.popleft()
            frames -= portion.is_submitted
            self._settle(portion)
        self._make_room()
        if self._owed or self._sending or not self._acked_seq or not self._send_ack_now():
            self._due.set()
        elif not pending:
            self.flushed.set()

    def failed(self, why: IngestUnavailable) -> None:
        """See Submitter."""
        self.break_off(why)

    def break_off(self, why: Exception) -> None:
        """Nothing may be acknowledged any more; ``run`` raises it."""
        if self._is_over:
            return
        self._failure = self._failure or why
        self._due.set()

    def end(self) -> None:
        """Say nothing more: what the session says now is its last word, and nothing is handed in any more."""
        self._is_over = True
        self._failure = None  # raised, it holds the frames of its connection, which hold this

    def raise_failure(self) -> None:
        """Raises what broke it off: nothing may be stored behind a hole."""
        if self._failure is not None:
            raise self._failure

    async def run(self) -> None:
        """Send what could not be written at once. Raises what broke it off, and Disconnected."""
        while True:
            await self._due.wait()
            self._due.clear()
            self.raise_failure()
            self._sending = True
            owed, self._owed, acked_seq = self._owed, [], self._acked_seq
            for frame in owed:
                await self._connection.send(frame)
            if acked_seq:
                await self._connection.send(encode_ack(acked_seq))
            self._sending = False
            if not self._pending and not self._due.is_set():
                self.flushed.set()

    def _send_ack_now(self) -> bool:
        return self._connection.send_now(Message(encode_ack(self._acked_seq)))

    def _make_room(self) -> None:
        if self._unacked < MAX_UNACKED and len(self._pending) < MAX_PORTIONS:
            self.room.set()
        else:
            self.room.clear()

    def _settle(self, portion: _Pending) -> None:
        screened = portion.screened
        self._unacked -= screened.count
        self._acked_seq = max(self._acked_seq, screened.highest_seq)
        if portion.malformed or screened.rejected or screened.odd:
            self._owe(portion)

    def _owe(self, portion: _Pending) -> None:
        for bad in portion.malformed:
            self._owed.append(encode(Rejected(bad.seq, Reject.MALFORMED, bad.field, bad.detail)))
            self._acked_seq = max(self._acked_seq, bad.seq)
        self._owed += map(encode, portion.screened.rejected)
        for oddity in portion.screened.odd:
            if oddity.field not in self._told_odd:
                self._told_odd.add(oddity.field)
                self._owed.append(encode(Adjusted(oddity.seq, oddity.field, oddity.detail)))
