"""Who may open a socket: by token, by one-time ticket, and from which pages."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from dispatch.accounts.access import check_proved, identify, standing_sign_ins
from dispatch.accounts.models import Role
from dispatch.accounts.tokens import TokenClaims, Tokens
from dispatch.database.engine import Database
from dispatch.errors import Forbidden
from realtime.logins import Login

DEFAULT_PORTS = {"http": 80, "https": 443}


class AccountDoorkeeper:
    """Asks the accounts: implements ``realtime``'s Doorkeeper."""

    def __init__(self, database: Database, tokens: Tokens, *, require_proof: bool) -> None:
        self._database = database
        self._require_proof = require_proof
        self._tokens = tokens

    async def check(self, token: str, role: str) -> Login:
        """See Doorkeeper."""
        return await self.check_claims(self._tokens.read_access(token), role)

    async def check_claims(self, claims: TokenClaims, role: str) -> Login:
        """The same for claims that were verified before. Raises NotSignedIn or Forbidden."""
        user = await identify(self._database, claims)
        if not user.has(Role(role)):
            raise Forbidden(f"This needs the role {role}.", code="wrong_role")
        check_proved(user, required=self._require_proof)
        return Login(user.id, claims.sign_in_id, claims.expires_at.timestamp(), role)

    async def still_welcome(self, logins: Sequence[Login]) -> set[Login]:
        """See Doorkeeper."""
        roles = await standing_sign_ins(self._database, {login.sign_in_id for login in logins})
        return {login for login in logins if login.role in roles.get(login.sign_in_id, ())}


def origin_allowed(origin: str | None, host: str | None, allowed: Sequence[str]) -> bool:
    """Whether a page of ``origin`` may open a socket here.

    Without an origin it is no browser. A page of our own host may; the scheme is not compared, for a proxy in front
    of us may have taken TLS off.
    """
    if origin is None or "*" in allowed or origin.rstrip("/") in {known.rstrip("/") for known in allowed}:
        return True
    try:
        parts = urlsplit(origin)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        ours = urlsplit(f"//{host}")
        our_port = ours.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    return bool(parts.hostname) and parts.hostname == ours.hostname and port == our_port
