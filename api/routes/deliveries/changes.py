"""What changes about a delivery: who has it, whether it is carried at all, how urgent it is."""

from typing import Any, ClassVar

from litestar import Controller, Request, post
from litestar.params import JSONBody

from api.http.actors import actor_of
from api.http.described_errors import MAY_CONFLICT
from api.http.field_rules import Rule, absent
from api.http.injected import GivenWork
from api.http.schemas import Body, Id, Moment, PathId, Text
from api.http.security import acts, needs
from api.routes.deliveries.changes_answers import (
    ChangedDelivery,
    MovedAnswer,
    PriorityAnswer,
    RelievedAnswer,
    changed_delivery,
    moved_answer,
    relieved_answer,
)
from api.routes.deliveries.deliveries import KeyPath, delivery_key, transporter_and_place
from api.routes.deliveries.late_proofs import proof_kept
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.by_hand import TakenBack
from dispatch.assignments.changes.calling_off import CancelReason
from dispatch.assignments.changes.models import GiveBackReason
from dispatch.assignments.changes.reassigning import Move, Moved
from dispatch.assignments.changes.relieving import Relief
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.deliveries.handover import Handover
from dispatch.deliveries.models import Priority
from dispatch.deliveries.refused_steps import SentStep
from dispatch.proofs.refused import RefusedStep
from dispatch.transporters.service import Transporters


class Reassignment(Body, frozen=True, kw_only=True):
    """Who is to have it instead, the best of all others where nobody is named, and why.

    ``taken_from``: whom it is to be taken from; where somebody else has it by now, nothing is done.
    """

    reason: TakenBack
    note: Text = ""
    transporter_id: Id | None = None
    taken_from: Id | None = None


class Transfer(Body, frozen=True, kw_only=True):
    """Who takes the parcel from whoever has it aboard, and why; ``taken_from`` as at a reassignment.

    ``happened_at``: when the two met, where that was not just now.
    """

    transporter_id: Id
    reason: TakenBack
    note: Text = ""
    taken_from: Id | None = None
    happened_at: Moment | None = None


class GiveBack(Body, frozen=True, kw_only=True):
    """Why a transporter gives a delivery back. ``happened_at``: when, by the phone's clock."""

    reason: GiveBackReason
    note: Text = ""
    happened_at: Moment | None = None


class Cancellation(Body, frozen=True, kw_only=True):
    """Why a delivery is cancelled."""

    reason: CancelReason
    note: Text = ""


class PriorityChange(Body, frozen=True, kw_only=True):
    """How urgent a delivery is from now on. ``changed_from``: only where it is that now."""

    priority: Priority
    changed_from: Priority | None = None
    note: Text = ""


class ReliefBody(Body, frozen=True, kw_only=True):
    """What becomes of all that a transporter has not picked up: ``transporter_id`` has it, or the ``best`` have it, or
    it waits (neither). ``off_duty``: the transporter is given nothing more until it says that it is available.
    """

    reason: TakenBack
    note: Text = ""
    transporter_id: Id | None = None
    best: bool = False
    off_duty: bool = False

    described: ClassVar[Rule] = {"anyOf": [absent("transporter_id"), {"properties": {"best": {"const": False}}}]}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.best and self.transporter_id is not None:
            raise ValueError("`best` and transporter_id exclude one another")


def words_of_move(what: str, reason: TakenBack, note: str) -> str:
    """The sentence that is kept with the step; it is not shown to the public."""
    return f"{what} by a dispatcher: {reason.value.replace('_', ' ')}. {note}".strip()


async def note_moved(work: Work, request: Request[User, Any, Any], action: str, moved: Moved, told: str) -> None:
    """Write a move into the audit log."""
    delivery, taker = moved.given.delivery, moved.given.transporter
    details = {"transporter_id": taker.id, "taken_from": moved.taken_from, "reason": told}
    await record(work.session, actor_of(request), action, "delivery", delivery.id, details)


