"""Payments that a person decides: what the gateway partly gave back before anything was sold."""

from uuid import UUID, uuid4

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.money import from_paisa, to_paisa
from dispatch.payments.ledger.entries import enter, entries_of_owed, entries_of_refund, list_balances
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.rows import lock_payment, save_outcome
from dispatch.ports import Clock


async def give_back_rest(
    work: Work, clock: Clock, transaction_id: UUID, *, refunded_paisa: int, admin_id: int
) -> Refund | None:
    """Enter what the gateway gave back of a held payment, and ask for the rest; None where nothing is left.

    ``refunded_paisa`` is what the gateway's dashboard says: its lookup names no amount. From then on the payment is
    one whose money goes back, as any that came too late. Raises NotFound, Conflict (not held, another amount) and
    Invalid.
    """
    session = work.session
    found = await session.scalar(
        select(PaymentTransaction.id).where(PaymentTransaction.transaction_id == transaction_id)
    )
    if found is None:
        raise NotFound("Payment transaction not found", code="PAYMENT_NOT_FOUND")
    driver = await work.driver()
    payment = await lock_payment(driver, found)
    if payment.status is not TransactionStatus.HELD:
        raise Conflict(f"A payment that is {payment.status.value} is not held.", code="PAYMENT_NOT_HELD")
    paid = to_paisa(payment.total_amount)
    if payment.gateway_amount_paisa != paid:
        raise Conflict("The gateway reports another amount than was asked for.", code="AMOUNT_DIFFERS")
    if not 0 < refunded_paisa <= paid:
        fields = {"already_refunded": f"must be more than 0 and at most {from_paisa(paid)}"}
        raise Invalid("This cannot have been given back.", code="INVALID_AMOUNT", fields=fields)
    now = clock.now()
    whole = refunded_paisa == paid
    payment.status = TransactionStatus.REFUNDED if whole else TransactionStatus.REFUND_DUE
    payment.failure_reason, payment.completed_at = "A part was given back at the gateway; the rest goes back too", now
    await save_outcome(driver, payment, now)

    def refund(amount_paisa: int, status: RefundStatus, reason: str) -> Refund:
        return Refund(
            refund_id=uuid4(),
            payment_id=payment.id,
            requested_by=admin_id,
            amount_paisa=amount_paisa,
            reason=reason,
            mobile="",
            status=status,
            is_late=True,
            attempts=0,
            next_attempt_at=now,
            completed_at=now if status is RefundStatus.SUCCEEDED else None,
        )

    given = refund(refunded_paisa, RefundStatus.SUCCEEDED, "Given back at the gateway before it was settled")
    session.add(given)
    await session.flush()
    await enter(driver, payment.id, entries_of_owed(payment), now)
    taken = entries_of_refund(await list_balances(work, payment.id), refunded_paisa)
    await enter(driver, payment.id, taken, now, refund_id=given.id)
    if whole:
        return None
    rest = refund(paid - refunded_paisa, RefundStatus.REQUESTED, "The rest of a payment that was partly given back")
    session.add(rest)
    await session.flush()
    return rest
