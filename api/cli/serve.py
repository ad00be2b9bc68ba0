"""``dispatch serve``."""

import asyncio

from rich.console import Console

from api.server.serving import serving, stopped_by_signals
from dispatch.settings import Settings

console = Console()


async def serve_until_stopped(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        async with serving(settings) as server:
            url = server.settings.public_url
            console.print(f"Listening on [bold]{url}[/], documentation at {url}/schema. Ctrl-C stops.", soft_wrap=True)
            await stop.wait()
            console.print("Stopping…")
