"""Who is behind a socket."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from realtime.protocol import Close


@dataclass(frozen=True, slots=True)
class Login:
    """A user and the sign-in that their token belongs to. ``role`` is what the socket is open to them for."""

    user_id: int
    sign_in_id: UUID
    expires_at: float
    """When the token ends, seconds since 1970."""
    role: str


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Why somebody may no longer be here, as the connection is told."""

    code: Close
    name: str


class SocketAuthenticator(Protocol):
    """Knows who may be here."""

    async def check(self, token: str, role: str) -> Login:
        """The user of an access token who holds ``role``. Raises NotSignedIn or Forbidden."""
        ...

    async def dismissed(self, logins: Sequence[Login]) -> dict[Login, Dismissal]:
        """Those who may no longer be here: their sign-in was ended, their account closed, their role taken away, or
        a transporter's verification withdrawn.
        """
        ...
