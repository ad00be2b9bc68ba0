"""The code that a customer is told, and what a dispatcher does about one that was said wrong too often."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import MANY_LINES, NO_NUL, Body
from api.http.security import needs
from api.routes.deliveries.deliveries import KeyPath, delivery_key, delivery_named
from api.routes.deliveries.proof_bodies import CodeState, code_state
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.deliveries.code_messages import tell_code
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import Conflict, NotFound

CodePath = Annotated[str, PathParameter(description="The delivery's number, UUID or tracking number.")]
ENDED = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED})


class WhyCode(Body, frozen=True, kw_only=True):
    """Why a dispatcher changes something about a code."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=NO_NUL, extra=MANY_LINES)]


class ToldCode(Struct, frozen=True, kw_only=True):
    """The four digits for the customer, who says them at the door; null once they are not needed any more."""

    tracking_number: str
    digits: str | None
    made_at: datetime
    state: CodeState


class CodeController(Controller):
    """``/api/deliveries/{id}/code``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get("/{delivery_id:str}/code/", guards=[needs(Role.CUSTOMER)])
    async def show_code(
        self, request: Request[User, Any, Any], delivery_id: CodePath, work: GivenWork, services: GivenServices
    ) -> ToldCode:
        """The code of one's own parcel, for its buyer alone."""
        delivery = await delivery_named(services.deliveries(work), delivery_id)
        if delivery.sale.buyer_id != request.user.id:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        codes = services.codes(work)
        code = await codes.get(delivery.id)
        needed = delivery.status not in ENDED and code.waived_at is None
        return ToldCode(
            tracking_number=delivery.tracking_number,
            digits=codes.told(code) if needed else None,
            made_at=code.made_at,
            state=code_state(code),
        )

    @post("/{delivery_id:str}/code/reset/", guards=[needs(Role.ADMIN)], status_code=200)
    async def reset_code(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[WhyCode],
        work: GivenWork,
        services: GivenServices,
    ) -> CodeState:
        """Give the customer a new code with three tries, by mail and SMS; the old one is good no more."""
        delivery = await _open_delivery(delivery_id, work, services)
        code = await services.codes(work).reset(delivery.id)
        if delivery.picked_up_at is not None:
            await tell_code(work, delivery, code, services.clock.now())
        await _note(work, request, "code.reset", delivery, data.reason)
        return code_state(code)

    @post("/{delivery_id:str}/code/waive/", guards=[needs(Role.ADMIN)], status_code=200)
    async def waive_code(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[WhyCode],
        work: GivenWork,
        services: GivenServices,
    ) -> CodeState:
        """Let a parcel be handed over without its code, such as where the customer's phone is lost."""
        delivery = await _open_delivery(delivery_id, work, services)
        code = await services.codes(work).waive(delivery.id)
        await _note(work, request, "code.waived", delivery, data.reason)
        return code_state(code)


async def _open_delivery(key: str, work: Work, services: DeliveryServices) -> Delivery:
    """Raises NotFound, and Conflict where nothing is handed over any more."""
    delivery = await services.deliveries(work).get(delivery_key(key), lock=True)
    if delivery.status in ENDED:
        told = f"This delivery is {delivery.status.value}."
        raise Conflict(told, code="wrong_status", delivery_status=delivery.status.value)
    return delivery


async def _note(work: Work, request: Request[User, Any, Any], action: str, delivery: Delivery, reason: str) -> None:
    await record(work.session, actor_of(request), action, "delivery", delivery.id, {"reason": reason})
