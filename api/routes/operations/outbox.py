"""The outbox, for admins: what was sent, what is waiting, and what nobody could deliver."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import Page, PageNumber, PageSize, PathId, paginate
from api.http.security import needs
from api.routes.operations.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.notifications.models import MessageStatus, OutboxMessage
from dispatch.notifications.relay import Outbox


def _row(message: OutboxMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "key": message.key,
        "channel": message.channel,
        "template": message.template,
        "recipient": message.recipient,
        "status": message.status,
        "attempts": message.attempts,
        "next_attempt_at": message.next_attempt_at,
        "sent_at": message.sent_at,
        "last_error": message.last_error,
        "created_at": message.created_at,
    }


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
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page:
        """Messages, newest first; ``status=dead`` are those that were given up."""
        query = Outbox(work, services.clock).list_query(status)
        return await paginate(request, work.session, query, page, page_size, lambda rows: [_row(row) for row in rows])

    @post("/{message_id:int}/retry/", guards=[needs(Role.ADMIN)], status_code=200)
    async def send_again(
        self, request: Request[User, Any, Any], message_id: PathId, work: GivenWork, services: GivenServices
    ) -> dict[str, Any]:
        """Put a dead message in line again."""
        await record(work.session, actor_of(request), "message.retried", "message", message_id)
        return _row(await Outbox(work, services.clock).send_again(message_id))
