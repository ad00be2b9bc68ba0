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
from dispatch.accounts.models import Role, User
from dispatch.accounts.tokens import TokenClaims, Tokens
from dispatch.database.engine import Database
from dispatch.errors import Forbidden, NotSignedIn

PUBLIC = {"exclude_from_auth": True, "public": True}
"""For ``opt=``: the route asks nobody who they are."""

SCHEME = "bearer"

# Names, in the description, of how callers say who they are.
BEARER, DEVICE_ID, DEVICE_PASSWORD = "bearer", "device_id", "device_password"


def known_by(scheme: str) -> dict[str, Any]:
    """For ``opt=`` of a public route: it knows by something else than an access token who asks."""
    return {"security": [{scheme: []}]}


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


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Identifies the bearer of every request to a route that is not public."""

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Raises NotSignedIn."""
        services = connection.app.state.services
        token = bearer_token(connection.headers.get("authorization"))
        signed_in = await identify(services.database, services.accounts.tokens, token)
        return AuthenticationResult(user=signed_in.user, auth=signed_in.claims)


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
