"""Plans for many that are looked at before they are committed."""

from typing import Annotated, Any, ClassVar

from litestar import Controller, Request, Response, get, post
from litestar.params import JSONBody
from msgspec import Meta, field

from api.http.actors import actor_of
from api.http.described_errors import MAY_CONFLICT
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, some_above_zero
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, ONE_LINE, Body, Id, PathId
from api.http.security import needs
from api.routes.deliveries.assignments import FOLLOWED, Count, Hours
from api.routes.deliveries.plan_answers import PlanAnswer, plan_answer
from api.routes.deliveries.runs import begun, prefers_async
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.models import RunKind
from dispatch.assignments.plan_commits import find_plan
from dispatch.assignments.plans import Wanted
from dispatch.assignments.pool import check_vehicle_type
from dispatch.assignments.results import BulkFilter
from dispatch.assignments.run_tasks import planning
from dispatch.audit.service import record
from dispatch.deliveries.models import Priority

Weight = Annotated[float, Meta(ge=0, le=1000)]


class PairOf(Body, frozen=True, kw_only=True):
    """A delivery and a transporter, by their numbers."""

    delivery_id: Id
    transporter_id: Id


class WantedWeights(Body, frozen=True, kw_only=True):
    """Of the four terms of a score; only their ratios count, and not all may be 0."""

    distance: Weight = 1.0
    rating: Weight = 1.0
    capacity: Weight = 1.0
    workload: Weight = 1.0

    described: ClassVar[Rule] = some_above_zero("distance", "rating", "capacity", "workload")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.distance or self.rating or self.capacity or self.workload):
            raise ValueError("one of `distance`, `rating`, `capacity` and `workload` must be above 0")


class NewPlan(Body, frozen=True, kw_only=True):
    """Which deliveries a plan is about, all that wait by default, and what must or may not be in it.

    ``max_assignments``: the most urgent so many that somebody can take, those of ``locked`` pairs among them.
    ``locked`` pairs are in it whatever they score, also beyond the radius; ``forbidden`` ones are not, nor those where
    the transporter gave the delivery back before. ``weights`` count for all deliveries, in the place of their zones'.
    """

    delivery_ids: Annotated[list[Id], Meta(min_length=1, max_length=20_000)] | None = None
    priority_filter: Priority | None = None
    vehicle_type_filter: Annotated[str, Meta(min_length=1, max_length=32, pattern=NO_NUL, extra=ONE_LINE)] | None = None
    max_assignments: Count | None = None
    time_range_hours: Hours | None = None
    locked: Annotated[list[PairOf], Meta(max_length=2_000)] = field(default_factory=list)
    forbidden: Annotated[list[PairOf], Meta(max_length=5_000)] = field(default_factory=list)
    weights: WantedWeights | None = None


async def _check_filter(request: Request[User, Any, Any], given: Given) -> None:
    async with request.app.state.services.database.work() as work:
        await check_vehicle_type(work, given.get("vehicle_type_filter"))


class AssignmentPlanController(Controller):
    """``/api/assignment-plans``."""

    path = "/api/assignment-plans"
    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @post("/", opt=also_checked(_check_filter) | {MAY_CONFLICT: True}, responses=FOLLOWED)
    async def make_plan(
        self, request: Request[User, Any, Any], data: JSONBody[NewPlan], work: GivenWork, services: GivenServices
    ) -> Response[PlanAnswer]:
        """Plan who gets which delivery for the highest total, and give nothing yet.

        The plan is kept for an hour, in which it may be committed. Pairs that cannot be locked are 409 `cannot_lock`,
        with what is `wrong` about each of them.

        With `Prefer: respond-async` the answer is 202 with a run to follow, for plans over thousands: once it is
        `done`, its `plan_id` is the plan's. Where pairs cannot be locked, it has `failed` and says so.
        """
        await check_vehicle_type(work, data.vehicle_type_filter)
        weights = data.weights
        wanted = Wanted(
            BulkFilter(
                priority=data.priority_filter,
                vehicle_type=data.vehicle_type_filter,
                max_assignments=data.max_assignments,
                time_range_hours=data.time_range_hours,
                delivery_ids=data.delivery_ids,
            ),
            [(pair.delivery_id, pair.transporter_id) for pair in data.locked],
            [(pair.delivery_id, pair.transporter_id) for pair in data.forbidden],
            None if weights is None else (weights.distance, weights.rating, weights.capacity, weights.workload),
        )
        if prefers_async(request):
            carry_out = planning(wanted, actor_of(request), services.plans)
            return await begun(request, work, services, carry_out, RunKind.PLAN)
        return Response(plan_answer(await services.plans(work).make(wanted, request.user.id), services.clock))

    @get("/{plan_id:int}/")
    async def plan(self, plan_id: PathId, work: GivenWork, services: GivenServices) -> PlanAnswer:
        """A plan, and how far it was committed. A day after it expired it is dropped."""
        return plan_answer(await find_plan(work, plan_id), services.clock)

    @post("/{plan_id:int}/commit/", status_code=200, opt={MAY_CONFLICT: True})
    async def commit_plan(
        self, request: Request[User, Any, Any], plan_id: PathId, work: GivenWork, services: GivenServices
    ) -> PlanAnswer:
        """Assign what the plan says, as far as it still can be.

        What changed meanwhile is looked at pair by pair; `progress.refused` names each pair that could not be made and
        why, and its delivery waits on. The same request again answers the same, or goes on where it was cut off. A plan
        of more than an hour is 409 `plan_expired`.
        """
        plan = await services.plan_commits(work).commit(plan_id, request.user.id)
        told = {"assigned": plan.assigned, "failed": len(plan.failures)}
        await record(work.session, actor_of(request), "deliveries.assigned", "plan", plan.id, told)
        return plan_answer(plan, services.clock)
