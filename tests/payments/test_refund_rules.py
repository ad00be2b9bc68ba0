"""The pure rules of refunds: verdicts on lookups, and dividing money to the last paisa."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.payments.ledger.entries import allocate
from dispatch.payments.refunds.models import RefundStatus
from dispatch.payments.refunds.rules import NextStep, next_step
from dispatch.ports import GatewayStatus

PARTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=12)


@given(PARTS, st.data())
def test_an_amount_is_divided_without_losing_a_paisa_or_taking_more_than_is_there(
    parts: list[int], data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, sum(parts)))
    shares = allocate(amount, parts)
    assert sum(shares) == amount
    assert all(0 <= share <= part for share, part in zip(shares, parts, strict=True))
    # Nobody is a whole paisa away from their exact proportion.
    assert all(
        abs(share * sum(parts) - amount * part) < sum(parts)
        for share, part in zip(shares, parts, strict=True)
        if sum(parts)
    )


@given(PARTS, st.integers(1, 10**6))
def test_more_than_is_there_is_not_divided(parts: list[int], more: int) -> None:
    with pytest.raises(ValueError, match="cannot be taken"):
        allocate(sum(parts) + more, parts)


@pytest.mark.parametrize(
    ("status", "is_rest", "before", "now", "step"),
    [
        (RefundStatus.REQUESTED, True, None, GatewayStatus.COMPLETED, NextStep.SEND),
        (RefundStatus.REQUESTED, False, None, GatewayStatus.PARTIALLY_REFUNDED, NextStep.SEND),
        (RefundStatus.REQUESTED, True, None, GatewayStatus.REFUNDED, NextStep.UNCLEAR),
        (RefundStatus.REQUESTED, True, None, GatewayStatus.PENDING, NextStep.WAIT),
        (RefundStatus.SENT, True, "Completed", GatewayStatus.REFUNDED, NextStep.HAPPENED),
        (RefundStatus.SENT, True, "Completed", GatewayStatus.COMPLETED, NextStep.SEND),
        (RefundStatus.SENT, True, "Completed", GatewayStatus.PARTIALLY_REFUNDED, NextStep.UNCLEAR),
        (RefundStatus.SENT, True, "Partially Refunded", GatewayStatus.PARTIALLY_REFUNDED, NextStep.SEND),
        (RefundStatus.SENT, True, "Partially Refunded", GatewayStatus.REFUNDED, NextStep.HAPPENED),
        (RefundStatus.SENT, False, "Completed", GatewayStatus.PARTIALLY_REFUNDED, NextStep.HAPPENED),
        (RefundStatus.SENT, False, "Completed", GatewayStatus.COMPLETED, NextStep.SEND),
        (RefundStatus.SENT, False, "Completed", GatewayStatus.REFUNDED, NextStep.UNCLEAR),
        (RefundStatus.SENT, False, "Partially Refunded", GatewayStatus.PARTIALLY_REFUNDED, NextStep.UNCLEAR),
        (RefundStatus.SENT, False, "Completed", GatewayStatus.UNKNOWN, NextStep.WAIT),
    ],
)
def test_a_lookup_tells_whether_a_refund_happened_or_that_it_cannot_tell(
    status: RefundStatus, is_rest: bool, before: str | None, now: GatewayStatus, step: NextStep
) -> None:
    assert next_step(status, is_rest=is_rest, before=before, now=now) is step
