"""What a server that stopped in the midst of a step left unconfirmed: kept if the step was committed, else dropped."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.deliveries.attempts.models import DeliveryAttempt
from dispatch.deliveries.models import Delivery
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.ports import Clock, PhotoStore

# No step takes so long; whatever is younger may be under way.
LEFT_BEHIND_S = 600.0
HEX_DIGITS = 32


class PhotoSweeper(LeasedItemJob[str]):
    """Confirming and dropping twice is once."""

    name: ClassVar[str] = "unconfirmed-photos"

    def __init__(self, database: Database, clock: Clock, photos: PhotoStore) -> None:
        super().__init__(database, clock)
        self._photos = photos

    async def find(self, after: str | None) -> list[str]:
        """Everything that is old and unconfirmed."""
        keys = sorted(await self._photos.list_unconfirmed(older_than_s=LEFT_BEHIND_S))
        return [key for key in keys if after is None or key > after]

    async def do_key(self, key: str) -> None:
        """Keep a photo that a delivery names, drop any other."""
        delivery_id = _delivery_of(key)
        if delivery_id is not None and key in await self._known({delivery_id}):
            await self._photos.confirm(key)
        else:
            await self._photos.discard(key)

    async def oldest_due(self) -> datetime | None:
        """Not known: the store does not say how old they are."""
        return None

    async def _known(self, delivery_ids: set[UUID]) -> set[str]:
        """The keys that these deliveries name."""
        async with self._database.work() as work:
            rows = await work.session.execute(
                select(
                    Delivery.pickup_photo, Delivery.pickup_signature, Delivery.delivery_photo, Delivery.signature
                ).where(among(Delivery.delivery_id, delivery_ids))
            )
            tried = await work.session.scalars(
                select(DeliveryAttempt.photo)
                .join(Delivery, Delivery.id == DeliveryAttempt.delivery_id)
                .where(among(Delivery.delivery_id, delivery_ids), DeliveryAttempt.photo.is_not(None))
            )
            return {key for row in rows for key in row if key is not None} | {key for key in tried if key is not None}


def _delivery_of(key: str) -> UUID | None:
    try:
        return UUID(key[:HEX_DIGITS])
    except ValueError:
        return None
