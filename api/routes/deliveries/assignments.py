"""Assigning deliveries to transporters."""

from typing import Annotated, Any, ClassVar, Literal

from litestar import Controller, Request, post
from litestar.params import JSONBody
from msgspec import Meta

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.field_rules import Rule, absent
from api.http.injected import GivenWork
from api.http.schemas import CODE, NO_NUL, ONE_LINE, Body, Id
from api.http.security import needs
from api.routes.deliveries.deliveries import delivery_key
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.pool import check_vehicle_type, whole_score
from dispatch.assignments.results import Assigned, BulkFilter, BulkResult, Failure
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.deliveries.models import Priority

Count = Annotated[int, Meta(ge=1, le=20_000)]
Hours = Annotated[float, Meta(gt=0, le=24 * 365)]


class AutoAssign(Body, frozen=True, kw_only=True):
    """One delivery (``delivery_id``: number or UUID), or all that wait and fit the filters.

    ``time_range_hours``: only those whose requested pickup, or else creation, is at most so many hours from now, before
    or after. It and ``max_assignments`` are for all that wait.
    """

    delivery_id: Id | Annotated[str, Meta(min_length=1, max_length=64, extra=CODE)] | None = None
    priority_filter: Priority | None = None
    vehicle_type_filter: Annotated[str, Meta(min_length=1, max_length=32, pattern=NO_NUL, extra=ONE_LINE)] | None = None
    max_assignments: Count | None = None
    time_range_hours: Hours | None = None

    described: ClassVar[Rule] = {"anyOf": [absent("delivery_id"), absent("max_assignments", "time_range_hours")]}

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("max_assignments", "time_range_hours"):
            if self.delivery_id is not None and getattr(self, name) is not None:
                raise ValueError(f"`{name}` is for all that wait, not for one delivery_id")


class BulkParameters(Body, frozen=True, kw_only=True):
    """Filters of a bulk operation."""

    max_assignments: Count | None = None
    priority_filter: Priority | None = None
    vehicle_type_filter: Annotated[str, Meta(min_length=1, max_length=32, pattern=NO_NUL, extra=ONE_LINE)] | None = None


class BulkOperation(Body, frozen=True, kw_only=True):
    """An operation on several deliveries."""

    operation: Literal["auto_assign"]
    delivery_ids: Annotated[list[Id], Meta(min_length=1, max_length=20_000)]
    parameters: BulkParameters = BulkParameters()


async def _check_filter(request: Request[User, Any, Any], given: Given) -> None:
    async with request.app.state.services.database.work() as work:
        await check_vehicle_type(work, given.get("vehicle_type_filter"))


async def _check_parameters(request: Request[User, Any, Any], given: Given) -> None:
    wanted = given.get("parameters", {}).get("vehicle_type_filter")
    async with request.app.state.services.database.work() as work:
        await check_vehicle_type(work, wanted, field="parameters.vehicle_type_filter")


def _single_answer(made: Assigned) -> dict[str, Any]:
    delivery, transporter, scores = made.delivery, made.transporter, made.scores
    return {
        "success": True,
        "message": "Delivery assigned successfully",
        "delivery_id": delivery.id,
        "delivery_uuid": delivery.delivery_id,
        "tracking_number": delivery.tracking_number,
        "assigned_transporter": {
            "id": transporter.id,
            "name": transporter.user.name,
            "business_name": transporter.business_name,
            "vehicle_type": transporter.vehicle_type,
            "vehicle_number": transporter.vehicle_number,
            "rating": float(transporter.rating),
            "phone": transporter.phone,
        },
        "score_details": {
            "distance_score": whole_score(scores.distance),
            "rating_score": whole_score(scores.rating),
            "capacity_score": whole_score(scores.capacity),
            "workload_score": whole_score(scores.workload),
            "total_score": whole_score(scores.total),
        },
        "alternatives": made.alternatives,
        "distance_km": delivery.distance_km,
        "estimated_delivery_time": delivery.estimated_delivery_time,
    }


