"""What a server that stopped in the midst of a step left unconfirmed: kept if the step was committed, else dropped."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from dispatch.deliveries.attempts.models import DeliveryAttempt
from dispatch.deliveries.models import Delivery
from dispatch.jobs.unconfirmed import UnconfirmedSweeper
from dispatch.proofs.refused import RefusedHandover

HEX_DIGITS = 32


class PhotoSweeper(UnconfirmedSweeper):
    """Keeps a photo that a delivery, an attempt or a step that was refused names."""

    name: ClassVar[str] = "unconfirmed-photos"

    async def is_named(self, key: str) -> bool:
        """See UnconfirmedSweeper."""
        delivery_id = _delivery_of(key)
        return delivery_id is not None and key in await self._known(delivery_id)

    async def _known(self, delivery_id: UUID) -> set[str]:
        """The keys that this delivery names."""
        async with self._database.work() as work:
            rows = await work.session.execute(
                select(
                    Delivery.pickup_photo, Delivery.pickup_signature, Delivery.delivery_photo, Delivery.signature
                ).where(Delivery.delivery_id == delivery_id)
            )
            tried = await work.session.scalars(
                select(DeliveryAttempt.photo)
                .join(Delivery, Delivery.id == DeliveryAttempt.delivery_id)
                .where(Delivery.delivery_id == delivery_id, DeliveryAttempt.photo.is_not(None))
            )
            refused = await work.session.execute(
                select(RefusedHandover.photo, RefusedHandover.signature)
                .join(Delivery, Delivery.id == RefusedHandover.delivery_id)
                .where(Delivery.delivery_id == delivery_id)
            )
            named = [*(key for row in (*rows, *refused) for key in row), *tried]
            return {key for key in named if key is not None}


def _delivery_of(key: str) -> UUID | None:
    try:
        return UUID(key[:HEX_DIGITS])
    except ValueError:
        return None
