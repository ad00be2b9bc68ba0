"""Starting and stopping what works in one process, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.monitoring.jobs import JobCounters
from api.server.jobs import jobs_of
from api.server.process_figures import telling
from api.server.services import Services
from api.server.upkeep import upkeep
from realtime.background import end


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[Services]:
    """Run this part's background work; on leaving, what was handed in is stored before connections close."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(services.close)
        await stack.enter_async_context(telling(services))
        if services.part.answers:
            await stack.enter_async_context(_answering(services))
        if services.part.does_upkeep:
            services.background.history.start()
            stack.push_async_callback(services.background.history.stop)
            await stack.enter_async_context(upkeep(jobs_of(services), JobCounters()))
        yield services


@asynccontextmanager
async def _answering(services: Services) -> AsyncIterator[None]:
    sockets = services.sockets
    sockets.hub.start()
    sockets.ingest.start()
    sockets.watchers.start()
    await sockets.sessions.start()
    reading = asyncio.create_task(_read_ahead(services), name="read ahead")
    try:
        yield
    finally:
        await end(reading)
        await services.deliveries.runs.stop()
        await services.payments.callbacks.stop()
        await sockets.ingest.stop()
        await sockets.watchers.stop()
        await sockets.sessions.stop()
        await sockets.hub.stop()


async def _read_ahead(services: Services) -> None:
    """Read what assigning keeps in columns before the first question: of tens of thousands it takes a second or two."""
    with suppress(SQLAlchemyError, RedisError, OSError):  # a question reads again, and says what is wrong
        await services.deliveries.kept.read()
        await services.deliveries.live.places()
