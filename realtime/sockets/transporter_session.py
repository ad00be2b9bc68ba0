"""One transporter's connection: hello, pings in, acks out, assignments out."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from msgspec import UNSET, UnsetType
from redis.exceptions import RedisError

from realtime.background import run_until_one_ends
from realtime.ingest.app_frames import decode_frame, decode_pings, received_of
from realtime.ingest.fix_fields import Malformed, Oddity
from realtime.ingest.ingest import Ingest, IngestUnavailable, QuotaSpent
from realtime.ingest.runs import Screened, Source
from realtime.protocol import (
    Adjusted,
    Auth,
    BadFrame,
    Close,
    Error,
    Fix,
    Hello,
    PingPolicy,
    Reject,
    Rejected,
    Welcome,
    encode,
    encode_ack,
    iso_ms,
)
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.sockets.connection import Connection, Disconnected
from realtime.sockets.logins import Login, SocketAuthenticator
from realtime.sockets.renewal import Refused, renew, renewed_frame, until_expired
from realtime.sockets.sessions import Sessions

log = structlog.get_logger(__name__)

HELLO_WITHIN_S = 10.0
# What a connection may have on its way to Redis: fixes, and portions of them. Beyond it nothing is taken out of the
# received, so that what comes meanwhile is one portion too: each costs about as much as 50 fixes.
MAX_UNACKED = 5_000
MAX_PORTIONS = 2
MAX_NOTICES = 100
# A session that ends waits so long for the acks of what it has taken in.
FLUSH_WITHIN_S = 3.0
# New tokens come hours apart; an app that sends them all the time is read this slowly.
PAUSE_AFTER_AUTH_S = 0.5


@dataclass(frozen=True, slots=True)
class _Pending:
    """A frame on its way to the log."""

    malformed: Sequence[Malformed]
    screened: Screened
    stored: asyncio.Future[None]


class TransporterSession:
    """Serves one accepted connection until it ends. A transporter pings only as itself."""

    def __init__(
        self,
        connection: Connection,
        transporter_id: int,
        *,
        ingest: Ingest,
        hub: Hub,
        keys: Keys,
        policy: PingPolicy,
        login: Login,
        authenticator: SocketAuthenticator,
        sessions: Sessions,
    ) -> None:
        self._connection = connection
        self._transporter_id = transporter_id
        self._ingest = ingest
        self._hub = hub
        self._channel = keys.notices(transporter_id)
        self._policy = policy
        self.login: Login | None = login
        self._authenticator = authenticator
        self._sessions = sessions
        self._ending = False
        self._flushed = asyncio.Event()
        self._flushed.set()
        self._pending: deque[_Pending] = deque()
        self._handed_in = asyncio.Event()
        self._unacked = 0
        self._portions = 0
        self._room = asyncio.Event()
        self._room.set()
        self._acked_seq = 0
        self._told_odd: set[str] = set()
        self._throttle = ingest.throttle()
        self._notices: asyncio.Queue[bytes] = asyncio.Queue(MAX_NOTICES)

    def heard(self, channel: str, message: bytes) -> None:
        """An assignment; the app asks for its deliveries after a reconnect, so a full queue drops the oldest."""
        del channel
        if self._notices.full():
            self._notices.get_nowait()
        self._notices.put_nowait(message)

    def missed(self) -> None:
        """Assignments stand in the database too; nothing to repair here."""

    async def run(self) -> None:
        """Until the app leaves, breaks the protocol or its token expires."""
        try:
            hello = await self._hello()
            if hello is not None:
                with self._sessions.device(self) as connection_id:
                    await self._serve(hello, connection_id)
        except Disconnected:
            pass
        except Refused as refusal:
            await self._refuse(refusal.code, refusal.name, refusal.detail)
        except QuotaSpent as error:
            await self._refuse(Close.TOO_MUCH, error.code, f"{error}; there is more in {error.retry_after_s} s")
        except IngestUnavailable as error:
            await self._refuse(Close.UNAVAILABLE, error.code, f"pings cannot be stored now: {error}")

    async def end(self, code: int, reason: str) -> None:
        """Take nothing more in, acknowledge what was taken in, then close."""
        self._ending = True
        try:
            async with asyncio.timeout(FLUSH_WITHIN_S):
                await self._flushed.wait()
        except TimeoutError:
            log.warning("connection closed before all was acknowledged", transporter_id=self._transporter_id)
        await self._connection.close(code, reason)

    async def _hello(self) -> Hello | None:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                raw = await self._connection.receive()
        except TimeoutError:
            await self._refuse(Close.HELLO_TIMEOUT, "hello_timeout", f"no hello within {HELLO_WITHIN_S:.0f} s")
            return None
        try:
            hello = decode_frame(raw)
        except BadFrame as error:
            await self._refuse(Close.BAD_FRAME, "bad_frame", error.detail)
            return None
        if not isinstance(hello, Hello):
            await self._refuse(Close.BAD_FRAME, "hello_first", "the first frame must be hello")
            return None
        return hello

    async def _serve(self, hello: Hello, connection_id: str) -> None:
        """Welcome it once its assignments reach it, so that none is missed by an app that asks for them then."""
        skew_ms = _skew_ms(hello)
        source = Source(self._transporter_id, hello.device, hello.epoch)
        self._hub.ask(self._channel, self)
        try:
            last_seq = await self._take_over(source, connection_id)
            await self._connection.send(encode(Welcome(last_seq, self._policy, iso_ms(datetime.now(UTC)), skew_ms)))
            await run_until_one_ends(self._read(source), self._acknowledge(), self._notify(), until_expired(self))
        finally:
            self._hub.leave(self._channel, self)

    async def _take_over(self, source: Source, connection_id: str) -> int:
        try:
            last_seq = await self._sessions.device_connections.take(source, connection_id)
            await self._hub.confirmed(self._channel)
        except TimeoutError:
            raise IngestUnavailable("Redis does not answer") from None
        except (RedisError, OSError) as error:
            raise IngestUnavailable(str(error)) from error
        return last_seq

    async def _read(self, source: Source) -> None:
        while True:
            await self._room.wait()
            messages = await self._connection.receive_all()
            if self._ending:
                continue  # not taken in, so never acknowledged: the app sends it again elsewhere
            pings = decode_pings(messages)
            if pings is not None:  # as nearly always
                self._accept(source, pings, messages)
                if not await self._paused(len(pings), sum(map(len, messages))):
                    return
            elif not await self._read_each(source, messages):
                return

    async def _read_each(self, source: Source, messages: Sequence[bytes]) -> bool:
        """Messages of any kind; False where the connection was closed for one of them, after the others."""
        wrong: tuple[str, str] | None = None
        for found in received_of(messages):
            await self._room.wait()
            if self._ending:
                return True
            if isinstance(found, BadFrame):
                wrong = wrong or ("bad_frame", found.detail)
            elif isinstance(found, Hello):
                wrong = wrong or ("hello_twice", "hello comes once; reconnect for a new epoch")
            elif isinstance(found, Auth):
                await self._renew(found.token)
            else:
                if found.unnamed:
                    wrong = wrong or ("bad_frame", f"a ping without a usable seq: {found.unnamed[0]}")
                self._accept(source, found.fixes, found.sent, found.malformed, found.odd)
                if not await self._paused(found.cost, found.size):
                    return False
        if wrong is None:
            return True
        await self._flushed.wait()
        await self._refuse(Close.BAD_FRAME, *wrong)
        return False

    async def _renew(self, token: str) -> None:
        if self.login is not None:
            self.login = await renew(self._authenticator, self.login, token)
            await self._connection.send(renewed_frame(self.login))
            await asyncio.sleep(PAUSE_AFTER_AUTH_S)

    async def _paused(self, pings: int, size: int) -> bool:
        """Do not read for as long as the app has sent ahead of its time; False where it is closed for a flood."""
        now = time.monotonic()
        wait_s = self._throttle.wait_s(pings, size, now)
        if wait_s:
            if self._throttle.flooded(now):
                await self._refuse(Close.TOO_MUCH, "flood", "too much without a pause; send less and in batches")
                return False
            await asyncio.sleep(wait_s)
        return True

    def _accept(
        self,
        source: Source,
        fixes: Sequence[Fix],
        sent: Sequence[bytes] | None,
        malformed: Sequence[Malformed] = (),
        odd: Sequence[Oddity] = (),
    ) -> None:
        if self._pending and self._pending[-1].stored.done():
            self._pending[-1].stored.result()  # raises where it failed: nothing may be stored behind a hole
        if malformed:
            self._ingest.counts.malformed(len(malformed))
        screened = self._ingest.screen(source, fixes, sent, odd)
        self._pending.append(_Pending(malformed, screened, self._ingest.submit(source, screened)))
        self._handed_in.set()
        self._flushed.clear()
        self._unacked += screened.count
        self._portions += 1
        self._make_room()

    def _make_room(self) -> None:
        if self._unacked < MAX_UNACKED and self._portions < MAX_PORTIONS:
            self._room.set()
        else:
            self._room.clear()

    async def _acknowledge(self) -> None:
        """Rejects, then the ack that covers them; one ack for all frames that became safe together."""
        while True:
            await self._handed_in.wait()
            await self._settle(self._pending.popleft())
            while self._pending and self._pending[0].stored.done():
                await self._settle(self._pending.popleft())
            if not self._pending:
                self._handed_in.clear()
            if self._acked_seq:
                await self._connection.send(encode_ack(self._acked_seq))
            if not self._pending:
                self._flushed.set()

    async def _settle(self, pending: _Pending) -> None:
        await pending.stored
        self._unacked -= pending.screened.count
        self._portions -= 1
        self._make_room()
        for bad in pending.malformed:
            await self._connection.send(encode(Rejected(bad.seq, Reject.MALFORMED, bad.field, bad.detail)))
        for rejected in pending.screened.rejected:
            await self._connection.send(encode(rejected))
        for oddity in pending.screened.odd:
            if oddity.field not in self._told_odd:
                self._told_odd.add(oddity.field)
                await self._connection.send(encode(Adjusted(oddity.seq, oddity.field, oddity.detail)))
        malformed = [bad.seq for bad in pending.malformed]
        self._acked_seq = max([self._acked_seq, pending.screened.highest_seq, *malformed])

    async def _notify(self) -> None:
        while True:
            await self._connection.send(await self._notices.get())

    async def _refuse(self, code: Close, name: str, detail: str) -> None:
        try:
            await self._connection.send(encode(Error(name, detail)))
            await self._connection.close(code, name)
        except Disconnected:
            pass


def _skew_ms(hello: Hello) -> int | UnsetType:
    """By how much the device's clock is ahead of ours, as far as the hello tells."""
    if not isinstance(hello.sent_at, datetime):
        return UNSET
    return round((hello.sent_at - datetime.now(UTC)).total_seconds() * 1000)
