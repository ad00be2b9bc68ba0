"""Orders as the contract writes them. Amounts in NPR, as text with two decimals."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from api.routes.deliveries.answers import shown_time
from api.routes.marketplace.answers import ProductImage, product_images
from api.routes.payments.refund_answers import RefundAnswer
from dispatch.cancellations.order_view import OrderView
from dispatch.cancellations.setbacks import Setback, SetbackKind
from dispatch.deliveries.eta import Arrival
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.money import CURRENCY, display_amount, from_paisa
from dispatch.orders.models import DeliveryInfo, Order, OrderEvent, OrderItem, OrderStatus, PaymentStatus
from dispatch.payments.refunds.models import RefundStatus
from dispatch.payments.refunds.sums import NOTHING_BACK, GoneBack
from dispatch.sales.models import Sale, SaleStatus


class OrderedProduct(Struct, frozen=True):
    """A product as it was ordered; ``price`` is that of then."""

    id: int
    name: str
    price: Decimal
    images: list[ProductImage]


class OrderItemAnswer(Struct, frozen=True):
    """Some of one product at the price of the moment of ordering."""

    id: int
    product: OrderedProduct
    quantity: int
    unit_price: Decimal
    total_price: Decimal


class OrderDestination(Struct, frozen=True):
    """Where an order goes. ``state`` is the province; degrees, None where no point is known."""

    customer_name: str
    phone_number: str
    address: str
    landmark: str
    city: str
    district: str
    state: str
    zip_code: str
    plus_code: str
    latitude: float | None
    longitude: float | None
    full_address: str
    delivery_instructions: str


class OrderEventAnswer(Struct, frozen=True):
    """Something that happened to an order or to one sale of it."""

    id: int
    status: OrderStatus
    message: str
    created_at: datetime


class OrderSale(Struct, frozen=True):
    """A paid line of an order, with the delivery that carries it once its seller has made one, and where that goes.

    ``quantity_delivered``: so many arrived, where not all of them did.
    """

    id: int
    order_number: str
    product_id: int
    quantity: int
    status: SaleStatus
    delivery_status: DeliveryStatus | None
    delivery_id: int | None
    tracking_number: str | None
    delivery_address: str | None
    quantity_delivered: int | None


class OrderSetback(Struct, frozen=True, kw_only=True):
    """What of a sale did not arrive: so many goods, how, and what of the money goes back for them, NPR.

    `refunded` is null where nothing does, or not yet: for what comes back it does once it is with the seller.
    """

    sale_id: int
    kind: SetbackKind
    quantity: int
    tracking_number: str
    refunded: Decimal | None
    refund_status: RefundStatus | None


class OrderProgressAnswer(Struct, frozen=True):
    """How many of an order's sales are how far: each goes its own way, with its own seller and delivery."""

    processing: int
    shipped: int
    delivered: int
    cancelled: int


class OrderAnswer(Struct, frozen=True, kw_only=True):
    """An order with everything that happened to it.

    ``cart_id`` is the cart that it was made of, with which it is paid. ``sales`` are its lines once they are paid,
    ``transaction_id`` the payment that paid them, which has the invoice.

    Amounts in NPR. ``total_amount`` and ``formatted_total`` are those of the items; the buyer pays ``total_to_pay``,
    which is ``subtotal`` (the items), ``tax_amount`` and ``shipping_cost`` together. Of it ``refunded`` went back, and
    ``refunding`` shall.

    What may be done by whoever asks: ``can_cancel``; ``can_refund``, for admins also of a part; ``can_change_address``,
    while some of it has no parcel yet, which goes where the order does, and its buyer did not change it too often.
    """

    id: int
    order_number: str
    customer: int
    cart_id: int
    order_status: OrderStatus
    order_status_display: str
    payment_status: PaymentStatus
    payment_status_display: str
    total_amount: Decimal
    formatted_total: str
    subtotal: Decimal
    tax_amount: Decimal
    shipping_cost: Decimal
    total_to_pay: Decimal
    formatted_total_to_pay: str
    refunded: Decimal
    refunding: Decimal
    currency: str
    items: list[OrderItemAnswer]
    sales: list[OrderSale]
    progress: OrderProgressAnswer
    setbacks: list[OrderSetback]
    transaction_id: UUID | None
    delivery: OrderDestination
    tracking_events: list[OrderEventAnswer]
    created_at: datetime
    estimated_delivery_date: datetime | None
    tracking_number: str | None
    can_cancel: bool
    can_refund: bool
    can_change_address: bool
    is_paid: bool
    is_delivered: bool
    objection_until: datetime | None


