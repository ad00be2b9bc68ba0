"""The ledger: every movement of a payment's money, in whole paisa, adding up to zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from dispatch.database.work import Work
from dispatch.money import to_paisa
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refund_models import LedgerAccount, LedgerEntry

INCOME = frozenset({LedgerAccount.SALES, LedgerAccount.VAT, LedgerAccount.SHIPPING})


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on one account of a payment; for ``sales`` also for which sale."""

    account: LedgerAccount
    sale_id: int | None
    amount_paisa: int


def allocate(amount_paisa: int, parts_paisa: Sequence[int]) -> list[int]:
    """Divide an amount over parts in their proportion, exactly, and never more of a part than it has.

    Raises ValueError where the parts hold less than the amount.
    """
    total = sum(parts_paisa)
    if not 0 <= amount_paisa <= total:
        raise ValueError(f"{amount_paisa} paisa cannot be taken from {total}")
    if total == 0:
        return [0] * len(parts_paisa)
    shares = [amount_paisa * part // total for part in parts_paisa]
    # What integer division left over goes to the largest fractions; each such part has at least one paisa more.
    fractions = sorted(range(len(parts_paisa)), key=lambda i: (-(amount_paisa * parts_paisa[i] % total), i))
    for i in fractions[: amount_paisa - sum(shares)]:
        shares[i] += 1
    return shares


class Ledger:
    """The entries of one unit of work."""

    def __init__(self, work: Work) -> None:
        self._session = work.session

    def record_sale(self, payment: PaymentTransaction, now: datetime) -> None:
        """Money came and was taken for sales, tax and shipping. The lines must know their sales."""
        self._add(payment, LedgerAccount.GATEWAY, to_paisa(payment.total_amount), now)
        for item in payment.items:
            self._add(payment, LedgerAccount.SALES, -to_paisa(item.total_amount), now, sale_id=item.sale_id)
        self._add(payment, LedgerAccount.VAT, -to_paisa(payment.tax_amount), now)
        self._add(payment, LedgerAccount.SHIPPING, -to_paisa(payment.shipping_cost), now)

    def record_owed(self, payment: PaymentTransaction, now: datetime) -> None:
        """Money came for something that cannot be sold any more: all of it belongs to the buyer."""
        amount_paisa = to_paisa(payment.total_amount)
        self._add(payment, LedgerAccount.GATEWAY, amount_paisa, now)
        self._add(payment, LedgerAccount.OWED, -amount_paisa, now)

    async def record_refund(
        self, payment: PaymentTransaction, refund_id: int, amount_paisa: int, now: datetime
    ) -> None:
        """Money went back: out of what was owed, else out of sales, tax and shipping in their proportion."""
        balances = await self.balances(payment.id)
        sources = [one for one in balances if one.account is LedgerAccount.OWED and one.amount_paisa < 0]
        sources = sources or [one for one in balances if one.account in INCOME and one.amount_paisa < 0]
        shares = allocate(amount_paisa, [-one.amount_paisa for one in sources])
        self._add(payment, LedgerAccount.GATEWAY, -amount_paisa, now, refund_id=refund_id)
        for source, share in zip(sources, shares, strict=True):
            self._add(payment, source.account, share, now, sale_id=source.sale_id, refund_id=refund_id)

    async def balances(self, payment_id: int) -> list[Balance]:
        """Every account of a payment that was touched."""
        rows = await self._session.execute(
            select(LedgerEntry.account, LedgerEntry.sale_id, func.sum(LedgerEntry.amount_paisa))
            .where(LedgerEntry.payment_id == payment_id)
            .group_by(LedgerEntry.account, LedgerEntry.sale_id)
            .order_by(func.min(LedgerEntry.id))
        )
        return [Balance(account, sale_id, int(amount)) for account, sale_id, amount in rows]

    def _add(
        self,
        payment: PaymentTransaction,
        account: LedgerAccount,
        amount_paisa: int,
        now: datetime,
        *,
        sale_id: int | None = None,
        refund_id: int | None = None,
    ) -> None:
        if amount_paisa:
            self._session.add(
                LedgerEntry(
                    payment_id=payment.id,
                    refund_id=refund_id,
                    sale_id=sale_id,
                    account=account,
                    amount_paisa=amount_paisa,
                    created_at=now,
                )
            )
