"""``dispatch replay``: a CSV of traces through the front door, one WebSocket or phone a vehicle."""

import asyncio
import json
import math
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.cli.context import operating
from api.cli.target import allow_sockets, base_url, check_answers, operating_server, sign_in_drivers, socket_url
from api.server.serving import stopped_by_signals
from api.simulation.accounts.devices import find_or_make_devices
from api.simulation.accounts.drivers import Driver, TokenOf, token_maker
from api.simulation.replay.errors import UnusableFile
from api.simulation.replay.pace import shift_now
from api.simulation.replay.reading import read_traces
from api.simulation.replay.run import PhoneReplay, Playing, Replay
from api.simulation.replay.sending_protocols import PROTOCOLS, SendingProtocol
from api.simulation.replay.stored_fixes import phones_of
from api.simulation.replay.summary import print_summary, rate, summary
from api.simulation.replay.tally import Tally
from api.simulation.replay.traces import Reading, Traces, reasons
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.plain_numbers import decimal_number
from dispatch.settings import Settings

SHOW_EVERY_S = 0.2
INTERRUPTED = 130
READING_LIFE = timedelta(minutes=1)
MOST_BAD = 0.05
"""Share of unusable rows beyond which a file was misunderstood rather than damaged."""


async def replay_file(
    settings: Settings,
    file: str,
    speed: str,
    url: str | None,
    *,
    way: SendingProtocol = SendingProtocol.WEBSOCKET,
    as_json: bool = False,
    give_up_after_s: float = 60.0,
    said: Reading | None = None,
    most_bad: float = MOST_BAD,
) -> int:
    """Replay and print the summary.

    The exit code is 0 when every ping was acknowledged, 1 when some were not answered or more than ``most_bad`` of
    them were rejected, 130 after Ctrl-C.
    ``give_up_after_s`` bounds how long the server may be away, ``most_bad`` the share of rows that may be unusable:
    beyond it nothing is sent. Raises CommandError.
    """
    times = _speed(speed)
    base = base_url(settings, url)
    try:
        traces = await asyncio.to_thread(read_traces, file, said)
    except UnusableFile as error:
        raise CommandError(f"{file} cannot be replayed: {error}") from None
    if traces.bad_share > most_bad:
        raise CommandError(
            f"{file} was not replayed: {traces.bad_share:.1%} of its rows cannot be used, more than --most-bad "
            f"{most_bad:g}: {reasons(traces.bad_rows)}"
        )
    await check_answers(base)
    async with operating_server(settings, base) as services:
        drivers = await sign_in_drivers(services, base, list(traces.rows_of), business_name="Replayed trace")
        token_of = token_maker(services)
    replay: Playing
    if way is SendingProtocol.WEBSOCKET:
        allow_sockets(len(drivers))  # beyond the limit connections fail by name and are tried again
        replay = Replay(
            traces,
            drivers,
            token_of,
            url=f"{socket_url(base)}/ws/transporter",
            speed=times,
            patience_s=give_up_after_s,
            frame_bytes=settings.ws_max_bytes,
        )
    else:
        replay = await _phone_replay(
            settings, base, traces, drivers, token_of, way=way, speed=times, patience_s=give_up_after_s
        )
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        await _run_visibly(replay, stop, show=not as_json)
    interrupted = stop.is_set() and not replay.tally.is_complete
    result = summary(file, base, traces, drivers, replay.tally, interrupted=interrupted)
    if as_json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        print_summary(make_console(), result)
    if interrupted:
        return INTERRUPTED
    return int(not replay.tally.is_complete or replay.tally.rejects > most_bad * traces.rows)


async def _phone_replay(
    settings: Settings,
    base: str,
    traces: Traces,
    drivers: Sequence[Driver],
    token_of: TokenOf,
    *,
    way: SendingProtocol,
    speed: float | None,
    patience_s: float,
) -> PhoneReplay:
    """Times are moved by whole seconds, which every phone protocol can say. Raises CommandError."""
    now_ms = time.time_ns() // 1_000_000
    shift_ms = shift_now(now_ms, traces.oldest_ms, traces.newest_ms, speed) // 1000 * 1000
    async with operating(settings) as services:
        devices, shift_ms = await find_or_make_devices(
            services, drivers, way=way, epoch=traces.epoch, shift_ms=shift_ms
        )
    try:
        phones = await phones_of(
            base,
            devices,
            lambda device: token_of(device.driver, READING_LIFE),
            from_ms=max(0, traces.oldest_ms + shift_ms) // 1000 * 1000,
            to_ms=max(0, traces.newest_ms + shift_ms),
        )
    except httpx.HTTPError as error:
        raise CommandError(f"The server at {base} does not say what it has: {type(error).__name__} {error}") from None
    return PhoneReplay(traces, phones, PROTOCOLS[way], base=base, speed=speed, shift_ms=shift_ms, patience_s=patience_s)


def _speed(text: str) -> float | None:
    """Times real time; None for ``max``."""
    if text.strip().lower() == "max":
        return None
    try:
        speed = decimal_number(text.strip())
    except ValueError:
        speed = math.nan
    if not (math.isfinite(speed) and speed > 0):
        raise CommandError(f"--speed must be a number above 0, or max; {text!r} is neither")
    return speed


async def _run_visibly(replay: Playing, stop: asyncio.Event, *, show: bool) -> None:
    console = make_console(stderr=True)
    columns: Sequence[TextColumn | BarColumn | MofNCompleteColumn | TimeElapsedColumn] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:,.0f} pings/s"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, auto_refresh=False, disable=not show) as progress:
        task = progress.add_task("pings", total=replay.tally.pings, rate=0.0)

        def refresh() -> None:
            tally = replay.tally
            progress.update(task, completed=tally.skipped + tally.settled, rate=rate(tally), description=_doing(tally))
            progress.refresh()

        async def keep_refreshing() -> None:
            while True:
                refresh()
                await asyncio.sleep(SHOW_EVERY_S)

        showing = asyncio.create_task(keep_refreshing())
        try:
            await replay.run(stop)
        finally:
            showing.cancel()
            refresh()


def _doing(tally: Tally) -> str:
    return f"pings ({len(tally.failed)} vehicles gave up)" if tally.failed else "pings"
