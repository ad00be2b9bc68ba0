"""Registering and signing in."""

from typing import Annotated

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.injected import GivenServices, GivenWork
from api.schemas import AS_IS, CODE, Body, Email, Id, PersonName, Phone
from api.security import PUBLIC, needs
from dispatch.accounts.models import Role, User
from dispatch.accounts.service import Accounts, NewUser
from dispatch.accounts.tokens import TokenClaims, TokenPair
from dispatch.errors import Invalid
from realtime.tickets import TICKET_S, TicketHolder

Password = Annotated[str, Meta(min_length=8, max_length=200, extra=AS_IS)]
OPEN_ROLES = (Role.CUSTOMER, Role.SELLER, Role.TRANSPORTER)


class Registration(Body, frozen=True, kw_only=True):
    """A new account. ``role`` or ``roles``: customer (default), seller, transporter; admins are made by command."""

    email: Email
    password: Password
    name: PersonName | None = None
    phone: Phone | None = None
    role: Role | None = None
    roles: list[Role] | None = None


class Credentials(Body, frozen=True, kw_only=True):
    """What a user signs in with."""

    email: Annotated[str, Meta(max_length=254, extra=AS_IS)]
    password: Annotated[str, Meta(max_length=200, extra=AS_IS)]


class RefreshBody(Body, frozen=True, kw_only=True):
    """A refresh token; each is good for one use."""

    refresh: Annotated[str, Meta(max_length=2000, extra=CODE)]


class TokenAnswer(Struct, frozen=True):
    """Tokens: ``access`` for every request, ``refresh`` for the next pair."""

    access: str
    refresh: str


class TicketAnswer(Struct, frozen=True):
    """A ticket, good once and for so many seconds."""

    ticket: str
    expires_in: int


class UserAnswer(Struct, frozen=True):
    """An account as its owner sees it."""

    id: Id
    email: str
    name: str
    phone: str | None
    roles: list[str]
    access: str | msgspec.UnsetType = msgspec.UNSET
    refresh: str | msgspec.UnsetType = msgspec.UNSET


def _user_answer(user: User, tokens: TokenPair | None = None) -> UserAnswer:
    return UserAnswer(
        user.id,
        user.email,
        user.name,
        user.phone,
        list(user.roles),
        tokens.access if tokens else msgspec.UNSET,
        tokens.refresh if tokens else msgspec.UNSET,
    )


class AccountController(Controller):
    """``/api/v1/auth``."""

    path = "/api/v1/auth"
    tags = ("accounts",)

    @post("/register/", opt=PUBLIC)
    async def register(self, data: JSONBody[Registration], work: GivenWork, services: GivenServices) -> UserAnswer:
        """Make an account and sign it in."""
        wanted = tuple(data.roles or ()) + ((data.role,) if data.role else ())
        roles = wanted or (Role.CUSTOMER,)
        if Role.ADMIN in roles:
            raise Invalid(
                "Admins are made with `dispatch create-user --role admin`.",
                fields={"role": f"must be one of {', '.join(role.value for role in OPEN_ROLES)}"},
            )
        accounts = Accounts(work, services.tokens, services.clock)
        name = data.name or data.email.partition("@")[0][:120]
        user = await accounts.register(NewUser(data.email, data.password, name, roles, data.phone))
        return _user_answer(user, accounts.open_sign_in(user))

    @post("/token/", opt=PUBLIC, status_code=200)
    async def sign_in(self, data: JSONBody[Credentials], work: GivenWork, services: GivenServices) -> TokenAnswer:
        """Exchange e-mail and password for tokens."""
        tokens = await Accounts(work, services.tokens, services.clock).sign_in(data.email, data.password)
        return TokenAnswer(tokens.access, tokens.refresh)

    @post("/token/refresh/", opt=PUBLIC, status_code=200)
    async def refresh(self, data: JSONBody[RefreshBody], work: GivenWork, services: GivenServices) -> TokenAnswer:
        """Exchange a refresh token for a new pair; using one twice ends the sign-in."""
        tokens = await Accounts(work, services.tokens, services.clock, services.publisher).refresh(data.refresh)
        return TokenAnswer(tokens.access, tokens.refresh)

    @post("/logout/", guards=[needs()], status_code=204)
    async def sign_out(
        self, request: Request[User, TokenClaims, State], work: GivenWork, services: GivenServices
    ) -> None:
        """End this sign-in: its access and refresh tokens stop working."""
        await Accounts(work, services.tokens, services.clock, services.publisher).sign_out(request.auth)

    @post("/ws-ticket/", guards=[needs()], status_code=200)
    async def ticket(self, request: Request[User, TokenClaims, State], services: GivenServices) -> TicketAnswer:
        """A one-time ticket that opens one WebSocket: for browsers, offered as the subprotocol `ticket.<ticket>`."""
        claims = request.auth
        holder = TicketHolder(claims.user_id, claims.sign_in_id, claims.expires_at.timestamp())
        return TicketAnswer(await services.tickets.issue(holder), TICKET_S)

    @get("/me/", guards=[needs()])
    async def me(self, request: Request[User, TokenClaims, State]) -> UserAnswer:
        """Who the token belongs to."""
        return _user_answer(request.user)
