"""Registering and signing in."""

from datetime import timedelta
from typing import Annotated

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of, client_address
from api.http.field_checks import Given, also_checked
from api.http.injected import GivenWork
from api.http.schemas import AS_IS, CODE, Body, Email, Id, PersonName, Phone
from api.http.security import PUBLIC, needs
from api.monitoring.access import from_this_machine
from api.routes.accounts.password_checks import look_at_password
from api.routes.accounts.services import AccountServices, GivenServices
from dispatch.accounts.addresses import MAX_EMAIL_TYPED
from dispatch.accounts.models import Language, LinkPurpose, Role, User
from dispatch.accounts.passwords import MAX_PASSWORD, MIN_PASSWORD
from dispatch.accounts.service import NewUser
from dispatch.accounts.tokens import TokenClaims, TokenPair
from dispatch.audit.models import ActorKind
from dispatch.audit.service import Actor, record
from realtime.sockets.tickets import TICKET_S, TicketHolder

# Lengths are checked in NFC; as it is typed, a password may have several times as many characters.
TypedPassword = Annotated[
    str,
    Meta(
        max_length=4 * MAX_PASSWORD,
        extra=AS_IS,
        extra_json_schema={"format": "password", "minLength": MIN_PASSWORD},
        description=f"{MIN_PASSWORD} to {MAX_PASSWORD} characters in NFC, and not easily guessed.",
    ),
]
OPEN_ROLES = (Role.CUSTOMER, Role.SELLER, Role.TRANSPORTER)
# Another role is refused in words that say how it is come by.
OpenRole = Annotated[Role, Meta(extra_json_schema={"enum": [role.value for role in OPEN_ROLES]})]
OPEN_ROLE_NAMES = ", ".join(role.value for role in OPEN_ROLES)
BY_COMMAND = "admins are made with `dispatch create-user --role admin`"
ACTING_ROLES = frozenset({Role.SELLER, Role.TRANSPORTER})
AnyRequest = Request[User, TokenClaims, State]


