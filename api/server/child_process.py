"""One process that the supervisor has started."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import structlog
from prometheus_client.multiprocess import mark_process_dead

from api.server.start_message import StartMessage, encode_start_message
from api.server.worker_messages import READY, SILENT_AFTER_S, START_WITHIN_S, STOP_WITHIN_S

log = structlog.get_logger(__name__)


class ChildProcess:
    """A started process; ``start`` makes one."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, metrics: Path) -> None:
        self.name = name
        self.ready_at: float | None = None
        """When it said that it is ready, by the monotonic clock."""
        self._process = process
        self._metrics = metrics
        self._ready = asyncio.Event()
        self._ending = asyncio.create_task(self._listen(), name=f"{name} {process.pid}")

    @classmethod
    async def start(cls, start_message: StartMessage, environment: Mapping[str, str], metrics: Path) -> "ChildProcess":
        """In a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api.server.worker", start_message.name),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
            pass_fds=[one for one in (start_message.listener, start_message.metrics_listener) if one is not None],
            start_new_session=True,
        )
        if process.stdin is not None:
            with contextlib.suppress(OSError):  # it ended at once, which `ended` tells
                process.stdin.write(encode_start_message(start_message))
                await process.stdin.drain()
        return cls(start_message.name, process, metrics)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_up(self) -> bool:
        """Whether it has said that it is ready, and has not ended since."""
        return self._ready.is_set() and not self._ending.done()

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left of it."""
        return self._ending.done()

    async def is_ready(self) -> bool:
        """Wait until it is ready; False where it ended first or took too long, then it is gone."""
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({ready, self._ending}, timeout=START_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self.is_up:
            return True
        if not self._ending.done():
            log.error("not ready in time, ended", child=self.name, child_pid=self.pid, after_s=START_WITHIN_S)
            await self.stop(within_s=0)
        return False

    async def ended(self) -> int:
        """Wait until it has ended; its exit code, minus the signal's number after a signal."""
        return await asyncio.shield(self._ending)

    async def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """Let it end in order; kill it where that takes too long."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.ended()
        if not self._ending.done():
            if within_s:
                log.error("did not stop in time, killed", child=self.name, child_pid=self.pid, after_s=within_s)
            self._kill()
            await self.ended()

    async def _listen(self) -> int:
        """Hear what it says until it says no more."""
        words = self._process.stdout
        while words is not None and (word := await self._next_word(words)):
            if word == READY:
                self.ready_at = time.monotonic()
                self._ready.set()
        code = await self._process.wait()
        with contextlib.suppress(OSError):  # its gauges end with it; its counters count on
            mark_process_dead(self.pid, os.fspath(self._metrics))  # type: ignore[no-untyped-call]
        return code

    async def _next_word(self, words: asyncio.StreamReader) -> bytes:
        """Empty at the end; one that fell silent is ended for it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SILENT_AFTER_S if self._ready.is_set() else None):
                return await words.readline()
        log.error("silent, killed", child=self.name, child_pid=self.pid, after_s=SILENT_AFTER_S)
        self._kill()
        return b""

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
