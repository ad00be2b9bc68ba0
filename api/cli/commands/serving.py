"""Commands about the server itself: run it, bring its database up to date, examine it."""

import click

from api.cli.numbers import Whole
from api.cli.running import configure_logs, read_settings, run


@click.command()
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

    settings = read_settings()
    if workers is not None:
        settings = settings.model_copy(update={"workers": workers})
    configure_logs(settings)
    run(serve_until_stopped(settings, reloads=reloads))


@click.command()
@click.option("--to", "revision", help="An older schema, to go back to the release before; stop the servers first.")
def migrate(revision: str | None) -> None:
    """Bring the database to the newest schema, or back to an older one."""
    from api.cli.operate import migrate_database

    run(migrate_database(read_settings(), revision))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def doctor(as_json: bool) -> None:
    """Check database, Redis, gateway and versions, and say what to do."""
    from api.cli.doctor import examine

    run(examine(read_settings(), as_json=as_json))


@click.command()
def settings() -> None:
    """List every setting with its present value; secrets are not shown."""
    from api.cli.settings_table import print_settings

    print_settings(read_settings())
