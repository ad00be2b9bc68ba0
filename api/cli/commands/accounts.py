"""Commands about accounts, and who did what."""

from typing import Any

import click

from api.cli.numbers import Whole
from api.cli.running import read_password, read_settings, run


@click.command("create-user")
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

    run(make_user(read_settings(), email, name, roles, phone, read_password(from_stdin=password_stdin)))


@click.command("close-account")
@click.option("--email", required=True)
@click.option("--reason", default="", help="For the audit log.")
def close_account(email: str, reason: str) -> None:
    """Close an account: sign-ins, sockets and device tokens end at once, open deliveries go to others."""
    from api.cli.accounts import close_account as close

    run(close(read_settings(), email, reason))


@click.command("delete-account")
@click.option("--email", required=True)
def delete_account(email: str) -> None:
    """Take a person out of everything, for good; what was ordered and paid stays without name and address."""
    from api.cli.accounts import delete_account as delete

    run(delete(read_settings(), email))


@click.command("reopen-account")
@click.option("--email", required=True)
@click.option("--reason", default="", help="For the audit log.")
def reopen_account(email: str, reason: str) -> None:
    """Open a closed account again."""
    from api.cli.accounts import reopen_account as reopen

    run(reopen(read_settings(), email, reason))


@click.command("change-roles")
@click.option("--email", required=True)
@click.option("--give", multiple=True, help="customer, seller, transporter or admin; repeatable.")
@click.option("--take", multiple=True, help="The same.")
def change_roles(email: str, give: tuple[str, ...], take: tuple[str, ...]) -> None:
    """Give and take roles; taking one ends the account's sign-ins."""
    from api.cli.accounts import change_roles as change

    run(change(read_settings(), email, give, take))


@click.command("change-password")
@click.option("--email", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def change_password(email: str, password_stdin: bool) -> None:
    """Set an account's password, and end its sign-ins."""
    from api.cli.accounts import change_password as change

    run(change(read_settings(), email, read_password(from_stdin=password_stdin)))


@click.command("verify-email")
@click.option("--email", required=True)
def verify_email(email: str) -> None:
    """Vouch for an account's e-mail address, where no mail can prove it."""
    from api.cli.accounts import vouch_for_email

    run(vouch_for_email(read_settings(), email))


@click.command()
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

    run(show_audit(read_settings(), **wanted))
