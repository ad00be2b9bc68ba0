"""A transporter gives back what it was given and has not picked up, and is not asked again for that delivery."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.assignments.changes.models import GiveBackReason, Refusal
from dispatch.assignments.withdrawal import WithdrawalReason, give_back
from dispatch.database.engine import DriverConnection
from dispatch.database.work import Work
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import ABOARD, Delivery
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.deliveries.step_times import TimeFlag, TimeRules, step_time
from dispatch.errors import Conflict, NotFound
from dispatch.ports import Clock, Publisher
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter

REFUSED_PAIRS = "SELECT delivery_id, transporter_id FROM delivery_refusals WHERE delivery_id = ANY ($1::bigint[])"


class Refusals:
    """What transporters give back, in one unit of work. Lock order: delivery, transporter."""

    def __init__(
        self, work: Work, clock: Clock, publisher: Publisher, deliveries: Deliveries, *, times: TimeRules
    ) -> None:
        self._work = work
        self._clock = clock
        self._publisher = publisher
        self._deliveries = deliveries
        self._times = times

    async def give_back(
        self,
        key: DeliveryKey,
        transporter: Transporter,
        reason: GiveBackReason,
        *,
        note: str = "",
        happened_at: datetime | None = None,
    ) -> Delivery:
        """Let one's own delivery wait for somebody else. Who gave it back already is answered alike.

        ``happened_at``: when, by the phone's clock. Raises NotFound (also where it was never one's own), and Conflict
        where it was picked up or has ended, and where what is told late was about the time that one had it before.
        """
        delivery = await self._deliveries.get(key, lock=True)
        if delivery.transporter_id != transporter.id:
            if transporter.id in await refusers_of(self._work.session, delivery.id):
                return delivery
            if any(step.transporter_id == transporter.id for step in delivery.tracking_history):
                raise _does_not_fit(delivery, "This delivery is no longer yours.", "no_longer_yours")
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        if delivery.status in ABOARD:
            raise _does_not_fit(
                delivery, "The parcel is aboard: a dispatcher has it handed on to somebody else.", "parcel_aboard"
            )
        if not LIFE.allows(DeliveryAct.UNASSIGN, delivery.status):
            raise _does_not_fit(delivery, f"This delivery is {delivery.status.value}.", "wrong_status")
        when = step_time(happened_at, since=delivery.assigned_at, now=self._clock.now(), rules=self._times)
        if TimeFlag.BEFORE_LAST_STEP in when.flags and _had_before(delivery, transporter.id):
            raise _does_not_fit(delivery, "This delivery was given to you again after that.", "assigned_since")
        await lock_transporter(self._work.session, transporter.id)
        told = f"Given back by the transporter: {reason.value.replace('_', ' ')}. {note}".strip()
        why = WithdrawalReason.GIVEN_BACK
        await give_back(self._work, self._clock, self._publisher, [delivery], why, note=told, when=when)
        await self._note(delivery.id, transporter.id, reason, note, when.at)
        return delivery

    async def _note(
        self, delivery_id: int, transporter_id: int, reason: GiveBackReason, note: str, at: datetime
    ) -> None:
        told = {"reason": reason, "note": note, "refused_at": at}
        row = insert(Refusal).values(delivery_id=delivery_id, transporter_id=transporter_id, **told)
        await self._work.session.execute(
            row.on_conflict_do_update(index_elements=["delivery_id", "transporter_id"], set_=told)
        )


def _had_before(delivery: Delivery, transporter_id: int) -> bool:
    """Whether who has it now had it before the present assignment as well."""
    since = delivery.assigned_at
    mine = [step.timestamp for step in delivery.tracking_history if step.transporter_id == transporter_id]
    return since is not None and any(at < since for at in mine)


async def refusers_of(session: AsyncSession, delivery_id: int) -> set[int]:
    """The transporters that gave this delivery back."""
    return set(await session.scalars(select(Refusal.transporter_id).where(Refusal.delivery_id == delivery_id)))


async def refused_pairs(driver: DriverConnection, delivery_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Of these deliveries: which was given back by whom, as (delivery, transporter)."""
    return {tuple(pair) for pair in await driver.fetch(REFUSED_PAIRS, delivery_ids)}


def _does_not_fit(delivery: Delivery, detail: str, code: str) -> Conflict:
    return Conflict(detail, code=code, delivery_status=delivery.status.value)
