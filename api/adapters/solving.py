"""Bulk assignments in processes of their own: implements the BulkSolver port.

Preparing and packing a city holds Python's global lock. In a thread it would hold up every ping and watcher of this
server again and again, for as long as a city takes; loading the compiler would even for a handful of deliveries.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import structlog

from api.monitoring import counters
from dispatch.assignments.solving import BulkProblem
from dispatch.errors import Unavailable
from scoring import Plan
from scoring.__main__ import main as solve_something

log = structlog.get_logger(__name__)

# Two, so that a few deliveries need not wait for a whole city; the second starts when the first is busy.
PROCESSES = 2
PARENT_POLL_S = 1.0


class ProcessSolver:
    """Processes that start when they are needed, or a little before, and are kept.

    ``is_timed``: whether a search ends where its time is up, as it must where somebody waits for the answer.
    """

    def __init__(self, *, is_timed: bool = True) -> None:
        self._is_timed = is_timed
        self._pool: ProcessPoolExecutor | None = None

    def begin(self) -> None:
        """Start a process if there is none: the first problem need not wait the second that it takes."""
        if self._pool is None:
            self._started().submit(os.getpid)

    async def solve(self, problem: BulkProblem) -> Plan:
        """Raises Unavailable where the process dies over it."""
        pool = self._started()
        begun_s = time.monotonic()
        if not self._is_timed:
            problem = replace(problem, time_limit_s=None)
        try:
            plan = await asyncio.get_running_loop().run_in_executor(pool, problem.solve)
        except BrokenProcessPool:
            counters.solver_runs.labels("died").inc()
            log.exception("the solver process died")
            if self._pool is pool:  # else somebody began anew already
                self._pool = None
            raise Unavailable(
                "The assignment could not be computed just now. Nothing was changed; try again."
            ) from None
        counters.solver_runs.labels("solved").inc()
        counters.solver_seconds.observe(time.monotonic() - begun_s)
        return plan

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(PROCESSES, context, _settle_in, (os.getpid(),))
        return self._pool

    def close(self) -> None:
        """End the processes; what they work on is given up."""
        if self._pool is not None:
            # No public way before Python 3.14, and a shutdown alone waits for a whole city.
            processes = list(getattr(self._pool, "_processes", {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
            self._pool = None


def _settle_in(parent: int) -> None:
    """In the new process: leave Ctrl-C to the parent, do not outlive it, and load what is compiled.

    Loading takes most of a second of CPU, a plan for a handful milliseconds. On a busy machine a problem that comes to
    a process which has loaded nothing yet would spend all of its time on that, and end without its proof.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    solve_something()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_S)
    os._exit(0)
