"""Bulk assignments are computed beside the server, not in it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import numpy as np
import psutil
import pytest

from api.adapters.solving import ProcessSolver
from dispatch.assignments.solving import BulkProblem
from dispatch.errors import Unavailable
from scoring import Deliveries, Transporters


@pytest.fixture
async def solver() -> AsyncIterator[ProcessSolver]:
    made = ProcessSolver()
    yield made
    made.close()


def _problem(size: int) -> BulkProblem:
    draw = np.random.default_rng(7)
    return BulkProblem(
        Deliveries(27.7 + draw.normal(0, 0.03, size), 85.3 + draw.normal(0, 0.03, size), draw.uniform(0.5, 5, size)),
        Transporters(
            27.7 + draw.normal(0, 0.03, size),
            85.3 + draw.normal(0, 0.03, size),
            draw.uniform(3, 5, size),
            draw.uniform(5, 50, size),
            np.zeros(size, dtype=np.int64),
            np.full(size, 3),
        ),
        radius_m=20_000,
        time_limit_s=10,
    )


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "multiprocessing.spawn" in _command(child)]


def _command(child: psutil.Process) -> str:
    try:
        return " ".join(child.cmdline())
    except psutil.Error:  # it has just ended
        return ""


async def test_a_problem_is_solved_in_another_process_with_the_same_plan(solver: ProcessSolver) -> None:
    problem = _problem(120)
    before = {child.pid for child in _children()}
    plan = await solver.solve(problem)
    assert {child.pid for child in _children()} - before
    here = problem.solve()
    assert plan.total == here.total
    assert plan.transporter.tolist() == here.transporter.tolist()


def test_the_server_itself_never_loads_the_compiler() -> None:
    program = """
import asyncio, sys
from api.adapters.solving import ProcessSolver
from tests.assignments.test_solver_process import _problem
solver = ProcessSolver()
solver.begin()
print(asyncio.run(solver.solve(_problem(3))).certified, "numba" in sys.modules)
solver.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["True", "False"]


async def test_a_process_begun_early_solves_the_first_problem(solver: ProcessSolver) -> None:
    before = {child.pid for child in _children()}
    solver.begin()
    solver.begin()
    [pid] = {child.pid for child in _children()} - before
    assert (await solver.solve(_problem(10))).certified
    assert pid in {child.pid for child in _children()}


async def test_a_few_deliveries_do_not_wait_for_a_city(solver: ProcessSolver) -> None:
    order: list[str] = []

    async def solve(name: str, size: int) -> None:
        await solver.solve(_problem(size))
        order.append(name)

    await asyncio.gather(solver.solve(_problem(1_000)), solver.solve(_problem(1_000)))
    await asyncio.gather(solve("city", 4_000), solve("a few", 5))
    assert order == ["a few", "city"]


async def test_when_the_process_dies_the_caller_is_told_and_the_next_problem_is_solved(solver: ProcessSolver) -> None:
    before = {child.pid for child in _children()}
    await solver.solve(_problem(60))
    solving = asyncio.create_task(solver.solve(_problem(3_000)))
    await asyncio.sleep(0)  # the problem is handed over
    for pid in {child.pid for child in _children()} - before:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(Unavailable):
        await solving
    assert (await solver.solve(_problem(60))).total > 0
