"""Another e-mail address for one's account: asked for with the password, had by the link that is sent to it."""

from typing import Final

from litestar import Controller, Response, get, post
from litestar.params import FromQuery, JSONBody

from api.http.actors import actor_of
from api.http.described_errors import MAY_CONFLICT
from api.http.field_checks import Given, also_checked
from api.http.injected import GivenWork
from api.http.schemas import Body, Email
from api.http.security import PUBLIC, needs
from api.routes.accounts.accounts import AnyRequest, UserAnswer, user_answer
from api.routes.accounts.own_account import GivenPassword, LinkBody, MessageAnswer
from api.routes.accounts.pages import PAGE, Speaker, form_of, token_field
from api.routes.accounts.services import GivenServices
from api.routes.accounts.steps import change_email as change_by_link
from dispatch.accounts.models import LinkPurpose
from dispatch.audit.service import record
from dispatch.errors import Conflict, Invalid, Unavailable

MAY_BE_TAKEN: Final = {MAY_CONFLICT: True}


class EmailChange(Body, frozen=True, kw_only=True):
    """The new address, and the password, so that nobody gives an account away that was left open."""

    password: GivenPassword
    email: Email


async def _check(request: AnyRequest, given: Given) -> None:
    email = given.get("email")
    if email is not None and email == request.user.email:
        raise Invalid("This is your address already.", fields={"email": "must be another address"})


class EmailChangeController(Controller):
    """``/api/v1/auth/email``."""

    path = "/api/v1/auth/email"
    tags = ("accounts",)

    @post("/", guards=[needs()], opt=also_checked(_check) | MAY_BE_TAKEN, status_code=202)
    async def ask_for_email(
        self, request: AnyRequest, data: JSONBody[EmailChange], work: GivenWork, services: GivenServices
    ) -> MessageAnswer:
        """Ask for another address. A link is sent to it, and once it is used all other sign-ins end.

        The present address is told, and stays until then. A wrong password is 403, an address of another account 409,
        `email_taken`.
        """
        user, actor = request.user, actor_of(request)
        await services.sign_ins.confirm(user, data.password, actor)
        changes = services.email_changes(work)
        await changes.check(user, data.email)
        await services.take_mail(LinkPurpose.CHANGE_EMAIL, user.id)
        locked = await services.of(work).get(user.id, lock=True)
        if locked.password_hash != user.password_hash:
            raise Conflict("The password was changed at the same moment. Sign in again.", code="password_changed")
        await changes.ask(locked, data.email, sign_in_id=request.auth.sign_in_id)
        await record(work.session, actor, "email.change_asked", "user", user.id)
        return MessageAnswer(f"A link is on its way to {data.email}.")

    @post("/verify/", opt=PUBLIC | MAY_BE_TAKEN, status_code=200)
    async def change_email(
        self, request: AnyRequest, data: JSONBody[LinkBody], work: GivenWork, services: GivenServices
    ) -> UserAnswer:
        """Give the account the address that the token was sent to. All sign-ins end but the one that asked for it."""
        return user_answer(await change_by_link(work, services, data.token, actor_of(request)), services)

    @get("/", opt=PAGE, sync_to_thread=False, include_in_schema=False)
    def email_page(
        self, request: AnyRequest, token: FromQuery[str] = "", lang: FromQuery[str | None] = None
    ) -> Response[str]:
        """The page behind the link: its button changes the address."""
        speaker = Speaker.to(request, lang)
        return speaker.page("email", speaker.form("email/confirm", token_field(token), "confirm.button"))

    @post("/confirm/", opt=PAGE, status_code=200, include_in_schema=False)
    async def email_form(self, request: AnyRequest, work: GivenWork, services: GivenServices) -> Response[str]:
        """The button of that page."""
        speaker = Speaker.to(request, None)
        try:
            form = await form_of(request)
            speaker = Speaker.to(request, form.get("lang"))
            user = await change_by_link(work, services, form.get("token", ""), actor_of(request))
        except (Invalid, Conflict, Unavailable) as error:
            return speaker.refused(error)
        return speaker.ended("confirm.done", speaker.say("email.what", email=user.email))
