"""One dispatcher's console: subscribes to an area or everything and is told what changes, at most twice a second."""

import asyncio
import time
from datetime import UTC, datetime
from itertools import islice

from msgspec import Raw

from realtime.background import run_until_one_ends
from realtime.console.fleet import TRANSPORTER, Entry, FleetState, Key
from realtime.console.fleet_watch import TICK_S, FleetWatch
from realtime.console.frames import MAX_ITEMS, Area, Fleet, Subscribe, decode_console_frame
from realtime.protocol import BadFrame, Close, Error, encode, iso_ms
from realtime.sockets.connection import Connection, Disconnected
from realtime.sockets.logins import Login, SocketAuthenticator
from realtime.sockets.renewal import Refused, renew, renewed_frame, until_expired

SUBSCRIBE_WITHIN_S = 10.0
# A console of a quiet fleet hears so often that it is quiet, and not gone.
SIGN_OF_LIFE_S = 10.0
PAUSE_AFTER_MESSAGE_S = 0.05


class ConsoleSession:
    """Serves one accepted connection until it ends. What it keeps is bounded by the fleet: who is in sight."""

    def __init__(
        self,
        connection: Connection,
        login: Login,
        *,
        fleet: FleetWatch,
        authenticator: SocketAuthenticator,
        send_within_s: float,
    ) -> None:
        self._connection = connection
        self.login: Login | None = login
        self._fleet = fleet
        self._authenticator = authenticator
        self._send_within_s = send_within_s
        self._wanted: Subscribe | None = None
        self._subscribed = asyncio.Event()
        self._area: Area | None = None
        self._read_to = 0
        self._in_sight: set[Key] = set()
        self._introduced: dict[int, Raw] = {}
        self._told_runs: dict[int, bytes] = {}
        self._told_searches: dict[int, bytes] = {}
        self._sent_at = 0.0

    async def run(self) -> None:
        """Until the console leaves, breaks the protocol, does not keep up or its token expires."""
        try:
            async with self._fleet.watched() as state:
                await self._serve(state)
        except Disconnected:
            pass
        except Refused as refusal:
            await self._refuse(refusal)

    async def end(self, code: int, reason: str) -> None:
        """Close; nothing is lost that a new subscribe does not bring."""
        await self._connection.close(code, reason)

    async def _serve(self, state: FleetState) -> None:
        await run_until_one_ends(self._read(), self._tell(state), until_expired(self))

    async def _read(self) -> None:
        while True:
            try:
                frame = decode_console_frame(await self._connection.receive())
            except BadFrame as error:
                raise Refused(Close.BAD_FRAME, "bad_frame", error.detail) from None
            if isinstance(frame, Subscribe):
                self._wanted = frame
                self._subscribed.set()
            elif self.login is not None:
                self.login = await renew(self._authenticator, self.login, frame.token)
                await self._connection.send(renewed_frame(self.login))
            await asyncio.sleep(PAUSE_AFTER_MESSAGE_S)

    async def _tell(self, state: FleetState) -> None:
        try:
            async with asyncio.timeout(SUBSCRIBE_WITHIN_S):
                await self._subscribed.wait()
        except TimeoutError:
            raise Refused(
                Close.HELLO_TIMEOUT, "subscribe_timeout", f"no subscribe within {SUBSCRIBE_WITHIN_S:.0f} s"
            ) from None
        while True:
            if self._wanted is not None or self._read_to < state.forgotten:
                await self._start_over(state)
            else:
                await self._send_changes(state)
            self._told_runs = await self._send_new(self._told_runs, state.runs)
            self._told_searches = await self._send_new(self._told_searches, state.searches)
            await asyncio.sleep(TICK_S)

    async def _start_over(self, state: FleetState) -> None:
        if self._wanted is not None:
            self._area, self._wanted = self._wanted.area, None
        self._read_to = state.version
        seen = [(key, entry) for key, entry in state.present() if self._sees(entry)]
        self._in_sight = {key for key, _ in seen}
        self._introduced = {}
        self._told_runs, self._told_searches = {}, {}
        await self._send(state, seen, [], reset=True)

    async def _send_changes(self, state: FleetState) -> None:
        changes, self._read_to = state.changes_since(self._read_to), state.version
        told: list[tuple[Key, Entry]] = []
        gone: list[int] = []
        for key, entry in changes:
            was_in_sight = key in self._in_sight
            is_transporter = key[0] == TRANSPORTER
            if self._sees(entry) and not (is_transporter and entry.last):
                if was_in_sight or not entry.last:
                    told.append((key, entry))
            elif was_in_sight and is_transporter:
                gone.append(key[1])
            if entry.last or not self._sees(entry):
                self._in_sight.discard(key)
            else:
                self._in_sight.add(key)
        silent = time.monotonic() - self._sent_at > SIGN_OF_LIFE_S and state.looked_at > self._sent_at
        if told or gone or silent:
            await self._send(state, told, gone, reset=False)

    def _sees(self, entry: Entry) -> bool:
        return self._area is None or any(self._area.contains(*point) for point in entry.points)

    def _introductions(self, state: FleetState, told: list[tuple[Key, Entry]]) -> list[Raw]:
        """Profiles of those who are spoken of, which this console does not know as they are."""
        new: list[Raw] = []
        for who in dict.fromkeys(entry.transporter_id for _, entry in told if entry.transporter_id is not None):
            profile = state.profiles.get(who)
            if profile is not None and self._introduced.get(who) is not profile:
                self._introduced[who] = profile
                new.append(profile)
        return new

    async def _send(self, state: FleetState, told: list[tuple[Key, Entry]], gone: list[int], *, reset: bool) -> None:
        """In frames of a bounded size."""
        rest = iter(told)
        part = list(islice(rest, MAX_ITEMS))
        while True:
            frame = Fleet(
                reset,
                [entry.told for (kind, _), entry in part if kind == TRANSPORTER],
                gone[:MAX_ITEMS],
                [entry.told for (kind, _), entry in part if kind != TRANSPORTER],
                self._introductions(state, part),
                iso_ms(datetime.now(UTC)),
            )
            self._sent_at = time.monotonic()
            await self._send_in_time(encode(frame))
            reset, gone, part = False, gone[MAX_ITEMS:], list(islice(rest, MAX_ITEMS))
            if not part and not gone:
                return

    async def _send_new(self, known: dict[int, bytes], now: dict[int, bytes]) -> dict[int, bytes]:
        """What this console does not know of runs or searches; one that is over and forgotten needs no word."""
        told = dict(now)
        for number, frame in sorted(told.items()):
            if known.get(number) is not frame:
                await self._send_in_time(frame)
        return told

    async def _send_in_time(self, frame: bytes) -> None:
        try:
            async with asyncio.timeout(self._send_within_s):
                await self._connection.send(frame)
        except TimeoutError:
            raise Refused(Close.TOO_SLOW, "too_slow", "the console did not keep up") from None

    async def _refuse(self, refusal: Refused) -> None:
        try:
            if refusal.code is not Close.TOO_SLOW:  # who does not read would not read this either
                await self._connection.send(encode(Error(refusal.name, refusal.detail)))
            await self._connection.close(refusal.code, refusal.name)
        except Disconnected:
            pass
