"""Whether people who came in earlier may still be here."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from dispatch.accounts.models import SignIn, User
from dispatch.database.engine import Database

AT_ONCE = 5_000


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
                    SignIn.sign_in_id.in_(wanted[start : start + AT_ONCE]),
                    SignIn.revoked_at.is_(None),
                    User.is_active,
                )
            )
            found.update({sign_in_id: frozenset(roles) for sign_in_id, roles in rows})
    return found
