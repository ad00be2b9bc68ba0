"""Assigning deliveries to transporters."""

from typing import Annotated, Any, ClassVar

from litestar import Controller, Request, Response, post
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, absent
from api.http.injected import GivenWork
from api.http.schemas import CODE, NO_NUL, NOT_BLANK, ONE_LINE, Body, Id
from api.http.security import needs
from api.routes.deliveries.assignment_answers import (
    AssignmentAnswer,
    BulkAssignmentAnswer,
    assignment_answer,
    bulk_assignment_answer,
)
from api.routes.deliveries.deliveries import delivery_key
from api.routes.deliveries.runs import RunAnswer, accepted_run, prefers_async
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.pool import check_vehicle_type
from dispatch.assignments.results import BulkFilter
from dispatch.assignments.run_tasks import note_run
from dispatch.audit.service import record
from dispatch.deliveries.models import Priority

Count = Annotated[int, Meta(ge=1, le=20_000)]
FOLLOWED = {
    202: ResponseSpec(
        RunAnswer, generate_examples=False, description="It was begun: `Location` says where to follow it."
    )
}
Hours = Annotated[float, Meta(gt=0, le=24 * 365)]


class AutoAssign(Body, frozen=True, kw_only=True):
    """One delivery (``delivery_id``: number or UUID), or all that wait and fit the filters.

    ``time_range_hours``: only those whose requested pickup, or else creation, is at most so many hours from now, before
    or after. It and ``max_assignments`` are for all that wait. With ``dry_run`` nothing is given: the answer says what
    would be.
    """

    # A blank one is refused: whoever leaves it empty by mistake has not asked for all that wait.
    delivery_id: Id | Annotated[str, Meta(max_length=64, pattern=NOT_BLANK, extra=CODE)] | None = None
    priority_filter: Priority | None = None
    vehicle_type_filter: Annotated[str, Meta(min_length=1, max_length=32, pattern=NO_NUL, extra=ONE_LINE)] | None = None
    max_assignments: Count | None = None
    time_range_hours: Hours | None = None
    dry_run: bool | None = None

    described: ClassVar[Rule] = {"anyOf": [absent("delivery_id"), absent("max_assignments", "time_range_hours")]}

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("max_assignments", "time_range_hours"):
            if self.delivery_id is not None and getattr(self, name) is not None:
                raise ValueError(f"`{name}` is for all that wait, not for one delivery_id")


async def _check_filter(request: Request[User, Any, Any], given: Given) -> None:
    async with request.app.state.services.database.work() as work:
        await check_vehicle_type(work, given.get("vehicle_type_filter"))


class AutoAssignController(Controller):
    """``/api/auto-assign``."""

    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @post("/", opt=also_checked(_check_filter), status_code=200, responses=FOLLOWED)
    async def auto_assign(
        self, request: Request[User, Any, Any], data: JSONBody[AutoAssign], work: GivenWork, services: GivenServices
    ) -> Response[AssignmentAnswer | BulkAssignmentAnswer]:
        """Give one delivery to the best transporter, or all that wait to transporters for the highest total.

        With `delivery_id`, `vehicle_type_filter` says among whom, and a delivery of another priority than
        `priority_filter` is 409. A vehicle type that nobody has is 400 with those that fit. Where nobody can take a
        delivery, `reason` says why.

        With `dry_run` nothing is given and nothing kept. `plan` then has each pair with its terms, the total with its
        bound and gap, the way to all pickups, and the same where each delivery in turn had taken the best that was
        left; `failures` says why for each that nobody would get. To commit later what was looked at, make a plan:
        `POST /api/assignment-plans/`.

        For all that wait, `Prefer: respond-async` makes the answer 202 with a run to follow, see
        `GET /api/assignment-runs/{run_id}/`; a `dry_run` is always waited for.
        """
        await check_vehicle_type(work, data.vehicle_type_filter)
        if data.delivery_id is not None:
            made = await services.assignments(work).assign(
                delivery_key(str(data.delivery_id)),
                request.user,
                priority=data.priority_filter,
                vehicle_type=data.vehicle_type_filter,
                dry_run=bool(data.dry_run),
            )
            if data.dry_run:
                return Response(assignment_answer(made))
            told = {"transporter_id": made.carrier.id}
            await record(work.session, actor_of(request), "delivery.assigned", "delivery", made.delivery_id, told)
            return Response(assignment_answer(made))
        wanted = BulkFilter(
            priority=data.priority_filter,
            vehicle_type=data.vehicle_type_filter,
            max_assignments=data.max_assignments,
            time_range_hours=data.time_range_hours,
        )
        if not data.dry_run and prefers_async(request):
            return await accepted_run(request, work, services, wanted)
        result = await services.bulk_assignments(work).assign_many(wanted, request.user.id, dry_run=bool(data.dry_run))
        if not data.dry_run:
            await note_run(work, actor_of(request), result)
        return Response(bulk_assignment_answer(result, dry_run=bool(data.dry_run)))
