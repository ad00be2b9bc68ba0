"""One load run: everyone at once, for so long, and no longer."""

import asyncio
import contextlib
import dataclasses
import random
import secrets
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import httpx

from api.simulation.accounts.drivers import Driver, TokenOf
from api.simulation.load.plan import Plan
from api.simulation.load.schedule import Drive, StartingLine, Timetable
from api.simulation.load.watching import (
    SILENCE_S,
    SocketConnection,
    StreamConnection,
    WatchConnection,
    Watched,
    Watcher,
)
from api.simulation.replay.reconnecting import Patience
from api.simulation.replay.run import OPENING_AT_ONCE, TOKEN_SPARE
from api.simulation.replay.run_context import RunContext
from api.simulation.replay.tally import Tally
from api.simulation.replay.vehicle import VehicleClient

START_WITHIN_S = 120.0
ACKS_WITHIN_S = 15.0
"""After the last ping was due; what is not acknowledged then counts as missing."""
LOOK_EVERY_S = 0.05
QUIET_S = 0.3
"""Watchers that have heard nothing for so long have heard everything."""
NEWS_WITHIN_S = 3.0
DEVICE = "load"
T = TypeVar("T")
FRAME_BYTES = 1 << 20


class LoadRun:
    """``tally`` and ``watched`` may be read while it runs."""

    def __init__(
        self,
        plan: Plan,
        drivers: Sequence[Driver],
        parcels: Sequence[str],
        token_of: TokenOf,
        *,
        base: str,
        sockets: str,
        patience_s: float,
    ) -> None:
        """``base``, ``sockets``: the server's address for HTTP and for WebSockets."""
        self.plan = plan
        self.epoch = secrets.token_hex(8)
        self.line = StartingLine(len(drivers))
        self.watched = Watched()
        self._drives = [Drive(index, plan, self.line) for index in range(len(drivers))]
        self.tally = Tally(sum(map(len, self._drives)))
        self.stopped = False
        """Whether it ended before its time."""
        opening = asyncio.Semaphore(OPENING_AT_ONCE)
        context = RunContext(
            url=f"{sockets}/ws/transporter",
            epoch=self.epoch,
            pace=Timetable(self.line, 0.0, plan.frame_ms),
            tally=self.tally,
            patience=Patience(patience_s),
            opening=opening,
            frame_bytes=FRAME_BYTES,
            pings_a_frame=plan.batch,
            device=DEVICE,
        )
        self._phones = [self._phone(index, driver, context, token_of) for index, driver in enumerate(drivers)]
        # One connection each, for as long as the run: a pool must not make anybody wait.
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(START_WITHIN_S, read=SILENCE_S),
            limits=httpx.Limits(max_connections=None),
            trust_env=False,
        )
        patience = Patience(patience_s)
        connections = self._connections(base, sockets, parcels, opening)
        self._watchers = [Watcher(connection, self.line, self.watched, patience) for connection in connections]

    def _phone(self, index: int, driver: Driver, context: RunContext, token_of: TokenOf) -> VehicleClient:
        """One transporter, which takes its turn."""
        pace = Timetable(self.line, self.plan.phase_ms(index), self.plan.frame_ms)
        life = timedelta(seconds=self.plan.seconds) + TOKEN_SPARE
        own = dataclasses.replace(context, pace=pace)
        return VehicleClient(own, driver.vehicle, self._drives[index], lambda: token_of(driver, life))

    def _connections(
        self, base: str, sockets: str, parcels: Sequence[str], opening: asyncio.Semaphore
    ) -> list[WatchConnection]:
        connections: list[WatchConnection] = []
        streams = round(self.plan.watchers * self.plan.sse)
        for number in range(self.plan.watchers):
            parcel = parcels[number % len(parcels)]
            if number < streams:
                connections.append(StreamConnection(self._http, f"{base}/api/deliveries/{parcel}/events/", opening))
            else:
                connections.append(SocketConnection(f"{sockets}/ws/track/{parcel}", opening))
        return connections

    async def run(self, stop: asyncio.Event) -> None:
        """Until the time is over and everything acknowledged, everyone has given up, or ``stop`` is set."""
        async with self._http, _running([stop.wait()]) as (stopping,), _running(self._watch()) as watching:
            await _first_of(self._all_told(), stopping, within_s=START_WITHIN_S)
            async with _running([phone.run() for phone in self._phones]) as phones, _running([self._churn()]):
                driving = asyncio.gather(*phones)
                await _first_of(self.line.started.wait(), stopping, driving, within_s=START_WITHIN_S)
                self.tally.started_s = time.monotonic()
                await _first_of(driving, stopping, within_s=self.plan.seconds + ACKS_WITHIN_S)
                if stop.is_set():
                    self.stopped = True
                    await self._end_early(driving)
                self.tally.end()
                if driving.done():
                    driving.result()  # a defect is not a result
            await self._last_news(watching)

    def _watch(self) -> list[Coroutine[None, None, None]]:
        return [watcher.run() for watcher in self._watchers]

    async def _all_told(self) -> None:
        for watcher in self._watchers:
            await watcher.told.wait()

    async def _end_early(self, driving: "asyncio.Future[list[None]]") -> None:
        """Send nothing new; wait for the acks of what was due until now."""
        for drive in self._drives:
            drive.end_now()
        self.tally.pings = sum(map(len, self._drives))
        deadline = time.monotonic() + ACKS_WITHIN_S
        while self.tally.open and not driving.done() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)  # nobody is told of every ack

    async def _last_news(self, watching: Sequence["asyncio.Task[None]"]) -> None:
        """Let the watchers hear what is on its connection to them."""
        deadline = time.monotonic() + NEWS_WITHIN_S
        heard = -1
        while heard != self.watched.frames and time.monotonic() < deadline and not all(one.done() for one in watching):
            heard = self.watched.frames
            await asyncio.sleep(QUIET_S)
        for one in watching:
            if one.done():
                one.result()

    async def _churn(self) -> None:
        """Break a connection off now and then, whichever it is."""
        everyone: list[VehicleClient | Watcher] = [*self._phones, *self._watchers]
        a_second = len(everyone) * self.plan.churn / 60
        if not a_second:
            return
        await self.line.started.wait()
        while self.line.elapsed_ms < self.plan.seconds * 1000:
            await asyncio.sleep(random.expovariate(a_second))
            random.choice(everyone).lose_connection()  # noqa: S311  # no secret


@contextlib.asynccontextmanager
async def _running(work: Iterable[Coroutine[Any, Any, T]]) -> AsyncIterator[list[asyncio.Task[T]]]:
    """Tasks that are over when the block is."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _first_of(
    what: Coroutine[Any, Any, object] | asyncio.Future[Any], *others: asyncio.Future[Any], within_s: float
) -> None:
    """Wait for the first of them, or so long. Only a coroutine ends with this."""
    waiting = asyncio.ensure_future(what)
    try:
        await asyncio.wait({waiting, *others}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if waiting is not what:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
