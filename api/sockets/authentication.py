"""Who may open a socket: by token, by one-time ticket, and from which pages."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from dispatch.accounts.access import check_proved, identify, standing_sign_ins
from dispatch.accounts.models import Role
from dispatch.accounts.tokens import TokenClaims, Tokens
from dispatch.database.engine import Database
from dispatch.errors import Forbidden
from dispatch.transporters.senders import NOT_VERIFIED, verified_senders
from realtime.protocol import Close
from realtime.sockets.logins import Dismissal, Login

ACCESS_ENDED = Dismissal(Close.UNAUTHORIZED, "access_ended")
VERIFICATION_ENDED = Dismissal(Close.FORBIDDEN, NOT_VERIFIED)
DEFAULT_PORTS = {"http": 80, "https": 443}


class AccountSocketAuthenticator:
    """Asks the accounts: implements ``realtime``'s SocketAuthenticator."""

    def __init__(self, database: Database, tokens: Tokens, *, require_proof: bool) -> None:
        self._database = database
        self._require_proof = require_proof
        self._tokens = tokens

    async def check(self, token: str, role: str) -> Login:
        """See SocketAuthenticator."""
        return await self.check_claims(self._tokens.read_access(token), role)

    async def check_claims(self, claims: TokenClaims, role: str) -> Login:
        """The same for claims that were verified before. Raises NotSignedIn or Forbidden."""
        user = await identify(self._database, claims)
        if not user.has(Role(role)):
            raise Forbidden(f"This needs the role {role}.", code="wrong_role")
        check_proved(user, required=self._require_proof)
        return Login(user.id, claims.sign_in_id, claims.expires_at.timestamp(), role)

    async def dismissed(self, logins: Sequence[Login]) -> dict[Login, Dismissal]:
        """See SocketAuthenticator."""
        roles = await standing_sign_ins(self._database, {login.sign_in_id for login in logins})
        ended = {login: ACCESS_ENDED for login in logins if login.role not in roles.get(login.sign_in_id, ())}
        senders = {login for login in logins if login.role == Role.TRANSPORTER and login not in ended}
        if not senders:
            return ended
        async with self._database.work() as work:
            standing = await verified_senders(work.session, {login.user_id for login in senders})
        return ended | {login: VERIFICATION_ENDED for login in senders if login.user_id not in standing}


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
