"""A transporter breaks down or is to have nothing more: all that it has open goes elsewhere in one go.

Each delivery has its own outcome. What is aboard stays with it and is named: each parcel is handed on by a transfer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.assignments.bulk import BulkAssignments
from dispatch.assignments.changes.reassigning import Move, Reassignments
from dispatch.assignments.results import BulkAssigned, BulkFilter
from dispatch.assignments.withdrawal import WithdrawalReason, give_back, lock_with_open_deliveries
from dispatch.database.work import Work
from dispatch.deliveries.models import ABOARD, Delivery, DeliveryStatus
from dispatch.errors import Conflict, DispatchError
from dispatch.events.payloads.transporters import TransporterOffDuty
from dispatch.events.recording import record
from dispatch.ports import Clock, Publisher
from dispatch.transporters.service import Transporters


@dataclass(frozen=True, slots=True)
class Relief:
    """What is to become of it: a named transporter has it, the best have it, or it waits (neither).

    ``off_duty``: the transporter is not available from now on, until it says so itself.
    """

    to: int | None = None
    best: bool = False
    off_duty: bool = False
    reason: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class MovedOne:
    """A delivery that somebody else has now."""

    delivery_id: int
    tracking_number: str
    transporter_id: int
    transporter_name: str


@dataclass(frozen=True, slots=True)
class NotMoved:
    """A delivery that nobody else got: ``code`` and words; ``waits`` where nobody has it."""

    delivery_id: int
    tracking_number: str
    code: str
    error: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Relieved:
    """What became of each. ``waiting``: waits again as was wanted; ``aboard``: stays until it is handed on."""

    transporter_id: int
    moved: list[MovedOne] = field(default_factory=list)
    waiting: list[Delivery] = field(default_factory=list)
    failures: list[NotMoved] = field(default_factory=list)
    aboard: list[Delivery] = field(default_factory=list)


class Reliefs:
    """Relieves transporters in one unit of work, which it commits after each delivery. Lock order: as its parts."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        publisher: Publisher,
        reassignments: Reassignments,
        bulk: BulkAssignments,
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._reassignments = reassignments
        self._bulk = bulk

    async def relieve(self, transporter_id: int, relief: Relief, user: User) -> Relieved:
        """Move all that the transporter has open. Raises NotFound, and Conflict where it is to go to itself."""
        await Transporters(self._work, self._clock).get(transporter_id)
        if relief.to is not None:
            await Transporters(self._work, self._clock).get(relief.to)
        if relief.to == transporter_id:
            raise Conflict("That one has them already.", code="same_transporter")
        done = Relieved(transporter_id)
        if relief.to is not None:
            await self._move_to(relief.to, relief, user, done)
        if relief.to is None or relief.off_duty:
            await self._let_wait(transporter_id, relief, user, done)
        done.aboard.extend(await self._having(transporter_id, sorted(ABOARD)))
        return done

    async def _move_to(self, to: int, relief: Relief, user: User, done: Relieved) -> None:
        having = await self._having(done.transporter_id, [DeliveryStatus.ASSIGNED])
        for number, tracking_number in [(one.id, one.tracking_number) for one in having]:
            move = Move(to, done.transporter_id, relief.reason, relief.told)
            try:
                moved = await self._reassignments.reassign(number, move, user)
                taker = moved.given.transporter
                await self._work.commit()
            except DispatchError as error:
                await self._work.rollback()
                done.failures.append(NotMoved(number, tracking_number, error.code, error.detail, waits=False))
            else:
                done.moved.append(MovedOne(number, tracking_number, taker.id, taker.user.name))

    async def _let_wait(self, transporter_id: int, relief: Relief, user: User, done: Relieved) -> None:
        transporter, deliveries = await lock_with_open_deliveries(self._session, transporter_id)
        if relief.off_duty and transporter.is_available:
            transporter.is_available = False
            record(self._session, TransporterOffDuty(transporter_id=transporter_id), at=self._clock.now())
        await give_back(
            self._work, self._clock, self._publisher, deliveries, WithdrawalReason.TAKEN_BACK, note=relief.told
        )
        await self._work.commit()
        if relief.best and deliveries:
            await self._give_to_best(transporter_id, deliveries, user, done)
            return
        tried = {one.delivery_id: one for one in done.failures}
        done.failures[:] = [
            NotMoved(one.delivery_id, one.tracking_number, one.code, one.error, waits=True) for one in tried.values()
        ]
        done.waiting.extend(delivery for delivery in deliveries if delivery.id not in tried)

    async def _give_to_best(
        self, transporter_id: int, deliveries: Sequence[Delivery], user: User, done: Relieved
    ) -> None:
        numbers = {delivery.id: delivery.tracking_number for delivery in deliveries}
        wanted = BulkFilter(delivery_ids=sorted(numbers), but_transporter_id=transporter_id)
        result = await self._bulk.assign_many(wanted, user.id)
        done.moved.extend(_moved(one) for one in result.assigned)
        done.failures.extend(
            NotMoved(one.delivery_id, numbers[one.delivery_id], "no_transporter", one.reason or one.error, waits=True)
            for one in result.failures
        )

    async def _having(self, transporter_id: int, statuses: Sequence[DeliveryStatus]) -> list[Delivery]:
        query = select(Delivery).where(Delivery.transporter_id == transporter_id, Delivery.status.in_(statuses))
        found = await self._session.scalars(query.order_by(Delivery.id).execution_options(populate_existing=True))
        return list(found)


def _moved(one: BulkAssigned) -> MovedOne:
    return MovedOne(one.delivery_id, one.tracking_number, one.transporter_id, one.transporter_name)