def _bulk_answer(result: BulkResult) -> dict[str, Any]:
    scores = [made.scores.total for made in result.assigned]
    return {
        "success": True,
        "assignments": [
            {
                "delivery_id": made.delivery.id,
                "delivery_uuid": made.delivery.delivery_id,
                "tracking_number": made.delivery.tracking_number,
                "assigned_transporter": made.transporter.user.name,
                "transporter_id": made.transporter.id,
                "score": whole_score(made.scores.total),
            }
            for made in result.assigned
        ],
        "summary": {
            "total_processed": len(result.assigned) + len(result.failures),
            "successful_assignments": len(result.assigned),
            "failed_assignments": len(result.failures),
            "avg_score": round(sum(scores) / len(scores), 1) if scores else 0.0,
            "certified_optimal": result.certified,
        },
        "failures": [_failure_row(failed) | {"delivery_id": str(failed.delivery_id)} for failed in result.failures],
    }


def _failure_row(failed: Failure) -> dict[str, Any]:
    return {"delivery_id": failed.delivery_id, "error": failed.error, "reason": failed.reason}


async def _note_run(request: Request[User, Any, Any], work: Work, result: BulkResult) -> None:
    """One event a run; which deliveries went to whom stands with the assignments."""
    told = {"assigned": len(result.assigned), "failed": len(result.failures)}
    await record(work.session, actor_of(request), "deliveries.assigned", "run", "", told)


class AssignmentController(Controller):
    """``/api/auto-assign`` and bulk operations."""

    path = "/api"
    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @post("/auto-assign/", opt=also_checked(_check_filter), status_code=200)
    async def auto_assign(
        self, request: Request[User, Any, Any], data: JSONBody[AutoAssign], work: GivenWork, services: GivenServices
    ) -> dict[str, Any]:
        """Give one delivery to the best transporter, or all that wait to transporters for the highest total.

        With `delivery_id`, `vehicle_type_filter` says among whom, and a delivery of another priority than
        `priority_filter` is 409. A vehicle type that nobody has is 400 with those that fit. Where nobody can take a
        delivery, `reason` says why.
        """
        await check_vehicle_type(work, data.vehicle_type_filter)
        assignments = services.assignments(work)
        if data.delivery_id is not None:
            made = await assignments.assign(
                delivery_key(str(data.delivery_id)),
                request.user,
                priority=data.priority_filter,
                vehicle_type=data.vehicle_type_filter,
            )
            told = {"transporter_id": made.transporter.id}
            await record(work.session, actor_of(request), "delivery.assigned", "delivery", made.delivery.id, told)
            return _single_answer(made)
        result = await assignments.assign_many(
            BulkFilter(
                priority=data.priority_filter,
                vehicle_type=data.vehicle_type_filter,
                max_assignments=data.max_assignments,
                time_range_hours=data.time_range_hours,
            ),
            request.user,
        )
        await _note_run(request, work, result)
        return _bulk_answer(result)

    @post("/deliveries/bulk-operations/", opt=also_checked(_check_parameters), status_code=200)
    async def bulk(
        self, request: Request[User, Any, Any], data: JSONBody[BulkOperation], work: GivenWork, services: GivenServices
    ) -> dict[str, Any]:
        """Assign several named deliveries for the highest total."""
        await check_vehicle_type(work, data.parameters.vehicle_type_filter, field="parameters.vehicle_type_filter")
        result = await services.assignments(work).assign_many(
            BulkFilter(
                priority=data.parameters.priority_filter,
                vehicle_type=data.parameters.vehicle_type_filter,
                max_assignments=data.parameters.max_assignments,
                delivery_ids=data.delivery_ids,
            ),
            request.user,
        )
        await _note_run(request, work, result)
        return {
            "operation": data.operation,
            "results": {
                "successful": len(result.assigned),
                "failed": len(result.failures),
                "assignments": [
                    {
                        "delivery_id": made.delivery.id,
                        "transporter": made.transporter.user.name,
                        "score": whole_score(made.scores.total),
                    }
                    for made in result.assigned
                ],
                "failures": [_failure_row(failed) for failed in result.failures],
            },
        }
