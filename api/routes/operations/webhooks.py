"""Webhooks, for admins: addresses of partners that events are sent to."""

from typing import Annotated, Any

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET, Meta, UnsetType, field

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.injected import GivenWork
from api.http.schemas import (
    BIGINT_MAX,
    CODE,
    NO_NUL,
    ONE_LINE,
    URL,
    Body,
    Email,
    Moment,
    Page,
    PageNumber,
    PageSize,
    PathId,
    changes_of,
    paginate,
)
from api.http.security import needs, scoped
from api.routes.operations.services import GivenServices
from api.routes.operations.webhook_answers import (
    NewWebhookEndpointAnswer,
    ReplayAnswer,
    WebhookEndpointAnswer,
    WebhookMessageAnswer,
    new_webhook_answer,
    webhook_answer,
    webhook_message_answer,
)
from dispatch.accounts.api_keys import Scope
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.errors import Invalid
from dispatch.events.catalogue import ALL
from dispatch.events.reading import event_id_of
from dispatch.webhooks.endpoints import REPLAYED_AT_ONCE, ReplayWindow, WebhookEndpoints, check_types
from dispatch.webhooks.models import MessageState

AnyUser = Request[User, Any, Any]
WebhookUrl = Annotated[str, Meta(min_length=1, max_length=2000, pattern=URL, extra=CODE)]
EventType = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL, extra=CODE)]
EventTypes = Annotated[list[EventType], Meta(min_length=1, max_length=100)]
Description = Annotated[str, Meta(max_length=200, pattern=NO_NUL, extra=ONE_LINE)]
EventId = Annotated[str, Meta(pattern=r"^evt_[0-9a-f]{32}$(?!\n)", extra=CODE)]


class NewWebhook(Body, frozen=True, kw_only=True):
    """An address, and which events it gets: types, all of a kind (`delivery.*`), or everything (`*`).

    ``contact_email`` gets a mail where nothing is sent there any more; by default whoever makes it.
    """

    url: WebhookUrl
    types: EventTypes = field(default_factory=lambda: [ALL])
    description: Description = ""
    contact_email: Email | None = None


class WebhookChange(Body, frozen=True, kw_only=True):
    """What shall be otherwise. ``is_enabled`` false pauses it, true has it sent to again, from now on."""

    url: WebhookUrl | UnsetType = UNSET
    types: EventTypes | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    contact_email: Email | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class Replay(Body, frozen=True, kw_only=True):
    """Which events are sent again: by their ids, or those recorded from ``since`` until ``until``, after a sequence."""

    event_ids: Annotated[list[EventId], Meta(min_length=1, max_length=1000)] | None = None
    since: Moment | None = None
    until: Moment | None = None
    after: Annotated[int, Meta(ge=0, le=BIGINT_MAX)] = 0


def _check_address(url: str) -> None:
    """Raises Invalid for what cannot be sent to; whether its network may be reached is looked at with each try."""
    rest = url.partition("://")[2]
    if "@" in rest.partition("/")[0] or "#" in rest:
        raise Invalid("This cannot be sent to.", fields={"url": "must be without a user name and without a fragment"})


async def _check_webhook(_: AnyUser, given: Given) -> None:
    if "url" in given:
        _check_address(given["url"])
    if "types" in given:
        check_types(given["types"])


