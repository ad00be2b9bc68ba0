"""Whose positions are taken: verified transporters'. A stranger's would cost memory and stand on dispatchers' maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.engine import Database
from dispatch.errors import Forbidden
from dispatch.transporters.models import Transporter

NOT_VERIFIED = "not_verified"
_WORDS = "An admin must verify your transporter profile before it may send positions."

# Asked when a phone connects, of all that connect in the same moment together, and every half a minute again.
STANDING = """
SELECT asked.number, u.roles, u.email, u.email_verified_at, t.id, t.verified_at IS NOT NULL
FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY AS asked (user_id, sign_in_id, number)
JOIN sign_ins s ON s.sign_in_id = asked.sign_in_id AND s.user_id = asked.user_id AND s.revoked_at IS NULL
JOIN users u ON u.id = s.user_id AND u.is_active
LEFT JOIN transporters t ON t.user_id = u.id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign-in that was not ended and whose account is open."""

    roles: Sequence[str]
    email: str
    email_verified_at: datetime | None
    transporter_id: int | None
    """The user's transporter profile, where there is one."""
    is_verified: bool
    """Whether that may send."""

    @property
    def sender(self) -> int:
        """The transporter as whom the user may send. Raises Forbidden where there is none, or it is not verified."""
        if self.transporter_id is None:
            raise no_transporter()
        if not self.is_verified:
            raise not_verified()
        return self.transporter_id


def not_verified() -> Forbidden:
    """What somebody is told whose positions are not taken yet, or no longer."""
    return Forbidden(_WORDS, code=NOT_VERIFIED)


def no_transporter() -> Forbidden:
    """What somebody is told who has no profile."""
    return Forbidden("You have no transporter profile yet.", code="no_transporter")


async def sender_of(session: AsyncSession, user_id: int) -> int:
    """The transporter as whom a user may send. Raises Forbidden where there is none, or it is not verified."""
    row = (
        await session.execute(select(Transporter.id, Transporter.verified_at).where(Transporter.user_id == user_id))
    ).first()
    if row is None:
        raise no_transporter()
    if row.verified_at is None:
        raise not_verified()
    return int(row.id)


async def standing_of(database: Database, sign_ins: Sequence[tuple[int, UUID]]) -> list[Standing | None]:
    """What each (user, sign-in) may do now, in one statement however many they are; None for a sign-in that ended."""
    async with database.connection() as connection:
        rows = await connection.fetch(STANDING, [user_id for user_id, _ in sign_ins], [one for _, one in sign_ins])
    found: list[Standing | None] = [None] * len(sign_ins)
    for number, roles, email, email_verified_at, transporter_id, is_verified in rows:
        found[number - 1] = Standing(roles, email, email_verified_at, transporter_id, is_verified)
    return found
