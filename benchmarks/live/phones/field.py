"""What the phones' figures are measured on: our server, the peers beside it, and phones in a process of their own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from api.embedded import running
from benchmarks.live.peers import Peer, node, ours, sink
from benchmarks.live.phones.driver import PhoneClient, phone_client
from benchmarks.live.phones.usage import Usage, usage
from dispatch.settings import Settings
from realtime.redis.keys import Keys

WORKED_OFF_WITHIN_S = 180.0


@dataclass(frozen=True)
class Field:
    """``peers``: ours first. ``missing``: those that cannot run here, with the reason."""

    phones: PhoneClient
    peers: Sequence[Peer]
    missing: dict[str, str]
    folder: Path
    redis: Redis
    peer_redis_pid: int

    @property
    def ours(self) -> Peer:
        """Our server."""
        return self.peers[0]

    @property
    def settings(self) -> Settings:
        """With which our server was started."""
        return Settings(data_dir=self.folder, port=self.ours.port)

    def usage(self, peer: Peer) -> Usage:
        """CPU of all its processes up to now."""
        return usage(peer, self.peer_redis_pid if peer.name == "node" else None)

    async def backlog(self) -> int:
        """Fixes in our log that wait for PostgreSQL."""
        return int(await self.redis.get(Keys().backlog) or 0)

    async def worked_off(self) -> None:
        """Until the history has caught up, so that the next one is measured beside nothing. Raises TimeoutError."""
        async with asyncio.timeout(WORKED_OFF_WITHIN_S):
            while await self.backlog():  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@asynccontextmanager
async def field(folder: Path, redis_socket: str, phones: int, *, with_peers: bool) -> AsyncIterator[Field]:
    """All of them started; so many accounts of ours."""
    missing: dict[str, str] = {}
    home = folder / "phones"
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(ours(home, phones))]
        if with_peers:
            peers.append(await stack.enter_async_context(sink(ack_every=1)))
            try:
                peers.append(await stack.enter_async_context(node(folder, redis_socket, ack_every=1)))
            except RuntimeError as error:
                missing["node"] = str(error)
        urls = running(home)
        if urls is None or urls.redis_url is None:
            raise RuntimeError("our server has no Redis")
        redis = await stack.enter_async_context(contextlib.aclosing(Redis.from_url(urls.redis_url)))
        client = await stack.enter_async_context(phone_client())
        yield Field(client, peers, missing, home, redis, await _pid_of(redis_socket))


async def _pid_of(redis_socket: str) -> int:
    async with Redis(unix_socket_path=redis_socket) as redis:
        return int((await redis.info("server"))["process_id"])
