"""A parcel was lost or damaged: its delivery ends, whoever had it is free, and its buyer has the money back.

The goods are gone: they are not on sale again. Lock order: delivery, transporter, order, sale, product, payment,
refund.
"""

from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.models import User
from dispatch.cancellations.sale_refunds import GivenBack, SaleRefunds
from dispatch.cancellations.upholding import uphold_open
from dispatch.database.work import Work
from dispatch.deliveries.happened import happened_with, identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, DeliveryStatus, Ending
from dispatch.deliveries.parts import pieces_of_rest
from dispatch.deliveries.release import take_away
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.deliveries.step_times import TimeRules, step_time
from dispatch.errors import Conflict
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import DeliveryLost
from dispatch.payments.refunds.models import Refund
from dispatch.ports import Clock, Publisher
from dispatch.sales.progress import OrderProgress
from dispatch.transporters.service import lock_transporter

MESSAGES = {
    Ending.LOST: "Package lost; what was paid for it goes back",
    Ending.DAMAGED: "Package damaged; money for it goes back",
}


@dataclass(frozen=True, slots=True)
class LossReport:
    """What happened. ``amount_paisa``: so much goes back for a damaged one; None is all that is left of its sale.

    ``happened_at``: when it was lost, or the damage found, as far as anybody knows.
    """

    ending: Ending
    reason: str
    amount_paisa: int | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The delivery as it ended, and the refund, None where nothing was left to give back. ``is_new``: only now."""

    delivery: Delivery
    refund: Refund | None
    is_new: bool


class Losses:
    """The losses of one unit of work."""

    def __init__(
        self, work: Work, clock: Clock, publisher: Publisher, deliveries: Deliveries, *, times: TimeRules
    ) -> None:
        self._work = work
        self._clock = clock
        self._publisher = publisher
        self._deliveries = deliveries
        self._times = times
        self._progress = OrderProgress(work, clock)
        self._refunds = SaleRefunds(work, clock)

    async def report(self, key: DeliveryKey, user: User, told: LossReport) -> Lost:
        """End a delivery as lost or damaged, whatever its status; the same again changes nothing.

        What had arrived stays delivered, and its sale too where only a damage is paid for, or where it is the rest of
        what was handed over in part: then only the rest is given back. Raises NotFound, Invalid
        (more than is left of what was paid) and Conflict (it ended in another way already).
        """
        delivery = await self._deliveries.get(key, lock=True)
        name = f"loss:{delivery.id}"
        if delivery.ending is not None:
            return Lost(delivery, await self._reported(delivery, told, name), is_new=False)
        rest, arrived = pieces_of_rest(delivery), delivery.status is DeliveryStatus.DELIVERED
        if rest is not None and arrived:
            raise _is_back(delivery)
        had_it = delivery.transporter_id
        if had_it is not None:
            await lock_transporter(self._work.session, had_it)
        sale = delivery.sale
        if rest is not None or (arrived and told.ending is Ending.DAMAGED):
            await self._progress.lock(sale)  # what was handed over of it stays so
        else:
            await self._progress.ended(sale, MESSAGES[told.ending])
        given = GivenBack(told.reason, name, user.id, told.amount_paisa, pieces=rest)
        refund = await self._refunds.ask(sale, given)
        self._end(delivery, told, had_it, 0 if refund is None else refund.amount_paisa)
        await uphold_open(self._work, self._clock, delivery, user, told.reason)
        await self._work.session.flush()
        return Lost(delivery, refund, is_new=True)

    async def left(self, key: DeliveryKey) -> tuple[Delivery, int]:
        """A delivery, and what its buyer would have back were all of it lost now, paisa. Raises NotFound."""
        delivery = await self._deliveries.get(key)
        rest = pieces_of_rest(delivery)
        over = delivery.ending is not None or (rest is not None and delivery.status is DeliveryStatus.DELIVERED)
        return delivery, 0 if over else await self._refunds.left(delivery.sale_id, rest)

    def _end(self, delivery: Delivery, told: LossReport, had_it: int | None, paisa: int) -> None:
        message, before = MESSAGES[told.ending], delivery.status
        after = LIFE.after(DeliveryAct.LOSE, before)
        if after is not before:
            take_away(self._work, self._publisher, delivery, told.ending.value)
            delivery.end_hold()
        delivery.ending = told.ending
        lost = DeliveryLost(**identity(delivery), ending=told.ending.value, transporter_id=had_it, refunded_paisa=paisa)
        happened: list[EventData] = [] if after is before else happened_with(delivery, after, message)
        notes = f"{told.ending.value.capitalize()}: {told.reason}"
        since = delivery.picked_up_at or delivery.created_at
        when = step_time(told.happened_at, since=since, now=self._clock.now(), rules=self._times)
        self._deliveries.record(delivery, DeliveryAct.LOSE, message, notes=notes, when=when, happened=[*happened, lost])

    async def _reported(self, delivery: Delivery, told: LossReport, name: str) -> Refund | None:
        if delivery.ending is not told.ending:
            ended = "lost" if delivery.ending is None else delivery.ending.value
            raise Conflict(
                f"This delivery ended as {ended} already.",
                code="ended_otherwise",
                delivery_status=delivery.status.value,
                ending=ended,
            )
        refund = await self._refunds.find_of_sale(delivery.sale_id, name)
        before = None if refund is None else refund.amount_paisa
        if told.amount_paisa not in {None, before}:
            words, status = "Another amount was given back for it already.", delivery.status.value
            raise Conflict(words, code="refund_exists", delivery_status=status, ending=delivery.ending.value)
        return refund


def _is_back(delivery: Delivery) -> Conflict:
    return Conflict(
        "The rest is back with its seller, and what was paid for it goes back already.",
        code="ended_otherwise",
        delivery_status=delivery.status.value,
        ending=Ending.RETURNED.value,
    )
