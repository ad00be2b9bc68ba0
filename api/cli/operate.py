"""Commands of operators: accounts, deliveries, migrations, payments at the sandbox."""

from typing import Any, TypeVar

import httpx
import msgspec

from api.cli.console import make_console
from api.cli.context import CommandError, operating
from api.http.bodies import problems_in
from api.http.texts import tidied
from api.routes.accounts.accounts import Registration
from api.routes.deliveries.deliveries import NewDelivery
from api.server.backing import find_sandbox
from dispatch.accounts.models import Role
from dispatch.accounts.service import NewUser, parse_roles
from dispatch.audit.service import OPERATOR, record
from dispatch.database.migrate import newest_revision, revisions
from dispatch.errors import Invalid
from dispatch.settings import Settings

console = make_console()
Body = TypeVar("Body")


async def migrate_database(settings: Settings, revision: str | None) -> None:
    """``dispatch migrate``."""
    if revision is not None and revision not in revisions():
        raise CommandError(f"--to must be one of {', '.join(revisions())}")
    async with operating(settings, revision=revision or newest_revision()):
        console.print(f"The database is at revision {revision or newest_revision()}.")


async def make_user(
    settings: Settings, email: str, name: str | None, roles: tuple[str, ...], phone: str | None, password: str
) -> None:
    """``dispatch create-user``."""
    try:
        wanted = parse_roles(roles)
    except ValueError:
        raise CommandError(f"--role must be one of {', '.join(role.value for role in Role)}") from None
    fields = {"email": email, "password": password} | ({"phone": phone} if phone else {})
    checked = _converted(fields | ({"name": name} if name else {}), Registration)
    async with operating(settings) as services, services.database.work() as work:
        await services.accounts.passwords.check_new(checked.password, checked.known())
        user = await services.accounts.of(work).register(
            NewUser(
                checked.email, checked.password, checked.name or checked.email.partition("@")[0], wanted, checked.phone
            )
        )
        await record(work.session, OPERATOR, "account.registered", "user", user.id, {"roles": user.roles})
    console.print(f"User {user.id} {user.email}: {', '.join(user.roles)}.")


async def make_delivery(settings: Settings, fields: dict[str, Any]) -> None:
    """``dispatch create-delivery``."""
    body = _converted(fields, NewDelivery)
    async with operating(settings) as services, services.database.work() as work:
        delivery = await services.delivery_steps(work).create(body.marketplace_sale_id, None, body.details())
        told = {"sale_id": body.marketplace_sale_id}
        await record(work.session, OPERATOR, "delivery.created", "delivery", delivery.id, told)
    console.print(f"Delivery {delivery.id} {delivery.delivery_id}, tracking number {delivery.tracking_number}.")


async def pay_at_sandbox(settings: Settings, pidx: str, outcome: str) -> int:
    """``dispatch sandbox-pay``: pay, then follow the browser's way back."""
    sandbox = find_sandbox(settings)
    if sandbox is None:
        raise CommandError(
            "No sandbox gateway has run in this data folder. Start `dispatch serve` without KHALTI_SECRET_KEY, "
            "or set DISPATCH_DATA_DIR to the server's."
        )
    try:
        async with httpx.AsyncClient(timeout=30) as client:
            reply = await client.post(f"{sandbox.base_url}/sandbox/payments/{pidx}/", json={"outcome": outcome})
            answer = reply.json()
            if reply.is_error:
                raise CommandError(f"The sandbox gateway says: {answer.get('detail', answer)}")
            returned = await client.get(answer["redirect_url"]) if answer.get("redirect_url") else None
    except httpx.HTTPError as error:
        raise CommandError(
            f"The sandbox gateway at {sandbox.base_url} does not answer ({error}). Is the server up?"
        ) from None
    console.print(f"The gateway says {answer['status']}.")
    if returned is not None and returned.is_redirect:
        console.print(f"The buyer's browser goes on to {returned.headers['location']}", soft_wrap=True)
    elif returned is not None and returned.is_error:
        console.print(f"The server answered {returned.status_code}: {returned.text}", style="red", markup=False)
        return 1
    return 0


def _converted(fields: dict[str, Any], wanted: type[Body]) -> Body:
    """The same checks as over HTTP. Raises Invalid with all that is wrong."""
    content, texts = tidied(fields, wanted)
    problems = problems_in(wanted, content) | texts
    if problems:
        raise Invalid("Some options are missing or wrong.", fields=problems)
    return msgspec.convert(content, wanted)
