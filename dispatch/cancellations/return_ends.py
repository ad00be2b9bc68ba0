"""What became of a parcel that went back: its own delivery has ended, and what comes back of it is another."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.deliveries.models import Delivery, DeliveryStatus, Ending


class ReturnEnd(StrEnum):
    """How the way back of a parcel ended."""

    BACK = "back"
    """It is with its seller."""
    LOST = "lost"
    DAMAGED = "damaged"


async def return_ended(session: AsyncSession, delivery: Delivery) -> ReturnEnd | None:
    """How the return of a delivery ended; None where there is none, and while it goes on."""
    if delivery.ending is not Ending.RETURNED:
        return None
    query = select(Delivery.status, Delivery.ending).where(Delivery.return_of == delivery.id)
    for status, ending in (await session.execute(query)).tuples():
        if ending in {Ending.LOST, Ending.DAMAGED}:
            return ReturnEnd(ending.value)
        if status is DeliveryStatus.DELIVERED:
            return ReturnEnd.BACK
    return None
