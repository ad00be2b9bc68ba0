"""What the courier is told about the door."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import MANY_LINES, NO_NUL, Body
from api.http.security import needs
from api.routes.deliveries.deliveries import key_named
from api.routes.deliveries.lists import RatedPath
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.deliveries.models import Delivery, DeliveryStatus

WHO = needs(Role.CUSTOMER, Role.SELLER, Role.ADMIN)


class InstructionsBody(Body, frozen=True, kw_only=True):
    """What the courier is told about the door; empty where there is nothing to tell."""

    instructions: Annotated[str, Meta(max_length=500, pattern=NO_NUL, extra=MANY_LINES)]


class InstructionsAnswer(Struct, frozen=True, kw_only=True):
    """What the courier is told about the door. ``changed``: whether it was something else before."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    delivery_instructions: str
    changed: bool


class InstructionsController(Controller):
    """``/api/deliveries/{id}/instructions``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get("/{delivery_id:str}/instructions/", guards=[WHO])
    async def read_instructions(
        self, request: Request[User, Any, Any], delivery_id: RatedPath, work: GivenWork, services: GivenServices
    ) -> InstructionsAnswer:
        """What the courier is told about the door: for the buyer (not of a return), its seller and admins."""
        key = await key_named(services.deliveries(work), delivery_id)
        return _answer(await services.instructing(work).read(key, request.user), changed=False)

    @post("/{delivery_id:str}/instructions/", guards=[WHO], status_code=200)
    async def change_instructions(
        self,
        request: Request[User, Any, Any],
        delivery_id: RatedPath,
        data: JSONBody[InstructionsBody],
        work: GivenWork,
        services: GivenServices,
    ) -> InstructionsAnswer:
        """Tell the courier something about the door: its buyer and admins until it has ended, its seller until it is
        picked up and, of a return, until it is there. The transporter's app reads it at once; the same again changes
        nothing.

        409: `wrong_status`, `parcel_aboard` and, for buyer and seller, `too_many_changes`, with `delivery_status`.
        """
        key = await key_named(services.deliveries(work), delivery_id)
        done = await services.instructing(work).change(key, request.user, data.instructions.strip())
        if done.changed_by is not None:  # what they say is not for a log that nobody can clear
            told, subject = {"changed_by": done.changed_by.value}, done.delivery.id
            await record(work.session, actor_of(request), "delivery.instructions_changed", "delivery", subject, told)
        return _answer(done.delivery, changed=done.changed_by is not None)


def _answer(delivery: Delivery, *, changed: bool) -> InstructionsAnswer:
    return InstructionsAnswer(
        delivery_id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        delivery_instructions=delivery.delivery_instructions,
        changed=changed,
    )
