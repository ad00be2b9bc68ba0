"""``dispatch``: the command line. Commands import what they need, so that help and mistakes answer at once."""

import click

from api.cli.commands.accounts import (
    audit,
    change_password,
    change_roles,
    close_account,
    create_user,
    delete_account,
    reopen_account,
    verify_email,
)
from api.cli.commands.decisions import replay_decisions
from api.cli.commands.deliveries import create_delivery
from api.cli.commands.maps import basemap
from api.cli.commands.proofs import verify_proofs
from api.cli.commands.serving import doctor, migrate, serve, settings
from api.cli.commands.simulating import demo, load, replay, sandbox_gateway, sandbox_pay, simulate
from api.cli.commands.tables import export_table, import_table
from api.cli.group import Group
from api.version import VERSION


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="dispatch")
def main() -> None:
    """Real-time tracking and dispatch.

    Settings come from the environment; `dispatch settings` lists them.
    """


COMMANDS = (
    *(serve, migrate, doctor, settings),
    *(demo, replay, load, simulate, sandbox_pay, sandbox_gateway),
    *(create_user, close_account, delete_account, reopen_account, change_roles, change_password, verify_email, audit),
    *(import_table, export_table),
    *(create_delivery, verify_proofs, replay_decisions, basemap),
)
for command in COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main()
