"""Sales, and what sellers and buyers made of them in figures."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from api.routes.marketplace.order_answers import OrderEventAnswer, event_answer
from dispatch.analytics.sales import DayTakings, ProductFigures, Takings
from dispatch.catalogue.weights import weight_of
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.money import from_paisa
from dispatch.orders.models import FIRST_VERSION, DeliveryInfo, PaymentStatus
from dispatch.sales.models import Sale, SaleStatus
from dispatch.sales.service import SaleView


class SoldProduct(Struct, frozen=True):
    """A product as it was sold; ``price`` in NPR, of then."""

    id: int
    name: str
    price: Decimal


class SaleAnswer(Struct, frozen=True, kw_only=True):
    """A sale with its delivery, where there is one. Amounts in NPR.

    ``next_try_at``: when a parcel that nobody took is tried again, as far as somebody said so. ``refunded``: what went
    back for it alone; with the whole of its payment its ``payment_status`` is ``refunded``.
    """

    id: int
    order_number: str
    order: int | None
    buyer_name: str
    product: SoldProduct
    quantity: int
    quantity_delivered: int | None
    total_amount: Decimal
    status: SaleStatus
    payment_status: PaymentStatus
    refunded: Decimal
    payment_method: str
    delivery_status: DeliveryStatus | None
    delivery_id: int | None
    tracking_number: str | None
    next_try_at: datetime | None
    created_at: datetime
    delivered_at: datetime | None
    objection_until: datetime | None


class SaleDestination(Struct, frozen=True):
    """Where a sale goes, as its buyer said it; once there is a parcel, where that goes. Degrees, None where only the
    address is known.
    """

    customer_name: str
    phone_number: str
    full_address: str
    landmark: str
    plus_code: str
    latitude: float | None
    longitude: float | None
    delivery_instructions: str


class SaleDetails(SaleAnswer, frozen=True, kw_only=True):
    """A sale with what happened to it, and where it goes: None where nobody has said so, or not to this seller.

    ``destination_version``: another number once the buyer has changed where the order goes; who makes the delivery
    sends it along. None where there is no order.
    ``weight_kg``: what its parcel weighs by what one of its product does, None where that is not known.
    """

    destination: SaleDestination | None
    destination_version: int | None
    weight_kg: float | None
    tracking_events: list[OrderEventAnswer]


class DeliveredAnswer(Struct, frozen=True):
    """The sale is marked."""

    status: str
    delivered_at: datetime
    objection_until: datetime | None


def sale_answer(sale: Sale, delivery: Delivery | None, refunded_paisa: int = 0) -> SaleAnswer:
    """A sale in a list."""
    return SaleAnswer(
        id=sale.id,
        order_number=sale.order_number,
        order=sale.order_id,
        buyer_name=sale.buyer_name,
        product=SoldProduct(sale.product_id, sale.product_name, sale.unit_price),
        quantity=sale.quantity,
        quantity_delivered=sale.quantity_delivered,
        total_amount=sale.total_amount,
        status=sale.status,
        payment_status=sale.payment_status,
        refunded=from_paisa(refunded_paisa),
        payment_method=sale.payment_method,
        delivery_status=delivery.status if delivery else None,
        delivery_id=delivery.id if delivery else None,
        tracking_number=delivery.tracking_number if delivery else None,
        next_try_at=delivery.retry_from if delivery and delivery.status.under_way else None,
        created_at=sale.created_at,
        delivered_at=sale.delivered_at,
        objection_until=sale.objection_until,
    )


def sale_details(view: SaleView, delivery: Delivery | None, refunded_paisa: int = 0) -> SaleDetails:
    """One sale whole."""
    events = [event_answer(event) for event in view.events]
    weight = weight_of(view.sale.product.weight_kg, view.sale.quantity)
    return SaleDetails(
        **asdict(sale_answer(view.sale, delivery, refunded_paisa)),
        destination=_destination(view, delivery),
        destination_version=view.address.version if view.address else None,
        weight_kg=None if weight is None else float(weight),
        tracking_events=events,
    )


def _destination(view: SaleView, delivery: Delivery | None) -> SaleDestination | None:
    """Where its parcel goes, if it has one; else where the order does.

    What is told of the rest of an order after it was called off is nothing of its seller's.
    """
    info = view.address
    if delivery is not None and delivery.status is not DeliveryStatus.CANCELLED:
        return _of_parcel(delivery, info) if delivery.delivery_address else None
    if info is None or not info.address:
        return None
    if view.sale.status is SaleStatus.CANCELLED and info.version != FIRST_VERSION:
        return None
    return SaleDestination(
        info.customer_name,
        info.phone_number,
        info.full_address,
        info.landmark,
        info.plus_code,
        info.lat,
        info.lon,
        info.delivery_instructions,
    )


def _of_parcel(delivery: Delivery, info: DeliveryInfo | None) -> SaleDestination:
    """A parcel has its address in one line; what its order says beside that is told where it goes there."""
    ordered = info if info is not None and info.full_address == delivery.delivery_address else None
    return SaleDestination(
        delivery.delivery_contact_name,
        delivery.delivery_contact_phone,
        delivery.delivery_address,
        ordered.landmark if ordered else "",
        ordered.plus_code if ordered else "",
        delivery.delivery_lat,
        delivery.delivery_lon,
        delivery.delivery_instructions,
    )


class TakingsAnswer(Struct, frozen=True, kw_only=True):
    """What was sold, amounts in NPR as numbers. ``revenue`` is what is left of ``gross`` after refunds."""

    sales_count: int
    units_sold: int
    gross: float
    refunded: float
    revenue: float


class ProductTakings(TakingsAnswer, frozen=True, kw_only=True):
    """A product with its stock and takings; one without sales has zeros."""

    product_id: int
    product_name: str
    stock: int
    reserved: int
    available: int
    is_active: bool


class DayTakingsAnswer(TakingsAnswer, frozen=True, kw_only=True):
    """The takings of a day in Nepal."""

    day: date


class RevenueAnswer(TakingsAnswer, frozen=True, kw_only=True):
    """Takings in total and of the newest days on which something was sold, oldest first.

    ``earlier_days`` is how many more such days the period has; a ``date_to`` before the first of ``days`` tells them.
    """

    currency: str
    days: list[DayTakingsAnswer]
    earlier_days: int


class SalesReport(Struct, frozen=True, kw_only=True):
    """A seller's products in a period; its ends are UTC, None where it is open."""

    currency: str
    date_from: datetime | None
    date_to: datetime | None
    totals: TakingsAnswer
    products: list[ProductTakings]


