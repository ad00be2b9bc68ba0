"""The outbox, for admins: what was sent, what is waiting, and what nobody could deliver."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.query_times import WhenQuery, start_of
from api.http.schemas import Page, PageNumber, PageSize, PathId, paginate
from api.http.security import needs
from api.routes.operations.answers import OutboxMessageAnswer, message_answer
from api.routes.operations.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.notifications.models import MessageStatus
from dispatch.notifications.relay import Outbox


class OutboxController(Controller):
    """``/api/v1/notifications``."""

    path = "/api/v1/notifications"
    tags = ("notifications",)

    @get("/", guards=[needs(Role.ADMIN)])
    async def list_messages(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        status: FromQuery[MessageStatus | None] = None,
        date_from: WhenQuery = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[OutboxMessageAnswer]:
        """Messages, newest first; `status=dead` are those that were given up.

        Without a status, and of those that were sent or skipped, it is those of the last 30 days, or since `date_from`.
        """
        query = Outbox(work, services.clock).list_query(status, start_of(date_from, "date_from"))
        return await paginate(request, work.session, query, page, page_size, message_answer)

    @post("/{message_id:int}/retry/", guards=[needs(Role.ADMIN)], status_code=200)
    async def send_again(
        self, request: Request[User, Any, Any], message_id: PathId, work: GivenWork, services: GivenServices
    ) -> OutboxMessageAnswer:
        """Put a dead message in line again."""
        await record(work.session, actor_of(request), "message.retried", "message", message_id)
        return message_answer(await Outbox(work, services.clock).send_again(message_id))
