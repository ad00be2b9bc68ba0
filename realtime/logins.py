"""Who is behind a socket."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Login:
    """A user and the sign-in that their token belongs to. ``role`` is what the socket is open to them for."""

    user_id: int
    sign_in_id: UUID
    expires_at: float
    """When the token ends, seconds since 1970."""
    role: str


class Doorkeeper(Protocol):
    """Knows who may be here."""

    async def check(self, token: str, role: str) -> Login:
        """The user of an access token who holds ``role``. Raises NotSignedIn or Forbidden."""
        ...

    async def still_welcome(self, logins: Sequence[Login]) -> set[Login]:
        """Those whose sign-in stands, whose account is open and who still hold their role."""
        ...
