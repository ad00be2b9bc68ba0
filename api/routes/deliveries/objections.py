"""Objections to what a courier told as delivered: made by its buyer or who knows the code, looked into by an admin."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.described_errors import ALSO_TELLS
from api.http.injected import GivenWork
from api.http.schemas import (
    MANY_LINES,
    NO_NUL,
    Body,
    Page,
    PageNumber,
    PageSize,
    PathId,
    SearchText,
    page_of_rows,
)
from api.http.security import PUBLIC, needs
from api.routes.deliveries.deliveries import delivery_named
from api.routes.deliveries.lists import RatedPath
from api.routes.deliveries.losses import LossBody, SaleRefund, paisa_of, sale_refund
from api.routes.deliveries.services import GivenServices
from api.routes.deliveries.track_answers import TrackedObjection, tracked_objection
from api.routes.deliveries.tracking import UnlockQuery
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.cancellations.losses import LossReport
from dispatch.cancellations.objections import Wish, deliveries_of, objections_query
from dispatch.deliveries.models import Delivery, Ending
from dispatch.errors import Forbidden, NotFound
from dispatch.numbers import read_tracking_number
from dispatch.sales.objections import DeliveryObjection, ObjectionReason, ObjectionStatus, Objector

Note = Annotated[str, Meta(max_length=1000, pattern=NO_NUL, extra=MANY_LINES)]
Why = Annotated[str, Meta(min_length=1, max_length=1000, pattern=NO_NUL, extra=MANY_LINES)]


class ObjectionBody(Body, frozen=True, kw_only=True):
    """What did not come as it was told, in a word and in one's own."""

    reason: ObjectionReason
    note: Note = ""


class RejectionBody(Body, frozen=True, kw_only=True):
    """Why the delivery stands: whoever objected and the seller read it."""

    reason: Why


class ObjectionAnswer(Struct, frozen=True, kw_only=True):
    """An objection with the delivery that it is about; ``answer`` says of the decision what its buyer reads."""

    id: int
    delivery_id: int
    tracking_number: str
    sale_id: int
    order_number: str
    product_name: str
    quantity: int
    buyer_name: str
    transporter: str | None
    delivered_at: datetime | None
    made_by: Objector
    reason: ObjectionReason
    note: str
    made_at: datetime
    status: ObjectionStatus
    decided_at: datetime | None
    answer: str


class UpheldAnswer(Struct, frozen=True, kw_only=True):
    """An objection that was right, and what its buyer has back; no ``refund`` where nothing was left to give back."""

    objection: ObjectionAnswer
    refund: SaleRefund | None


class ObjectingController(Controller):
    """``/api/deliveries/{id}/objection``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post("/{delivery_id:str}/objection/", guards=[needs(Role.CUSTOMER)], status_code=200)
    async def object_to(
        self,
        request: Request[User, Any, Any],
        delivery_id: RatedPath,
        data: JSONBody[ObjectionBody],
        work: GivenWork,
        services: GivenServices,
    ) -> TrackedObjection:
        """Say, as its buyer, that a parcel did not come as its courier told.

        Within `DISPATCH_OBJECTION_S` of the moment at which the server was told of the delivery. Until an admin has
        looked into it the order is not completed. The same again is the same. 409, each with `delivery_status`:
        `not_delivered`, `objection_over`, `objected_already`.
        """
        delivery = await delivery_named(services.deliveries(work), delivery_id)
        if delivery.sale.buyer_id != request.user.id or delivery.return_of is not None:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        wish = Wish(data.reason, data.note.strip())
        return tracked_objection(await services.objections(work).make(delivery.id, Objector.BUYER, wish))

    @post(
        "/{tracking_number:str}/objection/by-code/",
        opt=PUBLIC | {ALSO_TELLS: (403,)},
        status_code=200,
    )
    async def object_unlocked(
        self,
        tracking_number: FromPath[str],
        data: JSONBody[ObjectionBody],
        work: GivenWork,
        services: GivenServices,
        unlock: UnlockQuery = None,
    ) -> TrackedObjection:
        """The same for whoever knows the parcel's code, by what `unlock/` answered; 403 `code_required` without it."""
        number = read_tracking_number(tracking_number) or ""
        delivery = await services.deliveries(work).get_by_tracking_number(number)
        if delivery.return_of is not None:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        if not services.unlock_tokens.holds(unlock, number, services.clock.now()):
            raise Forbidden("Only who knows the parcel's code objects here: send `unlock`.", code="code_required")
        wish = Wish(data.reason, data.note.strip())
        return tracked_objection(await services.objections(work).make(delivery.id, Objector.RECEIVER, wish))


