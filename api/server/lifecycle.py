"""Starting and stopping what works in one process, in order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from api.monitoring.jobs import JobCounters
from api.server.jobs import jobs_of
from api.server.process_figures import telling
from api.server.services import Services
from api.server.upkeep import upkeep


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
    try:
        yield
    finally:
        await services.deliveries.runs.stop()
        await services.payments.callbacks.stop()
        await sockets.ingest.stop()
        await sockets.watchers.stop()
        await sockets.sessions.stop()
        await sockets.hub.stop()
