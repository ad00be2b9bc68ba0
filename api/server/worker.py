"""A process of a server with workers: ``python -m api.server.worker NAME``, started by the supervisor alone.

Standard input is a pipe from the supervisor: the start message as its first line, and its end when the supervisor is
gone, however it went. On standard output this process says that it answers, and then that it is alive.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import structlog
import uvloop

from api.embedded.launch import die_with_parent
from api.process.private_files import keep_new_files_private
from api.server.garbage_collection import shorten_collections
from api.server.lifecycle import running
from api.server.logs import configure_logs
from api.server.metrics_port import metrics_answering
from api.server.services import Services, build_services
from api.server.serving import answering, optionally_closing, stopped_by_signals
from api.server.start_message import StartMessage, decode_start_message
from api.server.startup_errors import reason_of
from api.server.store_checks import ready_stores
from api.server.worker_messages import ALIVE, ALIVE_EVERY_S, READY, STOP_WITHIN_S

log = structlog.get_logger(__name__)

# The history gives way to live traffic where the machine is full: what it moves is safe in Redis' log and may wait,
# while phones wait for acks and people for positions.
UPKEEP_NICENESS = 10
EXIT_UNUSABLE = 2


def main() -> None:
    """Read the start message and work until told to stop, or until the supervisor is gone."""
    keep_new_files_private()
    told, words = _take_pipes()
    line = told.readline()
    if not line:
        sys.exit("nobody is there to say what to do: workers are started by `dispatch serve --workers N`")
    start_message = decode_start_message(line)
    # Sooner than the end of the pipe, where the system offers it.
    die_with_parent(signal.SIGTERM, start_message.parent)
    configure_logs(start_message.read_settings(), process=start_message.name, pid=os.getpid())
    try:
        uvloop.run(_work(start_message, told, words))
    except Exception as error:
        reason = reason_of(error)
        if reason is None:
            raise
        log.error("cannot start", reason=reason)  # noqa: TRY400  # the text says it all
        sys.exit(EXIT_UNUSABLE)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the supervisor's pipes to ourselves: what is printed goes to the log, and nothing reads what is ours."""
    told, words = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  # a device
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return told, words


async def _work(start_message: StartMessage, told: BinaryIO, words: BinaryIO) -> None:
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        _stop_without_parent(told, stop)
        async with _part(start_message):
            shorten_collections()
            speaking = asyncio.create_task(_speak(words), name="alive")
            try:
                await stop.wait()
            finally:
                speaking.cancel()


@asynccontextmanager
async def _part(start_message: StartMessage) -> AsyncIterator[None]:
    services = build_services(start_message.read_settings(), start_message.addresses, part=start_message.part)
    if start_message.migrates:
        await ready_stores(services.database, start_message.addresses.redis_url, services.settings.zone)
    working = (
        _steward(services, start_message.metrics_listener)
        if start_message.listener is None
        else _worker(start_message.listener, services)
    )
    async with working:
        yield


@asynccontextmanager
async def _steward(services: Services, number: int | None) -> AsyncIterator[None]:
    _give_way()
    with optionally_closing(None if number is None else _inherited(number)) as listener:
        async with running(services), metrics_answering(listener, services):
            yield


def _give_way() -> None:
    """Linux shares out the processor among sessions first, where that is on, and each process has one of its own."""
    os.nice(UPKEEP_NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(UPKEEP_NICENESS))


@asynccontextmanager
async def _worker(number: int, services: Services) -> AsyncIterator[None]:
    with contextlib.closing(_inherited(number)) as listener:
        async with answering(listener, services):
            yield


def _inherited(number: int) -> socket.socket:
    """Named TCP, as in `bind`: not every system can be asked for it."""
    inherited = socket.socket(fileno=number)
    return socket.socket(inherited.family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=inherited.detach())


async def _speak(words: BinaryIO) -> None:
    """From the event loop, so that a process whose loop stands still falls silent."""
    with contextlib.suppress(OSError):  # the supervisor is gone, which another notices
        words.write(READY)
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            words.write(ALIVE)


def _stop_without_parent(told: BinaryIO, stop: asyncio.Event) -> None:
    """When the pipe ends, stop in order; and end all the same where that takes too long."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        told.read()
        with contextlib.suppress(RuntimeError):  # the loop is closed: we are ending anyway
            loop.call_soon_threadsafe(stop.set)
        time.sleep(STOP_WITHIN_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    main()
