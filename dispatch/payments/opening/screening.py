"""Unusual payments: rules with reasons, held before the gateway hears of them, decided by an admin."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, select

from dispatch.accounts.models import User
from dispatch.database.engine import DriverConnection
from dispatch.database.records import to_json
from dispatch.database.work import Work
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.money import display_amount
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.opening.models import PaymentReview, ReviewStatus
from dispatch.payments.opening.statements import HISTORY, HOLD, USUAL, WITHDRAW
from dispatch.ports import Clock

NEW_ACCOUNT = timedelta(days=1)
ATTEMPTS_WITHIN = timedelta(hours=1)
FAILURES_WITHIN = timedelta(days=1)
USUAL_FROM = 5
FAR = 10


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """From where on a payment is unusual; amounts in NPR, each with what the user paid and opened lately."""

    attempts: int = 20
    failed_payments: int = 5
    new_account_amount: Decimal = Decimal(200_000)
    far_amount: Decimal = Decimal(50_000)


USUAL_RULES = ReviewRules()


class HeldForReview(Conflict):
    """A person looks at the payment first."""

    code = "PAYMENT_HELD"


class PaymentDenied(Forbidden):
    """A person looked at the payment and said no."""

    code = "PAYMENT_DENIED"


class Unusual(Exception):
    """A payment that somebody has to look at first; raised to undo the transaction that would have opened it."""

    def __init__(self, payment: PaymentTransaction, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.payment = payment
        self.reasons = reasons


async def check_usual(
    connection: DriverConnection, user: User, payment: PaymentTransaction, rules: ReviewRules, now: datetime
) -> None:
    """Whether a payment that is about to be opened may be.

    Raises PaymentDenied, HeldForReview where it waits for an admin already, and Unusual where it has to.
    """
    row = await connection.fetchrow(HISTORY, payment.purpose, user.id, now - ATTEMPTS_WITHIN, now - FAILURES_WITHIN)
    looked_at = row["id"] is not None and row["lines"] == lines_of(payment) and payment.total_amount <= row["amount"]
    if row["status"] == ReviewStatus.DENIED:
        raise PaymentDenied("This payment was reviewed and denied.", data={"review_id": row["id"]})
    if row["status"] == ReviewStatus.APPROVED and looked_at:
        return
    if row["status"] == ReviewStatus.PENDING and looked_at:
        raise _held(row["id"], row["reasons"])
    reasons = _hasty(row["attempts"], row["failures"], rules)
    reasons += _costly_start(user, payment.total_amount, row["in_a_day"], rules, now)
    reasons += await _far(connection, user, payment.total_amount, row["in_an_hour"], rules)
    if reasons:
        raise Unusual(payment, reasons)


async def hold_for_review(connection: DriverConnection, user: User, unusual: Unusual, now: datetime) -> HeldForReview:
    """Ask an admin about a payment; what to tell the buyer."""
    payment = unusual.payment
    lines = to_json(lines_of(payment))
    await connection.execute(WITHDRAW, payment.purpose, lines, payment.total_amount)
    row = await connection.fetchrow(
        HOLD,
        user.id,
        payment.cart_id,
        payment.purpose,
        payment.gateway,
        payment.total_amount,
        unusual.reasons,
        now,
        lines,
    )
    return _held(row["id"], row["reasons"])


def _held(review_id: int, reasons: list[str]) -> HeldForReview:
    return HeldForReview(
        "This payment is unusual; somebody looks at it before it can be made.",
        data={"review_id": review_id, "reasons": reasons},
    )


def lines_of(payment: PaymentTransaction) -> list[dict[str, int]]:
    """What is bought, as a review keeps it: products and quantities."""
    return [
        {"product_id": item.product_id, "quantity": item.quantity}
        for item in sorted(payment.items, key=lambda item: item.product_id)
    ]


def _hasty(attempts: int, failures: int, rules: ReviewRules) -> list[str]:
    reasons = []
    if attempts >= rules.attempts:
        reasons.append(f"many attempts: {attempts} without success within an hour")
    if failures >= rules.failed_payments:
        reasons.append(f"many failed payments: {failures} within a day")
    return reasons


def _costly_start(user: User, amount: Decimal, beside: Decimal, rules: ReviewRules, now: datetime) -> list[str]:
    if amount + beside < rules.new_account_amount or user.created_at <= now - NEW_ACCOUNT:
        return []
    return [f"new account with a high amount: {_together(amount, beside)} within its first day"]


async def _far(
    connection: DriverConnection, user: User, amount: Decimal, beside: Decimal, rules: ReviewRules
) -> list[str]:
    if amount + beside < rules.far_amount:
        return []
    paid, usual = await connection.fetchrow(USUAL, user.id)
    if paid < USUAL_FROM or amount + beside <= FAR * usual:
        return []
    return [f"far from the usual: {_together(amount, beside)} within an hour where {display_amount(usual)} is usual"]


def _together(amount: Decimal, beside: Decimal) -> str:
    together = display_amount(amount + beside)
    return f"{together} ({display_amount(amount)} and {display_amount(beside)} before)" if beside else together


class PaymentReviews:
    """The reviews of one unit of work, as admins see and decide them."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._session = work.session
        self._clock = clock

    def list_query(self, status: ReviewStatus | None) -> Select[PaymentReview]:
        """Reviews, newest first, for a page."""
        query = select(PaymentReview).order_by(PaymentReview.id.desc())
        return query if status is None else query.where(PaymentReview.status == status)

    async def decide(self, review_id: int, admin: User, status: ReviewStatus, note: str) -> PaymentReview:
        """Approve or deny. The same decision again changes nothing. Raises NotFound and Conflict."""
        review = await self._session.get(PaymentReview, review_id, with_for_update=True)
        if review is None:
            raise NotFound("There is no such review.", code="REVIEW_NOT_FOUND")
        if review.status not in {ReviewStatus.PENDING, status}:
            raise Conflict(f"This payment was {review.status.value} already.", code="REVIEW_DECIDED")
        if review.status is ReviewStatus.PENDING:
            review.status, review.note = status, note
            review.decided_by, review.decided_at = admin.id, self._clock.now()
            await self._session.flush()
        return review
