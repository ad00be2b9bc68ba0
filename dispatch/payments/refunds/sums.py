"""What of an order's or a sale's money went back, and what is on its way."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from dispatch.database.among import among
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund, RefundStatus


@dataclass(frozen=True, slots=True)
class GoneBack:
    """Paisa: those that went back, and those that shall, also where a person has to see to it first."""

    refunded: int = 0
    refunding: int = 0


NOTHING_BACK: Final = GoneBack()
_GOING: Final = (RefundStatus.REQUESTED, RefundStatus.SENT, RefundStatus.FAILED, RefundStatus.UNCLEAR)


async def gone_back_of_orders(session: AsyncSession, order_ids: Collection[int]) -> Mapping[int, GoneBack]:
    """By the order's number, of the payment that paid it: money that came too late never was the order's."""
    of = PaymentTransaction.order_id
    query = _sums(of).join(PaymentTransaction, PaymentTransaction.id == Refund.payment_id)
    return await _by(session, query.where(among(of, order_ids), Refund.is_late.is_(False)))


async def gone_back_of_sales(session: AsyncSession, sale_ids: Collection[int]) -> Mapping[int, GoneBack]:
    """By the sale's number, of refunds that are for it alone."""
    of = Refund.sale_id
    return await _by(session, _sums(of).where(among(of, sale_ids)))


def _sums(of: InstrumentedAttribute[Any]) -> Select[Any, Any, Any]:
    amount = func.coalesce(func.sum(Refund.amount_paisa).filter(Refund.status == RefundStatus.SUCCEEDED), 0)
    going = func.coalesce(func.sum(Refund.amount_paisa).filter(Refund.status.in_(_GOING)), 0)
    return select(of, amount, going).group_by(of)


async def _by(session: AsyncSession, query: Select[Any, Any, Any]) -> Mapping[int, GoneBack]:
    return {of: GoneBack(int(refunded), int(refunding)) for of, refunded, refunding in await session.execute(query)}
