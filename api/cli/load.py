"""``dispatch load``: a server under a load that is known, and how long it takes for everything."""

import asyncio
import ipaddress
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from api.cli.target import (
    OTHER_FILES,
    allow_sockets,
    base_url,
    check_answers,
    operating_server,
    sign_in_drivers,
    socket_url,
)
from api.server.serving import stopped_by_signals
from api.simulation.accounts.drivers import token_maker
from api.simulation.load.parcels import find_or_make_parcels
from api.simulation.load.plan import Plan
from api.simulation.load.report import print_report, report
from api.simulation.load.run import LoadRun
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.settings import Settings

SHOW_EVERY_S = 0.25
INTERRUPTED = 130


async def put_under_load(
    settings: Settings, url: str | None, plan: Plan, *, json_file: str | None, mine: bool, give_up_after_s: float
) -> int:
    """Run the plan and print the report; ``json_file`` gets it for machines, ``-`` is standard output.

    The exit code is 0 when every ping was acknowledged or rejected by name and nobody gave up, 130 after Ctrl-C,
    otherwise 1. ``mine``: the server may be on another host. Raises CommandError.
    """
    plan.check()
    base = base_url(settings, url)
    if not mine:
        _check_loopback(base)
    await check_answers(base)
    sockets = plan.transporters + plan.watchers
    if allow_sockets(sockets) < sockets:
        raise CommandError(
            f"{sockets:,} connections need {sockets + OTHER_FILES:,} open files, and this process may have fewer. "
            f"Raise the limit (ulimit -n {sockets + OTHER_FILES}), the server's too, or ask for fewer."
        )
    async with operating_server(settings, base) as services:
        names = [f"load-{number}" for number in range(1, plan.transporters + 1)]
        drivers = await sign_in_drivers(services, base, names, business_name="Load test")
        parcels = await find_or_make_parcels(services, base, drivers[: plan.parcels])
        token_of = token_maker(services)
    run = LoadRun(plan, drivers, parcels, token_of, base=base, sockets=socket_url(base), patience_s=give_up_after_s)
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        await _run_visibly(run, stop, show=json_file != "-")
    result = report(run, base)
    if json_file == "-":
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        print_report(make_console(), result)
    if json_file not in {None, "-"}:
        Path(str(json_file)).write_text(json.dumps(result, indent=2) + "\n")  # noqa: ASYNC240  # nothing else runs
    return INTERRUPTED if run.stopped else int(not result["complete"])


def _check_loopback(base: str) -> None:
    host = urlsplit(base).hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise CommandError(
            f"{host} is not this machine. A load can make a server useless for everybody else, and it leaves accounts "
            "and parcels behind; if the server is yours and that is meant, say --yes-this-server-is-mine."
        )


async def _run_visibly(run: LoadRun, stop: asyncio.Event, *, show: bool) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]:,.0f} acks/s  ack p99 {task.fields[ack]}  watcher p99 {task.fields[seen]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=make_console(stderr=True), auto_refresh=False, disable=not show) as progress:
        task = progress.add_task("load", total=run.plan.seconds, rate=0.0, ack="—", seen="—")

        def refresh() -> None:
            tally, elapsed_s = run.tally, run.line.elapsed_ms / 1000
            progress.update(
                task,
                completed=min(elapsed_s, run.plan.seconds),
                description="load" if elapsed_s else "connecting",
                rate=tally.settled / elapsed_s if elapsed_s else 0.0,
                ack=_shown(tally.ack_ms(0.99)),
                seen=_shown(run.watched.latencies.within_ms(0.99)),
            )
            progress.refresh()

        async def keep_refreshing() -> None:
            while True:
                refresh()
                await asyncio.sleep(SHOW_EVERY_S)

        showing = asyncio.create_task(keep_refreshing()) if show else None
        try:
            await run.run(stop)
        finally:
            if showing is not None:
                showing.cancel()
                refresh()


def _shown(ms: float | None) -> str:
    return "—" if ms is None else f"{ms:,.0f} ms"
