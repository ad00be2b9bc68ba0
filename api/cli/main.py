"""``dispatch``: the command line. Commands import what they need, so that help and mistakes answer at once."""

import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from api.cli.numbers import Box, Number, Whole
from api.server.garbage_collection import collect_seldom
from api.terminal.console import make_console
from api.version import VERSION
from dispatch.errors import OperatorError

if TYPE_CHECKING:
    from dispatch.settings import Settings

EXIT_UNUSABLE = 2


def run(command: Coroutine[Any, Any, int | None]) -> None:
    """Run a command's coroutine and end with its exit code."""
    if sys.platform == "win32":
        raise OperatorError("dispatch runs on Linux and macOS")
    import uvloop

    sys.exit(uvloop.run(command) or 0)


class Group(click.Group):
    """Turns errors that people can do something about into one message, without a traceback.

    Commands are also known with underscores, as the contract writes one: ``create_delivery``.
    """

    group_class = type

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        return super().get_command(ctx, cmd_name) or super().get_command(ctx, cmd_name.replace("_", "-"))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        collect_seldom()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:  # whoever reads us has enough
            raise
        except Exception as error:
            from api.server.startup_errors import reason_of

            told = reason_of(error)
            if told is None:
                raise
            _complain(told)


def _settings() -> "Settings":
    from dispatch.settings import load_settings

    return load_settings()


def _configure_logs(settings: "Settings") -> None:
    """For commands that serve: what they write is nobody else's business."""
    from api.process.private_files import keep_new_files_private
    from api.server.logs import configure_logs

    keep_new_files_private()
    configure_logs(settings)


def _complain(message: str) -> NoReturn:
    make_console(stderr=True).print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(EXIT_UNUSABLE)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="dispatch")
def main() -> None:
    """Real-time tracking and dispatch.

    Settings come from the environment; `dispatch settings` lists them.
    """


@main.command()
@click.option("--workers", type=Whole(0, 256), help="Worker processes; 0: one process. [DISPATCH_WORKERS]")
@click.option(
    "--reload",
    "reloads",
    is_flag=True,
    help="For contributors: new processes when a .py file changes. PostgreSQL and Redis go on; what does not start "
    "leaves the old processes at work.",
)
def serve(workers: int | None, *, reloads: bool) -> None:
    """Run the server."""
    from api.cli.serve import serve_until_stopped

    settings = _settings()
    if workers is not None:
        settings = settings.model_copy(update={"workers": workers})
    _configure_logs(settings)
    run(serve_until_stopped(settings, reloads=reloads))


@main.command()
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
    settings = _settings()
    _configure_logs(settings.model_copy(update={"log_level": "WARNING"}))
    run(run_demo(settings, plan))


@main.command()
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
        _settings(),
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


@main.command()
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

    run(put_under_load(_settings(), url, Plan(**plan), json_file=json_file, mine=mine, give_up_after_s=give_up_after))


@main.command()
@click.option("--to", "revision", help="An older schema, to go back to the release before; stop the servers first.")
def migrate(revision: str | None) -> None:
    """Bring the database to the newest schema, or back to an older one."""
    from api.cli.operate import migrate_database

    run(migrate_database(_settings(), revision))


@main.command("create-user")
@click.option("--email", required=True)
@click.option("--name", help="Default: the e-mail's first part.")
@click.option(
    "--role", "roles", multiple=True, required=True, help="customer, seller, transporter or admin; repeatable."
)
@click.option("--phone")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def create_user(email: str, name: str | None, roles: tuple[str, ...], phone: str | None, password_stdin: bool) -> None:
    """Make an account, of any role."""
    from api.cli.operate import make_user

    run(make_user(_settings(), email, name, roles, phone, _password(from_stdin=password_stdin)))


@main.command("close-account")
@click.option("--email", required=True)
@click.option("--reason", default="", help="For the audit log.")
def close_account(email: str, reason: str) -> None:
    """Close an account: sign-ins, sockets and device tokens end at once, open deliveries go to others."""
    from api.cli.accounts import close_account as close

    run(close(_settings(), email, reason))


@main.command("reopen-account")
@click.option("--email", required=True)
@click.option("--reason", default="", help="For the audit log.")
def reopen_account(email: str, reason: str) -> None:
    """Open a closed account again."""
    from api.cli.accounts import reopen_account as reopen

    run(reopen(_settings(), email, reason))


