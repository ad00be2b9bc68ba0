"""The ledger: every movement of a payment's money, in whole paisa, adding up to zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from dispatch.database.engine import DriverConnection
from dispatch.database.work import Work
from dispatch.money import to_paisa
from dispatch.payments.ledger.models import LedgerAccount, LedgerEntry
from dispatch.payments.ledger.statements import ENTER
from dispatch.payments.models import PaymentTransaction

INCOME = frozenset({LedgerAccount.SALES, LedgerAccount.VAT, LedgerAccount.SHIPPING})


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount on one account of a payment; for ``sales`` also for which sale."""

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


def entries_of_sale(payment: PaymentTransaction) -> list[Entry]:
    """Money came and was taken for sales, tax and shipping. The lines must know their sales."""
    return [
        Entry(LedgerAccount.GATEWAY, None, to_paisa(payment.total_amount)),
        *(Entry(LedgerAccount.SALES, item.sale_id, -to_paisa(item.total_amount)) for item in payment.items),
        Entry(LedgerAccount.VAT, None, -to_paisa(payment.tax_amount)),
        Entry(LedgerAccount.SHIPPING, None, -to_paisa(payment.shipping_cost)),
    ]


def entries_of_owed(payment: PaymentTransaction) -> list[Entry]:
    """Money came for something that cannot be sold any more: all of it belongs to the buyer."""
    amount_paisa = to_paisa(payment.total_amount)
    return [Entry(LedgerAccount.GATEWAY, None, amount_paisa), Entry(LedgerAccount.OWED, None, -amount_paisa)]


def entries_of_refund(balances: Sequence[Entry], amount_paisa: int, of_sale: Sequence[Entry] = ()) -> list[Entry]:
    """Money went back: out of what was owed, else out of sales, tax and shipping in their proportion.

    ``of_sale``: what of them belongs to the one sale that it is for; while that is there nothing else is touched.
    """
    sources = [one for one in balances if one.account is LedgerAccount.OWED and one.amount_paisa < 0]
    sources = sources or [one for one in balances if one.account in INCOME and one.amount_paisa < 0]
    parts = [-one.amount_paisa for one in sources]
    most = {(one.account, one.sale_id): one.amount_paisa for one in of_sale}
    own = [min(part, most.get((one.account, one.sale_id), 0)) for one, part in zip(sources, parts, strict=True)]
    shares = allocate(amount_paisa, own if sum(own) >= amount_paisa else parts)
    return [
        Entry(LedgerAccount.GATEWAY, None, -amount_paisa),
        *(Entry(source.account, source.sale_id, share) for source, share in zip(sources, shares, strict=True)),
    ]


async def enter(
    connection: DriverConnection,
    payment_id: int,
    entries: Sequence[Entry],
    now: datetime,
    *,
    refund_id: int | None = None,
) -> None:
    """Write entries of a payment; those of nothing are left out. Raises ValueError where they do not add up to zero."""
    if sum(entry.amount_paisa for entry in entries):
        raise ValueError("the entries do not add up to zero")
    accounts = [entry.account for entry in entries]
    sale_ids = [entry.sale_id for entry in entries]
    await connection.execute(
        ENTER, payment_id, refund_id, now, accounts, sale_ids, [entry.amount_paisa for entry in entries]
    )


async def list_balances(work: Work, payment_id: int) -> list[Entry]:
    """What stands on every account of a payment that was touched; for ``sales`` of each sale."""
    rows = await work.session.execute(
        select(LedgerEntry.account, LedgerEntry.sale_id, func.sum(LedgerEntry.amount_paisa))
        .where(LedgerEntry.payment_id == payment_id)
        .group_by(LedgerEntry.account, LedgerEntry.sale_id)
        .order_by(func.min(LedgerEntry.id))
    )
    return [Entry(account, sale_id, int(amount)) for account, sale_id, amount in rows]
