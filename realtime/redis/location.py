"""Which Redis takes a zone's writes, where that may change: the owner of its slot, or the master of a service.

All keys of a zone are in one slot, so at any time one node has all of them. Finding it is a question to any node that
answers, asked again whenever a connection is refused, lost or turned away.
"""

import asyncio
import random
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from realtime.redis.url import Address

log = structlog.get_logger(__name__)

# A node that does not answer so soon is left out, and the next one is asked.
ASK_WITHIN_S = 1.0


class Locator:
    """Remembers the node until somebody finds that it is not the right one."""

    def __init__(self) -> None:
        self._address: Address | None = None
        self._suspect: Address | None = None
        self._last: Address | None = None
        self._finding: asyncio.Task[Address] | None = None

    @property
    def address(self) -> Address | None:
        """The node as far as is known; None while it must be looked for."""
        return self._address

    async def locate(self) -> Address:
        """The node; asked for once, however many wait. Raises redis' ConnectionError."""
        if self._address is not None:
            return self._address
        if self._finding is None or self._finding.done():
            self._finding = asyncio.create_task(self._look(), name="redis-location")
        return await asyncio.shield(self._finding)

    def lost(self, address: Address) -> None:
        """The node cannot be reached, or does not serve the zone."""
        if self._address == address:
            self._address, self._suspect = None, address

    def moved(self, before: Address, now: Address) -> None:
        """A node says who serves the zone now."""
        if self._address in {None, before}:
            self._go_to(now)

    async def _look(self) -> Address:
        found = await self._find(self._suspect)
        self._go_to(found)
        return found

    def _go_to(self, address: Address) -> None:
        if self._last not in {None, address}:
            log.info("the zone moved to another Redis", host=address[0], port=address[1])
        self._address = self._last = address

    async def _find(self, suspect: Address | None) -> Address:
        raise NotImplementedError


class SlotLocator(Locator):
    """Finds the owner of a slot of a cluster."""

    def __init__(self, slot: int, nodes: tuple[Address, ...], options: dict[str, Any]) -> None:
        """``nodes``: some to begin with; the others are learnt. ``options``: of the connections to them."""
        super().__init__()
        self._slot = slot
        self._seeds = nodes
        self._known: set[Address] = set()
        self._options = options

    async def _find(self, suspect: Address | None) -> Address:
        nodes = list({*self._seeds, *self._known})
        random.shuffle(nodes)
        nodes.sort(key=lambda node: node == suspect)  # it may be the last to know
        failures = []
        for node in nodes:
            try:
                async with asyncio.timeout(ASK_WITHIN_S):
                    return await self._ask(node)
            except (RedisError, OSError) as error:
                failures.append(f"{node[0]}:{node[1]}: {str(error) or type(error).__name__}")
        raise RedisConnectionError(f"no node of the cluster tells who serves slot {self._slot} ({'; '.join(failures)})")

    async def _ask(self, node: Address) -> Address:
        async with Redis(host=node[0], port=node[1], single_connection_client=True, **self._options) as client:
            ranges: list[list[Any]] = await client.execute_command("CLUSTER", "SLOTS")  # type: ignore[no-untyped-call]
        owner: Address | None = None
        known = set()
        for first, last, *servers in ranges:
            addresses = [_address(server, node) for server in servers]
            known.update(addresses)
            if first <= self._slot <= last:
                owner = addresses[0]
        if owner is None:
            raise RedisConnectionError(f"slot {self._slot} is nobody's")
        self._known = known
        return owner


class MasterLocator(Locator):
    """Finds the master of a service that sentinels watch over."""

    def __init__(self, service: str, sentinels: tuple[Address, ...], options: dict[str, Any]) -> None:
        """``options``: of the connections to the sentinels."""
        super().__init__()
        self._service = service
        self._sentinels = sentinels
        self._options = options

    async def _find(self, suspect: Address | None) -> Address:
        del suspect
        sentinels = Sentinel(list(self._sentinels), sentinel_kwargs=self._options)  # type: ignore[no-untyped-call]
        async with sentinels:
            host, port = await sentinels.discover_master(self._service)
        return str(host), int(port)


def _address(server: list[Any], asked: Address) -> Address:
    """A server of a reply; one without a name is to be reached where the reply came from."""
    host = server[0].decode() if isinstance(server[0], bytes) else server[0]
    return (asked[0] if host in {None, "", "?"} else str(host)), int(server[1])
