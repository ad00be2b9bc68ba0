"""Sales, the seller's side of an order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from litestar import Controller, Request, get, post
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.schemas import Page, PageNumber, PageSize, PathId, paginate
from api.http.security import acts, needs
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.of_sales import deliveries_of_sales, mark_sale_as_delivered
from dispatch.sales.models import Sale
from dispatch.sales.service import Sales


class DeliveredAnswer(Struct, frozen=True):
    """The sale is marked."""

    status: str
    delivered_at: datetime
    objection_until: datetime | None


def _sale_row(sale: Sale, delivery: Delivery | None) -> dict[str, Any]:
    return {
        "id": sale.id,
        "order_number": sale.order_number,
        "order": sale.order_id,
        "buyer_name": sale.buyer_name,
        "product": {"id": sale.product_id, "name": sale.product_name, "price": sale.unit_price},
        "quantity": sale.quantity,
        "total_amount": sale.total_amount,
        "status": sale.status,
        "payment_status": sale.payment_status,
        "payment_method": sale.payment_method,
        "delivery_status": delivery.status if delivery else None,
        "delivery_id": delivery.id if delivery else None,
        "tracking_number": delivery.tracking_number if delivery else None,
        "created_at": sale.created_at,
        "delivered_at": sale.delivered_at,
        "objection_until": sale.objection_until,
    }


class SaleController(Controller):
    """``/api/marketplace/sales``."""

    path = "/api/marketplace/sales"
    tags = ("sales",)

    @get("/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def list_sales(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page:
        """One's own sales, newest first; an admin sees all."""
        sales = Sales(work)
        found = await paginate(request, work.session, sales.list_query(request.user), page, page_size, list)
        rows: Sequence[Sale] = found.results
        deliveries = await deliveries_of_sales(work.session, [sale.id for sale in rows])
        return Page(
            count=found.count,
            next=found.next,
            previous=found.previous,
            results=[_sale_row(sale, deliveries.get(sale.id)) for sale in rows],
        )

    @get("/{sale_id:int}/", guards=[needs(Role.SELLER, Role.CUSTOMER, Role.ADMIN)])
    async def show(self, request: Request[User, Any, Any], sale_id: PathId, work: GivenWork) -> dict[str, Any]:
        """One sale with what happened to it, for its seller, its buyer and admins."""
        view = await Sales(work).get(sale_id, request.user)
        deliveries = await deliveries_of_sales(work.session, [sale_id])
        return _sale_row(view.sale, deliveries.get(sale_id)) | {
            "tracking_events": [
                {"id": event.id, "status": event.status, "message": event.message, "created_at": event.created_at}
                for event in view.events
            ]
        }

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
