"""Bulk assignments are computed beside the server, not in it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from api.adapters.solving import ProcessSolver
from dispatch.assignments.solving import LEAST_S
from dispatch.errors import Unavailable
from tests.assignments.problems import held_problem_of, is_compiled_code_loaded, problem_of


@pytest.fixture
async def solver() -> AsyncIterator[ProcessSolver]:
    made = ProcessSolver()
    yield made
    made.close()


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "multiprocessing.spawn" in _command(child)]


def _command(child: psutil.Process) -> str:
    try:
        return " ".join(child.cmdline())
    except psutil.Error:  # it has just ended
        return ""


async def test_a_problem_is_solved_in_another_process_with_the_same_plan(solver: ProcessSolver) -> None:
    problem = problem_of(120, time_limit_s=1000)  # a plan that is cut short on a busy machine would be another one
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
from tests.assignments.test_solver_process import problem_of
solver = ProcessSolver()
solver.begin()
print(asyncio.run(solver.solve(problem_of(3))).certified, "numba" in sys.modules)
solver.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["True", "False"]


async def test_a_process_begun_early_solves_the_firstproblem_of(solver: ProcessSolver) -> None:
    before = {child.pid for child in _children()}
    solver.begin()
    solver.begin()
    [pid] = {child.pid for child in _children()} - before
    assert (await solver.solve(problem_of(10, time_limit_s=1000))).certified
    assert pid in {child.pid for child in _children()}


async def test_a_process_has_loaded_what_is_compiled_before_the_time_of_its_first_problem_runs(
    solver: ProcessSolver,
) -> None:
    assert await asyncio.get_running_loop().run_in_executor(solver._started(), is_compiled_code_loaded)


async def test_a_few_deliveries_do_not_wait_for_a_city(solver: ProcessSolver, tmp_path: Path) -> None:
    city = asyncio.create_task(solver.solve(held_problem_of(1_000, until=tmp_path / "solve now")))
    await asyncio.sleep(0)  # the city is handed over first
    assert (await solver.solve(problem_of(5, time_limit_s=1000))).certified
    assert not city.done()
    (tmp_path / "solve now").touch()
    assert (await city).certified


async def test_when_the_process_dies_the_caller_is_told_and_the_next_problem_is_solved(solver: ProcessSolver) -> None:
    before = {child.pid for child in _children()}
    await solver.solve(problem_of(60))
    solving = asyncio.create_task(solver.solve(problem_of(3_000)))
    await asyncio.sleep(0)  # the problem is handed over
    for pid in {child.pid for child in _children()} - before:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(Unavailable):
        await solving
    assert (await solver.solve(problem_of(60))).total > 0


def test_the_time_of_a_problem_runs_from_when_it_is_asked_wherever_it_waits() -> None:
    fresh = problem_of(3, time_limit_s=1000)
    waited = replace(fresh, asked_at=fresh.asked_at - 900)
    too_late = replace(fresh, asked_at=fresh.asked_at - 5000)
    left_s = [one.left_s() or 0.0 for one in (waited, fresh)]
    assert LEAST_S < left_s[0] <= 100 < left_s[1] <= 1000
    assert too_late.left_s() == LEAST_S
    assert too_late.solve().certified
    assert replace(too_late, time_limit_s=None).left_s() is None


async def test_a_solver_that_is_not_timed_ends_with_the_proof_however_late_it_comes_to_a_problem() -> None:
    patient = ProcessSolver(is_timed=False)
    late = problem_of(2_000, time_limit_s=0)
    try:
        assert (await patient.solve(replace(late, asked_at=late.asked_at - 5000))).certified
    finally:
        patient.close()