class PurchaseAnswer(Struct, frozen=True, kw_only=True):
    """What somebody bought. ``total_amount`` in NPR."""

    sale_id: int
    order_number: str
    order_id: int | None
    product_id: int
    product_name: str
    quantity: int
    total_amount: Decimal
    status: SaleStatus
    payment_status: PaymentStatus
    transaction_id: UUID
    bought_at: datetime


def takings_answer(takings: Takings) -> TakingsAnswer:
    """Takings in numbers."""
    return TakingsAnswer(
        sales_count=takings.sales,
        units_sold=takings.units,
        gross=float(takings.gross),
        refunded=float(takings.refunded),
        revenue=float(takings.revenue),
    )


def product_takings(figures: ProductFigures) -> ProductTakings:
    """A product's line in figures and reports."""
    product = figures.product
    return ProductTakings(
        **asdict(takings_answer(figures.takings)),
        product_id=product.id,
        product_name=product.name,
        stock=product.stock,
        reserved=product.reserved,
        available=product.available,
        is_active=product.is_active,
    )


def day_takings(day: DayTakings) -> DayTakingsAnswer:
    """A day's line."""
    return DayTakingsAnswer(**asdict(takings_answer(day.takings)), day=day.day)


def purchase_answer(sale: Sale) -> PurchaseAnswer:
    """A sale as its buyer looks back on it."""
    return PurchaseAnswer(
        sale_id=sale.id,
        order_number=sale.order_number,
        order_id=sale.order_id,
        product_id=sale.product_id,
        product_name=sale.product_name,
        quantity=sale.quantity,
        total_amount=sale.total_amount,
        status=sale.status,
        payment_status=sale.payment_status,
        transaction_id=sale.transaction_id,
        bought_at=sale.created_at,
    )
