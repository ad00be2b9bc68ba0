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


# What was decided about the purchase last, and what its buyer did lately, in one row. Failures are those that the
# gateway knows of, whichever way was chosen there, of purchases that no other attempt paid. What is summed up is each
# purchase once, paid or open, unless an admin looked at it already.
HISTORY = """
SELECT review.id, review.status, review.amount, review.reasons, review.lines,
    (SELECT count(*) FROM payment_transactions
     WHERE user_id = $2 AND created_at > $3 AND status NOT IN ('completed', 'refunded')) AS attempts,
    (SELECT count(*) FROM payment_transactions p
     WHERE p.user_id = $2 AND p.created_at > $4 AND p.pidx IS NOT NULL
       AND p.status IN ('failed', 'expired', 'canceled')
       AND NOT EXISTS (SELECT FROM payment_transactions paid WHERE paid.purpose = p.purpose
                       AND paid.status IN ('completed', 'refunded'))) AS failures,
    beside.in_an_hour, beside.in_a_day
FROM (
    SELECT COALESCE(sum(amount) FILTER (WHERE last_at > $3), 0) AS in_an_hour, COALESCE(sum(amount), 0) AS in_a_day
    FROM (
        SELECT max(p.total_amount) AS amount, max(p.created_at) AS last_at FROM payment_transactions p
        WHERE p.user_id = $2 AND p.created_at > $4 AND p.purpose <> $1 AND p.status IN ('completed', 'processing')
          AND NOT EXISTS (SELECT FROM payment_reviews r WHERE r.purpose = p.purpose AND r.status = 'approved')
        GROUP BY p.purpose
    ) AS purchases
) AS beside
LEFT JOIN (SELECT * FROM payment_reviews WHERE purpose = $1 ORDER BY id DESC LIMIT 1) AS review ON true
"""
# The median of what the user paid.
USUAL = """
SELECT count(*) AS paid, percentile_disc(0.5) WITHIN GROUP (ORDER BY total_amount) AS usual
FROM payment_transactions WHERE user_id = $1 AND status IN ('completed', 'refunded')
"""
# Of two that are held at the same moment the first asks; the row is given back either way. A question about other
# lines or a smaller sum is withdrawn: whoever answers it would not know what they answer.
WITHDRAW = """
DELETE FROM payment_reviews WHERE purpose = $1 AND status = 'pending' AND (lines <> $2::jsonb OR amount < $3)
"""
HOLD = """
INSERT INTO payment_reviews
    (user_id, cart_id, purpose, gateway, amount, reasons, lines, status, note, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $8, 'pending', '', $7, $7)
ON CONFLICT (purpose) WHERE status = 'pending' DO UPDATE SET updated_at = payment_reviews.updated_at
RETURNING id, reasons
"""


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
