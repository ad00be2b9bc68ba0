"""The audit log, for admins."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import FromQuery, QueryParameter

from api.http.injected import GivenWork
from api.http.query_times import WhenQuery, bounds_of
from api.http.schemas import BIGINT_MAX, NO_NUL, Page, PageNumber, PageSize, page_of_rows
from api.http.security import needs
from api.routes.operations.answers import AuditAnswer, audit_answer
from api.routes.operations.audit_names import audit_names
from dispatch.accounts.models import Role, User
from dispatch.audit.models import ActorKind
from dispatch.audit.service import AuditFilter, audit_count, audit_query

ActorId = Annotated[int | None, QueryParameter(ge=1, le=BIGINT_MAX, description="User who acted.")]
ActionQuery = Annotated[
    str | None,
    QueryParameter(max_length=64, pattern=NO_NUL, description="An action, or the beginning of some: `user.`"),
]
WithoutQuery = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=64, pattern=NO_NUL, description="None that begin so: `sign_in.opened`"),
]
SubjectKind = Annotated[
    str | None, QueryParameter(max_length=32, pattern=NO_NUL, description="What it was done to: user, transporter, …")
]
SubjectId = Annotated[str | None, QueryParameter(max_length=64, pattern=NO_NUL, description="Its number or id.")]


class AuditController(Controller):
    """``/api/v1/audit``."""

    path = "/api/v1/audit"
    tags = ("audit",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def list_events(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        *,
        actor_id: ActorId = None,
        actor_kind: FromQuery[ActorKind | None] = None,
        action: ActionQuery = None,
        without: WithoutQuery = None,
        subject_kind: SubjectKind = None,
        subject_id: SubjectId = None,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[AuditAnswer]:
        """Sign-ins, failures and what admins and operators did, newest first.

        `occurrences` counts what happened again within the same minute, such as wrong passwords.
        """
        asked = bounds_of(date_from, date_to)
        wanted = AuditFilter(
            actor_id=actor_id,
            actor_kind=actor_kind,
            action=action,
            without=without,
            subject_kind=subject_kind,
            subject_id=subject_id,
            since=asked.since,
            until=asked.until,
        )
        query, counting = audit_query(wanted), audit_count(wanted)
        found = await page_of_rows(request, work.session, query, page, page_size, counting=counting)
        names = await audit_names(work.session, found.results)
        return found.with_results([audit_answer(event, names) for event in found.results])
