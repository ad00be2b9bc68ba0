"""Who a token belongs to, and what an account must have proved."""

from datetime import datetime
from typing import Protocol

from dispatch.accounts.models import User
from dispatch.accounts.tokens import TokenClaims
from dispatch.database.engine import Database
from dispatch.database.records import columns_of, detached
from dispatch.errors import Forbidden, NotSignedIn

# Asked with every request of a signed-in user, so that a sign-in that ended ends at once.
STANDING_USER = f"""
SELECT {columns_of(User, "u")}
FROM users u JOIN sign_ins s ON s.user_id = u.id
WHERE u.id = $1 AND s.sign_in_id = $2 AND s.revoked_at IS NULL AND u.is_active
"""  # noqa: S608  the columns are the model's


async def identify(database: Database, claims: TokenClaims) -> User:
    """The user behind a verified token, as the database knows them now. Raises NotSignedIn."""
    async with database.connection() as connection:
        row = await connection.fetchrow(STANDING_USER, claims.user_id, claims.sign_in_id)
    if row is None:
        raise NotSignedIn("This sign-in was ended. Sign in again.", code="sign_in_ended")
    return detached(User, row)


class Addressed(Protocol):
    """An account, as far as its e-mail address goes."""

    @property
    def email(self) -> str:
        """Where mails for it are sent."""
        ...

    @property
    def email_verified_at(self) -> datetime | None:
        """When somebody proved to get them."""
        ...


def check_proved(user: Addressed, *, required: bool) -> None:
    """Raises Forbidden for somebody whose e-mail address is not proved, where that is required."""
    if required and user.email_verified_at is None:
        raise Forbidden(
            f"Prove your e-mail address first: open the link that was sent to {user.email}, or have it sent again with "
            "POST /api/v1/auth/verify-email/resend/.",
            code="email_not_verified",
        )
