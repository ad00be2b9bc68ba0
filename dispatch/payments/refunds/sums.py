"""What of an order's or a sale's money went back, and what is on its way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.among import among
from dispatch.money import to_paisa
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import AT_GATEWAY, IN_FLIGHT, Refund, RefundStatus


@dataclass(frozen=True, slots=True)
class GoneBack:
    """Paisa: those that went back, and those that shall, also where a person has to see to it first."""

    refunded: int = 0
    refunding: int = 0

    def with_more(self, other: "GoneBack") -> "GoneBack":
        """Both together."""
        return GoneBack(self.refunded + other.refunded, self.refunding + other.refunding)


NOTHING_BACK: Final = GoneBack()


async def gone_back_of_orders(session: AsyncSession, order_ids: Collection[int]) -> Mapping[int, GoneBack]:
    """By the order's number, of the payment that paid it: money that came too late never was the order's."""
    paid = PaymentTransaction
    rows = await session.execute(
        select(paid.order_id, paid.id, paid.total_amount, Refund.status, Refund.amount_paisa)
        .join(Refund, Refund.payment_id == paid.id)
        .where(among(paid.order_id, order_ids), Refund.is_late.is_(False))
        .order_by(paid.id)
    )
    found: dict[int, GoneBack] = {}
    for (order_id, _, total), refunds in groupby(rows.tuples(), key=itemgetter(0, 1, 2)):
        before = found.get(order_id, NOTHING_BACK)
        found[order_id] = before.with_more(_of_payment(to_paisa(total), [row[3:] for row in refunds]))
    return found


async def refunded_of_sales(session: AsyncSession, sale_ids: Collection[int]) -> Mapping[int, int]:
    """What went back, paisa, by the sale's number, of refunds that are for it alone."""
    given = select(Refund.sale_id, func.sum(Refund.amount_paisa)).where(among(Refund.sale_id, sale_ids))
    rows = await session.execute(given.where(Refund.status == RefundStatus.SUCCEEDED).group_by(Refund.sale_id))
    return {sale_id: int(paisa) for sale_id, paisa in rows if sale_id is not None}


def _of_payment(paid: int, refunds: Sequence[tuple[RefundStatus, int]]) -> GoneBack:
    """Of a payment. One that failed shall go back only where so much is left: it may have been asked for anew since."""
    refunded = sum(paisa for status, paisa in refunds if status is RefundStatus.SUCCEEDED)
    left = max(0, paid - refunded - sum(paisa for status, paisa in refunds if status in IN_FLIGHT))
    failed = sum(paisa for status, paisa in refunds if status is RefundStatus.FAILED and paisa <= left)
    return GoneBack(refunded, min(failed, left) + sum(paisa for status, paisa in refunds if status in AT_GATEWAY))
