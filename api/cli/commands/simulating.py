"""Commands that play the outside world: demo, replayed traces, load, the sandbox gateway."""

from pathlib import Path
from typing import Any

import click

from api.cli.numbers import Number, Whole
from api.cli.running import configure_logs, read_settings, run


@click.command()
@click.option(
    "--faults",
    help="What goes wrong with the phones: gaps, duplicates, jumps, skew, silent, dying, with commas between, or all; "
    "with a share as in gaps=0.3,jumps=0.05. Default: nothing.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed brings the same faults.")
def demo(faults: str | None, seed: int) -> None:
    """Run the server with demo data and simulated transporters."""
    from api.simulation.demo.command import run_demo
    from api.simulation.demo.faults import FaultPlan, read_shares

    try:
        plan = FaultPlan(read_shares(faults) if faults is not None else {}, seed)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--faults") from error
    settings = read_settings()
    configure_logs(settings.model_copy(update={"log_level": "WARNING"}))
    run(run_demo(settings, plan))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--speed", default="1", show_default=True, help="Times real time, or `max`.")
@click.option("--url", help="The server. Default: the one of the settings.")
@click.option("--json", "as_json", is_flag=True, help="The summary for machines.")
@click.option(
    "--give-up-after",
    type=Number(min=0),
    default=60.0,
    show_default=True,
    help="Seconds the server may be away before the replay ends.",
)
@click.option(
    "--as",
    "way",
    type=click.Choice(["websocket", "osmand", "owntracks"]),
    default="websocket",
    show_default=True,
    help="As our app, or as Traccar Client and OsmAnd or OwnTracks would send it, a request a position.",
)
@click.option("--vehicle", help="The vehicle of a file that is one vehicle's and has no column for it.")
@click.option(
    "--time",
    "time_way",
    type=click.Choice(["s", "ms", "us", "ns", "excel", "ymd", "dmy", "mdy"]),
    help="How times are written, where the file leaves it open: what numbers count, or the order of dates.",
)
@click.option(
    "--most-bad",
    type=Number(0, 1),
    default=0.05,
    show_default=True,
    help="Share of rows that may be unusable; beyond it nothing is sent.",
)
def replay(file: str, speed: str, url: str | None, as_json: bool, give_up_after: float, way: str, **said: Any) -> None:  # noqa: ANN401
    """Stream a file of GPS traces through WebSockets, one connection a vehicle, or as phone apps send them.

    FILE is a GPX, or a CSV with a header that names a vehicle, a time, latitude and longitude; it may be gzipped, or
    - for standard input. What is not understood is counted and named with its line and reason. Replaying a file again
    sends only what is not stored yet.
    """
    from api.cli.replay import replay_file
    from api.simulation.replay.sending_protocols import SendingProtocol
    from api.simulation.replay.traces import reading

    replayed = replay_file(
        read_settings(),
        file,
        speed,
        url,
        way=SendingProtocol(way),
        as_json=as_json,
        give_up_after_s=give_up_after,
        said=reading(said["vehicle"], said["time_way"]),
        most_bad=said["most_bad"],
    )
    run(replayed)


@click.command()
@click.option("--url", help="The server. Default: the one of the settings.")
@click.option("--transporters", type=Whole(1, 10_000), default=100, show_default=True)
@click.option("--watchers", type=Whole(0, 20_000), default=100, show_default=True)
@click.option(
    "--rate",
    type=Number(0, 200_000, min_open=True),
    default=1_000.0,
    show_default=True,
    help="Pings a second, of all transporters together.",
)
@click.option("--seconds", type=Number(0, 3_600, min_open=True), default=30.0, show_default=True)
@click.option("--batch", type=Whole(), default=1, show_default=True, help="Pings a frame; 1 sends `ping` frames.")
@click.option(
    "--churn",
    type=Number(0, 60),
    default=0.0,
    show_default=True,
    help="Share of the connections that is lost and made again each minute.",
)
@click.option(
    "--sse", type=Number(0, 1), default=0.0, show_default=True, help="Share of the watchers without a socket."
)
@click.option("--json", "json_file", help="Write the report for machines to this file; - is standard output.")
@click.option("--yes-this-server-is-mine", "mine", is_flag=True, help="Allow a server that is not on this machine.")
@click.option(
    "--give-up-after",
    type=Number(min=0),
    default=10.0,
    show_default=True,
    help="Seconds the server may be away before everyone gives up.",
)
def load(url: str | None, json_file: str | None, mine: bool, give_up_after: float, **plan: Any) -> None:  # noqa: ANN401
    """Put a server under load, on schedule, and report how long acks and watchers take.

    Transporters, and parcels for the watchers, are made where they are missing and stay: use it on a server for
    tests. It needs the server's settings (DISPATCH_DATA_DIR, or its database, Redis and key).
    """
    from api.cli.load import put_under_load
    from api.simulation.load.plan import Plan

    run(
        put_under_load(
            read_settings(), url, Plan(**plan), json_file=json_file, mine=mine, give_up_after_s=give_up_after
        )
    )


@click.command()
@click.option(
    "--day",
    "path",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="A folder with orders, couriers, restaurants and instances as .csv or .csv.gz, or one of these files.",
)
@click.option("--instance", help="Which of the files' instances (column `seed`). Default: the first.")
@click.option("--schedule", help="Which of its couriers' schedules. Default: the first.")
@click.option(
    "--policy", "names", multiple=True, help="A way of dispatching; repeatable. Default: all, one after the other."
)
@click.option("--seed", type=Whole(), default=1, show_default=True, help="The same seed draws the same day.")
@click.option(
    "--acceptance", type=Number(0, 1), default=0.7, show_default=True, help="Share of offers that couriers take."
)
@click.option("--begin", type=Number(0, 48), default=0.0, show_default=True, help="Leave out the day's first hours.")
@click.option("--orders", type=Whole(1), help="Only so many orders, the first ones.")
@click.option("--hours", type=Number(0, 48, min_open=True), help="Only those of so many hours.")
@click.option("--couriers", type=Whole(1), help="Only so many of the couriers.")
@click.option("--json", "json_file", help="Write the report for machines to this file; - is standard output.")
@click.option(
    "--chart", "chart_file", type=click.Path(dir_okay=False, path_type=Path), help="Draw the report into this SVG."
)
def simulate(path: Path, **said: Any) -> None:  # noqa: ANN401  # as click read them
    """Run a recorded day of orders through a server of its own, once for each way of dispatching.

    Orders come in over HTTP, couriers' phones ping and answer over WebSockets, pick up and deliver over HTTP. The
    server's clock stands still while anybody works and then jumps to what comes next, so a day takes minutes.
    Database and Redis are its own, in a folder that is gone afterwards; settings of dispatching count as elsewhere.
    """
    from api.cli.simulate import simulate_day

    run(simulate_day(read_settings(), path, **said))


@click.command("sandbox-pay")
@click.argument("pidx")
@click.option(
    "--outcome",
    type=click.Choice(["completed", "failed", "canceled", "expired"]),
    default="completed",
    show_default=True,
)
def sandbox_pay(pidx: str, outcome: str) -> None:
    """Do at the sandbox gateway what a person would do on its payment page."""
    from api.cli.operate import pay_at_sandbox

    run(pay_at_sandbox(read_settings(), pidx, outcome))


@click.command("sandbox-gateway", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def sandbox_gateway(options: tuple[str, ...]) -> None:
    """Run the sandbox gateway alone; `--help` lists its options."""
    from api.simulation.sandbox.__main__ import main as gateway_main

    gateway_main(list(options), prog_name="dispatch sandbox-gateway")
