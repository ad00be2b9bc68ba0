"""Unusual payments: rules with reasons, held before the gateway hears of them, decided by an admin."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, select

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.money import display_amount
from dispatch.payments.models import PaymentMode, PaymentTransaction, TransactionStatus
from dispatch.payments.watch_models import PaymentReview, ReviewStatus
from dispatch.ports import Clock

NEW_ACCOUNT = timedelta(days=1)
ATTEMPTS_WITHIN = timedelta(hours=1)
CARDS_WITHIN = timedelta(days=1)
USUAL_FROM = 5
FAR = 10
SUCCESSFUL = (TransactionStatus.COMPLETED, TransactionStatus.REFUNDED)
UNSUCCESSFUL = (TransactionStatus.FAILED, TransactionStatus.EXPIRED, TransactionStatus.CANCELED)


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


class PaymentReviews:
    """The reviews of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock

    async def check(self, user: User, payment: PaymentTransaction, rules: ReviewRules) -> None:
        """Hold a payment that is about to be opened, if it is unusual.

        Rolls everything back but the review, which it commits. Raises HeldForReview and PaymentDenied.
        """
        decided = await self._latest(payment.purpose)
        if decided is not None and decided.status is ReviewStatus.DENIED:
            raise PaymentDenied("This payment was reviewed and denied.", data={"review_id": decided.id})
        if decided is not None and decided.status is ReviewStatus.APPROVED and payment.total_amount <= decided.amount:
            return
        if decided is None or decided.status is not ReviewStatus.PENDING:
            reasons = await self._reasons(user, payment, rules)
            if not reasons:
                return
            decided = await self._hold(user, payment, reasons)
        raise HeldForReview(
            "This payment is unusual; somebody looks at it before it can be made.",
            data={"review_id": decided.id, "reasons": decided.reasons},
        )

    async def _hold(self, user: User, payment: PaymentTransaction, reasons: list[str]) -> PaymentReview:
        review = PaymentReview(
            user_id=user.id,
            cart_id=payment.cart_id,
            purpose=payment.purpose,
            gateway=payment.gateway.value,
            amount=payment.total_amount,
            reasons=reasons,
            status=ReviewStatus.PENDING,
            note="",
        )
        await self._work.rollback()
        self._session.add(review)
        await self._work.commit()
        return review

    async def _reasons(self, user: User, payment: PaymentTransaction, rules: ReviewRules) -> list[str]:
        now, amount = self._clock.now(), payment.total_amount
        mine = PaymentTransaction.user_id == user.id
        recent = PaymentTransaction.created_at > now - ATTEMPTS_WITHIN
        attempts = await self._number(mine, recent, PaymentTransaction.status.not_in(SUCCESSFUL))
        cards = await self._number(
            mine,
            PaymentTransaction.created_at > now - CARDS_WITHIN,
            PaymentTransaction.gateway == PaymentMode.SCT,
            PaymentTransaction.status.in_(UNSUCCESSFUL),
        )
        reasons = []
        if attempts >= rules.attempts:
            reasons.append(f"many attempts: {attempts} without success within an hour")
        if cards >= rules.failed_cards:
            reasons.append(f"many failed cards: {cards} within a day")
        if amount >= rules.new_account_amount and user.created_at > now - NEW_ACCOUNT:
            reasons.append(f"new account with a high amount: {display_amount(amount)} within its first day")
        usual = await self._usual(mine) if amount >= rules.far_amount else None
        if usual is not None and amount > FAR * usual:
            reasons.append(f"far from the usual: {display_amount(amount)} where {display_amount(usual)} is usual")
        return reasons

    async def _number(self, *conditions: ColumnElement[bool]) -> int:
        return await self._session.scalar(select(func.count()).where(*conditions)) or 0

    async def _usual(self, mine: ColumnElement[bool]) -> Decimal | None:
        """The median of what the user paid, None where there is too little to tell."""
        median = func.percentile_disc(0.5).within_group(PaymentTransaction.total_amount)
        row = await self._session.execute(
            select(func.count(), median).where(mine, PaymentTransaction.status.in_(SUCCESSFUL))
        )
        number, usual = row.one()
        return usual if number >= USUAL_FROM else None

    async def _latest(self, purpose: str) -> PaymentReview | None:
        found: PaymentReview | None = await self._session.scalar(
            select(PaymentReview).where(PaymentReview.purpose == purpose).order_by(PaymentReview.id.desc()).limit(1)
        )
        return found

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
