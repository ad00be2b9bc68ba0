"""Commands about kept decisions."""

from pathlib import Path
from typing import Any

import click

from api.cli.numbers import Weights
from api.cli.running import read_settings, run

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("replay-decisions")
@click.option("--from", "since", help="A date in Nepal, or a time as ISO 8601. Default: seven days before --to.")
@click.option("--to", "until", help="The same; a date is meant with its whole day. Default: now.")
@click.option(
    "--weights",
    type=Weights(),
    help="Of distance, rating, capacity and workload, such as 2,1,1,1. Default: those of each decision.",
)
@click.option("--zone", help="Its number or name: only deliveries that are picked up there are counted.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--chart", type=FILE, help="Draw the days as an SVG.")
@click.option("--changes", type=FILE, help="Write each delivery that somebody else would have had as CSV.")
def replay_decisions(**wanted: Any) -> None:  # noqa: ANN401  # as click read them
    """Make the decisions of past days again, under other weights or the present scoring, and compare.

    Everybody who was online is looked at as they were kept. Each decision is made by itself: what it would have changed
    for those after it is not followed. Nothing is written into the database, and a server may be at work on it.
    """
    from api.cli.replay_decisions import Wanted
    from api.cli.replay_decisions import replay_decisions as replay

    run(replay(read_settings(), Wanted(**wanted)))