def order_answer(view: OrderView, arrival: Arrival | None = None) -> OrderAnswer:
    """The order as the contract writes it; ``arrival``: of its delivery, as of now."""
    order, delivery = view.order, view.delivery
    return OrderAnswer(
        id=order.id,
        order_number=order.order_number,
        customer=order.customer_id,
        cart_id=order.cart_id,
        order_status=order.order_status,
        order_status_display=order.order_status.value.title(),
        payment_status=order.payment_status,
        payment_status_display=order.payment_status.value.title(),
        total_amount=order.total_amount,
        formatted_total=display_amount(order.total_amount),
        **order.sums.parts(),
        formatted_total_to_pay=display_amount(order.sums.total_to_pay),
        refunded=from_paisa(view.gone_back.refunded),
        refunding=from_paisa(view.gone_back.refunding),
        currency=CURRENCY,
        items=[_order_item(item) for item in order.items],
        sales=[_order_sale(sale, carried) for sale, carried in view.sold],
        progress=OrderProgressAnswer(**{status.value: count for status, count in view.progress.items()}),
        setbacks=[_setback(one) for one in view.setbacks],
        transaction_id=view.sold[0][0].transaction_id if view.sold else None,
        delivery=_destination(order.delivery_info),
        tracking_events=[event_answer(event) for event in order.tracking_events],
        created_at=order.created_at,
        estimated_delivery_date=_expected(delivery, arrival),
        tracking_number=delivery.tracking_number if delivery else None,
        can_cancel=view.can_cancel,
        can_refund=view.can_refund,
        can_change_address=view.can_change_address,
        is_paid=order.is_paid,
        is_delivered=order.order_status in {OrderStatus.DELIVERED, OrderStatus.COMPLETED},
        objection_until=view.objection_until,
    )


def _order_item(item: OrderItem) -> OrderItemAnswer:
    product = OrderedProduct(item.product_id, item.product_name, item.unit_price, product_images(item.product))
    return OrderItemAnswer(item.id, product, item.quantity, item.unit_price, item.total_price)


def _order_sale(sale: Sale, delivery: Delivery | None) -> OrderSale:
    return OrderSale(
        sale.id,
        sale.order_number,
        sale.product_id,
        sale.quantity,
        sale.status,
        delivery.status if delivery else None,
        delivery.id if delivery else None,
        delivery.tracking_number if delivery else None,
        delivery.delivery_address if delivery else None,
        sale.quantity_delivered,
    )


def _setback(setback: Setback) -> OrderSetback:
    delivery, refund = setback.delivery, setback.refund
    return OrderSetback(
        sale_id=delivery.sale_id,
        kind=setback.kind,
        quantity=setback.quantity,
        tracking_number=delivery.tracking_number,
        refunded=from_paisa(refund.amount_paisa) if refund else None,
        refund_status=refund.status if refund else None,
    )


def _destination(info: DeliveryInfo) -> OrderDestination:
    return OrderDestination(
        customer_name=info.customer_name,
        phone_number=info.phone_number,
        address=info.address,
        landmark=info.landmark,
        city=info.city,
        district=info.district,
        state=info.state,
        zip_code=info.zip_code,
        plus_code=info.plus_code,
        latitude=info.lat,
        longitude=info.lon,
        full_address=info.full_address,
        delivery_instructions=info.delivery_instructions,
    )


def event_answer(event: OrderEvent) -> OrderEventAnswer:
    """An event of an order or sale."""
    return OrderEventAnswer(event.id, event.status, event.message, event.created_at)


def _expected(delivery: Delivery | None, arrival: Arrival | None) -> datetime | None:
    """None where nobody has the parcel yet, or has it no more: what was asked for is no promise of anybody's."""
    if delivery is None or not delivery.status.under_way:
        return None
    return shown_time(delivery, arrival) or delivery.requested_delivery_date


class OrderRow(Struct, frozen=True, kw_only=True):
    """An order in its buyer's list. Amounts in NPR, as in the order itself.

    ``goods`` are the names of what was ordered, as they were then; ``tracking_number`` that of its first parcel.
    """

    id: int
    order_number: str
    order_status: OrderStatus
    order_status_display: str
    payment_status: PaymentStatus
    total_amount: Decimal
    formatted_total: str
    subtotal: Decimal
    tax_amount: Decimal
    shipping_cost: Decimal
    total_to_pay: Decimal
    formatted_total_to_pay: str
    refunded: Decimal
    refunding: Decimal
    items_count: int
    goods: list[str]
    tracking_number: str | None
    created_at: datetime
    estimated_delivery_date: datetime | None


def order_row(
    order: Order, delivery: Delivery | None, arrivals: Mapping[int, Arrival], gone_back: GoneBack = NOTHING_BACK
) -> OrderRow:
    """An order, with the first of its deliveries where there is one; ``arrivals`` by the delivery's number."""
    return OrderRow(
        id=order.id,
        order_number=order.order_number,
        order_status=order.order_status,
        order_status_display=order.order_status.value.title(),
        payment_status=order.payment_status,
        total_amount=order.total_amount,
        formatted_total=display_amount(order.total_amount),
        **order.sums.parts(),
        formatted_total_to_pay=display_amount(order.sums.total_to_pay),
        refunded=from_paisa(gone_back.refunded),
        refunding=from_paisa(gone_back.refunding),
        items_count=len(order.items),
        goods=[item.product_name for item in order.items],
        tracking_number=delivery.tracking_number if delivery else None,
        created_at=order.created_at,
        estimated_delivery_date=_expected(delivery, arrivals.get(delivery.id) if delivery else None),
    )


class OrderRefundAnswer(RefundAnswer, frozen=True, kw_only=True):
    """A refund, and the order as it stands after it."""

    order: OrderAnswer
