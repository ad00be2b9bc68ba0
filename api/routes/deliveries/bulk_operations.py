"""One operation on several named deliveries, each with its own outcome."""

from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal

from litestar import Controller, Request, Response, post
from litestar.params import JSONBody
from msgspec import Meta

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, ONE_LINE, Body, Id, Text
from api.http.security import needs
from api.routes.deliveries.assignment_answers import BulkOperationAnswer, operation_answer
from api.routes.deliveries.assignments import FOLLOWED, Count
from api.routes.deliveries.changes import words_of_move
from api.routes.deliveries.changes_answers import BulkChangeAnswer, bulk_change_answer
from api.routes.deliveries.runs import accepted_run, prefers_async
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.by_hand import TakenBack
from dispatch.assignments.changes.calling_off import CancelReason
from dispatch.assignments.changes.many import MOST_CHANGED, Change, Noted, change_many
from dispatch.assignments.changes.reassigning import Move
from dispatch.assignments.pool import check_vehicle_type
from dispatch.assignments.results import BulkFilter
from dispatch.assignments.run_tasks import note_run
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, Priority


class BulkParameters(Body, frozen=True, kw_only=True):
    """What an operation wants to know.

    `auto_assign`: the filters, and ``dry_run``: nothing is given, the answer says what would be, with its ``plan``.
    `unassign`:
    ``reason``, ``note``. `reassign`: the same, ``transporter_id`` (nobody named: the best of the others) and
    ``taken_from`` (only from that one). `cancel`: ``cancel_reason``, ``note``. `change_priority`: ``priority``,
    ``note``.
    """

    max_assignments: Count | None = None
    priority_filter: Priority | None = None
    vehicle_type_filter: Annotated[str, Meta(min_length=1, max_length=32, pattern=NO_NUL, extra=ONE_LINE)] | None = None
    dry_run: bool | None = None
    reason: TakenBack | None = None
    cancel_reason: CancelReason | None = None
    priority: Priority | None = None
    transporter_id: Id | None = None
    taken_from: Id | None = None
    note: Text | None = None


Operation = Literal["auto_assign", "unassign", "reassign", "cancel", "change_priority"]
# Of each operation: what it must be told, and what it may be told.
FITTING: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    "auto_assign": (
        frozenset(),
        frozenset({"max_assignments", "priority_filter", "vehicle_type_filter", "dry_run"}),
    ),
    "unassign": (frozenset({"reason"}), frozenset({"note"})),
    "reassign": (frozenset({"reason"}), frozenset({"note", "transporter_id", "taken_from"})),
    "cancel": (frozenset({"cancel_reason"}), frozenset({"note"})),
    "change_priority": (frozenset({"priority"}), frozenset({"note"})),
}
ACTIONS: Final = {
    "unassign": "delivery.unassigned",
    "reassign": "delivery.reassigned",
    "cancel": "delivery.cancelled",
    "change_priority": "delivery.priority_changed",
}


def _rule(operation: str) -> Rule:
    required, allowed = FITTING[operation]
    barred = sorted(set(BulkParameters.__struct_fields__) - required - allowed)
    parameters: Rule = {"properties": {name: {"type": "null"} for name in barred}}
    rule: Rule = {"properties": {"operation": {"const": operation}, "parameters": parameters}}
    if required:
        parameters["required"] = sorted(required)
        parameters["properties"] |= {name: {"not": {"type": "null"}} for name in sorted(required)}
        rule["required"] = ["parameters"]
        rule["properties"]["delivery_ids"] = {"maxItems": MOST_CHANGED}
    return rule


class BulkOperation(Body, frozen=True, kw_only=True):
    """An operation on several deliveries: at most 500 of them, 20,000 for `auto_assign`."""

    operation: Operation
    delivery_ids: Annotated[list[Id], Meta(min_length=1, max_length=20_000)]
    parameters: BulkParameters = BulkParameters()

    described: ClassVar[Rule] = {"anyOf": [_rule(operation) for operation in FITTING]}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.operation not in FITTING or self.parameters is None:  # fields that are wrong are missing here
            return
        required, allowed = FITTING[self.operation]
        told = {name for name in self.parameters.__struct_fields__ if getattr(self.parameters, name) is not None}
        for name in sorted(required - told):
            raise ValueError(f"`parameters.{name}` is required for {self.operation}")
        for name in sorted(told - required - allowed):
            raise ValueError(f"`parameters.{name}` is not for {self.operation}")
        if required and len(self.delivery_ids) > MOST_CHANGED:
            raise ValueError(f"`delivery_ids` must have at most {MOST_CHANGED} entries for {self.operation}")


