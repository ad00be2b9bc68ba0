"""Accounts, for admins: found, closed, given other roles and passwords. Accounts of admins are the operator's."""

from datetime import datetime
from typing import Annotated, ClassVar

from litestar import Controller, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Struct
from sqlalchemy import any_, func, literal, select

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule
from api.http.injected import GivenWork
from api.http.schemas import (
    NO_NUL,
    Body,
    Id,
    Line,
    Page,
    PageNumber,
    PageSize,
    PathId,
    RequiredLine,
    SearchText,
    paginate,
)
from api.http.security import needs
from api.routes.accounts.accounts import AnyRequest, TypedPassword, known_of
from api.routes.accounts.own_account import MessageAnswer, RoleChanges
from api.routes.accounts.password_checks import look_at_password
from api.routes.accounts.services import AccountServices, GivenServices
from api.routes.accounts.steps import ask_for_proof, end_all_access, set_password
from dispatch.accounts.addresses import email_key
from dispatch.accounts.finding import has_text
from dispatch.accounts.models import Role, User
from dispatch.database.search import folded_text
from dispatch.database.work import Work
from dispatch.errors import Forbidden

UserId = PathId


class ClosingBody(Body, frozen=True, kw_only=True):
    """Why, for the audit log: whoever is asked about it later was perhaps not there."""

    reason: RequiredLine


class ReopeningBody(Body, frozen=True, kw_only=True):
    """Why, for the audit log."""

    reason: Line = ""


class OthersRoleChanges(RoleChanges, frozen=True, kw_only=True):
    """Roles to give to somebody and to take from them; ``reason``, for the audit log, is needed where one is taken."""

    reason: Line = ""

    described: ClassVar[Rule] = {
        "anyOf": [
            {"properties": {"take": {"maxItems": 0}}},
            {"required": ["reason"], "properties": {"reason": {"minLength": 1}}},
        ]
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.take and not self.reason:
            raise ValueError("`reason` must have a character that can be seen where a role is taken")


class NewPassword(Body, frozen=True, kw_only=True):
    """A password to hand over to the user."""

    password: TypedPassword


async def _check_password(request: AnyRequest, given: Given) -> None:
    services: AccountServices = request.app.state.services.accounts
    async with services.database.work() as work:
        known = await services.of(work).get(int(request.path_params["user_id"]))
    await look_at_password(request, given.get("password"), known_of(known.email, known.name))


class AccountAnswer(Struct, frozen=True, kw_only=True):
    """An account as admins see it."""

    id: Id
    email: str
    name: str
    phone: str | None
    roles: list[str]
    is_active: bool
    email_verified_at: datetime | None
    created_at: datetime


def _answer(user: User) -> AccountAnswer:
    return AccountAnswer(
        id=user.id,
        email=user.email,
        name=user.name,
        phone=user.phone,
        roles=list(user.roles),
        is_active=user.is_active,
        email_verified_at=user.email_verified_at,
        created_at=user.created_at,
    )


async def _changeable(work: Work, services: AccountServices, user_id: int) -> User:
    """Raises NotFound, and Forbidden for an admin's account."""
    user = await services.of(work).get(user_id)
    if user.has(Role.ADMIN):
        raise Forbidden(
            "Accounts of admins are changed by the operator: `dispatch close-account`, `change-roles`, "
            "`change-password`.",
            code="admin_by_command",
        )
    return user


class UserController(Controller):
    """``/api/v1/users``."""

    path = "/api/v1/users"
    tags = ("users",)
    guards = (needs(Role.ADMIN),)

    @get("/")
    async def list_users(
        self,
        request: AnyRequest,
        work: GivenWork,
        *,
        email: Annotated[str | None, QueryParameter(max_length=254, pattern=NO_NUL)] = None,
        search: SearchText = None,
        role: FromQuery[Role | None] = None,
        is_active: FromQuery[bool | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[AccountAnswer]:
        """Accounts, newest first. `email` is a whole address or its beginning.

        `search`: a text in the name, the address or the phone, or the account's number.
        """
        query = select(User).order_by(User.id.desc())
        if email is not None:
            query = query.where(func.starts_with(User.email_key, email_key(email)))
        if search is not None and folded_text(search):
            query = query.where(has_text(search))
        if role is not None:
            query = query.where(literal(role.value) == any_(User.roles))
        if is_active is not None:
            query = query.where(User.is_active.is_(is_active))
        return await paginate(request, work.session, query, page, page_size, _answer)

    @get("/{user_id:int}/")
    async def show(self, user_id: UserId, work: GivenWork, services: GivenServices) -> AccountAnswer:
        """One account."""
        return _answer(await services.of(work).get(user_id))

    @post("/{user_id:int}/close/", status_code=200)
    async def close(
        self,
        request: AnyRequest,
        user_id: UserId,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[ClosingBody],
    ) -> AccountAnswer:
        """Close an account, with a reason: sign-ins, sockets and device tokens end at once.

        A transporter leaves the map and gives back what it has not picked up; a seller's products go off sale.
        """
        await _changeable(work, services, user_id)
        closed = await services.offboarding(work).close_account(user_id, actor_of(request), reason=data.reason)
        return _answer(closed)

    @post("/{user_id:int}/reopen/", status_code=200)
    async def reopen(
        self,
        request: AnyRequest,
        user_id: UserId,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[ReopeningBody | None] = None,
    ) -> AccountAnswer:
        """Open a closed account again. Its devices need new tokens, its products go on sale one by one, and a
        transporter is verified anew.
        """
        await _changeable(work, services, user_id)
        reason = data.reason if data is not None else ""
        return _answer(await services.offboarding(work).reopen_account(user_id, actor_of(request), reason=reason))

    @post("/{user_id:int}/roles/", status_code=200)
    async def change_roles(
        self,
        request: AnyRequest,
        user_id: UserId,
        data: JSONBody[OthersRoleChanges],
        work: GivenWork,
        services: GivenServices,
    ) -> AccountAnswer:
        """Give and take roles, with a reason where one is taken.

        Taking one ends the user's sign-ins and all that the role was good for.
        """
        await _changeable(work, services, user_id)
        offboarding, actor = services.offboarding(work), actor_of(request)
        user = await offboarding.give_roles(user_id, actor, data.give)
        await ask_for_proof(work, services, user, data.give)
        return _answer(await offboarding.take_roles(user_id, actor, data.take, reason=data.reason))

    @post("/{user_id:int}/password/", opt=also_checked(_check_password), status_code=200)
    async def change_password(
        self,
        request: AnyRequest,
        user_id: UserId,
        data: JSONBody[NewPassword],
        work: GivenWork,
        services: GivenServices,
    ) -> MessageAnswer:
        """Set a user's password: all sign-ins and device tokens end, and the user is told by mail of it."""
        known = await _changeable(work, services, user_id)
        await work.commit()  # no transaction waits for a hash
        await services.passwords.check_new(data.password, known_of(known.email, known.name))
        password_hash = await services.passwords.hash(data.password)
        user = await services.of(work).get(user_id, lock=True)
        await set_password(work, services, user, password_hash, actor_of(request))
        await end_all_access(work, services, user)
        return MessageAnswer("The password is changed, and all sign-ins and device tokens are ended.")
