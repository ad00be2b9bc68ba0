"""What background work gave up, for admins: of every job in one list, with another try."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery, PathParameter
from msgspec import Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, Page, PageNumber, PageSize, paginate
from api.http.security import needs
from api.routes.operations.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.dead_letters import DEAD_LETTERS, DeadLetterKind

LetterId = Annotated[str, PathParameter(min_length=1, max_length=300, pattern=NO_NUL)]


class DeadLetter(Struct, frozen=True, kw_only=True):
    """Something that is not tried by itself any more. ``id`` is the refund's, the payment's, the order's, …

    Without ``can_retry`` it is a refund: one that was perhaps sent, of which a person has to say what became of it
    (``/api/v1/payments/refunds/{id}/resolve/``), or one of more than is left of its payment.
    """

    kind: DeadLetterKind
    id: str
    tries: int
    failed_at: datetime
    last_error: str | None
    can_retry: bool


class InLineAgain(Struct, frozen=True, kw_only=True):
    """It is tried again, within a minute or so, with all its tries."""

    kind: DeadLetterKind
    id: str


def _answer(row: Any) -> DeadLetter:  # noqa: ANN401  a row of a union of tables
    return DeadLetter(
        kind=DeadLetterKind(row.kind),
        id=row.id,
        tries=row.tries,
        failed_at=row.failed_at,
        last_error=row.last_error,
        can_retry=row.can_retry,
    )


class DeadLetterController(Controller):
    """``/api/v1/dead-letters``."""

    path = "/api/v1/dead-letters"
    tags = ("dead letters",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def list_dead_letters(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        kind: FromQuery[DeadLetterKind | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[DeadLetter]:
        """What was tried as often as its job allows, failed last first; `kind` is the job."""
        query = DEAD_LETTERS.list_query(kind)
        return await paginate(request, work.session, query, page, page_size, _answer)

    @post("/{kind:str}/{letter_id:str}/retry/", guards=[needs(Role.ADMIN)], status_code=200)
    async def retry(
        self,
        request: Request[User, Any, Any],
        kind: FromPath[DeadLetterKind],
        letter_id: LetterId,
        work: GivenWork,
        services: GivenServices,
    ) -> InLineAgain:
        """Put one in line again. 409 where it must not be: a refund that was perhaps sent, or more than is left."""
        subject = await DEAD_LETTERS.retry(work, services.clock, kind, letter_id)
        await record(work.session, actor_of(request), f"{subject}.retried", subject, letter_id)
        return InLineAgain(kind=kind, id=letter_id)
