"""Sales, the seller's side of an order."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.query_times import WhenQuery, bounds_of
from api.http.schemas import (
    NO_NUL,
    ONE_LINE,
    Body,
    Page,
    PageNumber,
    PageSize,
    PathId,
    QueryId,
    SearchText,
    page_of_rows,
)
from api.http.security import acts, needs
from api.routes.marketplace.sale_answers import (
    DeliveredAnswer,
    SaleAnswer,
    SaleDetails,
    sale_answer,
    sale_details,
)
from api.routes.marketplace.services import GivenServices
from api.routes.payments.refunds import carry_out_now
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.deliveries.of_sales import deliveries_of_sales, mark_sale_as_delivered
from dispatch.orders.models import PaymentStatus
from dispatch.payments.refunds.sums import refunded_of_sales
from dispatch.sales.models import SaleStatus
from dispatch.sales.service import SaleFilter, Sales


class SaleCancellation(Body, frozen=True, kw_only=True):
    """Why a sale is called off, in words that its buyer reads."""

    reason: Annotated[str, Meta(max_length=200, pattern=NO_NUL, extra=ONE_LINE)] = ""


async def _details(work: Work, sale_id: int, user: User) -> SaleDetails:
    view = await Sales(work).get(sale_id, user)
    delivery = (await deliveries_of_sales(work.session, [sale_id])).get(sale_id)
    refunded = (await refunded_of_sales(work.session, [sale_id])).get(sale_id, 0)
    return sale_details(view, delivery, refunded)


class SaleController(Controller):
    """``/api/marketplace/sales``."""

    path = "/api/marketplace/sales"
    tags = ("sales",)

    @get("/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def list_sales(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        *,
        status: FromQuery[SaleStatus | None] = None,
        payment_status: FromQuery[PaymentStatus | None] = None,
        product: QueryId = None,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[SaleAnswer]:
        """One's own sales, newest first; an admin sees all.

        `search`: a text in the number of the sale, the name of its buyer or of the product. `product`: one product's
        number. A date is that day in Nepal.
        """
        since, until = bounds_of(date_from, date_to)
        wanted = SaleFilter(status, since, until, search, payment_status, product)
        query = Sales(work).list_query(request.user, wanted)
        found = await page_of_rows(request, work.session, query, page, page_size)
        deliveries = await deliveries_of_sales(work.session, [sale.id for sale in found.results])
        refunded = await refunded_of_sales(work.session, [sale.id for sale in found.results])
        return found.with_results(
            [sale_answer(sale, deliveries.get(sale.id), refunded.get(sale.id, 0)) for sale in found.results]
        )

    @get("/{sale_id:int}/", guards=[needs(Role.SELLER, Role.CUSTOMER, Role.ADMIN)])
    async def show(self, request: Request[User, Any, Any], sale_id: PathId, work: GivenWork) -> SaleDetails:
        """One sale with what happened to it, for its seller, its buyer and admins."""
        return await _details(work, sale_id, request.user)

    @post("/{sale_id:int}/mark-as-delivered/", guards=[acts(Role.SELLER)], status_code=200)
    async def mark_as_delivered(
        self, request: Request[User, Any, Any], sale_id: PathId, work: GivenWork, services: GivenServices
    ) -> DeliveredAnswer:
        """The seller says that the goods arrived, having carried them himself.

        409 while a delivery of the sale waits or is under way: it says itself when it arrived. Since it is only the
        seller's word, the buyer may object until ``objection_until`` (``DISPATCH_OBJECTION_S``) by asking for a refund
        of the order, on which an admin decides.
        """
        objection = timedelta(seconds=services.settings.objection_s)
        sale = await mark_sale_as_delivered(work, services.clock, sale_id, request.user, objection=objection)
        delivered_at = sale.delivered_at or services.clock.now()
        return DeliveredAnswer("sale marked as delivered", delivered_at, sale.objection_until)

    @post("/{sale_id:int}/cancel/", guards=[acts(Role.SELLER, Role.ADMIN)], status_code=200)
    async def cancel(
        self,
        request: Request[User, Any, Any],
        sale_id: PathId,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[SaleCancellation | None] = None,
    ) -> SaleDetails:
        """Call off one sale whose goods are not to be had, as its seller or an admin, until it is picked up.

        Its share of what was paid goes back, the last one's all that is left; the goods are on sale again; a
        transporter who was to carry it is told. The order goes on without it: it has arrived when the others have, and
        is cancelled with its last sale. Repeating it changes nothing. 409 `cannot_cancel` once it was picked up.
        """
        reason = data.reason if data is not None else ""
        refund = await services.sale_calling_off(work).call_off(sale_id, request.user, reason)
        if request.user.has(Role.ADMIN):
            await record(work.session, actor_of(request), "sale.cancelled", "sale", sale_id, {"reason": reason})
        await carry_out_now(work, services.refunds, refund)
        return await _details(work, sale_id, request.user)
