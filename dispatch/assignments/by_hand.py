"""What a dispatcher decides: a delivery goes to whom they name, or is taken back before the pickup.

Lock order: delivery, transporter.
"""

import asyncio
from enum import StrEnum
from typing import Any

from dispatch.accounts.models import User
from dispatch.assignments.deciding import Deciding
from dispatch.assignments.ranked import check_available, decision, holder_of, runners_up, scores_of
from dispatch.assignments.recording import SingleDecision
from dispatch.assignments.results import Given, Scores
from dispatch.assignments.withdrawal import WithdrawalReason, give_back
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.service import DeliveryKey
from dispatch.errors import Conflict
from dispatch.ports import LivePosition
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters, lock_transporter


class TakenBack(StrEnum):
    """Why a dispatcher takes a delivery back."""

    MISTAKE = "mistake"
    BREAKDOWN = "breakdown"
    TOO_LATE = "too_late"
    TRANSPORTER_ASKED = "transporter_asked"
    BETTER_CHOICE = "better_choice"
    OTHER = "other"


class AssignmentsByHand(Deciding):
    """A dispatcher's own assignments in one unit of work, which it commits before the scoring."""

    async def give(self, key: DeliveryKey, transporter_id: int, user: User, *, reason: str = "") -> Given:
        """Give a waiting delivery to a transporter, also to one that is far or offline.

        ``reason``: why this one, kept with the step. Raises NotFound, and Conflict where the delivery does not wait
        (with who has it) or the transporter cannot take it (``why`` and in words).
        """
        delivery = await self._taking.deliveries.get(key)
        check_available(delivery, self._clock.now())
        transporter = await Transporters(self._work, self._clock).get(transporter_id)
        scores, others, position, record = await self._scored(delivery, transporter)
        record.choose(transporter.id, by_hand=True)
        packed = await asyncio.to_thread(record.pack)
        delivery = await self._taking.deliveries.get(delivery.id, lock=True)
        check_available(delivery, self._clock.now())
        transporter = await lock_transporter(self._session, transporter.id)
        await self._check_can_take(transporter, delivery)
        await self._taking.assign(delivery, transporter, position=position, notes=reason)
        delivery.pinned = True
        self._session.add(decision(delivery, transporter, user, "manual", scores, others, self._clock.now()))
        await record.keep(self._work, Asked(DecisionKind.BY_HAND, user.id, self._clock.now()), packed)
        return Given(delivery, transporter, scores, others)

    async def _scored(
        self, delivery: Delivery, transporter: Transporter
    ) -> tuple[Scores | None, list[dict[str, Any]], LivePosition | None, SingleDecision]:
        """How the transporter scores beside all others, for the record; None where it is no candidate."""
        pool, ranking, rules = await self._rank(delivery, chosen=True)
        record = SingleDecision(delivery, pool, ranking, rules)
        row = pool.find(transporter.id)
        if row is None:
            return None, runners_up(ranking, pool, -1), None, record
        scores = None if ranking.reason[row] else scores_of(ranking.terms[row], ranking.score[row])
        return scores, runners_up(ranking, pool, row), pool.position(row), record

    async def take_back(
        self, key: DeliveryKey, reason: TakenBack, *, note: str = "", transporter_id: int | None = None
    ) -> tuple[Delivery, Transporter]:
        """Let a delivery wait again that was given and not picked up; the delivery, and who had it.

        ``transporter_id``: who it is to be taken from; Conflict where somebody else has it by now. Raises NotFound,
        and Conflict with how it stands where it is not assigned.
        """
        delivery = await self._taking.deliveries.get(key, lock=True)
        if delivery.transporter_id is None or not LIFE.allows(DeliveryAct.UNASSIGN, delivery.status):
            raise Conflict(_not_given(delivery.status), code="wrong_status", **holder_of(delivery))
        if transporter_id not in {None, delivery.transporter_id}:
            raise Conflict("Somebody else has it by now.", code="other_transporter", **holder_of(delivery))
        transporter = await lock_transporter(self._session, delivery.transporter_id)
        told = f"Taken back by a dispatcher: {reason.value.replace('_', ' ')}."
        await give_back(
            self._work,
            self._clock,
            self._publisher,
            [delivery],
            WithdrawalReason.TAKEN_BACK,
            note=f"{told} {note}".strip(),
        )
        return delivery, transporter


def _not_given(status: DeliveryStatus) -> str:
    if status is DeliveryStatus.AVAILABLE:
        return "Nobody has this delivery; it waits already."
    if status is DeliveryStatus.CANCELLED:
        return "This delivery is cancelled."
    return "This parcel was picked up already; it cannot be taken back."
