"""Taking back what a transporter was given and has not picked up: it waits for somebody else then.

Whoever takes away what made a transporter assignable (its verification, its availability, its role, its account) calls
``withdraw_open_deliveries`` first, in the same transaction: the transporter's row stays locked until the commit, so
nothing is given to it in between. What is aboard already stays with it; dispatchers find it in the list of deliveries.
"""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import DeliveryAct
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.release import take_away
from dispatch.deliveries.service import Deliveries
from dispatch.deliveries.step_times import StepTime
from dispatch.errors import Unavailable
from dispatch.events.payloads.deliveries import DeliveryUnassigned
from dispatch.events.recording import record
from dispatch.ports import Clock, Publisher
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter

# How often deliveries are locked anew because one more was given to the transporter meanwhile.
ATTEMPTS = 10


class WithdrawalReason(StrEnum):
    """Why a transporter lost its open deliveries, as its app and dispatchers are told."""

    UNAVAILABLE = "unavailable"
    VERIFICATION_REVOKED = "verification_revoked"
    PROFILE_CHANGED = "profile_changed"
    DOCUMENTS_EXPIRED = "documents_expired"
    ROLE_TAKEN = "role_taken"
    ACCOUNT_CLOSED = "account_closed"
    TAKEN_BACK = "taken_back"
    GIVEN_BACK = "given_back"
    REASSIGNED = "reassigned"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    LOST = "lost"
    DAMAGED = "damaged"
    RETURNED = "returned"

    @property
    def note(self) -> str:
        """The sentence that is kept with the delivery's step; it is not shown to the public."""
        return NOTES[self]


NOTES = {
    WithdrawalReason.UNAVAILABLE: "The transporter is no longer available.",
    WithdrawalReason.VERIFICATION_REVOKED: "The transporter's verification was withdrawn.",
    WithdrawalReason.PROFILE_CHANGED: "The transporter changed what was verified.",
    WithdrawalReason.DOCUMENTS_EXPIRED: "A document of the transporter has expired.",
    WithdrawalReason.ROLE_TAKEN: "The account is no longer a transporter's.",
    WithdrawalReason.ACCOUNT_CLOSED: "The transporter's account was closed.",
    WithdrawalReason.TAKEN_BACK: "A dispatcher took it back.",
    WithdrawalReason.GIVEN_BACK: "The transporter gave it back.",
    WithdrawalReason.REASSIGNED: "A dispatcher gave it to somebody else.",
    WithdrawalReason.TRANSFERRED: "A dispatcher had it handed on to somebody else.",
    WithdrawalReason.CANCELLED: "It was cancelled.",
    WithdrawalReason.LOST: "The parcel is lost.",
    WithdrawalReason.DAMAGED: "The parcel is damaged.",
    WithdrawalReason.RETURNED: "It goes back to its seller.",
}


async def withdraw_open_deliveries(
    work: Work, clock: Clock, publisher: Publisher, transporter_id: int, reason: WithdrawalReason
) -> list[Delivery]:
    """Give back what the transporter has not picked up; the deliveries that wait again, by id.

    Locks them and the transporter until the commit. Raises NotFound (no such transporter), Unavailable.
    """
    _, deliveries = await lock_with_open_deliveries(work.session, transporter_id)
    await give_back(work, clock, publisher, deliveries, reason)
    return deliveries


async def lock_with_open_deliveries(session: AsyncSession, transporter_id: int) -> tuple[Transporter, list[Delivery]]:
    """A transporter with its open deliveries, see ``lock_all_with_open_deliveries``. Raises NotFound, Unavailable."""
    open_ones = await lock_all_with_open_deliveries(session, {transporter_id})
    return await lock_transporter(session, transporter_id), open_ones


async def lock_all_with_open_deliveries(session: AsyncSession, transporter_ids: Collection[int]) -> list[Delivery]:
    """Transporters and their open deliveries, locked in the order of all steps: deliveries first, each by number.

    Once a transporter is locked nobody gives it more; what one was given while it was waited for means a fresh start,
    for locking that behind the transporters could wait in a circle. Raises Unavailable.
    """
    for _ in range(ATTEMPTS):
        savepoint = await session.begin_nested()
        open_ones = list(
            await session.scalars(
                select(Delivery)
                .where(*_open(transporter_ids))
                .order_by(Delivery.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        )
        held = select(Transporter.id).where(among(Transporter.id, transporter_ids)).order_by(Transporter.id)
        await session.execute(held.with_for_update())
        now_open = set(await session.scalars(select(Delivery.id).where(*_open(transporter_ids))))
        if now_open <= {delivery.id for delivery in open_ones}:
            await savepoint.commit()
            return open_ones
        await savepoint.rollback()
    raise Unavailable("The transporter is given deliveries at this moment. Try again.")


async def give_back(
    work: Work,
    clock: Clock,
    publisher: Publisher,
    deliveries: list[Delivery],
    reason: WithdrawalReason,
    *,
    note: str = "",
    when: StepTime | None = None,
) -> None:
    """Let locked, open deliveries wait again; watchers, consoles and the transporter's app hear of it.

    ``note`` is kept with the step in the place of the reason's own sentence; ``when``: where it was not just now.
    """
    steps = Deliveries(work, clock, publisher, road_factor=1.0)
    for delivery in deliveries:
        if delivery.transporter_id is None:
            continue
        lost = DeliveryUnassigned(**identity(delivery), transporter_id=delivery.transporter_id, reason=reason.value)
        take_away(work, publisher, delivery, reason.value)
        step = steps.record(
            delivery,
            DeliveryAct.UNASSIGN,
            "Package is waiting for another transporter",
            notes=note or reason.note,
            when=when,
        )
        record(work.session, lost, at=step.timestamp)
    await work.session.flush()


def _open(transporter_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return among(Delivery.transporter_id, transporter_ids), Delivery.status == DeliveryStatus.ASSIGNED