class ChangesController(Controller):
    """``/api/deliveries/{id}``: changes."""

    path = "/api/deliveries"
    tags = ("assignments",)

    @post("/{delivery_id:str}/reassign/", guards=[needs(Role.ADMIN)], status_code=200)
    async def reassign(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[Reassignment],
        work: GivenWork,
        services: GivenServices,
    ) -> MovedAnswer:
        """Give a delivery that was not picked up to another transporter, in one step; both apps are told.

        A named one keeps it: nothing that decides by itself moves it. 409: `wrong_status` where nobody has it,
        `parcel_aboard`, `other_transporter` where it is not with `taken_from`, `same_transporter`, `cannot_take` with
        `why` as at `assign/`, and `no_transporter` with `suggestions`.
        """
        told = words_of_move("Reassigned", data.reason, data.note)
        moved = await services.reassignments(work).reassign(
            delivery_key(delivery_id), Move(data.transporter_id, data.taken_from, data.reason.value, told), request.user
        )
        await note_moved(work, request, "delivery.reassigned", moved, told)
        return moved_answer(moved)

    @post("/{delivery_id:str}/transfer/", guards=[needs(Role.ADMIN)], status_code=200)
    async def transfer(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[Transfer],
        work: GivenWork,
        services: GivenServices,
    ) -> MovedAnswer:
        """Let another transporter have a parcel that is aboard: the two met, or are about to.

        The status stays, the history has a step, both apps are told; `happened_at` is judged as at the drop-off. 409:
        `not_aboard`, `other_transporter`, `same_transporter`, `cannot_take`.
        """
        told = words_of_move("Handed on", data.reason, data.note)
        moved = await services.reassignments(work).transfer(
            delivery_key(delivery_id),
            Move(data.transporter_id, data.taken_from, data.reason.value, told, data.happened_at),
            request.user,
        )
        await note_moved(work, request, "delivery.transferred", moved, told)
        return moved_answer(moved)

    @post("/{delivery_id:str}/give-back/", guards=[acts(Role.TRANSPORTER)], status_code=200)
    async def give_back(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[GiveBack],
        work: GivenWork,
        services: GivenServices,
    ) -> ChangedDelivery:
        """Give back what was assigned to oneself and not picked up; it waits for somebody else.

        It is not given to the same transporter again but by a dispatcher. `happened_at` is judged as at the pickup.
        409, each with `delivery_status`: `parcel_aboard`, `no_longer_yours`, `wrong_status`, and `assigned_since` where
        it was given to the same one again after that. What is told late and refused is kept for admins (`proof_kept`).
        """
        transporter = await Transporters(work, services.clock).get_of(request.user)
        key, told = delivery_key(delivery_id), Handover(None, data.note, happened_at=data.happened_at)
        sent = SentStep(key, transporter.id, RefusedStep.GIVE_BACK, told, data.reason.value)
        async with proof_kept(work, services, sent):
            delivery = await services.refusals(work).give_back(
                key, transporter, data.reason, note=data.note, happened_at=data.happened_at
            )
        return changed_delivery(delivery)

    @post("/{delivery_id:str}/undo/", guards=[acts(Role.TRANSPORTER)], status_code=200)
    async def undo(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> ChangedDelivery:
        """Take back that one gave a delivery back, within `DISPATCH_UNDO_S` of telling so: one has it again.

        The same again changes nothing. 409, each with `delivery_status`: `undo_over`, `on_hold`, and `nothing_to_undo`
        where somebody else has it by now or one's last step was another; what stands against taking it as at `accept/`.
        """
        transporter, position = await transporter_and_place(request, work, services)
        delivery = await services.undoing(work).undo(delivery_key(delivery_id), transporter, position=position)
        return changed_delivery(delivery)

    @post("/{delivery_id:str}/cancel/", guards=[acts(Role.ADMIN, Role.SELLER)], status_code=200)
    async def cancel(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[Cancellation],
        work: GivenWork,
        services: GivenServices,
    ) -> ChangedDelivery:
        """Cancel a delivery that was not picked up, as an admin or the sale's seller; whoever has it is told.

        The sale stays: its seller sends it another way, or its order is cancelled and refunded. Repeating it changes
        nothing. 409 `cannot_cancel` where the parcel is aboard or delivered.
        """
        delivery = await services.delivery_changes(work).cancel(
            delivery_key(delivery_id), request.user, data.reason, note=data.note
        )
        told = {"reason": data.reason.value, "note": data.note}
        await record(work.session, actor_of(request), "delivery.cancelled", "delivery", delivery.id, told)
        return changed_delivery(delivery)

    @post("/{delivery_id:str}/priority/", guards=[needs(Role.ADMIN)], status_code=200)
    async def set_priority(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[PriorityChange],
        work: GivenWork,
        services: GivenServices,
    ) -> PriorityAnswer:
        """Make a delivery more or less urgent. 409: `wrong_status` where it has ended, `other_priority`."""
        delivery, before = await services.delivery_changes(work).set_priority(
            delivery_key(delivery_id), data.priority, changed_from=data.changed_from
        )
        told = {"priority": data.priority.value, "changed_from": before.value, "note": data.note}
        await record(work.session, actor_of(request), "delivery.priority_changed", "delivery", delivery.id, told)
        return PriorityAnswer(delivery=changed_delivery(delivery), changed_from=before)


class ReliefController(Controller):
    """``/api/transporters/{id}/relieve``."""

    path = "/api/transporters"
    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @post("/{transporter_id:int}/relieve/", status_code=200, opt={MAY_CONFLICT: True})
    async def relieve(
        self,
        request: Request[User, Any, Any],
        transporter_id: PathId,
        data: JSONBody[ReliefBody],
        work: GivenWork,
        services: GivenServices,
    ) -> RelievedAnswer:
        """Take all that a transporter has not picked up from it in one go: a breakdown, or the end of its day.

        Each delivery has its own outcome: `moved`, `waiting`, or among the `failures`. What is `aboard` stays with it;
        each parcel is handed on with `POST /api/deliveries/{id}/transfer/`.
        """
        told = words_of_move("Taken back", data.reason, data.note)
        relief = Relief(data.transporter_id, data.best, data.off_duty, data.reason.value, told)
        done = await services.reliefs(work).relieve(transporter_id, relief, request.user)
        counts = {"moved": len(done.moved), "waiting": len(done.waiting), "failed": len(done.failures)}
        details = counts | {"reason": data.reason.value, "note": data.note, "off_duty": data.off_duty}
        await record(work.session, actor_of(request), "transporter.relieved", "transporter", transporter_id, details)
        return relieved_answer(done)
