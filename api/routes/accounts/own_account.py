"""What people do with their own accounts: prove the address, change or reset the password, change roles, close."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of, client_address
from api.http.field_checks import Given, also_checked
from api.http.injected import GivenWork
from api.http.schemas import AS_IS, CODE, Body, PersonName, Phone, changes_of
from api.http.security import PUBLIC, needs
from api.routes.accounts.accounts import (
    OPEN_ROLE_NAMES,
    OPEN_ROLES,
    AnyRequest,
    TypedPassword,
    UserAnswer,
    known_of,
    user_answer,
)
from api.routes.accounts.pages import PAGE, Speaker, new_password_page, verification_page
from api.routes.accounts.password_checks import look_at_password
from api.routes.accounts.services import GivenServices
from api.routes.accounts.steps import (
    ask_for_proof,
    check_reset,
    reset_password,
    send_reset,
    set_password,
    verify_email,
)
from dispatch.accounts.addresses import MAX_EMAIL_TYPED
from dispatch.accounts.api_keys import ApiKeys
from dispatch.accounts.models import Language, LinkPurpose, Role
from dispatch.accounts.passwords import MAX_PASSWORD
from dispatch.audit.service import record
from dispatch.errors import Conflict, Invalid
from dispatch.transporters.devices import Devices

GivenPassword = Annotated[str, Meta(max_length=4 * MAX_PASSWORD, extra=AS_IS)]
LinkToken = Annotated[str, Meta(min_length=1, max_length=200, extra=CODE)]
Roles = Annotated[list[Role], Meta(max_length=len(Role))]


class LinkBody(Body, frozen=True, kw_only=True):
    """The token of a link that came by mail."""

    token: LinkToken


class PasswordChange(Body, frozen=True, kw_only=True):
    """The password as it is, and the one that replaces it.

    ``revoke_devices``: the tokens of one's phones and trackers, and one's API keys, end with it; else they stay good.
    """

    old_password: GivenPassword
    new_password: TypedPassword
    revoke_devices: bool = False


class ForgottenPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose password was forgotten."""

    email: Annotated[str, Meta(max_length=MAX_EMAIL_TYPED, extra=AS_IS)]


class PasswordReset(Body, frozen=True, kw_only=True):
    """The token of a link that came by mail, and the new password."""

    token: LinkToken
    password: TypedPassword


class AccountClosing(Body, frozen=True, kw_only=True):
    """The password, so that nobody closes an account on a phone that was left lying about."""

    password: GivenPassword


class RoleChanges(Body, frozen=True, kw_only=True):
    """Roles to take on and to give up."""

    give: Roles = msgspec.field(default_factory=list)
    take: Roles = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, roles in (("give", self.give), ("take", self.take)):
            if set(roles) - set(OPEN_ROLES):
                by_command = "admins are made and unmade with `dispatch change-roles`"
                raise ValueError(f"`{name}` must be some of {OPEN_ROLE_NAMES}; {by_command}")
        if set(self.give) & set(self.take):
            raise ValueError("`take` must not name a role that is given")


class OwnChoices(Body, frozen=True, kw_only=True):
    """What somebody says of themselves and chooses about messages; what is left out stays."""

    name: PersonName | msgspec.UnsetType = msgspec.UNSET
    phone: Phone | msgspec.UnsetType | None = msgspec.UNSET
    language: Language | msgspec.UnsetType = msgspec.UNSET
    parcel_messages: bool | msgspec.UnsetType = msgspec.UNSET


class MessageAnswer(Struct, frozen=True):
    """What was done, in a sentence."""

    detail: str


OF_PERSON = frozenset({"name", "phone"})
SENT = "If there is an account with this address, a link is on its way to it."


async def _check_change(request: AnyRequest, given: Given) -> None:
    known = known_of(request.user.email, request.user.name)
    await look_at_password(request, given.get("new_password"), known, field="new_password")


async def _check_reset(request: AnyRequest, given: Given) -> None:
    await check_reset(request, given.get("token"), given.get("password"))


