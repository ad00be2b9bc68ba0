"""All sockets of this process: counted, ended when their user may no longer be here, and closed when it stops.

A word to all processes goes over one Redis channel: whose access changed, and which connection was replaced.
"""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from typing import Protocol

import structlog
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from dispatch.jobs.repeated_failures import RepeatedFailures
from realtime.protocol import Close
from realtime.redis.client import is_unexpected
from realtime.redis.control_messages import Replaced, decode_control
from realtime.redis.hub import Hub
from realtime.redis.keys import Keys
from realtime.sockets.device_connections import DeviceConnections
from realtime.sockets.logins import Login, SocketAuthenticator

log = structlog.get_logger(__name__)

# What no message told us about (a role taken away by hand, say) is noticed within this. The connections are looked at
# in shares, one after the other: to look at thousands at once would hold up everybody's pings.
CHECK_EVERY_S = 30.0
SHARES = 30
RETRY_S = 1.0
# Closed connections come back: so many of them a second, in no order, are no wave.
CLOSES_A_SECOND = 1_000
# Of programs on this machine, and of a proxy on it that does not say whom it speaks for.
OWN_ADDRESSES = frozenset({"127.0.0.1", "::1", ""})


class Session(Protocol):
    """A socket that is being served."""

    @property
    def login(self) -> Login | None:
        """Who it is; None where nobody is asked."""
        ...

    async def end(self, code: int, reason: str) -> None:
        """Finish what must be finished, then close."""
        ...


class TooManySockets(Exception):
    """The user or the address has as many open as it may."""


class Stopping(Exception):
    """The server stops and takes on nothing new."""


