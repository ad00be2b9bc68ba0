"""Who of the demo's people is somebody real just now."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import select

from api.server.services import Services
from dispatch.accounts.models import SignIn, User

RENEWALS = 2
"""A page renews its access token each time that it has expired: who missed so many has left without signing out."""


class SignedIn:
    """Whether a person is signed in to an account that the simulation plays as well.

    What was signed in before it was made is left out: that may be a demo that ran before on the same data. A page that
    was open then counts from its next renewal on.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._begun = services.clock.now()

    async def elsewhere(self, email: str, own: AbstractSet[UUID]) -> bool:
        """Whether the account has a sign-in besides the simulation's ``own`` that is used."""
        tokens, now = self._services.accounts.tokens, self._services.clock.now()
        since = max(self._begun, now - RENEWALS * tokens.access_life)
        query = (
            select(SignIn.sign_in_id)
            .join(User, User.id == SignIn.user_id)
            .where(
                User.email == email,
                SignIn.revoked_at.is_(None),
                SignIn.expires_at >= since + tokens.refresh_life,  # opened or renewed since then
            )
        )
        async with self._services.database.work() as work:
            return any(one not in own for one in await work.session.scalars(query))
