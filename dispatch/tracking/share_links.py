"""Links by which somebody follows one parcel for a while, and which can be taken back."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import String, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.accounts.models import Role, User
from dispatch.database.base import DateTimeUTC, IdentityAuditBase, reference
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery
from dispatch.errors import Conflict, Gone, NotFound
from dispatch.numbers import read_tracking_number

PREFIX: Final = "s."
BYTES: Final = 16
_SIGNS: Final = len(secrets.token_urlsafe(BYTES))
MOST_A_DELIVERY: Final = 20


class ShareLink(IdentityAuditBase):
    """A link to follow one delivery; of its token the database keeps a hash."""

    __tablename__ = "share_links"

    delivery_id: Mapped[int] = mapped_column(reference("deliveries.id"), index=True)
    made_by: Mapped[int] = mapped_column(reference("users.id"))
    label: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    def is_good(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > now


class Followed(NamedTuple):
    """What somebody follows who names a tracking number, or the token of a link."""

    tracking_number: str
    link_id: int | None = None


class ShareLinks:
    """The links of one delivery, for whoever may share it: its buyer and its seller each their own, admins all."""

    def __init__(self, session: AsyncSession, delivery: Delivery, user: User) -> None:
        """``delivery`` comes with its sale. Raises NotFound for whom it does not concern."""
        self._session, self._delivery, self._user = session, delivery, user
        if user.id not in {delivery.sale.buyer_id, delivery.sale.seller_id} and not user.has(Role.ADMIN):
            raise NotFound("There is no such delivery.", code="delivery_not_found")

    async def make(self, label: str, lasts: timedelta, now: datetime) -> tuple[ShareLink, str]:
        """A new one and its token, which is told only now. Raises Conflict where there are too many."""
        # Held, so that two who share at the same moment count each other's.
        await self._session.execute(select(Delivery.id).where(Delivery.id == self._delivery.id).with_for_update())
        good = (ShareLink.revoked_at.is_(None), ShareLink.expires_at > now)
        mine = (ShareLink.delivery_id == self._delivery.id, *good)
        if (await self._session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_A_DELIVERY:
            raise Conflict(f"A delivery has at most {MOST_A_DELIVERY} links; revoke one.", code="too_many_links")
        token = PREFIX + secrets.token_urlsafe(BYTES)
        link = ShareLink(
            delivery_id=self._delivery.id,
            made_by=self._user.id,
            label=label,
            token_hash=_hash(token),
            expires_at=now + lasts,
        )
        self._session.add(link)
        await self._session.flush()
        return link, token

    async def list_links(self) -> Sequence[ShareLink]:
        """Newest first, those that ended too."""
        query = select(ShareLink).where(ShareLink.delivery_id == self._delivery.id).order_by(ShareLink.id.desc())
        if not self._user.has(Role.ADMIN):
            query = query.where(ShareLink.made_by == self._user.id)
        return (await self._session.scalars(query.limit(200))).all()

    async def revoke(self, link_id: int, now: datetime) -> ShareLink:
        """Take one back; again changes nothing. Raises NotFound."""
        link: ShareLink | None = await self._session.scalar(
            select(ShareLink)
            .where(ShareLink.id == link_id, ShareLink.delivery_id == self._delivery.id)
            .with_for_update()
        )
        if link is None or (link.made_by != self._user.id and not self._user.has(Role.ADMIN)):
            raise NotFound("There is no such link.", code="link_not_found")
        link.revoked_at = link.revoked_at or now
        return link


async def followed_by(session: AsyncSession, named: str, now: datetime) -> Followed:
    """What a tracking number or the token of a link opens. Raises NotFound, and Gone for a link that has ended."""
    number = read_tracking_number(named)
    if number is not None:
        return Followed(number)
    if named.startswith(PREFIX) and len(named) == len(PREFIX) + _SIGNS:
        found = (
            await session.execute(
                select(ShareLink, Delivery.tracking_number)
                .join(Delivery, Delivery.id == ShareLink.delivery_id)
                .where(ShareLink.token_hash == _hash(named))
            )
        ).one_or_none()
        if found is not None and not found.ShareLink.is_good(now):
            raise Gone("This link has expired or was taken back.", code="link_ended")
        if found is not None:
            return Followed(found.tracking_number, found.ShareLink.id)
    raise NotFound("There is no such delivery.", code="delivery_not_found")


async def ended_links(database: Database, link_ids: Collection[int], now: datetime) -> set[int]:
    """Those among the given that have expired or were revoked."""
    async with database.work() as work:
        ended = or_(ShareLink.revoked_at.is_not(None), ShareLink.expires_at <= now)
        return set(await work.session.scalars(select(ShareLink.id).where(ShareLink.id.in_(link_ids), ended)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
