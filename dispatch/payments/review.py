"""Unusual payments: rules with reasons, held before the gateway hears of them, decided by an admin."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, select

from dispatch.accounts.models import User
from dispatch.database.engine import DriverConnection
from dispatch.database.work import Work
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.money import display_amount
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.watch_models import PaymentReview, ReviewStatus
from dispatch.ports import Clock

NEW_ACCOUNT = timedelta(days=1)
ATTEMPTS_WITHIN = timedelta(hours=1)
CARDS_WITHIN = timedelta(days=1)
USUAL_FROM = 5
FAR = 10


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """From where on a payment is unusual; amounts in NPR."""

    attempts: int = 20
    failed_cards: int = 5
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


# What was decided about the purchase last, and what its buyer did lately, in one row.
HISTORY = """
SELECT review.id, review.status, review.amount, review.reasons,
    (SELECT count(*) FROM payment_transactions
     WHERE user_id = $2 AND created_at > $3 AND status NOT IN ('completed', 'refunded')) AS attempts,
    (SELECT count(*) FROM payment_transactions
     WHERE user_id = $2 AND created_at > $4 AND gateway = 'SCT' AND status IN ('failed', 'expired', 'canceled')
    ) AS failed_cards
FROM (SELECT) AS one_row
LEFT JOIN (SELECT * FROM payment_reviews WHERE purpose = $1 ORDER BY id DESC LIMIT 1) AS review ON true
"""
# The median of what the user paid.
USUAL = """
SELECT count(*) AS paid, percentile_disc(0.5) WITHIN GROUP (ORDER BY total_amount) AS usual
FROM payment_transactions WHERE user_id = $1 AND status IN ('completed', 'refunded')
"""
# Of two that are held at the same moment the first asks; the row is given back either way.
HOLD = """
INSERT INTO payment_reviews (user_id, cart_id, purpose, gateway, amount, reasons, status, note, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, 'pending', '', $7, $7)
ON CONFLICT (purpose) WHERE status = 'pending' DO UPDATE SET updated_at = payment_reviews.updated_at
RETURNING id, reasons
"""


async def check_usual(
    connection: DriverConnection, user: User, payment: PaymentTransaction, rules: ReviewRules, now: datetime
) -> None:
    """Whether a payment that is about to be opened may be.

    Raises PaymentDenied, HeldForReview where it waits for an admin already, and Unusual where it has to.
    """
    row = await connection.fetchrow(HISTORY, payment.purpose, user.id, now - ATTEMPTS_WITHIN, now - CARDS_WITHIN)
    if row["status"] == ReviewStatus.DENIED:
        raise PaymentDenied("This payment was reviewed and denied.", data={"review_id": row["id"]})
    if row["status"] == ReviewStatus.APPROVED and payment.total_amount <= row["amount"]:
        return
    if row["status"] == ReviewStatus.PENDING:
        raise _held(row["id"], row["reasons"])
    reasons = _hasty(row["attempts"], row["failed_cards"], rules)
    reasons += await _costly(connection, user, payment.total_amount, rules, now)
    if reasons:
        raise Unusual(payment, reasons)


async def hold_for_review(connection: DriverConnection, user: User, unusual: Unusual, now: datetime) -> HeldForReview:
    """Ask an admin about a payment; what to tell the buyer."""
    payment = unusual.payment
    row = await connection.fetchrow(
        HOLD,
        user.id,
        payment.cart_id,
        payment.purpose,
        payment.gateway,
        payment.total_amount,
        unusual.reasons,
        now,
    )
    return _held(row["id"], row["reasons"])


def _held(review_id: int, reasons: list[str]) -> HeldForReview:
    return HeldForReview(
        "This payment is unusual; somebody looks at it before it can be made.",
        data={"review_id": review_id, "reasons": reasons},
    )


def _hasty(attempts: int, failed_cards: int, rules: ReviewRules) -> list[str]:
    reasons = []
    if attempts >= rules.attempts:
        reasons.append(f"many attempts: {attempts} without success within an hour")
    if failed_cards >= rules.failed_cards:
        reasons.append(f"many failed cards: {failed_cards} within a day")
    return reasons


async def _costly(
    connection: DriverConnection, user: User, amount: Decimal, rules: ReviewRules, now: datetime
) -> list[str]:
    reasons = []
    if amount >= rules.new_account_amount and user.created_at > now - NEW_ACCOUNT:
        reasons.append(f"new account with a high amount: {display_amount(amount)} within its first day")
    if amount >= rules.far_amount:
        paid, usual = await connection.fetchrow(USUAL, user.id)
        if paid >= USUAL_FROM and amount > FAR * usual:
            reasons.append(f"far from the usual: {display_amount(amount)} where {display_amount(usual)} is usual")
    return reasons


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
