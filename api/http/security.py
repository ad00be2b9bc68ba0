"""Who is asking, and whether they may.

Every route is closed unless it says ``opt=PUBLIC``; a closed route names the roles it is open to with ``needs``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import Guard

from dispatch.accounts import access
from dispatch.accounts.api_keys import PREFIX, KeyHolder, Scope, identify_key
from dispatch.accounts.models import Role, User
from dispatch.accounts.tokens import TokenClaims, Tokens
from dispatch.database.engine import Database
from dispatch.errors import Forbidden, NotSignedIn

PUBLIC = {"exclude_from_auth": True, "public": True}
"""For ``opt=``: the route asks nobody who they are."""

SCHEME = "bearer"
SCOPE = "scope"

# Names, in the description, of how callers say who they are.
BEARER, DEVICE_ID, DEVICE_PASSWORD = "bearer", "device_id", "device_password"


def known_by(scheme: str) -> dict[str, Any]:
    """For ``opt=`` of a public route: it knows by something else than an access token who asks."""
    return {"security": [{scheme: []}]}


def scoped(scope: Scope) -> dict[str, Any]:
    """For ``opt=``: who comes with an API key that has this scope is let in as well, as the key's user."""
    return {SCOPE: scope}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user and the token they came with."""

    user: User
    claims: TokenClaims


async def identify(database: Database, tokens: Tokens, token: str) -> SignedIn:
    """The user behind an access token, as the database knows them now. Raises NotSignedIn."""
    claims = tokens.read_access(token)
    return SignedIn(await access.identify(database, claims), claims)


def bearer_token(header: str | None) -> str:
    """The token of an Authorization header. Raises NotSignedIn."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != SCHEME or not token.strip():
        raise NotSignedIn("Sign in first: send `Authorization: Bearer <access token>`.")
    return token.strip()


async def whoever_asks(connection: ASGIConnection[Any, Any, Any, Any]) -> User | None:
    """Who says so with an access token, on a route that asks nobody who they are; None for everybody else.

    A token that is no good is none: such a route answers whoever sends none as well. Raises NotSignedIn for one that
    has only expired: whoever sends it can have a new one, and would take what a stranger is told for their own.
    """
    if "authorization" not in connection.headers:
        return None
    services = connection.app.state.services
    try:
        token = bearer_token(connection.headers.get("authorization"))
        return (await identify(services.database, services.accounts.tokens, token)).user
    except NotSignedIn as refused:
        if refused.code == "token_expired":
            raise
        return None


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Identifies the bearer of every request to a route that is not public."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Raises NotSignedIn, and Forbidden for a key on a route that is not of its scopes."""
        services = connection.app.state.services
        token = bearer_token(connection.headers.get("authorization"))
        if token.startswith(PREFIX):
            holder = await identify_key(services.database, services.clock, token)
            _check_scope(connection, holder)
            return AuthenticationResult(user=holder.user, auth=None)
        signed_in = await identify(services.database, services.accounts.tokens, token)
        return AuthenticationResult(user=signed_in.user, auth=signed_in.claims)


def _check_scope(connection: ASGIConnection[Any, Any, Any, Any], holder: KeyHolder) -> None:
    """A route without a scope is closed to every key: what machines may do is said, not left over."""
    scope = connection.route_handler.opt.get(SCOPE)
    if scope is None:
        raise Forbidden("No API key is good for this. Sign in instead.", code="wrong_scope")
    if scope not in holder.scopes:
        raise Forbidden(f"This needs a key with the scope {scope.value}.", code="wrong_scope")


def needs(*roles: Role) -> Guard:
    """A guard that lets in users with any of ``roles``; with none named, everyone who is signed in."""

    # Not awaiting anything, yet async: a plain function would be run in a thread of its own for every request.
    async def guard(connection: ASGIConnection[Any, User, TokenClaims, Any], _: BaseRouteHandler) -> None:
        _check_roles(connection.user, roles)

    guard.roles = roles  # type: ignore[attr-defined]
    return guard


def acts(*roles: Role) -> Guard:
    """The same for what sellers and transporters do, which they may once their e-mail address is proved."""

    async def guard(connection: ASGIConnection[Any, User, TokenClaims, Any], _: BaseRouteHandler) -> None:
        _check_roles(connection.user, roles)
        required = connection.app.state.services.settings.require_verified_email
        access.check_proved(connection.user, required=required)

    guard.roles = roles  # type: ignore[attr-defined]
    return guard


def _check_roles(user: User, roles: Sequence[Role]) -> None:
    if roles and not user.has(*roles):
        names = " or ".join(role.value for role in roles)
        raise Forbidden(f"This needs the role {names}.", code="wrong_role")
