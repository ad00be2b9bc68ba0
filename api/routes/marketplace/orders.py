"""Orders."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from litestar import Controller, Request, get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.field_rules import Rule, together
from api.http.injected import GivenWork
from api.http.schemas import (
    NO_NUL,
    ONE_LINE,
    Body,
    Id,
    Lat,
    Lon,
    Page,
    PageNumber,
    PageSize,
    PathId,
    PersonName,
    Phone,
    RequiredLine,
    Text,
    paginate,
)
from api.http.security import needs
from api.routes.deliveries.answers import shown_time
from api.routes.deliveries.arrivals import live_arrivals
from api.routes.marketplace.catalogue import image_list
from api.routes.marketplace.services import GivenServices, MarketplaceServices
from api.routes.payments.refunds import NewRefund, carry_out_now, refund_answer
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.cancellations.order_view import OrderView, view_order
from dispatch.database.work import Work
from dispatch.deliveries.eta import Arrival
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.of_sales import first_deliveries_of_orders
from dispatch.money import CURRENCY, display_amount
from dispatch.orders.models import DeliveryInfo, Order, OrderStatus, PaymentStatus
from dispatch.orders.service import Orders
from dispatch.payments.models import PaymentMode
from dispatch.payments.refunds.requests import Refunds

City = Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL, extra=ONE_LINE)]
Short = Annotated[str, Meta(max_length=100, pattern=NO_NUL, extra=ONE_LINE)]


class DeliveryInfoBody(Body, frozen=True, kw_only=True):
    """Where the order goes."""

    customer_name: PersonName
    phone_number: Phone
    address: RequiredLine
    city: City
    state: Short = ""
    zip_code: Annotated[str, Meta(max_length=20, pattern=NO_NUL, extra=ONE_LINE)] = ""
    latitude: Lat | None = None
    longitude: Lon | None = None
    delivery_instructions: Text = ""

    described: ClassVar[Rule] = together("latitude", "longitude")

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("`latitude` comes together with longitude")


class NewOrder(Body, frozen=True, kw_only=True):
    """A cart to order."""

    cart_id: Id
    delivery_info: DeliveryInfoBody
    payment_method: PaymentMode | None = None


def _items(order: Order, *, with_images: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "product": {"id": item.product_id, "name": item.product_name, "price": item.unit_price}
            | ({"images": image_list(item.product)} if with_images else {}),
            "quantity": item.quantity,
            "unit_price": item.unit_price,
            "total_price": item.total_price,
        }
        for item in order.items
    ]


def _where(info: DeliveryInfo) -> dict[str, str]:
    return {
        "customer_name": info.customer_name,
        "phone_number": info.phone_number,
        "address": info.address,
        "city": info.city,
        "full_address": info.full_address,
    }


class OrderAnswer(Struct, frozen=True, kw_only=True):
    """An order with everything that happened to it.

    Amounts in NPR. ``total_amount`` and ``formatted_total`` are those of the items; the buyer pays ``total_to_pay``,
    which is ``subtotal`` (the items), ``tax_amount`` and ``shipping_cost`` together.
    """

    id: int
    order_number: str
    customer: int
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
    currency: str
    items: list[dict[str, Any]]
    delivery: dict[str, str]
    tracking_events: list[dict[str, Any]]
    created_at: datetime
    estimated_delivery_date: datetime | None
    tracking_number: str | None
    can_cancel: bool
    can_refund: bool
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
        order_status=order.order_status,
        order_status_display=order.order_status.value.title(),
        payment_status=order.payment_status,
        payment_status_display=order.payment_status.value.title(),
        total_amount=order.total_amount,
        formatted_total=display_amount(order.total_amount),
        **order.sums.parts(),
        formatted_total_to_pay=display_amount(order.sums.total_to_pay),
        currency=CURRENCY,
        items=_items(order, with_images=True),
        delivery=_where(order.delivery_info),
        tracking_events=[
            {"id": event.id, "status": event.status, "message": event.message, "created_at": event.created_at}
            for event in order.tracking_events
        ],
        created_at=order.created_at,
        estimated_delivery_date=_expected(delivery, arrival),
        tracking_number=delivery.tracking_number if delivery else None,
        can_cancel=view.can_cancel,
        can_refund=view.can_refund,
        is_paid=order.is_paid,
        is_delivered=order.order_status in {OrderStatus.DELIVERED, OrderStatus.COMPLETED},
        objection_until=view.objection_until,
    )


async def _answer(work: Work, services: MarketplaceServices, order_id: int, user: User) -> OrderAnswer:
    view = await view_order(work, services.clock, order_id, user)
    arrivals = await live_arrivals(services, [view.delivery])
    return order_answer(view, arrivals.get(view.delivery.id) if view.delivery else None)


def _expected(delivery: Delivery | None, arrival: Arrival | None) -> datetime | None:
    return (shown_time(delivery, arrival) or delivery.requested_delivery_date) if delivery else None


class OrderController(Controller):
    """``/api/v1/marketplace/orders``."""

    path = "/api/v1/marketplace/orders"
    tags = ("orders",)

    @post("/create/", guards=[needs(Role.CUSTOMER)])
    async def create(
        self, request: Request[User, Any, Any], data: JSONBody[NewOrder], work: GivenWork, services: GivenServices
    ) -> OrderAnswer:
        """Turn a cart into an order and clear the cart."""
        info = data.delivery_info
        orders = Orders(work, services.clock)
        order = await orders.create(
            request.user,
            data.cart_id,
            DeliveryInfo(
                customer_name=info.customer_name,
                phone_number=info.phone_number,
                address=info.address,
                city=info.city,
                state=info.state,
                zip_code=info.zip_code,
                lat=info.latitude,
                lon=info.longitude,
                delivery_instructions=info.delivery_instructions,
            ),
            data.payment_method.value if data.payment_method else None,
            services.order_rules,
        )
        return await _answer(work, services, order.id, request.user)

    @get("/my-orders/", guards=[needs(Role.CUSTOMER)])
    async def mine(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        status: FromQuery[OrderStatus | None] = None,
        payment_status: FromQuery[PaymentStatus | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page:
        """One's own orders, newest first."""
        orders = Orders(work, services.clock)
        found = await paginate(
            request,
            work.session,
            orders.mine_query(request.user, status=status, payment_status=payment_status),
            page,
            page_size,
            list,
        )
        rows: Sequence[Order] = found.results
        deliveries = await first_deliveries_of_orders(work.session, [order.id for order in rows])
        arrivals = await live_arrivals(services, deliveries.values())
        return Page(
            count=found.count,
            next=found.next,
            previous=found.previous,
            results=[_list_row(order, deliveries.get(order.id), arrivals) for order in rows],
        )

    @get("/{order_id:int}/", guards=[needs(Role.CUSTOMER, Role.ADMIN)])
    async def show(
        self, request: Request[User, Any, Any], order_id: PathId, work: GivenWork, services: GivenServices
    ) -> OrderAnswer:
        """One's own order; an admin sees any."""
        return await _answer(work, services, order_id, request.user)

    @post("/{order_id:int}/cancel/", guards=[needs(Role.CUSTOMER, Role.ADMIN)], status_code=200)
    async def cancel(
        self, request: Request[User, Any, Any], order_id: PathId, work: GivenWork, services: GivenServices
    ) -> OrderAnswer:
        """Call off an order that is not on its way; a paid one is refunded in full."""
        refund = await services.order_refunds(work).cancel(order_id, request.user)
        if request.user.has(Role.ADMIN):
            await record(work.session, actor_of(request), "order.cancelled", "order", order_id)
        await carry_out_now(work, services.refunds, refund)
        return await _answer(work, services, order_id, request.user)

    @post("/{order_id:int}/refund/", guards=[needs(Role.CUSTOMER, Role.ADMIN)], status_code=200)
    async def refund(
        self,
        request: Request[User, Any, Any],
        order_id: PathId,
        data: JSONBody[NewRefund],
        work: GivenWork,
        services: GivenServices,
    ) -> dict[str, Any]:
        """Give the money back: all of it, or for admins a part.

        A buyer may have it until a transporter has any of the order. Once only the seller says that it arrived, and
        until ``objection_until``, the request objects to that: the refund is ``disputed`` until an admin decides.
        With an ``Idempotency-Key`` a repeat for the same order is the same refund.
        """
        wanted = data.wanted(request)
        refund = await services.order_refunds(work).refund(order_id, request.user, wanted, restock=data.restock)
        if request.user.has(Role.ADMIN):
            told = {"refund_id": str(refund.refund_id), "restock": data.restock}
            await record(work.session, actor_of(request), "order.refunded", "order", order_id, told)
        await carry_out_now(work, services.refunds, refund)
        order = await _answer(work, services, order_id, request.user)
        return refund_answer(await Refunds(work, services.clock).get(refund.refund_id)) | {"order": order}


def _list_row(order: Order, delivery: Delivery | None, arrivals: Mapping[int, Arrival]) -> dict[str, Any]:
    return {
        "id": order.id,
        "order_number": order.order_number,
        "order_status": order.order_status,
        "order_status_display": order.order_status.value.title(),
        "payment_status": order.payment_status,
        "total_amount": order.total_amount,
        "formatted_total": display_amount(order.total_amount),
        **order.sums.parts(),
        "formatted_total_to_pay": display_amount(order.sums.total_to_pay),
        "items_count": len(order.items),
        "created_at": order.created_at,
        "estimated_delivery_date": _expected(delivery, arrivals.get(delivery.id) if delivery else None),
    }
