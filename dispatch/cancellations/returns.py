"""A parcel goes back to its seller as a delivery of its own; once it is there, the goods' price goes back to the buyer.

Lock order: delivery, transporter, order, sale, product, payment, refund.
"""

from datetime import datetime

from dispatch.accounts.models import Role, User
from dispatch.cancellations.return_making import RETURNED, ReturnMaking
from dispatch.cancellations.sale_refunds import GivenBack, SaleRefunds
from dispatch.cancellations.upholding import uphold_open
from dispatch.database.work import Work
from dispatch.deliveries.attempts.service import attempts_of, tries_of
from dispatch.deliveries.happened import happened_with, identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, Ending, PartialReason
from dispatch.deliveries.parts import pieces_in, pieces_of_rest
from dispatch.deliveries.release import take_away
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.deliveries.step_times import StepTime, TimeRules, step_time
from dispatch.errors import Conflict, NotFound
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import DeliveryBroughtBack, DeliveryReturned
from dispatch.events.recording import record
from dispatch.ports import Clock, Publisher
from dispatch.sales.life import SaleAct
from dispatch.sales.progress import OrderProgress
from dispatch.transporters.service import Transporters, lock_transporter

BACK = "Package is back with its seller"


class Returns:
    """The returns that are begun in one unit of work."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        publisher: Publisher,
        deliveries: Deliveries,
        *,
        most_attempts: int,
        road_factor: float,
        times: TimeRules,
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._deliveries = deliveries
        self._most_attempts = most_attempts
        self._times = times
        self._making = ReturnMaking(work, clock, publisher, road_factor=road_factor)

    async def begin(
        self,
        key: DeliveryKey,
        user: User,
        reason: str,
        *,
        restocks: bool = True,
        happened_at: datetime | None = None,
    ) -> tuple[Delivery, bool]:
        """The delivery that brings a parcel back to its seller, and whether it is new; the same again is the same one.

        What is aboard stays with its transporter, who has it under a new number; what had arrived waits at the
        customer's for somebody to fetch it. For an admin and the sale's seller; its transporter once it was tried as
        often as it may be. ``happened_at``: since when it goes back, by whoever says so; the last attempt was before.
        Raises NotFound and Conflict.
        """
        delivery = await self._deliveries.get(key, lock=True)
        await self._check_may(delivery, user)
        if delivery.ending is Ending.RETURNED:
            return await self._deliveries.get_return_of(delivery.id), False
        if delivery.return_of is not None or delivery.ending is not None:
            raise _cannot(delivery, "This delivery is a return, or has ended in another way already.")
        if delivery.partial_reason is PartialReason.REFUSED_BY_CUSTOMER:
            raise _cannot(delivery, "What the customer did not take of it is on its way back already.")
        if not LIFE.allows(DeliveryAct.RETURN, delivery.status):
            raise _cannot(delivery, "Only what is aboard or has arrived can be brought back; the rest is cancelled.")
        had_it = delivery.transporter_id if delivery.status.under_way else None
        if delivery.transporter_id is not None:
            await lock_transporter(self._session, delivery.transporter_id)
        tried = (await attempts_of(self._session, [delivery.id])).get(delivery.id, ())
        since = delivery.delivered_at or (tried[-1].at if tried else delivery.picked_up_at)
        when = step_time(happened_at, since=since, now=self._clock.now(), rules=self._times)
        made = self._making.made(delivery, had_it, at=when.at, restocks=restocks)
        self._session.add(made)
        await self._session.flush()
        self._end(delivery, made, had_it, reason, when)
        await uphold_open(self._work, self._clock, delivery, user, reason)
        await self._session.flush()
        await self._making.begin(made, reason)
        await self._session.flush()
        return made, True

    async def _check_may(self, delivery: Delivery, user: User) -> None:
        if user.has(Role.ADMIN) or delivery.sale.seller_id == user.id:
            return
        own = await Transporters(self._work, self._clock).find_of(user)
        has = own is not None and own.id in {step.transporter_id for step in delivery.tracking_history}
        if not has or own is None:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        if delivery.ending is Ending.RETURNED:
            return
        if delivery.transporter_id != own.id:
            raise _cannot(delivery, "This delivery is no longer yours.", code="no_longer_yours")
        tried = tries_of((await attempts_of(self._session, [delivery.id])).get(delivery.id, ()))
        if tried < self._most_attempts or not delivery.status.under_way:
            detail = f"It was tried {tried} times; before {self._most_attempts} a dispatcher or the seller decides."
            raise _cannot(delivery, detail, code="not_exhausted")

    def _end(self, delivery: Delivery, made: Delivery, had_it: int | None, reason: str, when: StepTime) -> None:
        before, after = delivery.status, LIFE.after(DeliveryAct.RETURN, delivery.status)
        happened: list[EventData] = []
        if after is not before:
            take_away(self._work, self._publisher, delivery, Ending.RETURNED.value)
            happened += happened_with(delivery, after, RETURNED)
        delivery.ending = Ending.RETURNED
        happened.append(DeliveryReturned(**identity(delivery), return_id=made.id, transporter_id=had_it))
        self._deliveries.record(delivery, DeliveryAct.RETURN, RETURNED, notes=reason, when=when, happened=happened)


class Returned:
    """What follows where a return is with its seller: goods on sale again, their price back to the buyer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def follow(self, work: Work, delivery: Delivery) -> None:
        """Of a locked return whose transporter is held. The shipping is not given back: it was carried.

        Where it is the rest of what was handed over in part, the sale stays delivered.
        """
        sale, progress = delivery.sale, OrderProgress(work, self._clock)
        if delivery.rest_quantity is None:
            is_new = await progress.ended(sale, BACK, SaleAct.CANCEL)
        else:
            await progress.lock(sale)
            is_new = sale.quantity_delivered is not None
        restocked = is_new and delivery.restocks  # else its goods were put back on sale before
        taken_back = pieces_in(delivery) if restocked else 0
        wanted = GivenBack(
            BACK, f"return:{delivery.id}", None, goods_alone=True, pieces=pieces_of_rest(delivery), restock=taken_back
        )
        refund = await SaleRefunds(work, self._clock).ask(sale, wanted)
        brought = DeliveryBroughtBack(
            **identity(delivery),
            return_of=delivery.return_of or 0,
            transporter_id=delivery.transporter_id or 0,
            restocked=restocked,
            refunded_paisa=0 if refund is None else refund.amount_paisa,
        )
        record(work.session, brought, at=self._clock.now())


def _cannot(delivery: Delivery, detail: str, *, code: str = "cannot_return") -> Conflict:
    ending = None if delivery.ending is None else delivery.ending.value
    return Conflict(detail, code=code, delivery_status=delivery.status.value, ending=ending)