class Sessions:
    """The open sockets of this process."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        hub: Hub,
        authenticator: SocketAuthenticator,
        *,
        per_user: int,
        per_address: int,
        watchers_per_address: int = 0,
        replicas: int = 0,
        check_every_s: float = CHECK_EVERY_S,
    ) -> None:
        """How many sockets each user and address may have open in this process; 0 is no limit.

        ``watchers_per_address`` is of those that have not signed in; this machine's own are not counted among them.
        ``replicas``: as for the ingest. ``check_every_s``: within it everybody's access is looked at.
        """
        self._check_every_s = check_every_s
        self.device_connections = DeviceConnections(redis, keys, replicas=replicas, end_own=self._end_replaced)
        self._keys = keys
        self._hub = hub
        self._authenticator = authenticator
        self._per_user = per_user
        self._per_address = per_address
        self._watchers_per_address = watchers_per_address
        self._open: dict[Session, tuple[str, int]] = {}
        """Their address, and which share of them they are checked with."""
        self._shares: list[set[Session]] = [set() for _ in range(SHARES)]
        self._entered = 0
        self._users: Counter[int] = Counter()
        self._addresses: Counter[str] = Counter()
        self._watching: Counter[str] = Counter()
        self._devices: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._checking: asyncio.Task[None] | None = None
        self._stopping = False
        self._empty = asyncio.Event()
        self._empty.set()

    async def start(self) -> None:
        """Begin to listen for changes of access. Where Redis does not answer yet, the hub keeps trying."""
        with suppress(TimeoutError):
            await self._hub.listen(self._keys.control, self)
        self._checking = asyncio.create_task(self._check_for_ever(), name="sessions-check")

    async def stop(self) -> None:
        """Stop listening; the sockets were closed by ``drain``."""
        if self._checking is not None:
            self._checking.cancel()
        for task in self._tasks:
            task.cancel()
        waiting = [task for task in (self._checking, *self._tasks) if task is not None]
        await asyncio.gather(*waiting, return_exceptions=True)

    @contextmanager
    def entered(self, session: Session, address: str) -> Iterator[None]:
        """Count a session while it lasts. Raises TooManySockets or Stopping."""
        self.enter(session, address)
        try:
            yield
        finally:
            self.leave(session)

    def enter(self, session: Session, address: str) -> None:
        """Count a session until it leaves. Raises TooManySockets or Stopping."""
        if self._stopping:
            raise Stopping
        user_id = session.login.user_id if session.login else None
        if self._per_address and self._addresses[address] >= self._per_address:
            raise TooManySockets("this address has too many connections open")
        if self._per_user and user_id is not None and self._users[user_id] >= self._per_user:
            raise TooManySockets("you have too many connections open")
        watches = user_id is None and address not in OWN_ADDRESSES
        if watches and self._watchers_per_address and self._watching[address] >= self._watchers_per_address:
            raise TooManySockets("this address follows too many deliveries at once")
        share = self._entered % SHARES
        self._entered += 1
        self._open[session] = (address, share)
        self._shares[share].add(session)
        self._empty.clear()
        _count(self._addresses, address, 1)
        if user_id is not None:
            _count(self._users, user_id, 1)
        elif watches:
            _count(self._watching, address, 1)

    def leave(self, session: Session) -> None:
        """It is over."""
        address, share = self._open.pop(session)
        self._shares[share].discard(session)
        if not self._open:
            self._empty.set()
        _count(self._addresses, address, -1)
        if session.login is not None:
            _count(self._users, session.login.user_id, -1)
        elif address not in OWN_ADDRESSES:
            _count(self._watching, address, -1)

    @property
    def count(self) -> int:
        """How many sockets and streams are open."""
        return len(self._open)

    @property
    def phones(self) -> int:
        """How many devices of transporters are connected."""
        return len(self._devices)

    @property
    def is_stopping(self) -> bool:
        """Whether nothing new is taken on."""
        return self._stopping

    def heard(self, channel: str, message: bytes) -> None:
        """A word from any process, this one too."""
        del channel
        change = decode_control(message)
        if isinstance(change, Replaced):
            for connection_id in change.connection_ids:
                self._end_replaced(connection_id)
        elif change.user_id in self._users:
            logins = [session for session in self._open if session.login and session.login.user_id == change.user_id]
            if logins:
                self._spawn(self._recheck(logins))

    def missed(self) -> None:
        """Whatever was said meanwhile: look at everybody."""
        self._spawn(self._recheck(list(self._open)))

    @contextmanager
    def device(self, session: Session) -> Iterator[str]:
        """A name for the connection of a device, for ``device_connections``."""
        connection_id = secrets.token_hex(8)
        self._devices[connection_id] = session
        try:
            yield connection_id
        finally:
            del self._devices[connection_id]

    def _end_replaced(self, connection_id: str) -> bool:
        session = self._devices.get(connection_id)
        if session is None:
            return False
        self._spawn(session.end(Close.REPLACED, "replaced"))
        return True

    async def drain(self, within_s: float) -> None:
        """Take on nothing new and close everything in jittered waves, so that clients do not come back all at once."""
        self._stopping = True
        sessions = list(self._open)
        spread_s = min(within_s / 2, len(sessions) / CLOSES_A_SECOND)
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await asyncio.gather(*(_end_later(session, random.random() * spread_s) for session in sessions))  # noqa: S311  # jitter
                await self._empty.wait()
        if self._open:
            log.warning("connections still open after closing them", count=len(self._open))

    async def _recheck(self, sessions: list[Session]) -> None:
        while True:
            known = {session: login for session in sessions if session in self._open and (login := session.login)}
            if not known:
                return
            try:
                dismissed = await self._authenticator.dismissed(list(known.values()))
                break
            except (SQLAlchemyError, OSError) as error:
                log.warning("access not checked", error=f"{type(error).__name__}: {error}"[:200])
                await asyncio.sleep(RETRY_S)
        ended = [
            (session, dismissed[login])
            for session, login in known.items()
            if login in dismissed and session.login == login
        ]
        await asyncio.gather(*(session.end(why.code, why.name) for session, why in ended))

    async def _check_for_ever(self) -> None:
        failures = RepeatedFailures(
            failed="checking access failed", waits="access not checked", is_defect=is_unexpected
        )
        for share in cycle(self._shares):
            await asyncio.sleep(self._check_every_s / SHARES)
            with failures.noted():  # a defect must not leave those in for ever who are no longer welcome
                await self._recheck(list(share))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _count(counter: Counter[int] | Counter[str], key: int | str, change: int) -> None:
    counter[key] += change  # type: ignore[index]
    if not counter[key]:  # type: ignore[index]
        del counter[key]


async def _end_later(session: Session, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    await session.end(Close.RESTARTING, "restarting")
