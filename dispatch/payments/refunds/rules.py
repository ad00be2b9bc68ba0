"""What a lookup says about a refund whose answer is not known. Pure: statuses in, the next step out."""

from enum import StrEnum

from dispatch.payments.refunds.models import RefundStatus
from dispatch.ports import GatewayStatus


class NextStep(StrEnum):
    """What to do next with a refund."""

    SEND = "send"
    HAPPENED = "happened"
    WAIT = "wait"
    UNCLEAR = "unclear"


def next_step(status: RefundStatus, *, is_rest: bool, before: str | None, now: GatewayStatus) -> NextStep:
    """Whether to send a refund, or whether it has happened.

    is_rest: the refund takes all that is left of the payment; before: what lookup said before it was sent;
    now: what it says at this moment. Only one refund of a payment is under way at a time, so a status that
    moved since ``before`` moved because of it. Lookup names no refunded amount: a second partial refund whose
    answer was lost cannot be told from its absence.
    """
    if now not in {GatewayStatus.COMPLETED, GatewayStatus.PARTIALLY_REFUNDED, GatewayStatus.REFUNDED}:
        return NextStep.WAIT
    if status is RefundStatus.REQUESTED:
        return NextStep.UNCLEAR if now is GatewayStatus.REFUNDED else NextStep.SEND
    if now is GatewayStatus.REFUNDED:
        return NextStep.HAPPENED if is_rest else NextStep.UNCLEAR
    if now is GatewayStatus.COMPLETED:
        return NextStep.SEND
    if before == GatewayStatus.COMPLETED.value:
        return NextStep.UNCLEAR if is_rest else NextStep.HAPPENED
    return NextStep.SEND if is_rest else NextStep.UNCLEAR