async def _check_parameters(request: Request[User, Any, Any], given: Given) -> None:
    wanted = given.get("parameters", {}).get("vehicle_type_filter")
    async with request.app.state.services.database.work() as work:
        await check_vehicle_type(work, wanted, field="parameters.vehicle_type_filter")


class BulkOperationController(Controller):
    """``/api/deliveries/bulk-operations``."""

    path = "/api/deliveries/bulk-operations"
    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @post("/", opt=also_checked(_check_parameters), status_code=200, responses=FOLLOWED)
    async def bulk(
        self, request: Request[User, Any, Any], data: JSONBody[BulkOperation], work: GivenWork, services: GivenServices
    ) -> Response[BulkOperationAnswer | BulkChangeAnswer]:
        """Do one thing with several named deliveries.

        `auto_assign` gives them out for the highest total. With `Prefer: respond-async` its answer is 202 with a run to
        follow, see `GET /api/assignment-runs/{run_id}/`; a `dry_run` is always waited for. The other operations are
        those of the single routes; each delivery is changed by itself, in the order named and once, and what stands
        against one is told with its code and changes nothing for the others.
        """
        if data.operation == "auto_assign":
            return await _assigned(request, work, services, data)
        change = _change(work, services, data, request.user)
        noted = Noted(actor_of(request), ACTIONS[data.operation], _details(data.parameters))
        return Response(bulk_change_answer(data.operation, await change_many(work, data.delivery_ids, change, noted)))


async def _assigned(
    request: Request[User, Any, Any], work: Work, services: DeliveryServices, data: BulkOperation
) -> Response[BulkOperationAnswer | BulkChangeAnswer]:
    parameters, dry_run = data.parameters, bool(data.parameters.dry_run)
    await check_vehicle_type(work, parameters.vehicle_type_filter, field="parameters.vehicle_type_filter")
    wanted = BulkFilter(
        priority=parameters.priority_filter,
        vehicle_type=parameters.vehicle_type_filter,
        max_assignments=parameters.max_assignments,
        delivery_ids=data.delivery_ids,
    )
    if not dry_run and prefers_async(request):
        return await accepted_run(request, work, services, wanted)
    result = await services.bulk_assignments(work).assign_many(wanted, request.user.id, dry_run=dry_run)
    if not dry_run:
        await note_run(work, actor_of(request), result)
    return Response(operation_answer(data.operation, result, dry_run=dry_run))


def _change(work: Work, services: DeliveryServices, data: BulkOperation, user: User) -> Change:
    told = data.parameters
    note = told.note or ""
    if data.operation == "cancel" and told.cancel_reason is not None:
        return partial(services.delivery_changes(work).cancel, user=user, reason=told.cancel_reason, note=note)
    reason = told.reason or TakenBack.OTHER

    async def unassign(number: int) -> Delivery:
        delivery, _ = await services.by_hand(work).take_back(number, reason, note=note)
        return delivery

    async def reassign(number: int) -> Delivery:
        move = Move(told.transporter_id, told.taken_from, reason.value, words_of_move("Reassigned", reason, note))
        return (await services.reassignments(work).reassign(number, move, user)).given.delivery

    async def change_priority(number: int) -> Delivery:
        priority = told.priority or Priority.NORMAL
        return (await services.delivery_changes(work).set_priority(number, priority))[0]

    return {"unassign": unassign, "reassign": reassign, "change_priority": change_priority}[data.operation]


def _details(told: BulkParameters) -> dict[str, object]:
    """What was asked of each, for the audit log."""
    known = {name: getattr(told, name) for name in told.__struct_fields__}
    return {"bulk": True} | {name: str(value) for name, value in known.items() if value is not None}
