"""The list of all orders, for admins: also by what deliveries know of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload, selectinload

from dispatch.catalogue.models import Product
from dispatch.database.among import among
from dispatch.database.search import folded_text
from dispatch.deliveries.finding import order_has_number_like
from dispatch.deliveries.models import Delivery
from dispatch.orders.finding import in_any, places_of_phone, places_of_text
from dispatch.orders.models import DeliveryInfo, Order, OrderItem, OrderStatus, PaymentStatus
from dispatch.sales.models import Sale
from dispatch.zones.inside import in_area


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders; what is None or empty does not matter.

    ``seller_id``: with something of that seller, paid or not. ``transporter_id``: with a parcel that this transporter
    has or had at the end. ``area``: whose destination is in a zone's. ``made_from`` and ``made_to``: when it was
    ordered, both included. ``search``: a text in its number, its address and phone, its goods or its parcels' numbers.
    """

    statuses: Collection[OrderStatus] = ()
    payment_statuses: Collection[PaymentStatus] = ()
    customer_id: int | None = None
    seller_id: int | None = None
    transporter_id: int | None = None
    area: dict[str, Any] | None = None
    made_from: datetime | None = None
    made_to: datetime | None = None
    search: str | None = None


def orders_query(wanted: OrderFilter) -> Select[Order]:
    """Orders, newest first, for a page, with what was ordered and where it goes."""
    query = select(Order)
    if wanted.area is not None:  # else counting all of them would read all doors too
        query = query.join(DeliveryInfo, DeliveryInfo.id == Order.delivery_info_id)
    return (
        query.options(selectinload(Order.items), joinedload(Order.delivery_info))
        .where(*_wanted(wanted))
        .order_by(Order.id.desc())
    )


def _wanted(wanted: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.statuses:
        yield among(Order.order_status, wanted.statuses)
    if wanted.payment_statuses:
        yield among(Order.payment_status, wanted.payment_statuses)
    if wanted.customer_id is not None:
        yield Order.customer_id == wanted.customer_id
    if wanted.seller_id is not None:
        of_seller = (Product.id == OrderItem.product_id, Product.seller_id == wanted.seller_id)
        yield Order.id.in_(select(OrderItem.order_id).where(*of_seller))
    if wanted.transporter_id is not None:
        carried = (Delivery.sale_id == Sale.id, Delivery.transporter_id == wanted.transporter_id)
        yield Order.id.in_(select(Sale.order_id).where(*carried))
    if wanted.area is not None:
        yield in_area(DeliveryInfo.lat, DeliveryInfo.lon, wanted.area)
    if wanted.made_from is not None:
        yield Order.created_at >= wanted.made_from
    if wanted.made_to is not None:
        yield Order.created_at <= wanted.made_to
    if wanted.search and folded_text(wanted.search):
        words, phones = places_of_text(wanted.search), places_of_phone(wanted.search)
        yield in_any([*words, *phones, order_has_number_like(wanted.search)])
