"""Bulk runs that are followed instead of waited for."""

import re
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.params import FromQuery
from msgspec import Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import Page, PageNumber, PageSize, PathId, paginate
from api.http.security import needs
from api.routes.deliveries.assignment_answers import BulkAssignmentAnswer, bulk_assignment_answer
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.models import AssignmentRun, RunKind, RunStatus
from dispatch.assignments.past_runs import runs_query
from dispatch.assignments.results import BulkFilter
from dispatch.assignments.run_tasks import CarryOut, assigning
from dispatch.assignments.runs import RunReport, begin_run, end_silent_runs, report_of
from dispatch.database.work import Work

RESPOND_ASYNC = re.compile(r"(^|,)\s*respond-async\s*(=\s*\"?\"?\s*)?(;|,|$)", re.IGNORECASE)
ACCEPTED = 202


class RunProgress(Struct, frozen=True, kw_only=True):
    """How far a run has come, in deliveries; the first two are null until there is a plan.

    ``planned``: those that the plan gives to somebody; ``failed``: those that nobody gets; ``left``: planned and not
    written yet.
    """

    deliveries: int | None
    planned: int | None
    assigned: int
    failed: int
    left: int | None


class RunRow(Struct, frozen=True, kw_only=True):
    """A bulk run; of kind ``plan`` one that makes the plan ``plan_id``, which is null until then.

    ``gap``: how much higher the best plan's total may be at most, as a share.
    ``status``: ``running``, ``done``, ``failed`` (``error`` says why) or ``interrupted`` (its server ended). However it
    ended, ``progress`` says what was committed, and that stays.
    """

    id: int
    kind: RunKind
    plan_id: int | None
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None
    asked_by: int | None
    progress: RunProgress
    certified_optimal: bool | None
    planned_total: float | None
    upper_bound: float | None
    gap: float | None
    error: str


class RunAnswer(RunRow, frozen=True, kw_only=True):
    """A bulk run with its ``result``, which is null while it runs, and of one that makes a plan.

    Its ``failures`` name a thousand or so at most; the summary counts all.
    """

    result: BulkAssignmentAnswer | None


def prefers_async(request: Request[User, Any, Any]) -> bool:
    """Whether the client would rather follow a run than wait for its answer (``Prefer: respond-async``, RFC 7240)."""
    return any(RESPOND_ASYNC.search(value) for value in request.headers.getall("prefer", []))


async def accepted_run(
    request: Request[User, Any, Any], work: Work, services: DeliveryServices, wanted: BulkFilter
) -> Response[Any]:
    """Begin a run with the commit of the request's work; the answer, a ``RunAnswer``, says where it is followed."""
    return await begun(request, work, services, assigning(wanted, actor_of(request), services.bulk_assignments))


async def begun(
    request: Request[User, Any, Any],
    work: Work,
    services: DeliveryServices,
    carry_out: CarryOut,
    kind: RunKind = RunKind.ASSIGN,
) -> Response[Any]:
    """The same of whatever a run may do."""
    run = await begin_run(work, services.clock, request.user.id, kind)
    number = run.id

    async def start() -> None:
        services.runs.start(number, carry_out)

    work.after_commit(start)
    headers = {"Location": f"/api/assignment-runs/{number}/", "Preference-Applied": "respond-async"}
    return Response(run_answer(RunReport(run, None)), status_code=ACCEPTED, headers=headers)


class AssignmentRunController(Controller):
    """``/api/assignment-runs``."""

    path = "/api/assignment-runs"
    tags = ("assignments",)
    guards = (needs(Role.ADMIN),)

    @get("/")
    async def runs(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        status: FromQuery[RunStatus | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[RunRow]:
        """Bulk runs that were asked for with `Prefer: respond-async`, newest first.

        Those that ended long ago are dropped, see the setting `assignment_runs_keep_days`.
        """
        await end_silent_runs(work.session, services.clock.now())
        return await paginate(request, work.session, runs_query(status), page, page_size, run_row)

    @get("/{run_id:int}/")
    async def run(self, run_id: PathId, work: GivenWork, services: GivenServices) -> RunAnswer:
        """How a bulk run stands that was asked for with `Prefer: respond-async`; its result once it has ended.

        A run whose server was not heard of for half a minute is `interrupted`. What is counted as assigned is
        committed.
        """
        return run_answer(await report_of(work, services.clock, run_id))


def run_answer(report: RunReport) -> RunAnswer:
    """A run as it is told."""
    result = report.result
    told = None if result is None else bulk_assignment_answer(result)
    return RunAnswer(**msgspec.structs.asdict(run_row(report.run)), result=told)


def run_row(run: AssignmentRun) -> RunRow:
    """A run without its result."""
    return RunRow(
        id=run.id,
        kind=run.kind,
        plan_id=run.plan_id,
        status=run.status,
        started_at=run.started_at,
        ended_at=run.ended_at,
        asked_by=run.asked_by,
        progress=_progress(run),
        certified_optimal=run.certified,
        planned_total=None if run.planned_total is None else round(run.planned_total, 1),
        upper_bound=None if run.upper_bound is None else round(run.upper_bound, 1),
        gap=_gap(run),
        error=run.error,
    )


def _progress(run: AssignmentRun) -> RunProgress:
    return RunProgress(
        deliveries=run.deliveries, planned=run.planned, assigned=run.assigned, failed=run.failed, left=run.left
    )


def _gap(run: AssignmentRun) -> float | None:
    if run.upper_bound is None or run.planned_total is None:
        return None
    return 0.0 if run.upper_bound <= 0 else max(0.0, 1 - run.planned_total / run.upper_bound)
