"""A transporter's phone: one WebSocket, pings out, assignments in, and what is not acknowledged sent again."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from api.simulation.demo.faults import NO_FAULTS, PhoneFaults
from api.simulation.demo.kathmandu import Point
from api.simulation.demo.random_source import dice
from api.simulation.demo.sign_ins import Caller, Refused
from realtime.protocol import BEARER_PREFIX, SUBPROTOCOL, Fix, Hello, Ping, Pings, encode

log = structlog.get_logger(__name__)

BACKOFF_S = (0.5, 20.0)
RECONNECT_AFTER_S = 0.2
OPEN_WITHIN_S = 20.0
CLOSE_WITHIN_S = 1.0
NETWORK_LOOK_S = 0.5
"""How often a phone that is cut off looks whether it still is."""
MAX_KEPT = 500
"""Pings kept while there is no connection; the oldest go first."""
BATCH = 100
"""Of them in one frame, which stays well below what a server lets through."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Phone:
    """Keeps a connection as long as ``run`` runs. ``on_assignment`` is told that there may be new work.

    ``faults``: what goes wrong with it; by default nothing does.
    """

    def __init__(
        self,
        socket_url: str,
        caller: Caller,
        device: str,
        on_assignment: Callable[[], None],
        faults: PhoneFaults | None = None,
    ) -> None:
        self.device = device
        self.heard = asyncio.Event()
        """Set once the server has acknowledged a ping."""
        self.skew_told_s: float | None = None
        """By how much the server finds this phone's clock ahead; known from the first welcome on."""
        self._url = socket_url
        self._caller = caller
        self._on_assignment = on_assignment
        self._faults = faults or NO_FAULTS.of(device)
        self._kept: deque[Ping] = deque(maxlen=MAX_KEPT)
        self._socket: ClientConnection | None = None
        self._switch_on()

    def _switch_on(self) -> None:
        """Nothing is known of before; numbers begin anew in an epoch of their own."""
        self._epoch = secrets.token_hex(6)
        self._seq = 0
        self._kept.clear()

    @property
    def is_cut_off(self) -> bool:
        """Whether whoever carries it can do nothing that needs the network."""
        return self._faults.is_cut_off

    def _now(self) -> datetime:
        """The time, as the phone has it."""
        return datetime.now(UTC) + timedelta(seconds=self._faults.skew_s)

    async def report(self, lat: float, lon: float, *, speed_mps: float, heading_deg: float, battery: float) -> None:
        """Send where we are, or keep it until there is a connection."""
        if self._faults.is_cut_off:
            self._lose_network()
        if self._faults.is_off:
            self._switch_on()
        if self._faults.is_off or self._faults.is_silent:
            return
        here = self._faults.displaced(Point(lat, lon))
        self._seq += 1
        ping = Ping(
            seq=self._seq,
            lat=round(here.lat, 6),
            lon=round(here.lon, 6),
            recorded_at=self._now(),
            accuracy_m=round(dice.uniform(3, 9), 1),
            speed_mps=round(speed_mps, 1),
            heading_deg=round(heading_deg, 1) % 360,
            battery=round(self._faults.battery(battery), 2),
        )
        self._kept.append(ping)
        if self._socket is not None:
            try:
                for _ in range(self._faults.copies()):
                    await self._socket.send(encode(ping).decode())
            except WebSocketException:
                self._socket = None  # the reader notices too, and connects again

    def _lose_network(self) -> None:
        """Without a word to the server, as a network goes."""
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None

    async def run(self) -> None:
        """Connect, and again whenever the connection ends, with growing pauses while it does not come about."""
        shortest_s, longest_s = BACKOFF_S
        pause_s = shortest_s
        while True:
            if self._faults.is_cut_off:
                await asyncio.sleep(NETWORK_LOOK_S)
                continue
            try:
                await self._hold_connection()
                pause_s = shortest_s
                await asyncio.sleep(RECONNECT_AFTER_S)
            except (OSError, WebSocketException, httpx.HTTPError, Refused) as error:
                log.info("phone without connection", device=self.device, reason=str(error))
                self._caller.renew_next()  # the token may be the reason
                await asyncio.sleep(pause_s * dice.uniform(0.5, 1.0))
                pause_s = min(longest_s, pause_s * 2)
            finally:
                self._socket = None

    async def _hold_connection(self) -> None:
        """One connection, which ends in time for the next to come with a fresh token."""
        token = await self._caller.token()
        protocols = [Subprotocol(SUBPROTOCOL), Subprotocol(BEARER_PREFIX + token)]
        async with connect(
            self._url,
            subprotocols=protocols,
            compression=None,
            proxy=None,
            open_timeout=OPEN_WITHIN_S,
            close_timeout=CLOSE_WITHIN_S,
        ) as socket:
            try:
                async with asyncio.timeout(self._caller.renew_in_s):
                    await self._greet(socket)
                    self._on_assignment()  # whatever was assigned while nobody listened
                    async for frame in socket:
                        self._read(_decode(frame))
            except TimeoutError:
                return

    async def _greet(self, socket: ClientConnection) -> None:
        await socket.send(encode(Hello(self.device, self._epoch, self._now())).decode())
        welcome = _decode(await socket.recv())
        if welcome.get("type") != "welcome":
            raise WebSocketException(f"no welcome: {welcome}")
        self.skew_told_s = welcome["clock_skew_ms"] / 1000
        self._forget(welcome["last_seq"])
        unsent = [Fix(**msgspec.structs.asdict(ping)) for ping in self._kept]
        for first in range(0, len(unsent), BATCH):
            await socket.send(encode(Pings(unsent[first : first + BATCH])).decode())
        self._socket = socket

    def _read(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "ack":
            self._forget(frame["seq"])
            self.heard.set()
        elif frame["type"] in {"assignment", "withdrawal"}:
            self._on_assignment()
        elif frame["type"] in {"reject", "error"}:
            log.info("the server complains", device=self.device, frame=frame)

    def _forget(self, seq: int) -> None:
        while self._kept and self._kept[0].seq <= seq:
            self._kept.popleft()
