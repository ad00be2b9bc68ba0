"""Refunds, and payments that wait for a person. Amounts in NPR as numbers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.schemas import number
from dispatch.accounts.models import User
from dispatch.database.among import among
from dispatch.money import CURRENCY, from_paisa
from dispatch.orders.models import Order
from dispatch.payments.models import PaymentMode, PaymentTransaction, TransactionStatus
from dispatch.payments.opening.models import PaymentReview, ReviewStatus
from dispatch.payments.refunds.models import Refund, RefundStatus


class RefundAnswer(Struct, frozen=True, kw_only=True):
    """A refund and where it stands; ``sale_id``: the sale that it is for, where it is for one."""

    refund_id: UUID
    status: RefundStatus
    amount: float
    currency: str
    reason: str
    payment_transaction_id: UUID
    sale_id: int | None
    payment_status: TransactionStatus
    is_late_payment: bool
    credit_note_number: str | None
    attempts: int
    last_error: str | None
    created_at: datetime
    completed_at: datetime | None


def refund_answer(refund: Refund) -> RefundAnswer:
    """A refund with its payment loaded."""
    return RefundAnswer(
        refund_id=refund.refund_id,
        status=refund.status,
        amount=float(from_paisa(refund.amount_paisa)),
        currency=CURRENCY,
        reason=refund.reason,
        payment_transaction_id=refund.payment.transaction_id,
        sale_id=refund.sale_id,
        payment_status=refund.payment.status,
        is_late_payment=refund.is_late,
        credit_note_number=refund.credit_note_number,
        attempts=refund.attempts,
        last_error=refund.last_error,
        created_at=refund.created_at,
        completed_at=refund.completed_at,
    )


class ListedRefund(RefundAnswer, frozen=True, kw_only=True):
    """A refund with whom it goes to, and the order that it is of; None where its payment belongs to none."""

    order: int | None
    order_number: str | None
    customer: int
    customer_name: str
    customer_email: str


async def listed_refunds(session: AsyncSession, refunds: Sequence[Refund]) -> list[ListedRefund]:
    """Refunds with their payments loaded, each with its order and its customer."""
    payment = PaymentTransaction
    rows = await session.execute(
        select(payment.id, Order.id, Order.order_number, User.id, User.name, User.email)
        .join(User, User.id == payment.user_id)
        .outerjoin(Order, Order.id == payment.order_id)
        .where(among(payment.id, {refund.payment_id for refund in refunds}))
    )
    of = {payment_id: (order, number, user, name, email) for payment_id, order, number, user, name, email in rows}
    listed = []
    for refund in refunds:
        order, order_number, customer, name, email = of[refund.payment_id]
        listed.append(
            ListedRefund(
                **asdict(refund_answer(refund)),
                order=order,
                order_number=order_number,
                customer=customer,
                customer_name=name,
                customer_email=email,
            )
        )
    return listed


class HeldPayment(Struct, frozen=True, kw_only=True):
    """A payment that waits for a person. ``khalti_amount`` is what the gateway says was paid."""

    transaction_id: UUID
    order_number: str
    order: int | None
    payment_status: TransactionStatus
    total_amount: float
    khalti_status: str | None
    khalti_amount: float | None
    refunded: bool | None
    reason: str | None
    tries: int
    checked_at: datetime | None
    created_at: datetime


class GivenBackAnswer(HeldPayment, frozen=True, kw_only=True):
    """A held payment after what the gateway gave back was entered; ``refund`` gives the rest, None where none is."""

    refund: RefundAnswer | None


def held_payment(payment: PaymentTransaction) -> HeldPayment:
    """A payment in the list of those that wait."""
    inquiry, paid = payment.inquiry_data or {}, payment.gateway_amount_paisa
    return HeldPayment(
        transaction_id=payment.transaction_id,
        order_number=payment.order_number,
        order=payment.order_id,
        payment_status=payment.status,
        total_amount=float(payment.total_amount),
        khalti_status=inquiry.get("status"),
        khalti_amount=number(from_paisa(paid)) if paid is not None else None,
        refunded=inquiry.get("refunded"),
        reason=payment.check_error or payment.failure_reason,
        tries=payment.check_failures,
        checked_at=payment.checked_at,
        created_at=payment.created_at,
    )


def given_back(payment: PaymentTransaction, refund: RefundAnswer | None) -> GivenBackAnswer:
    """A held payment and the refund of its rest."""
    return GivenBackAnswer(**asdict(held_payment(payment)), refund=refund)


class ReviewedLine(Struct, frozen=True):
    """How many of a product somebody wants to pay for."""

    product_id: int
    quantity: int


class ReviewAnswer(Struct, frozen=True, kw_only=True):
    """A payment that was held before it was opened, and why."""

    id: int
    user_id: int
    cart_id: int
    gateway: PaymentMode
    amount: float
    lines: list[ReviewedLine]
    reasons: list[str]
    status: ReviewStatus
    note: str
    decided_by: int | None
    decided_at: datetime | None
    created_at: datetime


def review_answer(review: PaymentReview) -> ReviewAnswer:
    """A review for admins."""
    return ReviewAnswer(
        id=review.id,
        user_id=review.user_id,
        cart_id=review.cart_id,
        gateway=PaymentMode(review.gateway),
        amount=float(review.amount),
        lines=[ReviewedLine(line["product_id"], line["quantity"]) for line in review.lines],
        reasons=review.reasons,
        status=review.status,
        note=review.note,
        decided_by=review.decided_by,
        decided_at=review.decided_at,
        created_at=review.created_at,
    )
