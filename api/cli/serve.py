"""``dispatch serve``."""

import asyncio
import os
from contextlib import AsyncExitStack

from api.server.garbage_collection import shorten_collections
from api.server.logs import configure_logs
from api.server.serving import serving, stopped_by_signals
from api.server.source_watch import watching_sources
from api.server.supervisor import restarted_by_hangup, supervising
from api.terminal.console import make_console
from dispatch.settings import Settings

console = make_console()


async def serve_until_stopped(settings: Settings, *, reloads: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM; in several processes where workers are asked for.

    ``reloads``: with at least one worker, and each process is replaced when the code changes. The embedded services
    are the supervisor's, so they go on.
    """
    if reloads:
        settings = settings.model_copy(update={"workers": max(1, settings.workers)})
    if settings.workers:
        await _serve_with_workers(settings, reloads=reloads)
        return
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        async with serving(settings) as server:
            shorten_collections()
            url = server.settings.public_url
            console.print(f"Listening on [bold]{url}[/], documentation at {url}/schema. Ctrl-C stops.", soft_wrap=True)
            await stop.wait()
            console.print("Stopping…")


async def _serve_with_workers(settings: Settings, *, reloads: bool) -> None:
    configure_logs(settings, process="supervisor", pid=os.getpid())
    stop = asyncio.Event()
    with stopped_by_signals(stop), restarted_by_hangup(stop) as again:
        async with supervising(settings, stop) as supervisor, AsyncExitStack() as stack:
            if reloads:
                await stack.enter_async_context(watching_sources(again))
            url = supervisor.settings.public_url
            console.print(
                f"Listening on [bold]{url}[/] with {settings.workers} workers, documentation at {url}/schema. "
                f"Ctrl-C stops, kill -HUP {os.getpid()} restarts one by one.",
                soft_wrap=True,
            )
            await supervisor.wait(stop, again)
            console.print("Stopping…")
