"""What several routes, pages and commands do with accounts, each in the caller's unit of work."""

from api.routes.accounts.accounts import ACTING_ROLES, AnyRequest, known_of
from api.routes.accounts.password_checks import look_at_password
from api.routes.accounts.services import AccountServices
from dispatch.accounts.api_keys import ApiKeys
from dispatch.accounts.links import tell_password_changed
from dispatch.accounts.models import LinkPurpose, Role, User
from dispatch.audit.models import ActorKind
from dispatch.audit.service import Actor, record
from dispatch.database.work import Work
from dispatch.errors import Invalid, raise_together
from dispatch.privacy.messages import move_to_new_address
from dispatch.transporters.devices import Devices


async def set_password(work: Work, services: AccountServices, user: User, password_hash: str, actor: Actor) -> None:
    """A new password for a locked user. Its caller ends what earlier passwords let in.

    Another address that somebody asked for who knew the earlier one is not had any more.
    """
    user.password_hash = password_hash
    await services.links(work).drop(user, LinkPurpose.CHANGE_EMAIL)
    await record(work.session, actor, "password.changed", "user", user.id)
    await tell_password_changed(work, user, services.clock)


async def end_all_access(work: Work, services: AccountServices, user: User) -> None:
    """All sign-ins, API keys and device tokens of a user whose password somebody else may have known."""
    await services.of(work).end_sign_ins(user)
    await ApiKeys(work, services.clock).revoke_all_of(user)
    await Devices(work, services.clock).revoke_all_of(user)


async def check_reset(request: AnyRequest, token: str | None, password: str | None) -> None:
    """Raises Invalid, naming both, for a link that is not good and for a weak password."""
    services: AccountServices = request.app.state.services.accounts
    found: list[Invalid] = []
    known: tuple[str, ...] = ()
    if token is not None:
        try:
            known = await _known_of_link(services, token)
        except Invalid as bad:
            found.append(bad)
    try:
        await look_at_password(request, password, known)
    except Invalid as weak:
        found.append(weak)
    raise_together(found)


async def _known_of_link(services: AccountServices, token: str) -> tuple[str, ...]:
    """What is known of the owner of a link. Raises Invalid for one that is not good."""
    async with services.database.work() as work:
        user = await services.links(work).check(token, LinkPurpose.RESET_PASSWORD)
        return known_of(user.email, user.name)


async def reset_password(services: AccountServices, token: str, password: str, actor: Actor) -> None:
    """By a link. Raises Invalid for a link that is not good and for a weak password; then the link stays good."""
    accounts = services
    await accounts.passwords.check_new(password, await _known_of_link(services, token))
    password_hash = await accounts.passwords.hash(password)
    async with services.database.work() as work:
        user = await accounts.links(work).use(token, LinkPurpose.RESET_PASSWORD)
        himself = Actor(ActorKind.USER, user.id, actor.address, actor.request_id)
        await set_password(work, services, user, password_hash, himself)
        await end_all_access(work, services, user)
    await accounts.sign_ins.welcome(user.email, actor.address)


async def verify_email(work: Work, services: AccountServices, token: str, actor: Actor) -> User:
    """By a link. Raises Invalid for a link that is not good."""
    user = await services.links(work).use(token, LinkPurpose.VERIFY_EMAIL)
    himself = Actor(ActorKind.USER, user.id, actor.address, actor.request_id)
    await record(work.session, himself, "email.verified", "user", user.id)  # whoever is deleted stands in no log
    return user


async def change_email(work: Work, services: AccountServices, token: str, actor: Actor) -> User:
    """By a link. Raises Invalid for a link that is not good, Conflict where somebody else has the address by now."""
    changes = services.email_changes(work)
    user, former = await changes.make(token)
    if former is not None:
        himself = Actor(ActorKind.USER, user.id, actor.address, actor.request_id)
        await record(work.session, himself, "email.changed", "user", user.id)
        await move_to_new_address(work.session, user, former)
        await changes.tell_former(user, former)
    return user


async def ask_for_proof(work: Work, services: AccountServices, user: User, given: list[Role]) -> None:
    """Send the link that proves the address, where a role was given that needs it."""
    if user.email_verified_at is None and ACTING_ROLES & set(given) and services.settings.require_verified_email:
        await services.take_mail(LinkPurpose.VERIFY_EMAIL, user.id)
        await services.links(work).send(user, LinkPurpose.VERIFY_EMAIL)


async def send_reset(services: AccountServices, email: str, actor: Actor) -> None:
    """Send the link for a new password, where there is such an account and it was not sent too often."""
    async with services.database.work() as work:
        user = await services.of(work).find_by_email(email)
        if user is None or not user.is_active or await services.has_enough(LinkPurpose.RESET_PASSWORD, user.id):
            return
        await services.links(work).send(user, LinkPurpose.RESET_PASSWORD)
        await record(work.session, actor, "password.link_sent", "user", user.id)
