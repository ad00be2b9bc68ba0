"""Bulk assignments in a process of their own: implements the BulkSolver port.

Preparing and packing a city holds Python's global lock. In a thread it would hold up every ping and watcher of this
server again and again, for as long as a city takes.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import structlog

from dispatch.assignments.solving import BulkProblem
from dispatch.errors import Unavailable
from scoring import Plan

log = structlog.get_logger(__name__)

# Solved in a thread within a few milliseconds, sooner than another process has heard of it.
SMALL = 2_000
PARENT_POLL_S = 1.0


class ProcessSolver:
    """One process, started with the first large problem and kept."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def solve(self, problem: BulkProblem) -> Plan:
        """Raises Unavailable where the process dies over it."""
        if problem.pairs <= SMALL:
            return await asyncio.to_thread(problem.solve)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _settle_in, (os.getpid(),))
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, problem.solve)
        except BrokenProcessPool:
            log.exception("the solver process died")
            self._pool = None
            raise Unavailable(
                "The assignment could not be computed just now. Nothing was changed; try again."
            ) from None

    def close(self) -> None:
        """End the process; what it works on is given up."""
        if self._pool is not None:
            # No public way before Python 3.14, and a shutdown alone waits for a whole city.
            processes = list(getattr(self._pool, "_processes", {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
            self._pool = None


def _settle_in(parent: int) -> None:
    """In the new process: leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_S)
    os._exit(0)
