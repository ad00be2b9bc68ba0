"""How fast a connection may talk, and when the log takes no more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from api.server.serving import RunningServer
from realtime.ingest.filters import Plausibility
from realtime.ingest.ingest import Ingest
from realtime.ingest.runs import Source
from realtime.ingest.submissions import IngestUnavailable
from realtime.ingest.throttle import Rates, Throttle, TokenBucket
from realtime.protocol import Close, Fix, PingPolicy
from realtime.redis.keys import Keys
from realtime.sockets.connection import Disconnected
from realtime.sockets.logins import Login
from realtime.sockets.outgoing_frame import Message
from realtime.sockets.transporter_session import TransporterSession
from tests.support.waiting import PATIENCE_S
from tests.support.world import THAMEL, ping

GENEROUS = Rates(1e6, 1e9)


def test_a_bucket_lets_a_burst_pass_and_makes_the_rest_wait_its_time() -> None:
    bucket = TokenBucket(10, 50, now=0)
    assert bucket.take(50, now=0) == 0
    assert bucket.take(20, now=0) == pytest.approx(2)
    assert bucket.take(10, now=2) == pytest.approx(1)
    assert bucket.take(50, now=1000) == 0


def test_a_connection_floods_only_when_it_never_pauses() -> None:
    throttle, now = Throttle(Rates(10, 1e6, flood_after_s=60), now=0), 0.0
    while not throttle.flooded(now):
        now += throttle.wait_s(20, 100, now) + 0.01
        assert now < 100
    assert now > 60
    resting = Throttle(Rates(10, 1e6, flood_after_s=60), now=0)
    for minute in range(10):
        resting.wait_s(50, 100, 60.0 * minute)
        assert not resting.flooded(60.0 * minute)


def test_bytes_count_as_pings_do() -> None:
    throttle = Throttle(Rates(1e6, 1000), now=0)
    assert throttle.wait_s(1, 5000, now=0) == 0
    assert throttle.wait_s(1, 1000, now=0) == pytest.approx(1)


@asynccontextmanager
async def ingest(server: RunningServer, *, rates: Rates = GENEROUS, log_max: int = 10_000) -> AsyncIterator[Ingest]:
    """An ingest of a zone of its own, whose log nobody works off."""
    made = Ingest(
        server.services.redis,
        Keys(f"zone-{uuid4().hex[:8]}"),
        flush_ms=1,
        plausibility=Plausibility(max_age_ms=86_400_000, max_ahead_ms=60_000),
        rates=rates,
        log_max=log_max,
    )
    made.start()
    yield made
    await made.stop()


async def test_a_full_log_refuses_and_keeps_what_it_has(server: RunningServer) -> None:
    async with ingest(server, log_max=10) as full:
        source = Source(1, "phone", "one")

        async def send(*seqs: int) -> None:
            fixes = [Fix(seq, *THAMEL, datetime.now(UTC)) for seq in seqs]
            await full.submit(source, full.screen(source, fixes))

        await send(*range(1, 12))
        with pytest.raises(IngestUnavailable, match="LOGFULL"):
            await send(12)
        assert await full.resume(source) == 11


class Flooder:
    """A connection that always has another ping to send."""

    def __init__(self) -> None:
        self.seq = 0
        self.sent: list[bytes] = []
        self.closed: int | None = None

    async def receive_all(self) -> list[bytes]:
        return [await self.receive()]

    async def receive(self) -> bytes:
        await asyncio.sleep(0)
        if self.closed is not None:
            raise Disconnected
        if self.seq == 0:
            self.seq = 1
            return b'{"type":"hello","device":"flooder","epoch":"one"}'
        pings = [ping(seq, *THAMEL) for seq in range(self.seq, self.seq + 100)]
        self.seq += 100
        return msgspec.json.encode({"type": "pings", "pings": pings})

    def hear(self, take: Callable[[list[bytes]], bool] | None) -> bool:
        del take
        return False

    @property
    def has_received(self) -> bool:
        return True

    def detach(self, gone: Callable[[], None]) -> bool:
        del gone
        return False

    async def send(self, frame: bytes) -> None:
        self.sent.append(frame)

    def send_now(self, frame: Message) -> bool:
        self.sent.append(frame.payload)
        return True

    async def close(self, code: int, reason: str) -> None:
        assert reason == "flood"
        self.closed = code


async def test_a_writer_that_floods_is_read_at_its_rate_and_closed_with_4429(server: RunningServer) -> None:
    flooder = Flooder()
    # Its log has room for whatever comes in while a slow machine takes it in hardly faster than at that rate.
    async with ingest(server, rates=Rates(1000, 1e9, flood_after_s=0.3), log_max=10_000_000) as own:
        session = TransporterSession(
            flooder,
            900_001,
            ingest=own,
            hub=server.services.sockets.hub,
            keys=server.services.keys,
            policy=PingPolicy(5, 15, 30),
            login=Login(900_001, uuid4(), datetime.now(UTC).timestamp() + 600, "transporter"),
            authenticator=server.services.sockets.authenticator,
            sessions=server.services.sockets.sessions,
            offers=server.services.sockets.offers,
        )
        async with asyncio.timeout(PATIENCE_S):
            await session.run()
    assert flooder.closed == Close.TOO_MUCH
    assert b'"type":"error"' in flooder.sent[-1]
    assert any(b'"type":"ack"' in frame for frame in flooder.sent)
