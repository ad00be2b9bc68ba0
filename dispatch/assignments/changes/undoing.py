"""A transporter takes back that it gave a delivery back: within some seconds, and while nobody else has it.

Why other steps are not undone once the server has heard of them is said in docs/decisions.md.
"""

from datetime import timedelta

from sqlalchemy import select

from dispatch.assignments.changes.models import Refusal
from dispatch.database.work import Work
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.loads import load_of
from dispatch.deliveries.models import ON_HOLD, Delivery, DeliveryStatus
from dispatch.deliveries.service import DeliveryKey
from dispatch.deliveries.taking import KEPT_MESSAGE, Taking
from dispatch.errors import Conflict, NotFound
from dispatch.ports import Clock, LivePosition
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter


class Undoing:
    """The undoing of one unit of work. Lock order: delivery, transporter."""

    def __init__(self, work: Work, clock: Clock, taking: Taking, *, within: timedelta) -> None:
        """``within``: so long after the server was told; zero is not at all."""
        self._session = work.session
        self._clock = clock
        self._taking = taking
        self._within = within

    async def undo(
        self, key: DeliveryKey, transporter: Transporter, *, position: LivePosition | None = None
    ) -> Delivery:
        """Let who gave a delivery back a moment ago have it again; the same again changes nothing.

        Raises NotFound (also where it was never one's own), Conflict where that is too long ago, it went on meanwhile
        or there is nothing to undo, and what stands against taking it, as at ``Taking.accept``.
        """
        delivery = await self._taking.deliveries.get(key, lock=True)
        history = delivery.tracking_history
        if not any(step.transporter_id == transporter.id for step in history):
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        last = history[-1]
        mine = last.transporter_id == delivery.transporter_id == transporter.id
        if mine and last.message == KEPT_MESSAGE and delivery.status is DeliveryStatus.ASSIGNED:
            return delivery
        refusal = await self._refusal(delivery, transporter)
        told = refusal is not None and last.timestamp == refusal.refused_at
        if refusal is None or not told or not LIFE.allows(DeliveryAct.UNDO_GIVE_BACK, delivery.status):
            raise _refused(delivery, "Your last step with it cannot be undone, or it went on since.", "nothing_to_undo")
        if delivery.is_on_hold(self._clock.now()):
            raise _refused(delivery, f"{ON_HOLD}.", "on_hold")
        if self._clock.now() > last.noticed_at + self._within:
            raise _refused(delivery, "It is too late to undo that.", "undo_over")
        locked = await lock_transporter(self._session, transporter.id)
        self._taking.check_can_take(locked, await load_of(self._session, locked.id), delivery)
        await self._session.delete(refusal)
        await self._taking.keep(delivery, locked, position=position)
        await self._session.flush()
        return await self._taking.deliveries.get(delivery.id)

    async def _refusal(self, delivery: Delivery, transporter: Transporter) -> Refusal | None:
        mine = (Refusal.delivery_id == delivery.id, Refusal.transporter_id == transporter.id)
        found: Refusal | None = await self._session.scalar(select(Refusal).where(*mine))
        return found


def _refused(delivery: Delivery, detail: str, code: str) -> Conflict:
    return Conflict(detail, code=code, delivery_status=delivery.status.value)
