"""``dispatch replay-decisions``: past decisions made again under other weights, beside a server at work."""

import asyncio
import csv
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.cli.context import reading
from api.cli.decisions_chart import chart_of
from api.cli.decisions_table import print_comparison
from api.http.query_times import end_of, start_of
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.assignments.recomputing.comparing import Change, Comparing
from dispatch.assignments.recomputing.deciding import CannotRecompute, decide_again
from dispatch.assignments.recomputing.reading import DecisionReader, Period
from dispatch.assignments.recomputing.report import report_of
from dispatch.assignments.solving import Weights
from dispatch.clock import SystemClock
from dispatch.database.engine import Database
from dispatch.decisions.models import Decision
from dispatch.errors import Invalid
from dispatch.settings import Settings
from dispatch.zones.kept import KeptZones, ZoneMap

DEFAULT_DAYS = 7
CHANGES_NAMED = 1_000
"""So many changes stand in the report; `--changes` has all of them."""
LEAST_URGENT = 19
COLUMNS = ("decision_id", "made_at", "delivery_id", "before", "after")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, as the options say it."""

    since: str | None
    until: str | None
    weights: Weights | None
    zone: str | None
    as_json: bool
    chart: Path | None
    changes: Path | None


async def replay_decisions(settings: Settings, wanted: Wanted) -> None:
    """Make the decisions of a period again and report. Raises CommandError and Invalid for options that cannot be."""
    period = _period(wanted)
    for file in (wanted.chart, wanted.changes):
        _check_writable(file)
    os.nice(LEAST_URGENT)  # a server on this machine comes first
    async with reading(settings) as database:
        zones, zone_id = await _zone(database, wanted.zone)
        comparing = Comparing(road_factor=settings.road_factor, zones=zones, zone_id=zone_id)
        with _changes_file(wanted.changes) as lines:
            named = await _run(DecisionReader(database, period), comparing, wanted.weights, lines)
    report = report_of(comparing.found) | {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "weights": None if wanted.weights is None else list(wanted.weights),
        "zone": wanted.zone,
        "changes": [_row(change) for change in named],
    }
    if wanted.chart is not None:
        wanted.chart.write_text(chart_of(report))
    if wanted.as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        print_comparison(make_console(), report)


async def _run(
    reader: DecisionReader, comparing: Comparing, weights: Weights | None, file: TextIO | None
) -> list[Change]:
    """The first of the changes; all of them go into the file."""
    named: list[Change] = []
    writer = None if file is None else csv.DictWriter(file, COLUMNS)
    if writer is not None:
        writer.writeheader()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=make_console(stderr=True)) as progress:
        task = progress.add_task("decisions", total=await reader.count())
        async for portion in reader.portions():
            for decision in portion.decisions:
                tried = weights or _kept(decision)
                try:
                    made = await asyncio.to_thread(decide_again, decision, tried)
                except CannotRecompute as error:
                    comparing.skip(error.why)
                else:
                    changes = comparing.add(decision, made, tried, portion)
                    named += changes[: CHANGES_NAMED - len(named)]
                    if writer is not None:
                        writer.writerows(_row(change) for change in changes)
                progress.advance(task)
    return named


def _kept(decision: Decision) -> Weights:
    distance, rating, capacity, workload = decision.weights
    return distance, rating, capacity, workload


def _period(wanted: Wanted) -> Period:
    """Raises Invalid, with every option that is wrong, and CommandError."""
    problems: dict[str, str] = {}
    found = []
    for text, name, bound in ((wanted.since, "--from", start_of), (wanted.until, "--to", end_of)):
        try:
            found.append(bound(text, name))
        except Invalid as error:
            problems |= error.fields
            found.append(None)
    if problems:
        raise Invalid("Some options are missing or wrong.", fields=problems)
    until = found[1] or SystemClock().now()
    since = found[0] or until - timedelta(days=DEFAULT_DAYS)
    if since >= until:
        raise CommandError(f"--from must lie before --to, and {since.isoformat()} does not before {until.isoformat()}.")
    return Period(since, until)


async def _zone(database: Database, name: str | None) -> tuple[ZoneMap | None, int | None]:
    """Its number, by that or by its name. Raises CommandError with those that there are."""
    if name is None:
        return None, None
    zones = await KeptZones(database).read()
    for zone in zones.zones:
        if name in (zone.name, str(zone.id)):
            return zones, zone.id
    there = ", ".join(f"{zone.id} {zone.name}" for zone in zones.zones[:30]) or "none"
    raise CommandError(f"--zone: there is no zone {name!r}. There are: {there}.")


def _check_writable(file: Path | None) -> None:
    """Before hours of work and not after them."""
    if file is None:
        return
    try:
        with file.open("a"):
            pass
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from None


@contextmanager
def _changes_file(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    with path.open("w", newline="") as file:
        yield file


def _row(change: Change) -> dict[str, Any]:
    return {
        "decision_id": change.decision_id,
        "made_at": change.made_at.isoformat(),
        "delivery_id": change.delivery_id,
        "before": change.before,
        "after": change.after,
    }
