"""``dispatch replay``: a CSV of traces through the front door, one WebSocket or phone a vehicle."""

import asyncio
import contextlib
import json
import math
import resource
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import SQLAlchemyError

from api.cli.context import CommandError, operating
from api.replay.accounts import Driver, find_or_make_drivers
from api.replay.devices import find_or_make_phones
from api.replay.errors import UnusableFile
from api.replay.pace import shift_now
from api.replay.reading import Traces, read_traces
from api.replay.run import PhoneReplay, Playing, Replay
from api.replay.summary import print_summary, rate, summary
from api.replay.tally import Tally
from api.replay.ways import PROTOCOLS, Way
from api.server.backing import addresses_in_use
from api.server.serving import stopped_by_signals
from dispatch.accounts.tokens import Tokens
from dispatch.settings import Settings

ANSWERS_WITHIN_S = 10.0
SHOW_EVERY_S = 0.2
CHECK_LIFE = timedelta(minutes=1)
# Descriptors that are not a vehicle's socket.
OTHER_FILES = 100
INTERRUPTED = 130
_SOCKET_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


async def replay_file(
    settings: Settings,
    file: str,
    speed: str,
    url: str | None,
    *,
    way: Way = Way.WEBSOCKET,
    as_json: bool = False,
    give_up_after_s: float = 60.0,
) -> int:
    """Replay and print the summary.

    The exit code is 0 when every ping was acknowledged or rejected by name, 1 when some were not, 130 after Ctrl-C.
    ``give_up_after_s`` bounds how long the server may be away. Raises CommandError.
    """
    times = _speed(speed)
    base = _base_url(settings, url)
    try:
        traces = await asyncio.to_thread(read_traces, file)
    except UnusableFile as error:
        raise CommandError(f"{file} cannot be replayed: {error}") from None
    await _check_answers(base)
    drivers, tokens = await _sign_in(settings, base, traces)
    replay: Playing
    if way is Way.WEBSOCKET:
        _allow_sockets(len(drivers))
        replay = Replay(
            traces,
            drivers,
            tokens,
            url=_socket_url(base),
            speed=times,
            patience_s=give_up_after_s,
            frame_bytes=settings.ws_max_bytes,
        )
    else:
        replay = await _phone_replay(settings, base, traces, drivers, way=way, speed=times, patience_s=give_up_after_s)
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        await _run_visibly(replay, stop, show=not as_json)
    interrupted = stop.is_set() and not replay.tally.is_complete
    result = summary(file, base, traces, drivers, replay.tally, interrupted=interrupted)
    if as_json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        print_summary(Console(), result)
    return INTERRUPTED if interrupted else int(not replay.tally.is_complete)


async def _phone_replay(
    settings: Settings,
    base: str,
    traces: Traces,
    drivers: Sequence[Driver],
    *,
    way: Way,
    speed: float | None,
    patience_s: float,
) -> PhoneReplay:
    """Times are moved by whole seconds, which every phone protocol can say."""
    now_ms = time.time_ns() // 1_000_000
    shift_ms = shift_now(now_ms, traces.oldest_ms, traces.newest_ms, speed) // 1000 * 1000
    async with operating(settings) as services:
        phones, shift_ms = await find_or_make_phones(services, drivers, way=way, epoch=traces.epoch, shift_ms=shift_ms)
    return PhoneReplay(traces, phones, PROTOCOLS[way], base=base, speed=speed, shift_ms=shift_ms, patience_s=patience_s)


def _speed(text: str) -> float | None:
    """Times real time; None for ``max``."""
    if text.strip().lower() == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not (math.isfinite(speed) and speed > 0):
        raise CommandError(f"--speed must be a number above 0, or max; {text!r} is neither")
    return speed


def _base_url(settings: Settings, url: str | None) -> str:
    if url is None:
        # Where it listens; SITE_URL is for the outside and may lead through a proxy.
        return settings.model_copy(update={"site_url": None}).public_url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _SOCKET_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise CommandError(f"--url must be like http://127.0.0.1:8000, and {url!r} is not")
    return url.rstrip("/").replace("ws", "http", 1) if parts.scheme.startswith("ws") else url.rstrip("/")


def _socket_url(base: str) -> str:
    scheme, _, rest = base.partition("://")
    return f"{_SOCKET_SCHEMES[scheme]}://{rest}/ws/transporter"


async def _check_answers(base: str) -> None:
    """Before anything is made for it: is there a server of ours?"""
    try:
        async with httpx.AsyncClient(timeout=ANSWERS_WITHIN_S, trust_env=False) as client:
            reply = await client.get(f"{base}/health/live")
    except httpx.HTTPError as error:
        raise CommandError(
            f"No server answers at {base} ({type(error).__name__}). Start one with `dispatch serve`, "
            "or say where it is: --url, or DISPATCH_HOST and DISPATCH_PORT."
        ) from None
    if reply.is_error:
        raise CommandError(f"What answers at {base} is not this server: /health/live says HTTP {reply.status_code}.")


async def _sign_in(settings: Settings, base: str, traces: Traces) -> tuple[list[Driver], Tokens]:
    """The vehicles as transporters of the server that answers."""
    if addresses_in_use(settings) is None:
        raise CommandError(_other_server(base))
    try:
        async with operating(settings) as services:
            drivers = await find_or_make_drivers(services, list(traces.rows_of))
            tokens = services.tokens
    except (SQLAlchemyError, OSError) as error:
        raise CommandError(
            f"The server's database went away while the vehicles' accounts were made ({type(error).__name__}). "
            "Nothing was sent; start the command again once the server is up. `dispatch doctor` may know more."
        ) from None
    token = drivers[0].token(tokens, CHECK_LIFE)
    async with httpx.AsyncClient(timeout=ANSWERS_WITHIN_S, trust_env=False) as client:
        try:
            reply = await client.get(f"{base}/api/v1/auth/me/", headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise CommandError(f"The server at {base} stopped answering ({type(error).__name__}).") from None
    if reply.status_code == httpx.codes.UNAUTHORIZED:
        raise CommandError(_other_server(base))
    if reply.is_error:
        raise CommandError(f"The server at {base} cannot work now: HTTP {reply.status_code}. Try `dispatch doctor`.")
    return drivers, tokens


def _other_server(base: str) -> str:
    return (
        f"The server at {base} answers, but the settings here lead to another database or key. Give this command the "
        "server's DISPATCH_DATA_DIR (or its DISPATCH_DATABASE_URL, DISPATCH_REDIS_URL and DISPATCH_SECRET_KEY)."
    )


def _allow_sockets(vehicles: int) -> None:
    """Raise the limit of open files as far as may be; beyond it connections fail by name and are tried again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = vehicles + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        enough = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


async def _run_visibly(replay: Playing, stop: asyncio.Event, *, show: bool) -> None:
    console = Console(stderr=True)
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