class OwnAccountController(Controller):
    """``/api/v1/auth``, what follows signing in."""

    path = "/api/v1/auth"
    tags = ("accounts",)

    @get("/verify-email/", opt=PAGE, sync_to_thread=False, include_in_schema=False)
    def verify_page(
        self, request: AnyRequest, token: FromQuery[str] = "", lang: FromQuery[str | None] = None
    ) -> Response[str]:
        """The page behind the link: its button proves the address."""
        return verification_page(Speaker.to(request, lang), token)

    @get("/password/reset/", opt=PAGE, sync_to_thread=False, include_in_schema=False)
    def reset_page(
        self, request: AnyRequest, token: FromQuery[str] = "", lang: FromQuery[str | None] = None
    ) -> Response[str]:
        """The page behind the link: it asks for the new password."""
        return new_password_page(Speaker.to(request, lang), token)

    @post("/verify-email/", opt=PUBLIC, status_code=200)
    async def verify(
        self, request: AnyRequest, data: JSONBody[LinkBody], work: GivenWork, services: GivenServices
    ) -> UserAnswer:
        """Prove an e-mail address with the token that was sent to it."""
        return user_answer(await verify_email(work, services, data.token, actor_of(request)), services)

    @patch("/me/", guards=[needs()])
    async def choose(
        self, request: AnyRequest, data: JSONBody[OwnChoices], work: GivenWork, services: GivenServices
    ) -> UserAnswer:
        """Change one's name and phone, the language of messages, and whether parcels on their way are told of.

        A transporter's new name is verified anew: until then no deliveries come, and those that were not picked up go
        to somebody else.
        """
        changes = changes_of(data)
        if changes.get("name", request.user.name) != request.user.name:
            await services.profile_changes(work).renamed(request.user)
        user = await services.of(work).get(request.user.id, lock=True)
        told = sorted(name for name in OF_PERSON & changes.keys() if getattr(user, name) != changes[name])
        for name, value in changes.items():
            setattr(user, name, value)
        if told:
            await record(work.session, actor_of(request), "account.changed", "user", user.id, {"fields": told})
        return user_answer(user, services)

    @post("/verify-email/resend/", guards=[needs()], status_code=202)
    async def resend(self, request: AnyRequest, work: GivenWork, services: GivenServices) -> MessageAnswer:
        """Send the link again that proves one's address; so many an hour, then 429 with `Retry-After`."""
        user = request.user
        if user.email_verified_at is not None:
            raise Conflict("Your e-mail address is proved already.", code="email_verified")
        await services.take_mail(LinkPurpose.VERIFY_EMAIL, user.id)
        await services.links(work).send(user, LinkPurpose.VERIFY_EMAIL)
        return MessageAnswer(f"A link is on its way to {user.email}.")

    @post("/password/", guards=[needs()], opt=also_checked(_check_change), status_code=200)
    async def change_password(
        self, request: AnyRequest, data: JSONBody[PasswordChange], work: GivenWork, services: GivenServices
    ) -> MessageAnswer:
        """Change one's password. All other sign-ins end; a wrong old password is 403, too many of them 429."""
        accounts, user, actor = services, request.user, actor_of(request)
        await accounts.sign_ins.confirm(user, data.old_password, actor)
        await accounts.passwords.check_new(data.new_password, known_of(user.email, user.name), field="new_password")
        password_hash = await accounts.passwords.hash(data.new_password)
        locked = await accounts.of(work).get(user.id, lock=True)
        if locked.password_hash != user.password_hash:
            raise Conflict("The password was changed at the same moment. Sign in again.", code="password_changed")
        await set_password(work, services, locked, password_hash, actor)
        await accounts.of(work).end_sign_ins(locked, but=request.auth.sign_in_id)
        if data.revoke_devices:
            await Devices(work, accounts.clock).revoke_all_of(locked)
            await ApiKeys(work, accounts.clock).revoke_all_of(locked)
        return MessageAnswer("The password is changed, and all other sign-ins are ended.")

    @post("/password/forgot/", opt=PUBLIC, status_code=202)
    async def forgot(
        self, request: AnyRequest, data: JSONBody[ForgottenPassword], services: GivenServices
    ) -> Response[MessageAnswer]:
        """Ask for a link by which a new password can be chosen. The answer is the same whether or not it is sent."""
        await services.take_forgotten(client_address(request))
        # After the answer, so that not even its time tells whether there is such an account.
        task = BackgroundTask(send_reset, services, data.email, actor_of(request))
        return Response(MessageAnswer(SENT), status_code=202, background=task)

    @post("/password/reset/", opt=PUBLIC | also_checked(_check_reset), status_code=200)
    async def reset(self, request: AnyRequest, data: JSONBody[PasswordReset], services: GivenServices) -> MessageAnswer:
        """Choose a new password with the token of a link. Sign-ins and device tokens end; the address is proved too."""
        try:
            await reset_password(services, data.token, data.password, actor_of(request))
        except Invalid:  # a link that is not good may stand beside a weak password
            await check_reset(request, data.token, data.password)
            raise
        return MessageAnswer("The password is changed. Sign in with it.")

    @post("/roles/", guards=[needs()], status_code=200)
    async def change_roles(
        self, request: AnyRequest, data: JSONBody[RoleChanges], work: GivenWork, services: GivenServices
    ) -> UserAnswer:
        """Become a customer, seller or transporter too, or stop being one; giving up a role ends other sign-ins.

        A role that an admin took is given back by an admin: 403, `role_barred`.
        """
        offboarding, actor = services.offboarding(work), actor_of(request)
        user = await offboarding.give_roles(request.user.id, actor, data.give)
        await ask_for_proof(work, services, user, data.give)
        user = await offboarding.take_roles(user.id, actor, data.take, but=request.auth.sign_in_id)
        return user_answer(user, services)

    @post("/close/", guards=[needs()], status_code=200)
    async def close(
        self, request: AnyRequest, data: JSONBody[AccountClosing], work: GivenWork, services: GivenServices
    ) -> MessageAnswer:
        """Close one's account: every sign-in, socket and device ends. Not while one has parcels aboard (409)."""
        await services.sign_ins.confirm(request.user, data.password, actor_of(request))
        await services.offboarding(work).close_account(request.user.id, actor_of(request), reason="own wish")
        return MessageAnswer("Your account is closed.")
