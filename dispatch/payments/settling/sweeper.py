"""Reconciling what no callback reported: buyers close browsers, networks lose redirects, servers die.

Each payment is looked at alone. One that comes to nothing (the gateway does not answer for it, or something nobody
expected) waits longer each time, and after ``MOST_TRIES`` in a row it is left to a person, who sees it listed.
"""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Interval, Select, and_, case, func, literal, or_, select, update

from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.jobs.backoff import Backoff
from dispatch.jobs.items import ItemJob
from dispatch.jobs.rounds import in_a_line
from dispatch.payments.invoices.issuing import NO_ISSUER, Issuer
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.rows import get_by_transaction_id, lock_payment
from dispatch.payments.settling.settlement import PaymentSettlement
from dispatch.payments.settling.statements import NOTE_CHECK_FAILURE
from dispatch.ports import Clock, GatewayError, PaymentGateway

log = structlog.get_logger(__name__)

# How often an open payment is looked up, and how long after its end it is given up if it never had a session.
RECHECK_AFTER = timedelta(seconds=60)
RECHECK_CLOSED_AFTER = timedelta(hours=1)
LATE_MONEY_FOR = timedelta(days=1)
BATCH = 50
# After a look that came to nothing: doubling from the first to the longest, about a day in all.
MOST_TRIES = 20
BACKOFF = Backoff.doubling(timedelta(seconds=30), timedelta(hours=2), most_tries=MOST_TRIES)
# Longer than all tries of a lookup, so that a claim outlives its own work.
CLAIM = timedelta(minutes=5)


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(
        PaymentTransaction.status == TransactionStatus.PROCESSING,
        or_(PaymentTransaction.pidx.is_not(None), PaymentTransaction.expires_at < now),  # else it is being opened
        or_(PaymentTransaction.expires_at < now, PaymentTransaction.created_at < now - RECHECK_AFTER),
        or_(PaymentTransaction.checked_at.is_(None), PaymentTransaction.checked_at < now - RECHECK_AFTER),
    )


def _closed_lately(now: datetime) -> ColumnElement[bool]:
    """Closed without money: a bank that was slow may still bring it, and nobody would tell us.

    So may the gateway give the rest of a held payment back.
    """
    ended = [TransactionStatus.EXPIRED, TransactionStatus.CANCELED, TransactionStatus.FAILED]
    return and_(
        or_(
            and_(PaymentTransaction.status.in_(ended), PaymentTransaction.expires_at > now - LATE_MONEY_FOR),
            PaymentTransaction.status == TransactionStatus.HELD,
        ),
        PaymentTransaction.pidx.is_not(None),
        PaymentTransaction.checked_at < now - RECHECK_CLOSED_AFTER,
    )


def given_up() -> ColumnElement[bool]:
    """Payments that the sweeper no longer looks at by itself."""
    return PaymentTransaction.check_failures >= MOST_TRIES


def left_to_a_person() -> Select[PaymentTransaction]:
    """Payments that nobody decides but a person, newest first, for a page: held ones and those given up."""
    waits = or_(PaymentTransaction.status == TransactionStatus.HELD, given_up())
    return select(PaymentTransaction).where(waits).order_by(PaymentTransaction.id.desc())


class PaymentSweeper(ItemJob[UUID]):
    """Settles open payments that nobody asked about for a while. Several processes may run one each."""

    name: ClassVar[str] = "payments"
    one_batch_a_round: ClassVar[bool] = True

    def __init__(self, database: Database, gateway: PaymentGateway, clock: Clock, issuer: Issuer = NO_ISSUER) -> None:
        self._issuer = issuer
        self._database = database
        self._gateway = gateway
        self._clock = clock

    async def take(self) -> list[UUID]:
        """Claim payments that are due, those that were looked at longest ago first."""
        now = self._clock.now()
        due = (
            select(PaymentTransaction.id)
            .where(*self._is_due(now))
            .order_by(PaymentTransaction.checked_at.asc().nulls_first())
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        async with self._database.work() as work:
            rows = await work.session.scalars(
                update(PaymentTransaction)
                .where(PaymentTransaction.id.in_(due.scalar_subquery()))
                .values(next_check_at=now + CLAIM, updated_at=PaymentTransaction.updated_at)
                .returning(PaymentTransaction.transaction_id)
            )
            return list(rows)

    async def oldest_due(self) -> datetime | None:
        """Since when the payment that waits for longest could be looked at."""
        now = self._clock.now()
        since = func.coalesce(
            PaymentTransaction.next_check_at,
            case(
                (PaymentTransaction.pidx.is_(None), PaymentTransaction.expires_at),
                (
                    PaymentTransaction.status == TransactionStatus.PROCESSING,
                    func.coalesce(PaymentTransaction.checked_at, PaymentTransaction.created_at)
                    + literal(RECHECK_AFTER, Interval),
                ),
                else_=PaymentTransaction.checked_at + literal(RECHECK_CLOSED_AFTER, Interval),
            ),
        )
        async with self._database.work() as work:
            oldest: datetime | None = await work.session.scalar(select(func.min(since)).where(*self._is_due(now)))
            return oldest

    def _is_due(self, now: datetime) -> list[ColumnElement[bool]]:
        not_waiting = or_(PaymentTransaction.next_check_at.is_(None), PaymentTransaction.next_check_at <= now)
        return [or_(_open(now), _closed_lately(now)), not_waiting, ~given_up()]

    async def do(self, item: UUID) -> bool:
        """Ask the gateway, and settle what it says."""
        payment = await get_by_transaction_id(self._database, item)
        settlement = PaymentSettlement(self._database, self._gateway, self._clock, self._issuer)
        if payment.pidx is not None:
            await settlement.settle(payment)
        elif payment.expires_at < self._clock.now():
            await settlement.close_unopened(payment)
        return True

    async def note_failure(self, item: UUID, error: Exception) -> None:
        """It came to nothing: another time, later and later. Raises where even that cannot be written down."""
        reason = error.reason if isinstance(error, GatewayError) else in_a_line(error)
        found = await get_by_transaction_id(self._database, item)
        async with self._database.transaction() as connection:
            tries = (await lock_payment(connection, found.id)).check_failures + 1
            now = self._clock.now()
            await connection.execute(
                NOTE_CHECK_FAILURE, found.id, tries, reason[:300], now + BACKOFF.pause_after(tries), now
            )
        level = 40 if BACKOFF.is_last(tries) else 30
        log.log(level, "payment not reconciled", payment=str(item), tries=tries, reason=reason)


async def look_again(work: Work, transaction_id: UUID) -> bool:
    """Put a payment that was given up in line again, with all its tries; False where it is none."""
    again = await work.session.scalar(
        update(PaymentTransaction)
        .where(PaymentTransaction.transaction_id == transaction_id, given_up())
        .values(check_failures=0, check_error=None, next_check_at=None)
        .returning(PaymentTransaction.id)
    )
    return again is not None
