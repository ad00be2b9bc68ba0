"""In which turn a customer reads his own orders: what needs him, then what comes soonest, then what has ended."""

from enum import StrEnum
from typing import Final

from sqlalchemy import Select, case, func, select

from dispatch.deliveries.models import UNDER_WAY, Delivery
from dispatch.orders.models import Order, OrderStatus
from dispatch.sales.models import Sale


class OrderSort(StrEnum):
    """How a list of one's own orders is sorted."""

    NEWEST = "newest"
    SOONEST = "soonest"
    """What waits for its money, then what is under way, the soonest expected first, then what has ended."""


ADVANCED: Final = (OrderStatus.SHIPPED, OrderStatus.PROCESSING, OrderStatus.CONFIRMED)
"""Those that are under way, the most advanced first."""


def soonest_first(query: Select[Order]) -> Select[Order]:
    """The same orders, those that are under way before those that have ended, whichever was made first.

    The time of an order is that of its first parcel, as it was expected last. The list says it as of where the
    transporter is now, which no statement knows.
    """
    told = func.coalesce(Delivery.estimated_delivery_time, Delivery.requested_delivery_date)
    # Looked up for each of the orders; joined, all parcels there are might be read for them.
    expected = (
        select(case((Delivery.status.in_(UNDER_WAY), told)))
        .join(Sale, Sale.id == Delivery.sale_id)
        .where(Sale.order_id == Order.id, Delivery.return_of.is_(None))
        .order_by(Delivery.id)
        .limit(1)
        .correlate(Order)
        .scalar_subquery()
    )
    turn = case({OrderStatus.PENDING: 0} | dict.fromkeys(ADVANCED, 1), value=Order.order_status, else_=2)
    advanced = case(dict(zip(ADVANCED, range(3), strict=True)), value=Order.order_status, else_=3)
    return query.order_by(None).order_by(
        turn, case((turn == 1, expected)).asc().nulls_last(), advanced, Order.id.desc()
    )
