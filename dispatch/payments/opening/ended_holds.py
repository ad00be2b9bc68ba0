"""Stock that open payments have held for long enough is anybody's again. They can still be paid while it is there."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Select, func, select

from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.payments.locks import lock_all
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.rows import get_payment, save_outcome
from dispatch.payments.stock import release_stock

BATCH = 100


class HoldSweeper(LeasedItemJob[int]):
    """Gives back what open payments held."""

    name: ClassVar[str] = "stock-holds"
    at_once: ClassVar[int] = 1

    async def find(self, after: int | None) -> list[int]:
        """Open payments whose hold is over."""
        query = self._due().where(PaymentTransaction.id > (after or 0)).limit(BATCH)
        async with self._database.work() as work:
            return list(await work.session.scalars(query))

    async def oldest_due(self) -> datetime | None:
        """When the hold that is over for longest ended."""
        query = self._due().with_only_columns(func.min(PaymentTransaction.hold_ends_at)).order_by(None)
        async with self._database.work() as work:
            oldest: datetime | None = await work.session.scalar(query)
            return oldest

    def _due(self) -> Select[int]:
        return (
            select(PaymentTransaction.id)
            .where(
                PaymentTransaction.status == TransactionStatus.PROCESSING,
                PaymentTransaction.holds_stock,
                PaymentTransaction.hold_ends_at <= self._clock.now(),
            )
            .order_by(PaymentTransaction.id)
        )

    async def do_key(self, key: int) -> None:
        """Release what one payment holds, unless it came to its end meanwhile."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            payment = (await lock_all(connection, await get_payment(connection, key))).payment
            if payment.status is TransactionStatus.PROCESSING and payment.holds_stock:
                await release_stock(connection, payment, now)
                await save_outcome(connection, payment, now)
