"""One vehicle as a phone app: a position a request, in order of time, sent again until it is answered for good."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from api.simulation.replay.pace import Pace
from api.simulation.replay.reconnecting import GiveUp, Patience, delay_s
from api.simulation.replay.sending_protocols import PhoneProtocol
from api.simulation.replay.stored_fixes import Phone
from api.simulation.replay.tally import Tally
from api.simulation.replay.traces import Row

_FINAL = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}


@dataclass(slots=True)
class PhoneRunContext:
    """What all phones share."""

    base: str
    protocol: PhoneProtocol
    http: httpx.AsyncClient
    pace: Pace
    tally: Tally
    patience: Patience


class PhoneClient:
    """Sends one vehicle's rows; what is stored already is left out."""

    def __init__(self, context: PhoneRunContext, phone: Phone, rows: Sequence[Row]) -> None:
        self._context = context
        self._vehicle = phone.device.driver.vehicle
        self._phone = phone
        self._rows = rows

    async def run(self) -> None:
        """Until all is settled or the phone gives up, which the tally then knows."""
        context = self._context
        pending = list(self._to_send())
        context.tally.skipped += len(self._rows) - len(pending)
        context.pace.is_ready(pending[0].time_ms if pending else None)
        try:
            for row in pending:
                await context.pace.wait(row.time_ms)
                await self._settle(row)
        except GiveUp as why:
            context.tally.failed[self._vehicle] = str(why)

    def _to_send(self) -> Iterator[Row]:
        """What is not stored; of rows that the protocol cannot tell apart in time, the first."""
        known = {self._tick(stored_ms) for stored_ms in self._phone.stored}
        for row in self._rows:
            tick = self._tick(self._context.pace.recorded_ms(row.time_ms))
            if tick not in known:
                known.add(tick)
                yield row

    def _tick(self, recorded_ms: int) -> int:
        return recorded_ms // self._context.protocol.tick_ms

    async def _settle(self, row: Row) -> None:
        context, failures = self._context, 0
        first_sent = time.monotonic()
        request = context.protocol.request(
            context.base, self._phone.device.token, row, context.pace.recorded_ms(row.time_ms)
        )
        context.tally.sent += 1
        while True:
            problem = await self._answered(request, row)
            if problem is None:
                break
            if context.patience.is_exhausted():
                raise GiveUp(f"the server does not come back: {problem}")
            await asyncio.sleep(delay_s(failures))
            failures += 1
            context.tally.resent += 1
        context.tally.reconnects += bool(failures)
        context.patience.progressed()
        context.tally.settled += 1
        context.tally.ack_times.record(time.monotonic() - first_sent)

    async def _answered(self, request: httpx.Request, row: Row) -> str | None:
        """None where the position is safe or rejected, else why it must be sent again. Raises GiveUp."""
        try:
            reply = await self._context.http.send(request)
        except httpx.TransportError as error:
            return f"{type(error).__name__}: {error}"
        if reply.is_success:
            for reason in _ignored(reply):
                self._context.tally.count_reject(reason, self._vehicle, row.line)
            return None
        if reply.status_code in _FINAL:
            raise GiveUp(f"the server refuses the position with HTTP {reply.status_code}")
        if reply.status_code == HTTPStatus.BAD_REQUEST:
            raise GiveUp(f"the server does not understand the position: {reply.text[:200]}")
        return f"HTTP {reply.status_code}"


def _ignored(reply: httpx.Response) -> Iterator[str]:
    """The rejects' names, as the socket has them, of what the server took and ignored."""
    try:
        said: Any = reply.json()
    except ValueError:
        return
    told = said.get("ignored", []) if isinstance(said, dict) else said
    for one in told:
        yield str(one.get("reason", "invalid"))
