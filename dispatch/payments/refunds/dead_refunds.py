"""Refunds that were given up, among the dead letters: failed ones, and those that a person has to clear up."""

from typing import Any

from sqlalchemy import Select, String, and_, cast, select

from dispatch.database.work import Work
from dispatch.jobs.dead_letters import DeadLetterSource, kind_column
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.refunds.requests import Refunds, fits_what_is_left
from dispatch.payments.refunds.sender import RefundSender
from dispatch.ports import Clock

GIVEN_UP = (RefundStatus.FAILED, RefundStatus.UNCLEAR)


def _query() -> Select[Any]:
    """Where all the money went back in another way nothing is left to do. What was perhaps sent is not sent again."""
    return (
        select(
            kind_column(RefundSender.name),
            cast(Refund.refund_id, String).label("id"),
            Refund.attempts.label("tries"),
            Refund.updated_at.label("failed_at"),
            Refund.last_error.label("last_error"),
            and_(Refund.status == RefundStatus.FAILED, fits_what_is_left()).label("can_retry"),
        )
        .join(PaymentTransaction, PaymentTransaction.id == Refund.payment_id)
        .where(Refund.status.in_(GIVEN_UP), PaymentTransaction.status != TransactionStatus.REFUNDED)
    )


async def _retry(work: Work, clock: Clock, _kind: str, letter_id: str) -> bool:
    known = select(Refund.refund_id).where(cast(Refund.refund_id, String) == letter_id, Refund.status.in_(GIVEN_UP))
    refund_id = await work.session.scalar(known)
    if refund_id is None:
        return False
    await Refunds(work, clock).ask_again(refund_id, None)
    return True


DEAD_REFUNDS = DeadLetterSource(frozenset({RefundSender.name}), "refund", _query, _retry)