class ObjectionController(Controller):
    """``/api/objections``."""

    path = "/api/objections"
    tags = ("deliveries",)

    @get("/", guards=[needs(Role.SELLER, Role.ADMIN)])
    async def list_objections(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        *,
        status: FromQuery[ObjectionStatus | None] = None,
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[ObjectionAnswer]:
        """Objections to deliveries of one's own sales, newest first; an admin sees all.

        What proved the delivery is at `GET /api/deliveries/{id}/proof/`. `search`: a text in the sale's number, the
        product, the buyer or the tracking number.
        """
        query = objections_query(request.user, status=status, search=search)
        found = await page_of_rows(request, work.session, query, page, page_size)
        carried = await deliveries_of(work.session, found.results)
        return found.with_results([_answer(one, carried[one.delivery_id]) for one in found.results])

    @post("/{objection_id:int}/uphold/", guards=[needs(Role.ADMIN)], status_code=200)
    async def uphold(
        self,
        request: Request[User, Any, Any],
        objection_id: PathId,
        data: JSONBody[LossBody],
        work: GivenWork,
        services: GivenServices,
    ) -> UpheldAnswer:
        """It did not come as it was told: the delivery ends as lost or damaged, and its buyer has the money back.

        As `POST /api/deliveries/{id}/loss/`, which upholds an open objection too, as a return does; the same again
        changes nothing. 409: `objection_decided` with `objection_status`, and what a loss refuses.
        """
        told = LossReport(Ending(data.ending), data.reason, paisa_of(data.amount), data.happened_at)
        objection, lost = await services.objections(work).uphold(objection_id, request.user, told)
        refund = sale_refund(lost.refund)
        if lost.is_new:
            details = {"reason": data.reason, "ending": data.ending, "refunded": refund.amount if refund else None}
            await record(work.session, actor_of(request), "objection.upheld", "delivery", lost.delivery.id, details)
        return UpheldAnswer(objection=await _whole(work, objection), refund=refund)

    @post("/{objection_id:int}/reject/", guards=[needs(Role.ADMIN)], status_code=200)
    async def reject(
        self,
        request: Request[User, Any, Any],
        objection_id: PathId,
        data: JSONBody[RejectionBody],
        work: GivenWork,
        services: GivenServices,
    ) -> ObjectionAnswer:
        """The delivery stands, and why; its order may be completed. The same again changes nothing.

        409 `objection_decided` with `objection_status` where it was upheld.
        """
        objection, is_new = await services.objections(work).reject(objection_id, request.user, data.reason.strip())
        if is_new:
            details = {"reason": data.reason}
            await record(
                work.session, actor_of(request), "objection.rejected", "delivery", objection.delivery_id, details
            )
        return await _whole(work, objection)


async def _whole(work: GivenWork, objection: DeliveryObjection) -> ObjectionAnswer:
    carried = await deliveries_of(work.session, [objection])
    await work.session.refresh(objection, ["sale"])
    return _answer(objection, carried[objection.delivery_id])


def _answer(objection: DeliveryObjection, delivery: Delivery) -> ObjectionAnswer:
    sale, transporter = objection.sale, delivery.transporter
    return ObjectionAnswer(
        id=objection.id,
        delivery_id=delivery.id,
        tracking_number=delivery.tracking_number,
        sale_id=sale.id,
        order_number=sale.order_number,
        product_name=sale.product_name,
        quantity=sale.quantity,
        buyer_name=sale.buyer_name,
        transporter=transporter.business_name if transporter else None,
        delivered_at=delivery.delivered_at,
        made_by=objection.made_by,
        reason=objection.reason,
        note=objection.note,
        made_at=objection.made_at,
        status=objection.status,
        decided_at=objection.decided_at,
        answer=objection.answer,
    )
