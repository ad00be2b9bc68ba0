"""One vehicle: its connection, its unacknowledged pings, its reconnects."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from api.simulation.replay.reconnecting import GiveUp, Stalled, delay_s, described, is_too_big, why_final
from api.simulation.replay.run_context import RunContext
from api.simulation.replay.traces import Row
from realtime.protocol import (
    BEARER_PREFIX,
    SUBPROTOCOL,
    Ack,
    AssignmentFrame,
    Error,
    Fix,
    Hello,
    Ping,
    Rejected,
    Welcome,
    encode,
    utc_from_ms,
)

# Unacknowledged pings a connection has under way; the server takes 5,000 before it stops reading.
WINDOW = 2_000
ANSWER_WITHIN_S = 30.0
OPEN_WITHIN_S = 15.0
CLOSE_WITHIN_S = 2.0
LEAST_FRAME_BYTES = 512
_ENVELOPE = b'{"type":"pings","pings":[%b]}'

ServerFrame = Welcome | Ack | Rejected | Error | AssignmentFrame
_server_frame: msgspec.json.Decoder[ServerFrame] = msgspec.json.Decoder(ServerFrame)


class VehicleClient:
    """Sends one vehicle's rows, ``seq`` being the row's number, until each is acknowledged or rejected.

    It keeps what is not acknowledged and sends it again after a reconnect, as a phone does.
    """

    def __init__(self, context: RunContext, vehicle: str, rows: Sequence[Row], token: Callable[[], str]) -> None:
        self._context = context
        self._vehicle = vehicle
        self._rows = rows
        self._token = token
        self._acked = 0
        self._sent = 0  # highest seq ever sent
        self._next = 1
        self._sendings: deque[tuple[int, float]] = deque()  # (highest seq, since when) of what was sent first
        self._rejected: dict[int, str] = {}
        self._rejected_since_ack: list[int] = []
        self._room = asyncio.Event()
        self._failures = 0
        self._greeted = False
        self._last_error = ""
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Until all is settled or the vehicle gives up, which the tally then knows."""
        try:
            while not await self._try_once():
                pass
        except GiveUp as why:
            self._context.tally.failed[self._vehicle] = str(why)
        finally:
            self._is_ready()  # the others wait for it where they wait at all

    def lose_connection(self) -> None:
        """As a phone does that drives into a tunnel; what follows is up to ``run``."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _try_once(self) -> bool:
        """One connection; whether it settled everything. Raises GiveUp."""
        try:
            async with self._connection() as socket:
                if self._acked < len(self._rows):
                    await self._converse(socket)
        except (OSError, InvalidHandshake, ConnectionClosed, Stalled) as error:  # a TimeoutError is an OSError
            if self._acked == len(self._rows) and self._greeted:
                return True  # only the closing went wrong
            await self._recover(error)
            return False
        return True

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[ClientConnection]:
        """A connection that has been welcomed."""
        connecting = connect(
            self._context.url,
            subprotocols=[Subprotocol(SUBPROTOCOL), Subprotocol(BEARER_PREFIX + self._token())],
            compression=None,
            open_timeout=OPEN_WITHIN_S,
            close_timeout=CLOSE_WITHIN_S,
            proxy=None,
        )
        async with contextlib.AsyncExitStack() as stack:
            async with self._context.opening:
                socket = await stack.enter_async_context(connecting)
                await self._greet(socket)
            self._socket = socket
            try:
                yield socket
            finally:
                self._socket = None

    async def _greet(self, socket: ClientConnection) -> None:
        await socket.send(encode(Hello(self._context.device, self._context.epoch)), text=True)
        while True:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                frame = _decode(await socket.recv(decode=False))
            if isinstance(frame, Welcome):
                break
            self._hear(frame)
        if self._greeted:
            self._context.tally.reconnects += 1
            self._go_on(frame.last_seq)
        else:
            self._acked = self._sent = min(frame.last_seq, len(self._rows))
            self._context.tally.skipped += self._acked
        self._next = self._acked + 1
        self._is_ready()

    def _go_on(self, last_seq: int) -> None:
        """After a reconnect, from the first ping without an ack.

        That may be before ``last_seq``: what is stored out of turn proves nothing about what was sent before it, and
        sending again does no harm. What was acknowledged is not sent again, so that nothing hides a broken promise.
        """
        lost = [seq for seq in range(last_seq + 1, self._acked + 1) if seq not in self._rejected]
        self._context.tally.missing += len(lost)

    def _is_ready(self) -> None:
        if not self._greeted:
            self._greeted = True
            pending = self._rows[self._acked].time_ms if self._acked < len(self._rows) else None
            self._context.pace.is_ready(pending)

    async def _converse(self, socket: ClientConnection) -> None:
        self._let_in()
        jobs = [asyncio.create_task(self._send(socket)), asyncio.create_task(self._listen(socket))]
        try:
            await asyncio.gather(*jobs)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)

    async def _send(self, socket: ClientConnection) -> None:
        rows, pace, tally = self._rows, self._context.pace, self._context.tally
        while self._next <= len(rows):
            await pace.wait(rows[self._next - 1].time_ms)
            await self._room.wait()
            if self._next > len(rows):
                break  # cut short meanwhile
            frame, last = self._frame()
            now = time.monotonic()
            first_new = max(self._sent + 1, self._next)
            tally.resent += min(first_new, last + 1) - self._next
            if last >= first_new:
                since = pace.counted_from_s(rows[last - 1].time_ms, now)
                tally.sent += last + 1 - first_new
                tally.late.record(now - since, last + 1 - first_new)
                self._sent = last
                self._sendings.append((last, since))
            self._next = last + 1
            self._let_in()
            await socket.send(frame, text=True)

    def _let_in(self) -> None:
        if self._next - 1 - self._acked < WINDOW:
            self._room.set()
        else:
            self._room.clear()

    def _frame(self) -> tuple[bytes, int]:
        """As many due pings as a frame takes, at least one, and the last one's seq."""
        rows, pace, most = self._rows, self._context.pace, self._context.pings_a_frame
        last = self._next - 1
        if most == 1:
            return encode(self._fix(Ping, self._next, rows[last])), self._next
        parts: list[bytes] = []
        size = len(_ENVELOPE)
        for row in rows[last : last + most]:
            if parts and not pace.is_due(row.time_ms):
                break
            fix = encode(self._fix(Fix, last + 1, row))
            size += len(fix) + 1
            if parts and size > self._context.frame_bytes:
                break
            parts.append(fix)
            last += 1
        return _ENVELOPE % b",".join(parts), last

    def _fix(self, kind: type[Fix], seq: int, row: Row) -> Fix:
        recorded_at = utc_from_ms(self._context.pace.recorded_ms(row.time_ms))
        return kind(seq, row.lat, row.lon, recorded_at, None, row.speed_mps, row.heading_deg)

    async def _listen(self, socket: ClientConnection) -> None:
        while self._acked < len(self._rows):
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    raw = await socket.recv(decode=False)
            except TimeoutError:
                waiting_since = self._sendings[0][1] if self._sendings else None
                if waiting_since is not None and time.monotonic() - waiting_since > ANSWER_WITHIN_S:
                    raise Stalled(f"no ack within {ANSWER_WITHIN_S:g} s") from None
                continue
            self._hear(_decode(raw))

    def _hear(self, frame: ServerFrame | None) -> None:
        if isinstance(frame, Ack):
            self._take_ack(frame.seq)
        elif isinstance(frame, Rejected):
            self._take_reject(frame)
        elif isinstance(frame, Error):
            self._last_error = frame.detail

    def _take_ack(self, seq: int) -> None:
        seq = min(seq, self._next - 1)
        if seq <= self._acked:
            return
        now, reached = time.monotonic(), self._acked
        while self._sendings and self._sendings[0][0] <= seq:
            last, since = self._sendings.popleft()
            self._context.tally.ack_times.record(now - since, last - reached)
            reached = last
        self._context.tally.settled += seq - self._acked
        self._count_rejects(seq)
        self._acked = seq
        self._failures = 0
        self._context.patience.progressed()
        self._let_in()

    def _take_reject(self, frame: Rejected) -> None:
        if self._acked < frame.seq < self._next and frame.seq not in self._rejected:
            self._rejected[frame.seq] = frame.reason
            self._rejected_since_ack.append(frame.seq)

    def _count_rejects(self, acked: int) -> None:
        """A reject counts with the ack that covers it; without one the ping is sent again."""
        for seq in [seq for seq in self._rejected_since_ack if seq <= acked]:
            self._context.tally.count_reject(self._rejected[seq], self._vehicle, self._rows[seq - 1].line)
        self._rejected_since_ack = [seq for seq in self._rejected_since_ack if seq > acked]

    async def _recover(self, error: Exception) -> None:
        """Wait for the next attempt. Raises GiveUp where there is none."""
        final = why_final(error)
        if final is not None:
            raise GiveUp(f"{final}: {self._last_error}" if self._last_error else final) from None
        if is_too_big(error):
            if self._context.frame_bytes <= LEAST_FRAME_BYTES:
                raise GiveUp("the server finds every frame too big; raise DISPATCH_WS_MAX_BYTES")
            self._context.frame_bytes = max(LEAST_FRAME_BYTES, self._context.frame_bytes // 2)
        if self._context.patience.is_exhausted():
            raise GiveUp(f"the server does not come back: {described(error)}")
        await asyncio.sleep(delay_s(self._failures))
        self._failures += 1


def _decode(raw: bytes) -> ServerFrame | None:
    """The frame; None for types that a later server may add."""
    try:
        return _server_frame.decode(raw)
    except msgspec.ValidationError:
        return None
