"""``dispatch simulate``."""

import asyncio
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from api.server.logs import configure_logs
from api.server.serving import stopped_by_signals
from api.simulation.days.charts import draw_charts
from api.simulation.days.day import Day
from api.simulation.days.drawing import Draw
from api.simulation.days.figures import DayFigures, figures_of
from api.simulation.days.policies import POLICIES, Policy
from api.simulation.days.reading import read_day
from api.simulation.days.report import print_report, report
from api.simulation.days.run import run_day
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.settings import Settings

INTERRUPTED = 130


def policies_of(names: Sequence[str]) -> list[Policy]:
    """Those of these names, in our order; all where none is named. Raises CommandError."""
    there_are = [policy.name for policy in POLICIES]
    unknown = [name for name in names if name not in there_are]
    if unknown:
        raise CommandError(f"There is no policy {', '.join(unknown)}; there are {', '.join(there_are)}.")
    return [policy for policy in POLICIES if not names or policy.name in names]


async def simulate_day(
    settings: Settings,
    path: Path,
    *,
    instance: str | None,
    schedule: str | None,
    names: Sequence[str],
    seed: int,
    acceptance: float,
    begin: float,
    orders: int | None,
    hours: float | None,
    couriers: int | None,
    json_file: str | None,
    chart_file: Path | None,
) -> int:
    """Run the day once for each policy and print what came of it.

    The exit code is 0; 1 where a phone did not hear of what it was given; 130 after Ctrl-C, with the policies that were
    done. Raises CommandError.
    """
    policies = policies_of(names)
    whole = await asyncio.to_thread(read_day, path, instance=instance, schedule=schedule)
    day = whole.cut(begin=begin, orders=orders, hours=hours, couriers=couriers)
    for file in (chart_file, None if json_file in {None, "-"} else Path(str(json_file))):
        if file is not None and not file.parent.is_dir():
            raise CommandError(f"{file} cannot be written: there is no folder {file.parent}.")
    configure_logs(settings.model_copy(update={"log_level": "ERROR"}))
    found, stopped = await _run_all(settings, day, Draw(seed, day, acceptance), policies)
    if found:
        result = json.dumps(report(day, seed, acceptance, found), indent=2)
        if json_file == "-":
            sys.stdout.write(result + "\n")
        else:
            print_report(make_console(), day, seed, acceptance, found)
        if json_file not in {None, "-"}:
            await asyncio.to_thread(Path(str(json_file)).write_text, result + "\n", "utf-8")
        if chart_file is not None:
            await asyncio.to_thread(chart_file.write_text, draw_charts(day, seed, found), "utf-8")
    if stopped:
        return INTERRUPTED
    return int(any(one.unheard for one in found))


def _show(progress: Progress, task: TaskID, share: float, delivered: int) -> None:
    progress.update(task, completed=share, delivered=delivered)


async def _run_all(
    settings: Settings, day: Day, draw: Draw, policies: Sequence[Policy]
) -> tuple[list[DayFigures], bool]:
    """The figures of each, and whether it was stopped before all were done."""
    stop = asyncio.Event()
    found: list[DayFigures] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[delivered]:,} delivered"),
        TimeElapsedColumn(),
    )
    with stopped_by_signals(stop), Progress(*columns, console=make_console(stderr=True)) as progress:
        for policy in policies:
            task = progress.add_task(policy.name, total=1.0, delivered=0)

            running = asyncio.create_task(run_day(settings, day, draw, policy, partial(_show, progress, task)))
            told = asyncio.create_task(stop.wait())
            await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not running.done():
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                return found, True
            found.append(figures_of(running.result(), day))
            progress.update(task, completed=1.0, delivered=found[-1].delivered)
    return found, False
