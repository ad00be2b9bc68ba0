"""Reconciling what no callback reported: buyers close browsers, networks lose redirects, servers die.

Each payment is looked at alone. One that comes to nothing (the gateway does not answer for it, or something nobody
expected) waits longer each time, and after ``MOST_TRIES`` in a row it is left to a person, who sees it listed.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, and_, or_, select, update

from dispatch.database.engine import Database
from dispatch.jobs.rounds import attempt, each_alone, in_a_line
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
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
MOST_TRIES = 20


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


class PaymentSweeper:
    """Settles open payments that nobody asked about for a while."""

    def __init__(self, database: Database, gateway: PaymentGateway, clock: Clock, issuer: Issuer = NO_ISSUER) -> None:
        self._issuer = issuer
        self._database = database
        self._gateway = gateway
        self._clock = clock

    async def sweep(self) -> int:
        """Settle what is due; returns how many payments were looked at. Several processes may sweep at once."""
        due = await self._due()
        await each_alone(due, self._look_at)
        return len(due)

    async def _due(self) -> list[UUID]:
        now = self._clock.now()
        async with self._database.work() as work:
            rows = await work.session.scalars(
                select(PaymentTransaction.transaction_id)
                .where(
                    or_(_open(now), _closed_lately(now)),
                    or_(PaymentTransaction.next_check_at.is_(None), PaymentTransaction.next_check_at <= now),
                    ~given_up(),
                )
                .order_by(PaymentTransaction.checked_at.asc().nulls_first())
                .limit(BATCH)
            )
            return list(rows)

    async def _look_at(self, transaction_id: UUID) -> None:
        error = await attempt(self._settle(transaction_id))
        if isinstance(error, GatewayError):
            await self._note_failure(transaction_id, error.reason)
        elif error is not None:  # a defect of one payment is not the next one's
            await self._note_failure(transaction_id, in_a_line(error))

    async def _settle(self, transaction_id: UUID) -> None:
        payment = await get_by_transaction_id(self._database, transaction_id)
        settlement = PaymentSettlement(self._database, self._gateway, self._clock, self._issuer)
        if payment.pidx is not None:
            await settlement.settle(payment)
        elif payment.expires_at < self._clock.now():
            await settlement.close_unopened(payment)

    async def _note_failure(self, transaction_id: UUID, reason: str) -> None:
        """It came to nothing: another time, later and later. Raises where even that cannot be written down."""
        found = await get_by_transaction_id(self._database, transaction_id)
        async with self._database.transaction() as connection:
            tries = (await lock_payment(connection, found.id)).check_failures + 1
            pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)
            now = self._clock.now()
            await connection.execute(NOTE_CHECK_FAILURE, found.id, tries, reason[:300], now + pause, now)
        level = 40 if tries >= MOST_TRIES else 30
        log.log(level, "payment not reconciled", payment=str(transaction_id), tries=tries, reason=reason)


async def look_again(database: Database, transaction_id: UUID) -> None:
    """Put a payment that was given up in line again, with all its tries."""
    async with database.work() as work:
        await work.session.execute(
            update(PaymentTransaction)
            .where(PaymentTransaction.transaction_id == transaction_id)
            .values(check_failures=0, check_error=None, next_check_at=None)
        )
