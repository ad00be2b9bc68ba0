"""Doors of accounts whose deletion left them: an older server's knew nothing of steps, tries and arrivals."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, and_, func, select

from dispatch.accounts.models import User
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.privacy.doors import forget_doors
from dispatch.sales.models import Sale

BATCH = 100


class DoorsLeft(LeasedItemJob[int]):
    """Takes the doors out of the parcels of accounts that are deleted already."""

    name: ClassVar[str] = "doors-left"

    async def find(self, after: int | None) -> list[int]:
        """Deleted accounts of which nobody has said that their doors are forgotten."""
        query = select(User.id).where(User.id > (after or 0), _has_doors_left())
        async with self._database.work() as work:
            return list(await work.session.scalars(query.order_by(User.id).limit(BATCH)))

    async def do_key(self, key: int) -> None:
        """Forget those of one account, and say so."""
        async with self._database.work() as work:
            user = await work.session.scalar(select(User).where(User.id == key, _has_doors_left()).with_for_update())
            if user is None:
                return
            await forget_doors(work.session, select(Sale.id).where(Sale.buyer_id == user.id))
            user.doors_forgotten_at = self._clock.now()

    async def oldest_due(self) -> datetime | None:
        """When the first of them was deleted."""
        async with self._database.work() as work:
            found: datetime | None = await work.session.scalar(
                select(func.min(User.deleted_at)).where(_has_doors_left())
            )
        return found


def _has_doors_left() -> ColumnElement[bool]:
    return and_(User.deleted_at.is_not(None), User.doors_forgotten_at.is_(None))
