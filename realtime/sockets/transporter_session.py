"""One transporter's connection: hello, pings in, acks out, assignments out."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog
from msgspec import UNSET, UnsetType
from redis.exceptions import RedisError

from realtime.background import run_until_one_ends
from realtime.ingest.app_frames import decode_frame, decode_pings, received_of
from realtime.ingest.fix_fields import Malformed, Oddity
from realtime.ingest.ingest import Ingest
from realtime.ingest.runs import Source
from realtime.ingest.submissions import IngestUnavailable, QuotaSpent
from realtime.protocol import (
    Auth,
    BadFrame,
    Close,
    Error,
    Fix,
    Hello,
    OfferAnswer,
    OfferAnswered,
    PingPolicy,
    Welcome,
    encode,
    iso_ms,
)
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.sockets.acknowledger import Acknowledger
from realtime.sockets.connection import Connection, Disconnected
from realtime.sockets.logins import Login, SocketAuthenticator
from realtime.sockets.renewal import Refused, renew, renewed_frame, until_expired
from realtime.sockets.sessions import Sessions

log = structlog.get_logger(__name__)

HELLO_WITHIN_S = 10.0
MAX_NOTICES = 100
# A session that ends waits so long for the acks of what it has taken in.
FLUSH_WITHIN_S = 3.0
# New tokens come hours apart; an app that sends them all the time is read this slowly.
PAUSE_AFTER_AUTH_S = 0.5
# Answers to offers come a few a minute.
PAUSE_AFTER_ANSWER_S = 0.1


class OfferDesk(Protocol):
    """Takes transporters' answers to offers."""

    async def answer(self, transporter_id: int, answer: OfferAnswer) -> OfferAnswered:
        """What came of it, also where it was too late."""
        ...


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
        offers: OfferDesk,
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
        self._offers = offers
        self._ending = False
        self._acks = Acknowledger(connection)
        self._source: Source  # once it has said hello
        self._behind = asyncio.Event()
        self._behind.set()
        self._rest_s = 0.0
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
        finally:
            self._acks.end()

    async def end(self, code: int, reason: str) -> None:
        """Take nothing more in, acknowledge what was taken in, then close."""
        self._ending = True
        try:
            async with asyncio.timeout(FLUSH_WITHIN_S):
                await self._acks.flushed.wait()
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
        skew_ms = _skew_ms(hello, self._ingest.now())
        source = self._source = Source(self._transporter_id, hello.device, hello.epoch)
        self._hub.ask(self._channel, self)
        try:
            last_seq = await self._take_over(source, connection_id)
            await self._connection.send(encode(Welcome(last_seq, self._policy, iso_ms(self._ingest.now()), skew_ms)))
            await run_until_one_ends(self._read(), self._acks.run(), self._notify(), until_expired(self))
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

    def _take(self, messages: list[bytes]) -> bool:
        """Plain pings go from the network to the ingest without a task. False: ``_read`` must look at them."""
        if self._behind.is_set():
            return False
        if messages and not self._ending and self._acks.room.is_set():
            pings = decode_pings(messages)
            if pings is not None:
                try:
                    self._accept(pings, messages)
                except IngestUnavailable as error:
                    self._acks.break_off(error)
                except Exception as error:
                    log.exception("pings could not be taken in")  # the network, which called, has nobody to tell it
                    self._acks.break_off(error)
                self._count(len(pings), sum(map(len, messages)))
                return True
        self._behind.set()
        return False

    async def _read(self) -> None:
        hears = self._connection.hear(self._take)
        try:
            while True:
                if hears and not self._rest_s and not self._connection.has_received:
                    self._behind.clear()
                await self._behind.wait()
                if not await self._rested():
                    return
                await self._acks.room.wait()
                if hears and not self._connection.has_received:
                    continue
                messages = await self._connection.receive_all()
                if self._ending:
                    continue  # not taken in, so never acknowledged: the app sends it again elsewhere
                pings = decode_pings(messages)
                if pings is not None:  # as nearly always
                    self._accept(pings, messages)
                    self._count(len(pings), sum(map(len, messages)))
                elif not await self._read_each(messages):
                    return
        finally:
            self._connection.hear(None)

    async def _read_each(self, messages: Sequence[bytes]) -> bool:
        """Messages of any kind; False where the connection was closed for one of them, after the others."""
        wrong: tuple[str, str] | None = None
        for found in received_of(messages):
            await self._acks.room.wait()
            if self._ending:
                return True
            if isinstance(found, BadFrame):
                wrong = wrong or ("bad_frame", found.detail)
            elif isinstance(found, Hello):
                wrong = wrong or ("hello_twice", "hello comes once; reconnect for a new epoch")
            elif isinstance(found, Auth):
                await self._renew(found.token)
            elif isinstance(found, OfferAnswer):
                await self._connection.send(encode(await self._offers.answer(self._transporter_id, found)))
                await asyncio.sleep(PAUSE_AFTER_ANSWER_S)
            else:
                if found.unnamed:
                    wrong = wrong or ("bad_frame", f"a ping without a usable seq: {found.unnamed[0]}")
                self._accept(found.fixes, found.sent, found.malformed, found.odd)
                self._count(found.cost, found.size)
                if not await self._rested():
                    return False
        if wrong is None:
            return True
        await self._acks.flushed.wait()
        await self._refuse(Close.BAD_FRAME, *wrong)
        return False

    async def _renew(self, token: str) -> None:
        if self.login is not None:
            self.login = await renew(self._authenticator, self.login, token)
            await self._connection.send(renewed_frame(self.login))
            await asyncio.sleep(PAUSE_AFTER_AUTH_S)

    def _count(self, pings: int, size: int) -> None:
        """What was read, and for how long nothing more is read where the app has sent ahead of its time."""
        wait_s = self._throttle.wait_s(pings, size, time.monotonic())
        if wait_s:
            self._rest_s = wait_s
            self._behind.set()

    async def _rested(self) -> bool:
        """Do not read for as long as that; False where the connection is closed for a flood."""
        rest_s, self._rest_s = self._rest_s, 0.0
        if rest_s:
            if self._throttle.flooded(time.monotonic()):
                await self._refuse(Close.TOO_MUCH, "flood", "too much without a pause; send less and in batches")
                return False
            await asyncio.sleep(rest_s)
        return True

    def _accept(
        self,
        fixes: Sequence[Fix],
        sent: Sequence[bytes] | None,
        malformed: Sequence[Malformed] = (),
        odd: Sequence[Oddity] = (),
    ) -> None:
        """Raises IngestUnavailable."""
        self._acks.raise_failure()
        if malformed:
            self._ingest.counts.malformed(len(malformed))
        screened = self._ingest.screen(self._source, fixes, sent, odd)
        is_submitted = self._ingest.hand_in(self._source, screened, self._acks)
        self._acks.expect(screened, malformed, is_submitted=is_submitted)

    async def _notify(self) -> None:
        while True:
            await self._connection.send(await self._notices.get())

    async def _refuse(self, code: Close, name: str, detail: str) -> None:
        self._acks.end()
        try:
            await self._connection.send(encode(Error(name, detail)))
            await self._connection.close(code, name)
        except Disconnected:
            pass


def _skew_ms(hello: Hello, now: datetime) -> int | UnsetType:
    """By how much the device's clock is ahead of ours, as far as the hello tells."""
    if not isinstance(hello.sent_at, datetime):
        return UNSET
    return round((hello.sent_at - now).total_seconds() * 1000)
