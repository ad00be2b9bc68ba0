"""Reconciling what no callback reported: buyers close browsers, networks lose redirects, servers die."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select

from dispatch.database.engine import Database
from dispatch.payments.invoices import NO_ISSUER, Issuer
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.payment_rows import get_by_transaction_id
from dispatch.payments.settlement import PaymentSettlement
from dispatch.ports import Clock, GatewayError, PaymentGateway

log = structlog.get_logger(__name__)

# How often an open payment is looked up, and how long after its end it is given up if it never had a session.
RECHECK_AFTER = timedelta(seconds=60)
RECHECK_CLOSED_AFTER = timedelta(hours=1)
LATE_MONEY_FOR = timedelta(days=1)
BATCH = 50


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(
        PaymentTransaction.status == TransactionStatus.PROCESSING,
        or_(PaymentTransaction.expires_at < now, PaymentTransaction.created_at < now - RECHECK_AFTER),
        or_(PaymentTransaction.checked_at.is_(None), PaymentTransaction.checked_at < now - RECHECK_AFTER),
    )


def _closed_lately(now: datetime) -> ColumnElement[bool]:
    """Closed without money: a bank that was slow may still bring it, and nobody would tell us."""
    return and_(
        PaymentTransaction.status.in_([TransactionStatus.EXPIRED, TransactionStatus.CANCELED]),
        PaymentTransaction.expires_at > now - LATE_MONEY_FOR,
        PaymentTransaction.checked_at < now - RECHECK_CLOSED_AFTER,
    )


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
        for transaction_id in due:
            try:
                await self._settle(transaction_id)
            except GatewayError as error:
                log.warning("sweep: the gateway has no answer", payment=str(transaction_id), reason=error.reason)
        return len(due)

    async def _due(self) -> list[UUID]:
        now = self._clock.now()
        async with self._database.work() as work:
            rows = await work.session.scalars(
                select(PaymentTransaction.transaction_id)
                .where(or_(_open(now), _closed_lately(now)))
                .order_by(PaymentTransaction.checked_at.asc().nulls_first())
                .limit(BATCH)
            )
            return list(rows)

    async def _settle(self, transaction_id: UUID) -> None:
        payment = await get_by_transaction_id(self._database, transaction_id)
        settlement = PaymentSettlement(self._database, self._gateway, self._clock, self._issuer)
        if payment.pidx is not None:
            await settlement.settle(payment)
        elif payment.expires_at < self._clock.now():
            await settlement.close_unopened(payment)
