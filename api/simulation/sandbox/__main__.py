"""``python -m api.simulation.sandbox``: run the sandbox gateway as a process of its own."""

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Any

import click

import api.simulation.sandbox.without_database  # noqa: F401  before whatever imports Litestar
from api.process.private_files import keep_new_files_private
from api.simulation.sandbox.app import DEFAULT_SECRET_KEY, DEFAULT_TTL_S
from api.simulation.sandbox.journal import JournalError
from api.simulation.sandbox.server import PortBusyError, serve

EXIT_UNUSABLE = 2


async def _run(**settings: Any) -> None:  # noqa: ANN401  the options below, as click read them
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(
        **settings,
        stop=stop,
        on_listening=lambda base_url: click.echo(f"sandbox gateway: {base_url}/api/v2/"),
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Journal file that keeps payments.")
@click.option(
    "--port-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help='Written as {"base_url", "pid"} once it listens.',
)
@click.option(
    "--secret-key",
    default=DEFAULT_SECRET_KEY,
    envvar="SANDBOX_GATEWAY_SECRET_KEY",
    help="The key that merchants authorize with; better by environment, where `ps` does not show it.",
)
@click.option(
    "--ttl",
    "ttl_s",
    default=DEFAULT_TTL_S,
    show_default=True,
    type=click.IntRange(1, 7 * 24 * 3600),
    help="Seconds until an unpaid session expires.",
)
@click.option("--public-url", help="How browsers reach the payment page, if not at the address that is called.")
@click.option(
    "--log-level",
    default="info",
    show_default=True,
    type=click.Choice(["debug", "info", "warning", "error"]),
)
def main(log_level: str, **settings: Any) -> None:  # noqa: ANN401  the keyword arguments of serve
    """Run the sandbox payment gateway until it is told to stop (SIGTERM, Ctrl-C)."""
    keep_new_files_private()
    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(_run(**settings))
    except (PortBusyError, JournalError) as error:
        click.echo(f"sandbox gateway: {error}", err=True)
        sys.exit(EXIT_UNUSABLE)


if __name__ == "__main__":
    main()
