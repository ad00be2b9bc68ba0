"""``dispatch serve``."""

import asyncio
import os

from api.cli.console import make_console
from api.server.garbage_collection import shorten_collections
from api.server.logs import configure_logs
from api.server.serving import serving, stopped_by_signals
from api.server.supervisor import restarted_by_hangup, supervising
from dispatch.settings import Settings

console = make_console()


async def serve_until_stopped(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM; in several processes where workers are asked for."""
    if settings.workers:
        await _serve_with_workers(settings)
        return
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        async with serving(settings) as server:
            shorten_collections()
            url = server.settings.public_url
            console.print(f"Listening on [bold]{url}[/], documentation at {url}/schema. Ctrl-C stops.", soft_wrap=True)
            await stop.wait()
            console.print("Stopping…")


async def _serve_with_workers(settings: Settings) -> None:
    configure_logs(settings, process="supervisor", pid=os.getpid())
    stop = asyncio.Event()
    with stopped_by_signals(stop), restarted_by_hangup(stop) as again:
        async with supervising(settings, stop) as supervisor:
            url = supervisor.settings.public_url
            console.print(
                f"Listening on [bold]{url}[/] with {settings.workers} workers, documentation at {url}/schema. "
                f"Ctrl-C stops, kill -HUP {os.getpid()} restarts one by one.",
                soft_wrap=True,
            )
            await supervisor.wait(stop, again)
            console.print("Stopping…")
