"""What did not go well with what was sold: what comes back, is lost or damaged, arrived in part, or is on hold."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromQuery
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.schemas import Page, PageNumber, PageSize, SearchText, page_of_rows
from api.http.security import needs
from api.routes.marketplace.sale_answers import SoldProduct
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.cancellations.setbacks import Setback, SetbackKind, setbacks_of, setbacks_query
from dispatch.deliveries.models import DeliveryStatus, PartialReason
from dispatch.money import from_paisa
from dispatch.payments.refunds.models import RefundStatus


class SetbackAnswer(Struct, frozen=True, kw_only=True):
    """A parcel that did not go well. Amounts in NPR.

    ``origin_tracking_number``: of a return, the number of the parcel that comes back. ``quantity``: so many goods it is
    about. ``restocks``: of a return, whether its goods are on sale again once it is back. ``refunded``: so much goes
    back to the buyer for it, None where nothing does (yet). ``delivery_fee``: of a return, what the way back costs.
    ``reason`` is null where another person's is not for the reader. ``transporter``: who has it now; ``expected_at``:
    when it is at the end of its way, or until when it is on hold.
    """

    delivery_id: int
    tracking_number: str
    kind: SetbackKind
    delivery_status: DeliveryStatus
    origin_tracking_number: str | None
    sale_id: int
    order_number: str
    product: SoldProduct
    buyer_name: str
    quantity: int
    reason: str | None
    partial_reason: PartialReason | None
    restocks: bool | None
    refunded: Decimal | None
    refund_status: RefundStatus | None
    delivery_fee: Decimal | None
    transporter: str | None
    expected_at: datetime | None
    created_at: datetime


class SetbackController(Controller):
    """``/api/marketplace/setbacks``."""

    path = "/api/marketplace/setbacks"
    tags = ("sales",)

    @get("/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def list_setbacks(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        *,
        kind: FromQuery[SetbackKind | None] = None,
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[SetbackAnswer]:
        """What did not go well with one's own sales, newest first; an admin sees all.

        `coming_back`, `back`: returns; `lost`, `damaged`: ended by an admin; `in_part`: the rest of what was handed
        over was damaged or missing (one that was refused is a return); `on_hold`: somebody lets it wait. `search`: a
        text in the sale's number, the product, the buyer or a number of the parcel.
        """
        now = services.clock.now()
        query = setbacks_query(request.user, now, kind=kind, search=search)
        found = await page_of_rows(request, work.session, query, page, page_size)
        setbacks = await setbacks_of(work.session, found.results, now)
        return found.with_results([_setback(one, request.user) for one in setbacks])


def _setback(setback: Setback, reader: User) -> SetbackAnswer:
    delivery, sale, refund = setback.delivery, setback.delivery.sale, setback.refund
    is_return, held = delivery.return_of is not None, setback.kind is SetbackKind.ON_HOLD
    told = not held or reader.has(Role.ADMIN) or reader.id == delivery.on_hold_by
    carries = delivery.transporter if delivery.status.under_way else None
    return SetbackAnswer(
        delivery_id=delivery.id,
        tracking_number=delivery.tracking_number,
        kind=setback.kind,
        delivery_status=delivery.status,
        origin_tracking_number=setback.origin.tracking_number if setback.origin else None,
        sale_id=sale.id,
        order_number=sale.order_number,
        product=SoldProduct(sale.product_id, sale.product_name, sale.unit_price),
        buyer_name=sale.buyer_name,
        quantity=setback.quantity,
        reason=setback.reason if told else None,
        partial_reason=setback.origin.partial_reason if setback.origin else delivery.partial_reason,
        restocks=delivery.restocks if is_return else None,
        refunded=from_paisa(refund.amount_paisa) if refund else None,
        refund_status=refund.status if refund else None,
        delivery_fee=delivery.delivery_fee if is_return else None,
        transporter=(carries.business_name or carries.user.name) if carries else None,
        expected_at=delivery.on_hold_until if held else delivery.estimated_delivery_time if carries else None,
        created_at=delivery.created_at,
    )
