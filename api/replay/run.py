"""All vehicles of a file at once."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta

from api.replay.accounts import Driver
from api.replay.pace import Pace
from api.replay.reading import Traces
from api.replay.reconnecting import Patience
from api.replay.tally import Tally
from api.replay.vehicle import Road, VehicleClient
from dispatch.accounts.tokens import Tokens

# At `max`, connections at once; more would only wait in the server's line. Otherwise every vehicle keeps its own.
AT_ONCE = 48
OPENING_AT_ONCE = 32
TOKEN_SPARE = timedelta(hours=1)
# What a frame needs besides its pings, with room to spare.
SPARE_BYTES = 1024


class Replay:
    """One replay of a file; ``tally`` may be read while it runs."""

    def __init__(
        self,
        traces: Traces,
        drivers: Sequence[Driver],
        tokens: Tokens,
        *,
        url: str,
        speed: float | None,
        patience_s: float,
        frame_bytes: int,
    ) -> None:
        self.tally = Tally(traces.rows)
        self._speed = speed
        self._road = Road(
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
            VehicleClient(self._road, driver.vehicle, traces.rows_of[driver.vehicle], _minter(driver, tokens, life))
            for driver in drivers
        ]

    async def run(self, stop: asyncio.Event) -> None:
        """Until all is settled or given up, or ``stop`` is set."""
        everyone = asyncio.create_task(self._all_clients())
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
            self.tally.end()

    async def _all_clients(self) -> None:
        slots = asyncio.Semaphore(AT_ONCE if self._speed is None else len(self._clients))

        async def take_turn(client: VehicleClient) -> None:
            async with slots:
                await client.run()

        await asyncio.gather(*(take_turn(client) for client in self._clients))


def _minter(driver: Driver, tokens: Tokens, life: timedelta) -> Callable[[], str]:
    return lambda: driver.token(tokens, life)
