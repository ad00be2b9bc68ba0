"""People and things on a server that is a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from api.cli.context import operating
from api.server.serving import RunningServer
from tests.support.server_process import ServerProcess
from tests.support.world import World

# A client that waits longer than this for an answer was forgotten.
ANSWERED_WITHIN_S = 60.0


@asynccontextmanager
async def world_of(server: ServerProcess) -> AsyncIterator[World]:
    """Makes people and things on a server that is another process."""
    async with (
        operating(server.settings) as services,
        httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=ANSWERED_WITHIN_S) as http,
    ):
        yield World(RunningServer(server.settings, services, asyncio.Event()), http)
