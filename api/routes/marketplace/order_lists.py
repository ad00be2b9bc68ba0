"""All orders, for admins, however they are looked for."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromQuery
from msgspec.structs import asdict

from api.http.injected import GivenWork
from api.http.query_times import WhenQuery, bounds_of
from api.http.schemas import Page, PageNumber, PageSize, QueryId, SearchText, page_of_rows
from api.http.security import needs
from api.routes.deliveries.arrivals import live_arrivals
from api.routes.deliveries.zone_filter import ZoneQuery, area_of
from api.routes.marketplace.order_answers import OrderRow, order_row
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.deliveries.finding_orders import OrderFilter, orders_query
from dispatch.deliveries.of_sales import first_deliveries_of_orders
from dispatch.orders.models import OrderStatus, PaymentStatus
from dispatch.payments.refunds.sums import NOTHING_BACK, gone_back_of_orders


class ListedOrder(OrderRow, frozen=True, kw_only=True):
    """An order in the list of all: as in its buyer's list, with who ordered and where it goes."""

    customer: int
    customer_name: str
    city: str
    district: str


class OrderListController(Controller):
    """``/api/v1/marketplace/orders``: all of them."""

    path = "/api/v1/marketplace/orders"
    tags = ("orders",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def list_orders(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        *,
        status: FromQuery[list[OrderStatus] | None] = None,
        payment_status: FromQuery[list[PaymentStatus] | None] = None,
        customer: QueryId = None,
        seller: QueryId = None,
        transporter: QueryId = None,
        zone: ZoneQuery = None,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ListedOrder]:
        """All orders, newest first, for admins.

        `status` and `payment_status` may be given several times. `customer`, `seller` and `transporter` by their
        numbers: who ordered it, who sells something of it, who has or had a parcel of it. `zone`: it goes into that
        zone's area. `date_from` and `date_to`: when it was ordered. `search`: a text in the order's number, its
        address, phone and instructions, a product's name or a parcel's number.
        """
        made = bounds_of(date_from, date_to)
        wanted = OrderFilter(
            statuses=status or (),
            payment_statuses=payment_status or (),
            customer_id=customer,
            seller_id=seller,
            transporter_id=transporter,
            area=await area_of(work, zone),
            made_from=made.since,
            made_to=made.until,
            search=search,
        )
        found = await page_of_rows(request, work.session, orders_query(wanted), page, page_size)
        numbers = [order.id for order in found.results]
        deliveries = await first_deliveries_of_orders(work.session, numbers)
        arrivals = await live_arrivals(services, work, deliveries.values())
        gone_back = await gone_back_of_orders(work.session, numbers)
        return found.with_results(
            [
                ListedOrder(
                    **asdict(
                        order_row(order, deliveries.get(order.id), arrivals, gone_back.get(order.id, NOTHING_BACK))
                    ),
                    customer=order.customer_id,
                    customer_name=order.delivery_info.customer_name,
                    city=order.delivery_info.city,
                    district=order.delivery_info.district,
                )
                for order in found.results
            ]
        )