class Registration(Body, frozen=True, kw_only=True):
    """A new account. ``role`` or ``roles``: customer (default), seller, transporter; admins are made by command.

    ``language``: in which mails and SMS are written to it; English where nothing is said.
    """

    email: Email
    password: TypedPassword
    name: PersonName | None = None
    phone: Phone | None = None
    role: OpenRole | None = None
    roles: list[OpenRole] | None = None
    language: Language | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, roles in (("role", [self.role]), ("roles", self.roles or [])):
            if Role.ADMIN in roles:
                raise ValueError(
                    f"`{name}` must be {'one' if name == 'role' else 'some'} of {OPEN_ROLE_NAMES}; {BY_COMMAND}"
                )

    def known(self) -> tuple[str, ...]:
        """What others know of the person, so that no password may be made of it."""
        return known_of(self.email, self.name, self.phone)


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user signs in with; the address in any case and however its letters are composed."""

    email: Annotated[str, Meta(max_length=MAX_EMAIL_TYPED, extra=AS_IS)]
    password: Annotated[str, Meta(max_length=4 * MAX_PASSWORD, extra=AS_IS)]


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
    """An account as its owner sees it. Sellers and transporters act once ``email_proof_needed`` is false."""

    id: Id
    email: str
    name: str
    phone: str | None
    roles: list[str]
    email_verified: bool
    language: Language
    parcel_messages: bool
    email_proof_needed: bool
    access: str | msgspec.UnsetType = msgspec.UNSET
    refresh: str | msgspec.UnsetType = msgspec.UNSET


def user_answer(user: User, services: AccountServices, tokens: TokenPair | None = None) -> UserAnswer:
    """An account, with its tokens where it was just signed in."""
    acts = bool(ACTING_ROLES & set(user.roles))
    return UserAnswer(
        user.id,
        user.email,
        user.name,
        user.phone,
        list(user.roles),
        user.email_verified_at is not None,
        user.language,
        user.parcel_messages,
        acts and services.settings.require_verified_email and user.email_verified_at is None,
        tokens.access if tokens else msgspec.UNSET,
        tokens.refresh if tokens else msgspec.UNSET,
    )


def known_of(email: str | None, *others: str | None) -> tuple[str, ...]:
    """What others know of a person: no password may be made of it."""
    return tuple(text for text in (email, (email or "").partition("@")[0], *others) if text)


async def _check_password(request: AnyRequest, given: Given) -> None:
    known = known_of(given.get("email"), given.get("name"), given.get("phone"))
    await look_at_password(request, given.get("password"), known)


class AccountController(Controller):
    """``/api/v1/auth``."""

    path = "/api/v1/auth"
    tags = ("accounts",)

    @post("/register/", opt=PUBLIC | also_checked(_check_password))
    async def register(
        self, request: AnyRequest, data: JSONBody[Registration], work: GivenWork, services: GivenServices
    ) -> UserAnswer:
        """Make an account and sign it in.

        Sellers and transporters are sent a link that proves their address; until it is opened they may not act
        (403, `email_not_verified`). One address may make so many accounts an hour: then 429 with `Retry-After`.
        Neither is so for whoever registers on the machine of a server that only this machine reaches.
        """
        wanted = tuple(data.roles or ()) + ((data.role,) if data.role else ())
        roles = wanted or (Role.CUSTOMER,)
        accounts, passwords = services, services.passwords
        settings, address = services.settings, client_address(request)
        is_here = settings.trust_local_registrations and from_this_machine(settings, address, request.headers)
        if not is_here:
            await accounts.take_registration(address)
        await passwords.check_new(data.password, data.known())
        name = data.name or data.email.partition("@")[0][:120]
        password_hash = await passwords.hash(data.password)  # before the transaction begins
        new = NewUser(
            data.email,
            "",
            name,
            roles,
            data.phone,
            password_hash=password_hash,
            is_proved=is_here,
            language=data.language or Language.ENGLISH,
        )
        user = await accounts.of(work).register(new)
        if ACTING_ROLES & set(roles) and settings.require_verified_email and not is_here:
            await accounts.links(work).send(user, LinkPurpose.VERIFY_EMAIL)
        stranger = actor_of(request)
        himself = Actor(ActorKind.USER, user.id, stranger.address, stranger.request_id)
        await record(work.session, himself, "account.registered", "user", user.id, {"roles": user.roles})
        return user_answer(user, services, accounts.of(work).open_sign_in(user))

    @post("/token/", opt=PUBLIC, status_code=200)
    async def sign_in(self, request: AnyRequest, data: JSONBody[Credentials], services: GivenServices) -> TokenAnswer:
        """Exchange e-mail and password for tokens.

        Too many wrong passwords for one account or from one address are 429 with `Retry-After`; so many sign-ins at
        once that their hashes would slow others down are 503 with `Retry-After`.
        """
        tokens = await services.sign_ins.sign_in(data.email, data.password, actor_of(request))
        return TokenAnswer(tokens.access, tokens.refresh)

    @post("/token/refresh/", opt=PUBLIC, status_code=200)
    async def refresh(
        self, request: AnyRequest, data: JSONBody[RefreshBody], work: GivenWork, services: GivenServices
    ) -> TokenAnswer:
        """Exchange a refresh token for a new pair.

        A repeat within `DISPATCH_REFRESH_GRACE_S` (the answer was lost) gets the same pair; after that, or once the new
        refresh token was used, a second use ends the sign-in.
        """
        grace = timedelta(seconds=services.settings.refresh_grace_s)
        tokens = await services.of(work).refresh(data.refresh, grace=grace, actor=actor_of(request))
        return TokenAnswer(tokens.access, tokens.refresh)

    @post("/logout/", guards=[needs()], status_code=204)
    async def sign_out(self, request: AnyRequest, work: GivenWork, services: GivenServices) -> None:
        """End this sign-in: its access and refresh tokens stop working."""
        await services.of(work).sign_out(request.auth)
        await record(work.session, actor_of(request), "sign_in.ended", "user", request.user.id)

    @post("/ws-ticket/", guards=[needs()], status_code=200)
    async def ticket(self, request: AnyRequest, services: GivenServices) -> TicketAnswer:
        """A one-time ticket that opens one WebSocket: for browsers, offered as the subprotocol `ticket.<ticket>`."""
        claims = request.auth
        holder = TicketHolder(claims.user_id, claims.sign_in_id, claims.expires_at.timestamp())
        return TicketAnswer(await services.tickets.issue(holder), TICKET_S)

    @get("/me/", guards=[needs()])
    async def me(self, request: AnyRequest, services: GivenServices) -> UserAnswer:
        """Who the token belongs to."""
        return user_answer(request.user, services)
