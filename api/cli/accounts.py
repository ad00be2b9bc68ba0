"""Commands about accounts, for operators: of any role, also admins."""

from api.cli.context import operating
from api.routes.accounts.steps import end_all_access, set_password
from api.server.services import Services
from api.terminal.console import make_console
from api.terminal.errors import CommandError
from dispatch.accounts.models import Role, User
from dispatch.accounts.service import parse_roles
from dispatch.audit.service import OPERATOR, record
from dispatch.database.work import Work
from dispatch.settings import Settings

console = make_console()


async def close_account(settings: Settings, email: str, reason: str) -> None:
    """``dispatch close-account``."""
    async with operating(settings) as services, services.database.work() as work:
        user = await _user(services, work, email)
        await services.accounts.offboarding(work).close_account(user.id, OPERATOR, reason=reason)
    console.print(f"The account {user.id} {user.email} is closed.", soft_wrap=True)


async def reopen_account(settings: Settings, email: str, reason: str) -> None:
    """``dispatch reopen-account``."""
    async with operating(settings) as services, services.database.work() as work:
        user = await _user(services, work, email)
        await services.accounts.offboarding(work).reopen_account(user.id, OPERATOR, reason=reason)
    console.print(f"The account {user.id} {user.email} is open.", soft_wrap=True)


async def delete_account(settings: Settings, email: str) -> None:
    """``dispatch delete-account``."""
    async with operating(settings) as services, services.database.work() as work:
        user = await _user(services, work, email)
        number = user.id
        await services.accounts.deletion(work).delete(number, OPERATOR)
    console.print(f"The account {number} is deleted; its orders and payments stay without its person.", soft_wrap=True)


async def change_roles(settings: Settings, email: str, give: tuple[str, ...], take: tuple[str, ...]) -> None:
    """``dispatch change-roles``."""
    try:
        given, taken = parse_roles(give), parse_roles(take)
    except ValueError:
        raise CommandError(f"--give and --take must be some of {', '.join(role.value for role in Role)}") from None
    async with operating(settings) as services, services.database.work() as work:
        user = await _user(services, work, email)
        offboarding = services.accounts.offboarding(work)
        await offboarding.give_roles(user.id, OPERATOR, given)
        user = await offboarding.take_roles(user.id, OPERATOR, taken)
    console.print(f"User {user.id} {user.email}: {', '.join(user.roles)}.", soft_wrap=True)


async def change_password(settings: Settings, email: str, password: str) -> None:
    """``dispatch change-password``."""
    async with operating(settings) as services, services.database.work() as work:
        user = await _user(services, work, email)
        passwords = services.accounts.passwords
        await passwords.check_new(password, (user.email, user.email.partition("@")[0], user.name))
        await set_password(work, services.accounts, user, await passwords.hash(password), OPERATOR)
        await end_all_access(work, services.accounts, user)
    console.print(
        f"The password of {user.email} is changed, and all sign-ins and device tokens are ended.", soft_wrap=True
    )


async def vouch_for_email(settings: Settings, email: str) -> None:
    """``dispatch verify-email``."""
    async with operating(settings) as services, services.database.work() as work:
        user = await _user(services, work, email)
        user.email_verified_at = user.email_verified_at or services.clock.now()
        await record(work.session, OPERATOR, "email.verified", "user", user.id)
    console.print(f"{user.email} counts as proved.", soft_wrap=True)


async def _user(services: Services, work: Work, email: str) -> User:
    """Raises CommandError."""
    user = await services.accounts.of(work).find_by_email(email)
    if user is None:
        raise CommandError(f"There is no account with the e-mail address {email}.")
    return user
