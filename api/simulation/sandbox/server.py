"""The gateway's own server: a socket, an application, and a file that says where it listens."""

import asyncio
import contextlib
import errno
import json
import os
import socket
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.process.private_files import private_folder, write_privately
from api.simulation.sandbox.app import DEFAULT_SECRET_KEY, DEFAULT_TTL_S, create_app


class PortBusyError(Exception):
    """The address cannot be listened at; the text is one line for people."""


class _Protocol(HttpToolsProtocol):
    """Hands its connection to the application, which must be able to cut it for the ``drop`` fault."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "sandbox_transport": transport}
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """Tells when it listens, and leaves signals to whoever started it."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    state: Path | None = None,
    port_file: Path | None = None,
    secret_key: str = DEFAULT_SECRET_KEY,
    ttl_s: int = DEFAULT_TTL_S,
    public_url: str | None = None,
    stop: asyncio.Event | None = None,
    on_listening: Callable[[str], Any] | None = None,
) -> None:
    """Serve until ``stop`` is set (or the task is cancelled).

    Port 0 takes a free one. Once it listens, ``port_file`` holds ``{"base_url", "pid"}`` and
    ``on_listening`` is called with the base URL, `http://host:port`. Raises PortBusyError, JournalError.
    """
    listener = _bind(host, port)
    with contextlib.closing(listener):
        shown = f"[{host}]" if ":" in host else host
        base_url = f"http://{shown}:{listener.getsockname()[1]}"

        def listening() -> None:
            if port_file is not None:
                _write_port_file(port_file, base_url)
            if on_listening is not None:
                on_listening(base_url)

        app = create_app(state=state, secret_key=secret_key, ttl_s=ttl_s, public_url=public_url)
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="on",
            log_config=None,
            # Request lines would put pidx and transaction ids into the log.
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            # Longer than clients keep a connection, or they send into one that is just closing.
            timeout_keep_alive=75,
        )
        server = _Server(config, listening)
        watcher = asyncio.create_task(_stop_when_set(server, stop)) if stop else None
        try:
            await server.serve(sockets=[listener])
        finally:
            if watcher is not None:
                watcher.cancel()


async def _stop_when_set(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True


def _bind(host: str, port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's delay off only where it is; otherwise every
    # answer, written as head and body, would wait 40 ms for the client's acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # Listening here and not later: SO_REUSEADDR lets two sockets bind, but not two listen.
        listener.listen(512)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusyError(f"port {port} on {host} is in use; choose another with --port") from None
        raise PortBusyError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    return listener


def _write_port_file(path: Path, base_url: str) -> None:
    """Write it whole or not at all: whoever waits for the file must never read half of it."""
    private_folder(path.parent)
    write_privately(path, json.dumps({"base_url": base_url, "pid": os.getpid()}).encode())
