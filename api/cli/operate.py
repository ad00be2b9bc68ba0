"""Commands of operators: accounts, deliveries, migrations, payments at the sandbox."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
import httpx
import msgspec

from api.cli.context import operating
from api.http.bodies import fitting_fields, problems_in
from api.http.field_checks import Given
from api.http.texts import tidied
from api.routes.accounts.accounts import Registration, known_of
from api.routes.deliveries.deliveries import DeliveryOfSale
from api.server.backing_services import find_sandbox
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.accounts.models import Role
from dispatch.accounts.passwords import Passwords
from dispatch.accounts.service import NewUser, parse_roles
from dispatch.audit.service import OPERATOR, record
from dispatch.database.migrate import newest_revision, revisions
from dispatch.deliveries.making import DeliveryLimits
from dispatch.deliveries.models import Delivery
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

    async def not_guessed(given: Given) -> None:
        known = known_of(given.get("email"), given.get("name"), given.get("phone"))
        await Passwords().check_new(given.get("password", ""), known)

    checked = await _converted(fields | ({"name": name} if name else {}), Registration, not_guessed)
    async with operating(settings) as services, services.database.work() as work:
        user = await services.accounts.of(work).register(
            NewUser(
                checked.email, checked.password, checked.name or checked.email.partition("@")[0], wanted, checked.phone
            )
        )
        await record(work.session, OPERATOR, "account.registered", "user", user.id, {"roles": user.roles})
    console.print(f"User {user.id} {user.email}: {', '.join(user.roles)}.")


async def make_delivery(settings: Settings, fields: dict[str, Any], *, as_json: bool = False) -> None:
    """``dispatch create-delivery``. Raises Invalid, naming flags."""
    try:
        delivery = await _made(settings, fields)
    except Invalid as error:
        flags = {_flag(name): problem for name, problem in error.fields.items()}
        raise Invalid(error.detail, code=error.code, fields=flags) from None
    if as_json:
        told = {"id": delivery.id, "delivery_id": delivery.delivery_id, "tracking_number": delivery.tracking_number}
        click.echo(msgspec.json.encode(told).decode())
        return
    console.print(f"Delivery {delivery.id} {delivery.delivery_id}, tracking number {delivery.tracking_number}.")


def _flag(field: str) -> str:
    """Of a field of the body: `proof.drop_off[0]` is `--proof-drop-off`."""
    return "--" + field.partition("[")[0].replace(".", "-").replace("_", "-")


async def _made(settings: Settings, fields: dict[str, Any]) -> Delivery:
    limits = DeliveryLimits(settings.max_delivery_fee, settings.max_package_value)

    async def not_too_high(given: Given) -> None:
        limits.check(given)

    body = await _converted(fields, DeliveryOfSale, not_too_high)
    async with operating(settings) as services, services.database.work() as work:
        delivery = await services.deliveries.making(work).create(body.marketplace_sale_id, None, body.details())
        told = {"sale_id": body.marketplace_sale_id}
        await record(work.session, OPERATOR, "delivery.created", "delivery", delivery.id, told)
    return delivery


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


async def _converted(fields: dict[str, Any], wanted: type[Body], check: Callable[[Given], Awaitable[None]]) -> Body:
    """The same checks as over HTTP. Raises Invalid with all that is wrong."""
    content, texts = tidied(fields, wanted)
    problems = problems_in(wanted, content) | texts
    try:
        await check(fitting_fields(wanted, content, texts))
    except Invalid as error:
        problems = error.fields | problems
    if problems:
        raise Invalid("Some options are missing or wrong.", fields=problems)
    return msgspec.convert(content, wanted)
