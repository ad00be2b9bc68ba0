"""What a dispatcher does with one delivery: sees who could carry it, gives it to somebody, takes it back."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import JSONBody, QueryParameter

from api.http.actors import actor_of
from api.http.described_errors import MAY_CONFLICT
from api.http.injected import GivenWork
from api.http.schemas import Body, Id, Text
from api.http.security import needs, scoped
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.dispatching_answers import (
    CandidatesAnswer,
    GivenAnswer,
    TakenBackAnswer,
    candidates_answer,
    given_answer,
)
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.api_keys import Scope
from dispatch.accounts.models import Role, User
from dispatch.assignments.by_hand import TakenBack
from dispatch.audit.service import record

TopK = Annotated[int, QueryParameter(ge=1, le=100, description="How many of the best.")]


class Gift(Body, frozen=True, kw_only=True):
    """To whom; ``override_reason``: why this one and not the best."""

    transporter_id: Id
    override_reason: Text = ""


class TakeBack(Body, frozen=True, kw_only=True):
    """Why a delivery is taken back.

    ``transporter_id``: whom it is to be taken from; where somebody else has it by now, nothing is done.
    """

    reason: TakenBack
    note: Text = ""
    transporter_id: Id | None = None


class DispatchController(Controller):
    """``/api/deliveries/{id}``: a dispatcher's own decisions."""

    path = "/api/deliveries"
    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @get("/{delivery_id:str}/candidates/", opt={MAY_CONFLICT: True})
    async def candidates(
        self, delivery_id: KeyPath, work: GivenWork, services: GivenServices, top_k: TopK = 20
    ) -> CandidatesAnswer:
        """Who could carry a delivery, the best first, with the terms of the score; nothing is assigned.

        `excluded` are those who are no candidates, nearest first and a hundred at most, each with the reason as a code
        and in words; `excluded_counts` counts all. `estimated_pickup_time` and `estimated_delivery_time` (at the door)
        are as if it were given now. Of a parcel that is aboard they are who could meet whoever has it. One that has
        ended is 409.
        """
        return candidates_answer(await services.candidates(work).of(delivery_key(delivery_id), top_k))

    @post("/{delivery_id:str}/assign/", status_code=200, opt=scoped(Scope.DELIVERIES_WRITE))
    async def assign(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[Gift],
        work: GivenWork,
        services: GivenServices,
    ) -> GivenAnswer:
        """Give a waiting delivery to a named transporter, also to one that is too far or offline.

        409 `already_assigned` where it does not wait, with who has it; 409 `cannot_take` where the transporter may not
        or cannot carry it, with `why`: `no_slot`, `too_heavy`, `not_available`, `papers`, `not_verified`, `account`.
        """
        given = await services.by_hand(work).give(
            delivery_key(delivery_id), data.transporter_id, request.user, reason=data.override_reason
        )
        told = {"transporter_id": given.transporter.id, "by_hand": True, "reason": data.override_reason}
        await record(work.session, actor_of(request), "delivery.assigned", "delivery", given.delivery.id, told)
        return given_answer(given)

    @post("/{delivery_id:str}/unassign/", status_code=200, opt=scoped(Scope.DELIVERIES_WRITE))
    async def unassign(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[TakeBack],
        work: GivenWork,
        services: GivenServices,
    ) -> TakenBackAnswer:
        """Take back a delivery that was not picked up: it waits again, and the transporter's app is told.

        409 where it is not assigned, with its status and who has it.
        """
        delivery, transporter = await services.by_hand(work).take_back(
            delivery_key(delivery_id), data.reason, note=data.note, transporter_id=data.transporter_id
        )
        told = {"transporter_id": transporter.id, "reason": data.reason.value, "note": data.note}
        await record(work.session, actor_of(request), "delivery.unassigned", "delivery", delivery.id, told)
        return TakenBackAnswer(
            delivery_id=delivery.id,
            delivery_uuid=delivery.delivery_id,
            tracking_number=delivery.tracking_number,
            status=delivery.status,
            taken_from=transporter.id,
            reason=data.reason,
        )
