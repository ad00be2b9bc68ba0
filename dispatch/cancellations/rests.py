"""What follows where a parcel was handed over, for what of it was not: it comes back, or its price goes back at once.

The delivery and its transporter are held; then order, sale, product, payment, refund.
"""

from dataclasses import dataclass

from dispatch.cancellations.return_making import ReturnMaking
from dispatch.cancellations.returns import Returned
from dispatch.cancellations.sale_refunds import GivenBack, SaleRefunds
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, PartialReason
from dispatch.deliveries.service import Deliveries
from dispatch.payments.refunds.models import Refund
from dispatch.ports import Clock, Publisher

REFUSED = "The customer took only a part of it"
NOT_THERE = {
    PartialReason.DAMAGED: "Handed over in part: the rest was damaged",
    PartialReason.MISSING: "Handed over in part: the rest was missing",
}


@dataclass(frozen=True, slots=True)
class Rest:
    """What became of the rest: the delivery that brings it back, or the refund where anything was left."""

    brought_by: Delivery | None
    refund: Refund | None


class Rests:
    """What follows a handover, in whichever unit of work."""

    def __init__(self, clock: Clock, publisher: Publisher, *, road_factor: float) -> None:
        self._clock = clock
        self._publisher = publisher
        self._road_factor = road_factor

    async def follow(self, work: Work, delivery: Delivery) -> None:
        """A return is with its seller, or a delivery was handed over: whole, then nothing follows, or in part."""
        if delivery.return_of is not None:
            await Returned(self._clock).follow(work, delivery)
        elif delivery.quantity_accepted is not None and delivery.partial_reason is not None:
            rest = delivery.sale.quantity - delivery.quantity_accepted
            if delivery.partial_reason is PartialReason.REFUSED_BY_CUSTOMER:
                await self._bring_back(work, delivery, rest)
            else:
                why = NOT_THERE[delivery.partial_reason]
                wanted = GivenBack(why, _key(delivery), None, pieces=(rest, delivery.quantity_accepted))
                await SaleRefunds(work, self._clock).ask(delivery.sale, wanted)

    async def _bring_back(self, work: Work, delivery: Delivery, rest: int) -> None:
        """What was not taken stays aboard, under a number of its own, on its way to the seller."""
        making = ReturnMaking(work, self._clock, self._publisher, road_factor=self._road_factor)
        at = delivery.delivered_at or self._clock.now()
        made = making.made(delivery, delivery.transporter_id, at=at, rest=rest)
        work.session.add(made)
        await work.session.flush()
        await making.begin(made, REFUSED)


async def rest_of(work: Work, clock: Clock, deliveries: Deliveries, delivery: Delivery) -> Rest | None:
    """What became of the rest of a delivery; None where all of it was handed over."""
    if delivery.partial_reason is None:
        return None
    if delivery.partial_reason is PartialReason.REFUSED_BY_CUSTOMER:
        return Rest(await deliveries.get_return_of(delivery.id), None)
    return Rest(None, await SaleRefunds(work, clock).find_of_sale(delivery.sale_id, _key(delivery)))


def _key(delivery: Delivery) -> str:
    return f"rest:{delivery.id}"
