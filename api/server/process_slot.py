"""The place of one process: who has it, who takes it next, and what happens when it is empty."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from api.process.process_roles import ProcessRole
from api.server.child_process import ChildProcess

log = structlog.get_logger(__name__)

# Who ends sooner than this after the start is not restarted at once again.
HEALTHY_AFTER_S = 30.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0

Starting = Callable[[ProcessRole, bool], Awaitable[ChildProcess]]
"""Starts a process for a part; the flag says whether it migrates the database first."""


class ProcessSlot:
    """Keeps one process running."""

    def __init__(self, part: ProcessRole, start: Starting) -> None:
        self.part = part
        self.up = asyncio.Event()
        """Set once the place was filled for the first time."""
        self.failures = 0
        """Starts in a row that led to nothing."""
        self._start = start
        self._child: ChildProcess | None = None
        self._changing = asyncio.Lock()
        self._quick_ends = 0

    @property
    def is_up(self) -> bool:
        """Whether somebody has the place and is ready."""
        return self._child is not None and self._child.is_up

    async def keep(self, failed: Callable[["ProcessSlot"], None]) -> None:
        """Fill the place, and again whenever it falls empty, for ever.

        ``failed`` hears of every start that led to nothing; what it raises ends this.
        """
        while True:
            child = self._child
            if child is not None:
                code = await child.ended()
                if self._child is not child:
                    continue  # replaced, and ended in order
                self._note_end(child, code)
            await asyncio.sleep(self._pause_s())
            async with self._changing:
                if self._child is child and not await self._fill(migrates=False):
                    self._quick_ends += 1
                    failed(self)

    async def replace(self) -> bool:
        """Put another process here: the new one answers before the old one is told to stop.

        False where the new one does not come up; then the old one goes on.
        """
        async with self._changing:
            old = self._child
            if not await self._fill(migrates=self.part.does_upkeep):
                self.failures = 0  # of those who tried to take the place, not of the one who has it
                return False
            self._quick_ends = 0
            if old is not None:
                await old.stop()
            return True

    async def _fill(self, *, migrates: bool) -> bool:
        try:
            child = await self._start(self.part, migrates)
            ready = await child.is_ready()
        except OSError:
            log.exception("cannot be started", child=self.part.name)
            ready = False
        if not ready:
            self.failures += 1
            return False
        self._child = child
        self.failures = 0
        self.up.set()
        log.info("up", child=child.name, child_pid=child.pid)
        return True

    def _note_end(self, child: ChildProcess, code: int) -> None:
        if self.failures:  # the same end as before: nobody has had the place since
            return
        lived_s = 0.0 if child.ready_at is None else time.monotonic() - child.ready_at
        self._quick_ends = 0 if lived_s > HEALTHY_AFTER_S else self._quick_ends + 1
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        log.error("ended unasked, is restarted", child=child.name, child_pid=child.pid, how=how)

    def _pause_s(self) -> float:
        return min(FIRST_PAUSE_S * 2 ** (self._quick_ends - 1), LONGEST_PAUSE_S) if self._quick_ends else 0.0
