"""All vehicles of a file at once."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Protocol

import httpx

from api.simulation.accounts.drivers import Driver, TokenOf
from api.simulation.replay.pace import Pace
from api.simulation.replay.phone import PhoneClient, PhoneRunContext
from api.simulation.replay.reconnecting import Patience
from api.simulation.replay.run_context import RunContext
from api.simulation.replay.sending_protocols import PhoneProtocol
from api.simulation.replay.stored_fixes import Phone
from api.simulation.replay.tally import Tally
from api.simulation.replay.traces import Traces
from api.simulation.replay.vehicle import VehicleClient

# At `max`, connections at once; more would only wait in the server's line. Otherwise every vehicle keeps its own.
AT_ONCE = 48
OPENING_AT_ONCE = 32
# Phones share so many connections; the pool hands them out in turn.
REQUESTS_AT_ONCE = 32
# Waiting for one of them is no silence of the server's.
ANSWER_WITHIN = httpx.Timeout(30.0, pool=None)
TOKEN_SPARE = timedelta(hours=1)
# What a frame needs besides its pings, with room to spare.
SPARE_BYTES = 1024


class Playing(Protocol):
    """A replay, whichever way it goes; ``tally`` may be read while it runs."""

    tally: Tally

    async def run(self, stop: asyncio.Event) -> None:
        """Until all is settled or given up, or ``stop`` is set."""
        ...


class Replay:
    """One replay of a file over WebSockets; ``tally`` may be read while it runs."""

    def __init__(
        self,
        traces: Traces,
        drivers: Sequence[Driver],
        token_of: TokenOf,
        *,
        url: str,
        speed: float | None,
        patience_s: float,
        frame_bytes: int,
    ) -> None:
        self.tally = Tally(traces.rows)
        self._speed = speed
        self._context = RunContext(
            url=url,
            epoch=traces.epoch,
            pace=Pace(
                oldest_ms=traces.oldest_ms, newest_ms=traces.newest_ms, speed=speed, vehicles=len(traces.rows_of)
            ),
            tally=self.tally,
            patience=Patience(patience_s),
            opening=asyncio.Semaphore(OPENING_AT_ONCE),
            frame_bytes=max(SPARE_BYTES, frame_bytes - SPARE_BYTES),
        )
        life = TOKEN_SPARE
        if speed is not None:
            life += timedelta(milliseconds=(traces.newest_ms - traces.oldest_ms) / speed)
        self._clients = [
            VehicleClient(
                self._context, driver.vehicle, traces.rows_of[driver.vehicle], _minter(driver, token_of, life)
            )
            for driver in drivers
        ]

    async def run(self, stop: asyncio.Event) -> None:
        """See Playing."""
        await _until(stop, self._all_clients(), self.tally)

    async def _all_clients(self) -> None:
        slots = asyncio.Semaphore(AT_ONCE if self._speed is None else len(self._clients))

        async def take_turn(client: VehicleClient) -> None:
            async with slots:
                await client.run()

        await asyncio.gather(*(take_turn(client) for client in self._clients))


class PhoneReplay:
    """One replay of a file in the protocol of a phone app; ``tally`` may be read while it runs."""

    def __init__(
        self,
        traces: Traces,
        phones: Sequence[Phone],
        protocol: PhoneProtocol,
        *,
        base: str,
        speed: float | None,
        shift_ms: int,
        patience_s: float,
    ) -> None:
        self.tally = Tally(traces.rows)
        self._traces = traces
        self._phones = phones
        self._protocol = protocol
        self._base = base
        self._patience = Patience(patience_s)
        self._pace = Pace(
            oldest_ms=traces.oldest_ms,
            newest_ms=traces.newest_ms,
            speed=speed,
            vehicles=len(phones),
            shift_ms=shift_ms,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """See Playing."""
        limits = httpx.Limits(max_connections=REQUESTS_AT_ONCE, max_keepalive_connections=REQUESTS_AT_ONCE)
        async with httpx.AsyncClient(limits=limits, timeout=ANSWER_WITHIN, trust_env=False) as http:
            context = PhoneRunContext(self._base, self._protocol, http, self._pace, self.tally, self._patience)
            rows_of = self._traces.rows_of
            clients = [PhoneClient(context, phone, rows_of[phone.device.driver.vehicle]) for phone in self._phones]
            await _until(stop, _all(clients), self.tally)


async def _all(clients: Sequence[PhoneClient]) -> None:
    await asyncio.gather(*(client.run() for client in clients))


async def _until(stop: asyncio.Event, clients: Coroutine[None, None, None], tally: Tally) -> None:
    everyone = asyncio.create_task(clients)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({everyone, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if everyone.done():
            everyone.result()  # a defect is not a summary
    finally:
        stopping.cancel()
        everyone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await everyone
        tally.end()


def _minter(driver: Driver, token_of: TokenOf, life: timedelta) -> Callable[[], str]:
    return lambda: token_of(driver, life)
