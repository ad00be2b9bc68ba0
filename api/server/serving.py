"""One server process: socket, backing services, migrations, application."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import uvicorn

from api.http.middleware.security_headers import protective_headers
from api.process.process_roles import WHOLE, ProcessRole
from api.server.app import create_asgi_app
from api.server.backing_services import backing
from api.server.http import HttpProtocol
from api.server.idle_connections import IdleConnections
from api.server.metrics_port import metrics_answering
from api.server.production import require_production
from api.server.services import Services, build_services
from api.server.store_checks import ready_stores
from api.server.uvicorn_server import UvicornServer
from api.sockets.websocket_protocol import WebSocketProtocol
from dispatch.errors import OperatorError
from dispatch.ports import Clock
from dispatch.settings import Settings

STOP_WITHIN_S = 10
# Of that, the part in which clients are closed in waves; the rest is for requests that are being answered.
CLOSE_CLIENTS_WITHIN_S = 6.0
TAKE_LEAVE_WITHIN_S = 3.0
# A connection that was accepted just before is closed without an answer where its first request is not here by then.
FIRST_REQUEST_WITHIN_S = 0.25


class ServeError(OperatorError):
    """The server cannot start; the text says why and what to do."""


@contextlib.contextmanager
def optionally_closing(listener: socket.socket | None) -> Generator[socket.socket | None, None, None]:
    """Close it at the end, where there is one."""
    try:
        yield listener
    finally:
        if listener is not None:
            listener.close()


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers."""

    settings: Settings
    services: Services
    stop: asyncio.Event
    """Set it and the server ends."""


def bind(settings: Settings) -> tuple[socket.socket, Settings]:
    """Take the port before anything is started, so that a busy one costs nothing. Raises ServeError."""
    listener = _bound(settings.host, settings.port, "DISPATCH")
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: accepted sockets inherit it
        # Cuts off who does not read what we sent, whatever it was; the kernel does it even where we wait in send.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(settings.send_timeout_s * 3000))
    listener.listen(2048)
    return listener, settings.model_copy(update={"port": listener.getsockname()[1]})


def bind_metrics(settings: Settings) -> socket.socket | None:
    """Take the port of the metrics, where they have one. Raises ServeError."""
    if settings.metrics_port is None:
        return None
    listener = _bound(settings.metrics_host, settings.metrics_port, "DISPATCH_METRICS")
    listener.listen(16)
    return listener


def _bound(host: str, port: int, variable: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, or asyncio does not know that it may switch off Nagle's delay, and every answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ServeError(
                f"Port {port} on {host} is in use by another program. "
                f"Stop that one, or choose another port: {variable}_PORT={port + 1}."
            ) from None
        raise ServeError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Set {variable}_HOST and {variable}_PORT."
        ) from None
    return listener


@asynccontextmanager
async def serving(
    settings: Settings, *, clock: Clock | None = None, part: ProcessRole = WHOLE
) -> AsyncIterator[RunningServer]:
    """Start everything; the body runs while the server answers; leaving stops everything in order.

    Raises OperatorError where it cannot start.
    """
    require_production(settings)
    listener, settings = bind(settings)
    with contextlib.closing(listener), optionally_closing(bind_metrics(settings)) as metrics:
        async with backing(settings) as addresses:
            services = build_services(settings, addresses, clock=clock, part=part)
            await ready_stores(services.database, addresses.redis_url, settings.zone)
            async with answering(listener, services) as stop, metrics_answering(metrics, services):
                yield RunningServer(settings, services, stop)


@asynccontextmanager
async def answering(listener: socket.socket, services: Services) -> AsyncIterator[asyncio.Event]:
    """Answer on a bound socket while the body runs, or until the event is set; leaving drains. Raises ServeError."""
    server = UvicornServer(_uvicorn_config(services.settings, services))
    stop = asyncio.Event()
    running = asyncio.create_task(server.serve(sockets=[listener]), name="server")
    stopping = asyncio.create_task(_stop_when_told(server, services, stop), name="stop")
    try:
        await _started(server, running)
        yield stop
    finally:
        stop.set()
        await asyncio.gather(stopping, return_exceptions=True)
        await asyncio.gather(running, return_exceptions=True)


async def _started(server: uvicorn.Server, running: asyncio.Task[None]) -> None:
    while not server.started:
        if running.done():
            running.result()
            raise ServeError("The server ended while it started; the log above says why.")
        await asyncio.sleep(0.01)


async def _stop_when_told(server: uvicorn.Server, services: Services, stop: asyncio.Event) -> None:
    """Take no more connections, then close the open sockets in our own order, and only then let uvicorn stop.

    uvicorn closes all sockets at once and before the application hears of it, so acks would be lost on the way and
    every client would be back in the same moment.
    """
    await stop.wait()
    try:
        for listening in getattr(server, "servers", []):
            listening.close()
        drained = services.sockets.sessions.drain(CLOSE_CLIENTS_WITHIN_S)
        await asyncio.gather(drained, asyncio.sleep(FIRST_REQUEST_WITHIN_S))
        await _taken_leave(server)
    finally:
        server.should_exit = True


async def _taken_leave(server: uvicorn.Server) -> None:
    """Let clients answer the close: cutting off one that is still sending would lose the word that it should return."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TAKE_LEAVE_WITHIN_S):
            while any(isinstance(open_one, WebSocketProtocol) for open_one in server.server_state.connections):  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # uvicorn tells nobody when a connection goes


def _uvicorn_config(settings: Settings, services: Services) -> uvicorn.Config:
    return uvicorn.Config(
        create_asgi_app(services),
        loop="none",  # the loop runs already
        http=partial(HttpProtocol, IdleConnections.of(settings), protective_headers(settings)),  # type: ignore[arg-type]  # all that uvicorn does is to call it
        ws=WebSocketProtocol,
        ws_max_size=settings.ws_max_bytes,
        ws_per_message_deflate=False,  # 50 KiB a connection, for frames of 100 bytes
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        access_log=False,
        timeout_keep_alive=settings.keep_alive_s,  # type: ignore[arg-type]  # uvicorn only hands it to the loop
        forwarded_allow_ips=list(settings.trusted_proxies),
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        lifespan="on",
    )


@contextlib.contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Generator[None, None, None]:
    """Ctrl-C, SIGTERM and a closed terminal set ``stop``; a second Ctrl-C is for those who cannot wait."""
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, told)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