class WebhookController(Controller):
    """``/api/webhooks``."""

    path = "/api/webhooks"
    tags = ("webhooks",)
    guards = (needs(Role.ADMIN),)
    opt = scoped(Scope.WEBHOOKS_WRITE)

    @get("/")
    async def list_webhooks(
        self,
        request: AnyUser,
        work: GivenWork,
        services: GivenServices,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[WebhookEndpointAnswer]:
        """All of them, oldest first, with the state of each."""
        query = WebhookEndpoints(work, services.clock).list_query()
        return await paginate(request, work.session, query, page, page_size, webhook_answer)

    @post("/", opt=also_checked(_check_webhook))
    async def add_webhook(
        self, request: AnyUser, data: JSONBody[NewWebhook], work: GivenWork, services: GivenServices
    ) -> NewWebhookEndpointAnswer:
        """Have events sent to an address from now on. The answer has the secret, which is shown this once.

        Messages are signed after Standard Webhooks; docs/events.md says how a receiver checks that, and when it is
        tried again. Addresses of private networks are refused with each try.
        """
        _check_address(data.url)
        endpoint = await WebhookEndpoints(work, services.clock).add(
            request.user,
            url=data.url,
            types=data.types,
            description=data.description,
            contact=data.contact_email or "",
        )
        await record(work.session, actor_of(request), "webhook.added", "webhook", endpoint.id, {"url": endpoint.url})
        return new_webhook_answer(endpoint)

    @get("/{webhook_id:int}/")
    async def webhook(self, webhook_id: PathId, work: GivenWork, services: GivenServices) -> WebhookEndpointAnswer:
        """One of them."""
        return webhook_answer(await WebhookEndpoints(work, services.clock).get(webhook_id))

    @patch("/{webhook_id:int}/", opt=also_checked(_check_webhook))
    async def change_webhook(
        self,
        request: AnyUser,
        webhook_id: PathId,
        data: JSONBody[WebhookChange],
        work: GivenWork,
        services: GivenServices,
    ) -> WebhookEndpointAnswer:
        """Change it, pause it, or enable it again: then have what happened meanwhile sent by a replay."""
        changes = changes_of(data)
        if "url" in changes:
            _check_address(changes["url"])
        if "contact_email" in changes:
            changes["contact"] = changes.pop("contact_email")
        endpoint = await WebhookEndpoints(work, services.clock).change(webhook_id, changes)
        await record(
            work.session, actor_of(request), "webhook.changed", "webhook", webhook_id, {"fields": sorted(changes)}
        )
        return webhook_answer(endpoint)

    @delete("/{webhook_id:int}/")
    async def delete_webhook(
        self, request: AnyUser, webhook_id: PathId, work: GivenWork, services: GivenServices
    ) -> None:
        """End it, with all that waits to be sent to it."""
        await WebhookEndpoints(work, services.clock).delete(webhook_id)
        await record(work.session, actor_of(request), "webhook.deleted", "webhook", webhook_id)

    @post("/{webhook_id:int}/rotate-secret/", status_code=200)
    async def rotate_secret(
        self, request: AnyUser, webhook_id: PathId, work: GivenWork, services: GivenServices
    ) -> NewWebhookEndpointAnswer:
        """A new secret, shown this once. For a day the one before signs beside it: time to change over."""
        endpoint = await WebhookEndpoints(work, services.clock).rotate_secret(webhook_id)
        await record(work.session, actor_of(request), "webhook.secret_rotated", "webhook", webhook_id)
        return new_webhook_answer(endpoint)

    @post("/{webhook_id:int}/replay/", status_code=200)
    async def replay(
        self,
        request: AnyUser,
        webhook_id: PathId,
        data: JSONBody[Replay],
        work: GivenWork,
        services: GivenServices,
    ) -> ReplayAnswer:
        """Send events again, in order and with all tries, whether or not they were delivered before.

        At most 10,000 at once; where there are more, `next_after` goes into the next request as `after`.
        """
        ids = None if data.event_ids is None else [known for one in data.event_ids if (known := event_id_of(one))]
        window = ReplayWindow(ids, data.since, data.until, data.after)
        sequences = await WebhookEndpoints(work, services.clock).replay(webhook_id, window)
        told = {"replayed": len(sequences)}
        await record(work.session, actor_of(request), "webhook.replayed", "webhook", webhook_id, told)
        is_full = len(sequences) >= REPLAYED_AT_ONCE
        return ReplayAnswer(replayed=len(sequences), next_after=sequences[-1] if is_full else None)

    @get("/{webhook_id:int}/messages/")
    async def list_sent(
        self,
        request: AnyUser,
        webhook_id: PathId,
        work: GivenWork,
        services: GivenServices,
        status: FromQuery[MessageState | None] = None,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[WebhookMessageAnswer]:
        """What was sent to it or waits, newest event first; `status=dead` are those that were given up.

        Those are among the dead letters too, where each can be tried again:
        `POST /api/v1/dead-letters/webhooks/{id}/retry/`.
        """
        endpoints = WebhookEndpoints(work, services.clock)
        await endpoints.get(webhook_id)
        query = endpoints.messages_query(webhook_id, status)
        return await paginate(request, work.session, query, page, page_size, webhook_message_answer)
