"""Who may open a socket: by token, by one-time ticket, and from which pages."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from dispatch.accounts.access import check_proved
from dispatch.accounts.models import Role
from dispatch.accounts.tokens import TokenClaims, Tokens
from dispatch.database.engine import Database
from dispatch.errors import Forbidden, NotSignedIn
from dispatch.transporters.senders import NOT_VERIFIED, Standing, standing_of
from realtime.gathering import Gathering
from realtime.protocol import Close
from realtime.sockets.logins import Dismissal, Login

ACCESS_ENDED = Dismissal(Close.UNAUTHORIZED, "access_ended")
VERIFICATION_ENDED = Dismissal(Close.FORBIDDEN, NOT_VERIFIED)
# Rows of one statement: what is read of them at once must not hold the event loop.
AT_ONCE = 250
DEFAULT_PORTS = {"http": 80, "https": 443}


class AccountSocketAuthenticator:
    """Asks the accounts: implements ``realtime``'s SocketAuthenticator."""

    def __init__(self, database: Database, tokens: Tokens, *, require_proof: bool) -> None:
        self._database = database
        self._require_proof = require_proof
        self._tokens = tokens
        self._standing_of: Gathering[tuple[int, UUID], Standing | None] = Gathering(self._ask, most=AT_ONCE)

    async def check(self, token: str, role: str) -> Login:
        """See SocketAuthenticator."""
        return (await self.check_claims(self._tokens.read_access(token), role))[0]

    async def check_token(self, token: str, role: str) -> tuple[Login, Standing]:
        """The same, with what else the user may do."""
        return await self.check_claims(self._tokens.read_access(token), role)

    async def check_claims(self, claims: TokenClaims, role: str) -> tuple[Login, Standing]:
        """The same for claims that were verified before. Raises NotSignedIn or Forbidden."""
        user = await self._standing_of((claims.user_id, claims.sign_in_id))
        if user is None:
            raise NotSignedIn("This sign-in was ended. Sign in again.", code="sign_in_ended")
        if role not in user.roles:
            raise Forbidden(f"This needs the role {role}.", code="wrong_role")
        check_proved(user, required=self._require_proof)
        return Login(claims.user_id, claims.sign_in_id, claims.expires_at.timestamp(), role), user

    async def dismissed(self, logins: Sequence[Login]) -> dict[Login, Dismissal]:
        """See SocketAuthenticator."""
        ended: dict[Login, Dismissal] = {}
        for start in range(0, len(logins), AT_ONCE):
            some = logins[start : start + AT_ONCE]
            standing = await self._ask([(login.user_id, login.sign_in_id) for login in some])
            for login, user in zip(some, standing, strict=True):
                if user is None or login.role not in user.roles:
                    ended[login] = ACCESS_ENDED
                elif login.role == Role.TRANSPORTER and not user.is_verified:
                    ended[login] = VERIFICATION_ENDED
        return ended

    async def _ask(self, sign_ins: Sequence[tuple[int, UUID]]) -> list[Standing | None]:
        return await standing_of(self._database, sign_ins)


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
