"""A parcel goes back to its seller as a delivery of its own; once it is there, the goods' price goes back to the buyer.

Lock order: delivery, transporter, order, sale, product, payment, refund.
"""

from uuid import uuid4

from dispatch.accounts.models import Role, User
from dispatch.cancellations.sale_refunds import GivenBack, SaleRefunds
from dispatch.database.work import Work
from dispatch.deliveries.attempts.service import attempts_of
from dispatch.deliveries.happened import happened_with, identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep, Ending
from dispatch.deliveries.release import take_away
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict, NotFound
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import DeliveryBroughtBack, DeliveryCreated, DeliveryPickedUp, DeliveryReturned
from dispatch.events.recording import record
from dispatch.numbers import tracking_number
from dispatch.ports import AssignmentNotice, Clock, Publisher
from dispatch.sales.life import SaleAct
from dispatch.sales.progress import OrderProgress
from dispatch.transporters.service import Transporters, lock_transporter

RETURNED = "Package goes back to its seller"
BACK = "Package is back with its seller"
CARRIED = (
    "sale_id",
    "package_weight",
    "package_dimensions",
    "package_value",
    "fragile",
    "priority",
    "delivery_fee",
    "distance_km",
    "special_instructions",
)
"""What a return has of the delivery whose parcel it brings back: its courier earns for the way back what the way there
would have brought.
"""
PLACE = ("address", "lat", "lon", "contact_name", "contact_phone", "instructions")


class Returns:
    """The returns that are begun in one unit of work."""

    def __init__(
        self, work: Work, clock: Clock, publisher: Publisher, deliveries: Deliveries, *, most_attempts: int
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._deliveries = deliveries
        self._most_attempts = most_attempts

    async def begin(self, key: DeliveryKey, user: User, reason: str, *, restocks: bool = True) -> tuple[Delivery, bool]:
        """The delivery that brings a parcel back to its seller, and whether it is new; the same again is the same one.

        What is aboard stays with its transporter, who has it under a new number; what had arrived waits at the
        customer's for somebody to fetch it. For an admin and the sale's seller; its transporter once it was tried as
        often as it may be. Raises NotFound and Conflict.
        """
        delivery = await self._deliveries.get(key, lock=True)
        await self._check_may(delivery, user)
        if delivery.ending is Ending.RETURNED:
            return await self._deliveries.get_return_of(delivery.id), False
        if delivery.return_of is not None or delivery.ending is not None:
            raise _cannot(delivery, "This delivery is a return, or has ended in another way already.")
        if not LIFE.allows(DeliveryAct.RETURN, delivery.status):
            raise _cannot(delivery, "Only what is aboard or has arrived can be brought back; the rest is cancelled.")
        had_it = delivery.transporter_id if delivery.status.under_way else None
        if delivery.transporter_id is not None:
            await lock_transporter(self._session, delivery.transporter_id)
        made = self._made(delivery, had_it, restocks=restocks)
        self._session.add(made)
        await self._session.flush()
        self._end(delivery, made, had_it, reason)
        await self._session.flush()
        self._begin(made, reason)
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
        tried = len((await attempts_of(self._session, [delivery.id])).get(delivery.id, ()))
        if tried < self._most_attempts or not delivery.status.under_way:
            detail = f"It was tried {tried} times; before {self._most_attempts} a dispatcher or the seller decides."
            raise _cannot(delivery, detail, code="not_exhausted")

    def _made(self, delivery: Delivery, had_it: int | None, *, restocks: bool) -> Delivery:
        """From the customer's door, where the parcel is or should have been, to where it was fetched."""
        known = {name: getattr(delivery, name) for name in CARRIED}
        for part in PLACE:
            known[f"pickup_{part}"] = getattr(delivery, f"delivery_{part}")
            known[f"delivery_{part}"] = getattr(delivery, f"pickup_{part}")
        now = self._clock.now()
        if had_it is not None:
            known |= {"transporter_id": had_it, "assigned_at": now, "picked_up_at": now, "pinned": True}
        return Delivery(
            **known,
            delivery_id=uuid4(),
            tracking_number=tracking_number(),
            return_of=delivery.id,
            restocks=restocks,
            label=delivery.label or delivery.tracking_number,  # what stands on the parcel
            return_proof=list(delivery.return_proof),
            drop_off_proof=[],
            status=DeliveryStatus.AVAILABLE if had_it is None else DeliveryStatus.PICKED_UP,
        )

    def _end(self, delivery: Delivery, made: Delivery, had_it: int | None, reason: str) -> None:
        before, after = delivery.status, LIFE.after(DeliveryAct.RETURN, delivery.status)
        happened: list[EventData] = []
        if after is not before:
            take_away(self._work, self._publisher, delivery, Ending.RETURNED.value)
            happened += happened_with(delivery, after, RETURNED)
        delivery.ending = Ending.RETURNED
        happened.append(DeliveryReturned(**identity(delivery), return_id=made.id, transporter_id=had_it))
        self._deliveries.record(delivery, DeliveryAct.RETURN, RETURNED, notes=reason, happened=happened)

    def _begin(self, made: Delivery, reason: str) -> None:
        now, order_id = self._clock.now(), None
        created = DeliveryCreated(**identity(made), sale_id=made.sale_id, order_id=order_id, return_of=made.return_of)
        record(self._session, created, at=now)
        if made.transporter_id is None:
            return
        step = DeliveryStep(
            delivery_id=made.id,
            status=made.status,
            message=RETURNED,
            notes=reason,
            timestamp=now,
            noticed_at=now,
            transporter_id=made.transporter_id,
            flags=[],
        )
        self._session.add(step)
        record(self._session, DeliveryPickedUp(**identity(made), transporter_id=made.transporter_id), at=now)
        notice = AssignmentNotice(
            made.transporter_id,
            made.id,
            str(made.delivery_id),
            made.tracking_number,
            made.pickup_address,
            made.delivery_address,
        )
        self._work.after_commit(lambda: self._publisher.assigned(notice))


class Returned:
    """What follows where a return is with its seller: goods on sale again, their price back to the buyer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def follow(self, work: Work, delivery: Delivery) -> None:
        """Of a locked return whose transporter is held. The shipping is not given back: it was carried."""
        sale = delivery.sale
        ends = await OrderProgress(work, self._clock).ended(sale, BACK, SaleAct.CANCEL)
        restocked = ends and delivery.restocks  # else its goods were put back on sale before
        taken_back = sale.quantity if restocked else 0
        wanted = GivenBack(BACK, f"return:{delivery.id}", None, goods_alone=True, restock=taken_back)
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
