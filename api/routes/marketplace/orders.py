"""Orders."""

from typing import Annotated, Any, ClassVar

from litestar import Controller, Request, get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Meta
from msgspec.structs import asdict

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
    SearchText,
    Text,
    page_of_rows,
)
from api.http.security import needs
from api.routes.deliveries.arrivals import live_arrivals
from api.routes.marketplace.order_answers import OrderAnswer, OrderRefundAnswer, OrderRow, order_answer, order_row
from api.routes.marketplace.services import GivenServices, MarketplaceServices
from api.routes.payments.refund_answers import refund_answer
from api.routes.payments.refunds import NewRefund, carry_out_now
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.cancellations.order_view import view_order
from dispatch.database.work import Work
from dispatch.deliveries.finding import order_has_number_like
from dispatch.deliveries.of_sales import first_deliveries_of_orders
from dispatch.orders.models import DeliveryInfo, OrderStatus, PaymentStatus
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


async def _answer(work: Work, services: MarketplaceServices, order_id: int, user: User) -> OrderAnswer:
    view = await view_order(work, services.clock, order_id, user)
    arrivals = await live_arrivals(services, [view.delivery])
    return order_answer(view, arrivals.get(view.delivery.id) if view.delivery else None)


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
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[OrderRow]:
        """One's own orders, newest first.

        `search`: a text in the order's number, its address, its instructions, a product's name or a parcel's number.
        """
        query = Orders(work, services.clock).mine_query(
            request.user,
            status=status,
            payment_status=payment_status,
            search=search,
            or_where=order_has_number_like,
        )
        found = await page_of_rows(request, work.session, query, page, page_size)
        deliveries = await first_deliveries_of_orders(work.session, [order.id for order in found.results])
        arrivals = await live_arrivals(services, deliveries.values())
        return found.with_results([order_row(order, deliveries.get(order.id), arrivals) for order in found.results])

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
    ) -> OrderRefundAnswer:
        """Give the money back: all of it, or for admins a part.

        A buyer may have it until any of the order was picked up. Once only the seller says that it arrived, and
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
        given = refund_answer(await Refunds(work, services.clock).get(refund.refund_id))
        return OrderRefundAnswer(**asdict(given), order=order)