@main.command("change-roles")
@click.option("--email", required=True)
@click.option("--give", multiple=True, help="customer, seller, transporter or admin; repeatable.")
@click.option("--take", multiple=True, help="The same.")
def change_roles(email: str, give: tuple[str, ...], take: tuple[str, ...]) -> None:
    """Give and take roles; taking one ends the account's sign-ins."""
    from api.cli.accounts import change_roles as change

    run(change(_settings(), email, give, take))


@main.command("change-password")
@click.option("--email", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def change_password(email: str, password_stdin: bool) -> None:
    """Set an account's password, and end its sign-ins."""
    from api.cli.accounts import change_password as change

    run(change(_settings(), email, _password(from_stdin=password_stdin)))


@main.command("verify-email")
@click.option("--email", required=True)
def verify_email(email: str) -> None:
    """Vouch for an account's e-mail address, where no mail can prove it."""
    from api.cli.accounts import vouch_for_email

    run(vouch_for_email(_settings(), email))


@main.command()
@click.option("--actor", help="A user's number, or operator, system, stranger.")
@click.option("--action", help="Such as transporter.verified, or a beginning such as `user.`.")
@click.option("--subject", help="What it was done to: `user:12`, or a kind alone such as `transporter`.")
@click.option("--since", help="A date, or a time as ISO 8601.")
@click.option("--until", help="The same.")
@click.option("--limit", type=Whole(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, for machines.")
def audit(**wanted: Any) -> None:  # noqa: ANN401  # as click read them
    """Show who did what: sign-ins, failures, acts of admins and operators. Newest first."""
    from api.cli.audit import show_audit

    run(show_audit(_settings(), **wanted))


@main.command("create-delivery")
@click.option("--marketplace-sale-id", type=Whole(1), required=True)
@click.option("--pickup-address", required=True)
@click.option("--pickup-latitude", type=Number())
@click.option("--pickup-longitude", type=Number())
@click.option("--pickup-contact-name", required=True)
@click.option("--pickup-contact-phone", required=True)
@click.option("--delivery-address", required=True)
@click.option("--delivery-latitude", type=Number())
@click.option("--delivery-longitude", type=Number())
@click.option("--delivery-contact-name", required=True)
@click.option("--delivery-contact-phone", required=True)
@click.option("--package-weight", type=Number(), required=True, help="kg")
@click.option("--delivery-fee", required=True, help="NPR")
@click.option("--priority", default="normal", show_default=True)
def create_delivery(**fields: Any) -> None:  # noqa: ANN401  # as click read them; the body's type checks them
    """Make the delivery of a sale."""
    from api.cli.operate import make_delivery

    run(make_delivery(_settings(), {name: value for name, value in fields.items() if value is not None}))


@main.command("sandbox-pay")
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

    run(pay_at_sandbox(_settings(), pidx, outcome))


@main.command("sandbox-gateway", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def sandbox_gateway(options: tuple[str, ...]) -> None:
    """Run the sandbox gateway alone; `--help` lists its options."""
    from api.simulation.sandbox.__main__ import main as gateway_main

    gateway_main(list(options), prog_name="dispatch sandbox-gateway")


@main.group()
def basemap() -> None:
    """The streets under the maps of the pages."""


@basemap.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--box", type=Box(), help="Degrees; only what lies within is taken.")
@click.option("--name", help="How the file is called. Default: as FILE is.")
def basemap_import(file: Path, box: tuple[float, float, float, float] | None, name: str | None) -> None:
    """Make the map of a city or country from an OpenStreetMap file, such as an .osm.pbf of an extract.

    It becomes one file in the data folder; nothing is loaded from elsewhere, and a running server shows it at once.
    Until it is whole, the map of before stays.
    """
    from api.cli.basemap import import_city

    import_city(_settings(), file, box, name)


@basemap.command("show")
def basemap_show() -> None:
    """Say which map is imported."""
    from api.cli.basemap import show_city

    show_city(_settings())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def doctor(as_json: bool) -> None:
    """Check database, Redis, gateway and versions, and say what to do."""
    from api.cli.doctor import examine

    run(examine(_settings(), as_json=as_json))


@main.command()
def settings() -> None:
    """List every setting with its present value; secrets are not shown."""
    from api.cli.settings_table import print_settings

    print_settings(_settings())


if __name__ == "__main__":
    main()
