"""A delivery is cancelled by itself, or becomes more or less urgent. Lock order: delivery, transporter."""

from enum import StrEnum
from functools import partial

from dispatch.accounts.models import Role, User
from dispatch.assignments.ranked import holder_of
from dispatch.database.work import Work
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict, NotFound
from dispatch.events.payloads.deliveries import DeliveryPriorityChanged
from dispatch.events.recording import record
from dispatch.ports import Clock, PriorityNotice, Publisher
from dispatch.transporters.service import lock_transporter


class CancelReason(StrEnum):
    """Why a delivery is cancelled."""

    CUSTOMER_ASKED = "customer_asked"
    SELLER_ASKED = "seller_asked"
    OUT_OF_STOCK = "out_of_stock"
    WRONG_ADDRESS = "wrong_address"
    DUPLICATE = "duplicate"
    UNDELIVERABLE = "undeliverable"
    OTHER = "other"


class DeliveryChanges:
    """Cancels deliveries and changes their priority in one unit of work."""

    def __init__(self, work: Work, clock: Clock, publisher: Publisher, deliveries: Deliveries) -> None:
        self._work = work
        self._clock = clock
        self._publisher = publisher
        self._deliveries = deliveries

    async def cancel(self, key: DeliveryKey, user: User, reason: CancelReason, *, note: str = "") -> Delivery:
        """Cancel what was not picked up, for an admin or the sale's seller; one that is cancelled stays as it is.

        The sale stays with its seller, who sends it another way, or whose order is cancelled and refunded. Raises
        NotFound (also for who may not know of it), and Conflict where the parcel is aboard or delivered.
        """
        delivery = await self._deliveries.get(key, lock=True)
        if not user.has(Role.ADMIN) and delivery.sale.seller_id != user.id:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        if delivery.status is DeliveryStatus.CANCELLED:
            return delivery
        if not LIFE.allows(DeliveryAct.CANCEL, delivery.status):
            raise Conflict(
                f"A delivery that is {delivery.status.display.lower()} cannot be cancelled.",
                code="cannot_cancel",
                **holder_of(delivery),
            )
        if delivery.transporter_id is not None:
            await lock_transporter(self._work.session, delivery.transporter_id)
        told = f"Cancelled: {reason.value.replace('_', ' ')}. {note}".strip()
        self._deliveries.call_off(delivery, "Delivery cancelled", notes=told)
        await self._work.session.flush()
        return delivery

    async def set_priority(
        self, key: DeliveryKey, priority: Priority, *, changed_from: Priority | None = None
    ) -> tuple[Delivery, Priority]:
        """Make a delivery more or less urgent; the delivery, and what it was before.

        ``changed_from``: only where it is that now. Raises NotFound, and Conflict where it has ended or has another
        priority by now.
        """
        delivery = await self._deliveries.get(key, lock=True)
        if not LIFE.allows(DeliveryAct.CHANGE_PRIORITY, delivery.status):
            raise Conflict(
                f"A delivery that is {delivery.status.value} is no longer urgent.",
                code="wrong_status",
                **holder_of(delivery),
            )
        before = delivery.priority
        if changed_from not in {None, before}:
            words, holder = f"The priority is {before.value} by now.", holder_of(delivery)
            raise Conflict(words, code="other_priority", priority=before.value, **holder)
        if priority is before:
            return delivery, before
        delivery.priority = priority
        changed = DeliveryPriorityChanged(**identity(delivery), priority=priority.value, changed_from=before.value)
        now = self._clock.now()
        record(self._work.session, changed, at=now)
        await self._work.session.flush()
        notice = PriorityNotice(
            delivery.id,
            str(delivery.delivery_id),
            delivery.tracking_number,
            delivery.status.value,
            delivery.transporter_id,
            priority.value,
            before.value,
            now,
        )
        self._work.after_commit(partial(self._publisher.priority_changed, notice))
        return delivery, before
