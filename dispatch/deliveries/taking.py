"""A delivery gets its transporter: one that accepts it, is given it, keeps it, or takes it over from another.

Phones repeat a request whose answer they lost, so whoever has a delivery already is answered as the first time, and
nothing changes.
"""

from datetime import datetime

from dispatch.database.work import Work
from dispatch.deliveries.carried import check_papers
from dispatch.deliveries.expected_times import ExpectedTimes
from dispatch.deliveries.happened import identity, was_accepted
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.loads import Load, load_of
from dispatch.deliveries.models import ON_HOLD, Delivery, DeliveryStatus
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.deliveries.step_times import StepTime, TimeRules, step_time
from dispatch.errors import Conflict, Forbidden
from dispatch.events.payloads.deliveries import DeliveryAccepted, DeliveryReassigned
from dispatch.events.recording import record
from dispatch.ports import AssignmentNotice, Clock, LivePosition, Publisher
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter

ASSIGNED_MESSAGE = "Package assigned to transporter"
REASSIGNED_MESSAGE = "Package assigned to another transporter"
KEPT_MESSAGE = "Package stays with its transporter"
HANDED_ON_MESSAGE = "Package handed on to another transporter"


class Taking:
    """Who gets what in one unit of work. Lock order: delivery, transporter."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        publisher: Publisher,
        deliveries: Deliveries,
        expected: ExpectedTimes,
        *,
        times: TimeRules,
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self.deliveries = deliveries
        self._expected = expected
        self._times = times

    async def accept(
        self,
        key: DeliveryKey,
        transporter: Transporter,
        *,
        pickup_at: datetime | None,
        notes: str,
        position: LivePosition | None = None,
        happened_at: datetime | None = None,
    ) -> Delivery:
        """Take an available delivery, or confirm one's own. One of several who try gets it; the rest get Conflict.

        ``position``: where the transporter is, for the estimate of the arrival; ``happened_at``: when, by its phone's
        clock: who was first is decided by who is heard first, and what the taker does next may have been done since.
        """
        delivery = await self.deliveries.get(key, lock=True)
        if delivery.transporter_id == transporter.id and delivery.status is DeliveryStatus.ASSIGNED:
            if pickup_at is not None:
                errands = await self._expected.errands_of(transporter)
                delivery.estimated_pickup_time = pickup_at
                self._expected.expect(delivery, transporter, position, errands)
            if not await was_accepted(self._session, delivery):
                self._accepted(delivery, transporter.id, self._when(happened_at, delivery.assigned_at).at)
            return delivery
        if not LIFE.allows(DeliveryAct.ASSIGN, delivery.status):
            raise _already_assigned(delivery)
        if delivery.is_on_hold(self._clock.now()):
            raise Conflict(f"{ON_HOLD}.", code="on_hold", delivery_status=delivery.status.value)
        locked = await lock_transporter(self._session, transporter.id)
        load = await load_of(self._session, locked.id)
        self.check_can_take(locked, load, delivery)
        when = self._when(happened_at, _waits_since(delivery))
        await self.assign(delivery, locked, position=position, pickup_at=pickup_at, notes=notes, when=when)
        self._accepted(delivery, locked.id, when.at)
        await self._session.flush()
        return await self.deliveries.get(delivery.id)

    async def check_not_taken(self, key: DeliveryKey, transporter: Transporter) -> None:
        """Whoever comes when another has it long is told without a wait for the row. Raises NotFound, Conflict."""
        delivery = await self.deliveries.get_alone(key)
        if delivery.status is not DeliveryStatus.AVAILABLE and delivery.transporter_id != transporter.id:
            raise _already_assigned(delivery)

    def _accepted(self, delivery: Delivery, transporter_id: int, at: datetime) -> None:
        accepted = DeliveryAccepted(**identity(delivery), transporter_id=transporter_id)
        record(self._session, accepted, at=at)

    def _when(self, said: datetime | None, since: datetime | None) -> StepTime:
        return step_time(said, since=since, now=self._clock.now(), rules=self._times)

    def check_can_take(self, transporter: Transporter, load: Load, delivery: Delivery) -> None:
        """Raises Forbidden (account, papers), Conflict (not available) or Invalid (weight, number of deliveries)."""
        if not transporter.account_in_order:  # whoever asks was let in a moment ago
            raise Forbidden("This account is no longer a transporter's.", code="wrong_role")
        check_papers(transporter, delivery, self._clock.now())
        if not transporter.is_available:
            raise Conflict("You are not available. Set `is_available` to true first.", code="not_available")
        load.check_fits(transporter, delivery)

    async def assign(
        self,
        delivery: Delivery,
        transporter: Transporter,
        *,
        position: LivePosition | None,
        pickup_at: datetime | None = None,
        notes: str = "",
        when: StepTime | None = None,
    ) -> None:
        """Give a locked, available delivery to a locked transporter that was checked; ``when``: not just now."""
        await self._begin(delivery, transporter, position, pickup_at, when)
        self.deliveries.record(delivery, DeliveryAct.ASSIGN, ASSIGNED_MESSAGE, notes=notes, when=when)
        self._tell_assigned(delivery, transporter)

    async def keep(self, delivery: Delivery, transporter: Transporter, *, position: LivePosition | None) -> None:
        """The same where who gave it back takes that back: it has it as if it had accepted it now."""
        await self._begin(delivery, transporter, position, None, None)
        self.deliveries.record(delivery, DeliveryAct.UNDO_GIVE_BACK, KEPT_MESSAGE)
        self._accepted(delivery, transporter.id, self._clock.now())
        self._tell_assigned(delivery, transporter)

    async def _begin(
        self,
        delivery: Delivery,
        transporter: Transporter,
        position: LivePosition | None,
        pickup_at: datetime | None,
        when: StepTime | None,
    ) -> None:
        errands = await self._expected.errands_of(transporter)
        delivery.assigned_at = self._clock.now() if when is None else when.at
        delivery.estimated_pickup_time = pickup_at
        delivery.transporter_id = transporter.id
        delivery.end_hold()
        self._expected.expect(delivery, transporter, position, errands)

    async def reassign(
        self,
        delivery: Delivery,
        transporter: Transporter,
        *,
        position: LivePosition | None,
        reason: str,
        notes: str,
        happened_at: datetime | None = None,
    ) -> None:
        """Let a locked, checked transporter have a locked delivery of another; one that is aboard keeps its status.

        ``reason``: a word, for the event; ``notes``: a sentence, for the step; ``happened_at``: when the two met, where
        that was said.
        """
        errands = await self._expected.errands_of(transporter)
        aboard, taken_from = delivery.picked_up_at is not None, delivery.transporter_id or 0
        if not aboard:
            delivery.assigned_at, delivery.estimated_pickup_time = self._clock.now(), None
        delivery.transporter_id = transporter.id
        self._expected.expect(delivery, transporter, position, errands)
        moved = DeliveryReassigned(
            **identity(delivery),
            transporter_id=transporter.id,
            taken_from=taken_from,
            reason=reason,
            aboard=aboard,
            estimated_delivery_at=delivery.estimated_delivery_time,
        )
        message = HANDED_ON_MESSAGE if aboard else REASSIGNED_MESSAGE
        act = DeliveryAct.TRANSFER if aboard else DeliveryAct.REASSIGN
        when = self._when(happened_at, delivery.picked_up_at)
        self.deliveries.record(delivery, act, message, notes=notes, when=when, happened=[moved])
        self._tell_assigned(delivery, transporter)

    def _tell_assigned(self, delivery: Delivery, transporter: Transporter) -> None:
        notice = AssignmentNotice(
            transporter.id,
            delivery.id,
            str(delivery.delivery_id),
            delivery.tracking_number,
            delivery.pickup_address,
            delivery.delivery_address,
        )
        self._work.after_commit(lambda: self._publisher.assigned(notice))


def _waits_since(delivery: Delivery) -> datetime:
    """When it began to wait, the last time that it did; what is said of it while it waits is no beginning."""
    since, before = delivery.created_at, DeliveryStatus.AVAILABLE
    for step in delivery.tracking_history:
        if step.status is DeliveryStatus.AVAILABLE and before is not DeliveryStatus.AVAILABLE:
            since = step.timestamp
        before = step.status
    return since


def _already_assigned(delivery: Delivery) -> Conflict:
    # Others hear that somebody has it, and not how far it is.
    status = delivery.status if delivery.status is DeliveryStatus.CANCELLED else DeliveryStatus.ASSIGNED
    return Conflict("Delivery already assigned", code="already_assigned", delivery_status=status.value)
