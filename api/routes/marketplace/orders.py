"""Orders."""

from collections.abc import Mapping
from typing import Any, ClassVar

from litestar import Controller, Request, get, post
from litestar.params import FromQuery, JSONBody
from msgspec.structs import asdict

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, absent, given
from api.http.injected import GivenWork
from api.http.schemas import Body, Id, Page, PageNumber, PageSize, PathId, SearchText, page_of_rows
from api.http.security import needs
from api.routes.deliveries.arrivals import live_arrivals
from api.routes.marketplace.address_bodies import AddressBody, check_address, check_fitting
from api.routes.marketplace.order_answers import OrderAnswer, OrderRefundAnswer, OrderRow, order_answer, order_row
from api.routes.marketplace.services import GivenServices, MarketplaceServices
from api.routes.payments.refund_answers import refund_answer
from api.routes.payments.refunds import NewRefund, carry_out_now
from dispatch.accounts.models import Role, User
from dispatch.addresses.models import ADDRESS_COLUMNS
from dispatch.addresses.service import SavedAddresses
from dispatch.audit.service import record
from dispatch.cancellations.order_view import view_order
from dispatch.database.work import Work
from dispatch.deliveries.finding import order_has_number_like
from dispatch.deliveries.of_sales import first_deliveries_of_orders
from dispatch.deliveries.order_turns import OrderSort, soonest_first
from dispatch.errors import Invalid, NotFound
from dispatch.orders.models import DeliveryInfo, OrderStatus, PaymentStatus
from dispatch.orders.service import Orders
from dispatch.payments.models import PaymentMode
from dispatch.payments.refunds.requests import Refunds
from dispatch.payments.refunds.sums import NOTHING_BACK, gone_back_of_orders

WHERE = ("delivery_info", "address_id")


class NewOrder(Body, frozen=True, kw_only=True):
    """A cart to order, and where it goes: ``delivery_info``, or an address that one keeps by its ``address_id``."""

    cart_id: Id
    delivery_info: AddressBody | None = None
    address_id: Id | None = None
    payment_method: PaymentMode | None = None

    described: ClassVar[Rule] = {
        "oneOf": [{"allOf": [given(one), absent(other)]} for one, other in (WHERE, WHERE[::-1])],
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.delivery_info is None and self.address_id is None:
            raise ValueError("`delivery_info` is required")
        if self.delivery_info is not None and self.address_id is not None:
            raise ValueError("`address_id` and delivery_info exclude one another")


async def _check_where(_: Request[User, Any, Any], given: Given) -> None:
    info = given.get("delivery_info")
    if isinstance(info, Mapping):
        check_fitting(info, "delivery_info.")


async def _destination(work: Work, user: User, data: NewOrder) -> DeliveryInfo:
    """Where it goes. Raises Invalid naming what does not fit, and an address that the customer does not keep."""
    if data.delivery_info is not None:
        try:
            return DeliveryInfo(**data.delivery_info.columns())
        except Invalid as error:
            named = {f"delivery_info.{name}": words for name, words in error.fields.items()}
            raise Invalid(error.detail, fields=named) from None
    try:
        kept = await SavedAddresses(work).get(data.address_id or 0, user)
    except NotFound:
        raise Invalid("You keep no such address.", fields={"address_id": "must be an address of yours"}) from None
    return DeliveryInfo(**{name: getattr(kept, name) for name in ADDRESS_COLUMNS})


async def _answer(work: Work, services: MarketplaceServices, order_id: int, user: User) -> OrderAnswer:
    view = await view_order(work, services.clock, order_id, user)
    arrivals = await live_arrivals(services, work, [view.delivery])
    return order_answer(view, arrivals.get(view.delivery.id) if view.delivery else None)


class OrderController(Controller):
    """``/api/v1/marketplace/orders``."""

    path = "/api/v1/marketplace/orders"
    tags = ("orders",)

    @post("/create/", guards=[needs(Role.CUSTOMER)], opt=also_checked(_check_where))
    async def create(
        self, request: Request[User, Any, Any], data: JSONBody[NewOrder], work: GivenWork, services: GivenServices
    ) -> OrderAnswer:
        """Turn a cart into an order and clear the cart."""
        orders = Orders(work, services.clock)
        order = await orders.create(
            request.user,
            data.cart_id,
            await _destination(work, request.user, data),
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
        status: FromQuery[list[OrderStatus] | None] = None,
        payment_status: FromQuery[PaymentStatus | None] = None,
        search: SearchText = None,
        sort: FromQuery[OrderSort] = OrderSort.NEWEST,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[OrderRow]:
        """One's own orders, newest first.

        `sort=soonest`: first those that wait for their money, then those that are under way, the soonest expected
        first, then those that have ended; within each the newest first. `status` may be given several times:
        `?status=shipped&status=processing` are those in either.
        `search`: a text in the order's number, its address, its instructions, a product's name or a parcel's number.
        """
        query = Orders(work, services.clock).mine_query(
            request.user,
            statuses=status or (),
            payment_status=payment_status,
            search=search,
            or_where=order_has_number_like,
        )
        if sort is OrderSort.SOONEST:
            query = soonest_first(query)
        found = await page_of_rows(request, work.session, query, page, page_size)
        deliveries = await first_deliveries_of_orders(work.session, [order.id for order in found.results])
        arrivals = await live_arrivals(services, work, deliveries.values())
        gone_back = await gone_back_of_orders(work.session, [order.id for order in found.results])
        return found.with_results(
            [
                order_row(order, deliveries.get(order.id), arrivals, gone_back.get(order.id, NOTHING_BACK))
                for order in found.results
            ]
        )

    @get("/{order_id:int}/", guards=[needs(Role.CUSTOMER, Role.ADMIN)])
    async def show(
        self, request: Request[User, Any, Any], order_id: PathId, work: GivenWork, services: GivenServices
    ) -> OrderAnswer:
        """One's own order; an admin sees any."""
        return await _answer(work, services, order_id, request.user)

    @post(
        "/{order_id:int}/address/",
        guards=[needs(Role.CUSTOMER, Role.ADMIN)],
        opt=also_checked(check_address),
        status_code=200,
    )
    async def change_address(
        self,
        request: Request[User, Any, Any],
        order_id: PathId,
        data: JSONBody[AddressBody],
        work: GivenWork,
        services: GivenServices,
    ) -> OrderAnswer:
        """Let what of an order has no parcel yet go to another address; a parcel that there is keeps its own.

        What was paid stays. The same again changes nothing. 409: `wrong_status`, and `parcels_made` where all of it
        is packed, with `tracking_numbers`; for its buyer `too_many_changes`, and `door_too_far` with `away_km` and
        `most_km`. A seller who has the old address before them is told by mail too, see `destination_version`.
        """
        changed_by = await services.order_doors(work).change(order_id, request.user, data.columns())
        if changed_by is not None:  # where from and where to is not for a log that nobody can clear
            told = {"changed_by": changed_by.value}
            await record(work.session, actor_of(request), "order.address_changed", "order", order_id, told)
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
