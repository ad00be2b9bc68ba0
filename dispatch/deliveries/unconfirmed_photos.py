"""What a server that stopped in the midst of a step left unconfirmed: kept if the step was committed, else dropped."""

from uuid import UUID

from sqlalchemy import select

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery
from dispatch.ports import PhotoStore

# No step takes so long; whatever is younger may be under way.
LEFT_BEHIND_S = 600.0
HEX_DIGITS = 32


class PhotoSweeper:
    """May run in several processes at once: confirming and dropping twice is once."""

    def __init__(self, database: Database, photos: PhotoStore) -> None:
        self._database = database
        self._photos = photos

    async def sweep(self) -> None:
        """Look at everything that is old and unconfirmed."""
        keys = await self._photos.list_unconfirmed(older_than_s=LEFT_BEHIND_S)
        if not keys:
            return
        known = await self._known({found for key in keys if (found := _delivery_of(key)) is not None})
        for key in keys:
            if key in known:
                await self._photos.confirm(key)
            else:
                await self._photos.discard(key)

    async def _known(self, delivery_ids: set[UUID]) -> set[str]:
        """The keys that these deliveries name."""
        async with self._database.work() as work:
            rows = await work.session.execute(
                select(Delivery.pickup_photo, Delivery.delivery_photo, Delivery.signature).where(
                    among(Delivery.delivery_id, delivery_ids)
                )
            )
            return {key for row in rows for key in row if key is not None}


def _delivery_of(key: str) -> UUID | None:
    try:
        return UUID(key[:HEX_DIGITS])
    except ValueError:
        return None
