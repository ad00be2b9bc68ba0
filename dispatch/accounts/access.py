"""Who a token belongs to, and whether people who came in earlier may still be here."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from dispatch.accounts.models import SignIn, User
from dispatch.accounts.tokens import TokenClaims
from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.database.records import columns_of, detached
from dispatch.errors import Forbidden, NotSignedIn

AT_ONCE = 5_000

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


def check_proved(user: User, *, required: bool) -> None:
    """Raises Forbidden for somebody whose e-mail address is not proved, where that is required."""
    if required and user.email_verified_at is None:
        raise Forbidden(
            f"Prove your e-mail address first: open the link that was sent to {user.email}, or have it sent again with "
            "POST /api/v1/auth/verify-email/resend/.",
            code="email_not_verified",
        )


async def standing_sign_ins(database: Database, sign_in_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """The roles behind each sign-in that was not ended and whose account is open; the others are missing."""
    wanted = list(sign_in_ids)
    found: dict[UUID, frozenset[str]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        async with database.work() as work:
            rows = await work.session.execute(
                select(SignIn.sign_in_id, User.roles)
                .join(User, User.id == SignIn.user_id)
                .where(
                    among(SignIn.sign_in_id, wanted[start : start + AT_ONCE]),
                    SignIn.revoked_at.is_(None),
                    User.is_active,
                )
            )
            found.update({sign_in_id: frozenset(roles) for sign_in_id, roles in rows})
    return found
