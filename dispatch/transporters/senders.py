"""Whose positions are taken: verified transporters'. A stranger's would cost memory and stand on dispatchers' maps."""

from collections.abc import Collection

from sqlalchemy import any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.accounts.models import Role, User
from dispatch.database.among import among
from dispatch.errors import Forbidden
from dispatch.transporters.models import Transporter

NOT_VERIFIED = "not_verified"
_WORDS = "An admin must verify your transporter profile before it may send positions."


def not_verified() -> Forbidden:
    """What somebody is told whose positions are not taken yet, or no longer."""
    return Forbidden(_WORDS, code=NOT_VERIFIED)


async def sender_of(session: AsyncSession, user_id: int) -> int:
    """The transporter as whom a user may send. Raises Forbidden where there is none, or it is not verified."""
    row = (
        await session.execute(select(Transporter.id, Transporter.verified_at).where(Transporter.user_id == user_id))
    ).first()
    if row is None:
        raise Forbidden("You have no transporter profile yet.", code="no_transporter")
    if row.verified_at is None:
        raise not_verified()
    return int(row.id)


async def verified_senders(session: AsyncSession, user_ids: Collection[int]) -> set[int]:
    """Those of the users who may still send."""
    found = await session.scalars(
        select(Transporter.user_id)
        .join(User, User.id == Transporter.user_id)
        .where(
            among(Transporter.user_id, list(user_ids)),
            Transporter.verified_at.is_not(None),
            literal(Role.TRANSPORTER.value) == any_(User.roles),
        )
    )
    return set(found)
