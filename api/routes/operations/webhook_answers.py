"""Webhooks as admins see them."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from api.http.schemas import Id
from dispatch.events.reading import public_id
from dispatch.webhooks.models import EndpointState, MessageState, WebhookEndpoint, WebhookMessage


class WebhookEndpointAnswer(Struct, frozen=True, kw_only=True):
    """An address that events are sent to.

    ``state``: `enabled`, `paused` by a person, `failing` (given up after five days without an answer) or `gone` (it
    answered 410); ``failing_since``: since when it took nothing. ``old_secret_until``: until then both secrets sign.
    """

    id: Id
    url: str
    description: str
    types: list[str]
    contact: str
    state: EndpointState
    state_reason: str
    failing_since: datetime | None
    succeeded_at: datetime | None
    old_secret_until: datetime | None
    created_at: datetime


class NewWebhookEndpointAnswer(WebhookEndpointAnswer, frozen=True, kw_only=True):
    """The same with its secret, which is shown this once."""

    secret: str


class ReplayAnswer(Struct, frozen=True, kw_only=True):
    """How many events are sent again. ``next_after``: where to go on where there were more than one replay takes."""

    replayed: int
    next_after: int | None


class WebhookMessageAnswer(Struct, frozen=True, kw_only=True):
    """An event on its way to an address: `pending`, `delivered`, or `dead` after its last try."""

    id: Id
    event_id: str
    type: str
    subject: str
    sequence: int
    status: MessageState
    attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_error: str | None
    delivered_at: datetime | None


def _fields(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "types": list(endpoint.types),
        "contact": endpoint.contact,
        "state": endpoint.state,
        "state_reason": endpoint.state_reason,
        "failing_since": endpoint.failing_since,
        "succeeded_at": endpoint.succeeded_at,
        "old_secret_until": endpoint.old_secret_until,
        "created_at": endpoint.created_at,
    }


def webhook_answer(endpoint: WebhookEndpoint) -> WebhookEndpointAnswer:
    """Without its secret."""
    return WebhookEndpointAnswer(**_fields(endpoint))


def new_webhook_answer(endpoint: WebhookEndpoint) -> NewWebhookEndpointAnswer:
    """With it, right after it was made."""
    return NewWebhookEndpointAnswer(**_fields(endpoint), secret=endpoint.secret)


def webhook_message_answer(message: WebhookMessage) -> WebhookMessageAnswer:
    """A message whose event is loaded."""
    event = message.event
    return WebhookMessageAnswer(
        id=message.id,
        event_id=public_id(event.event_id),
        type=event.type,
        subject=message.subject,
        sequence=message.sequence,
        status=message.status,
        attempts=message.attempts,
        next_attempt_at=message.next_attempt_at if message.status is MessageState.PENDING else None,
        last_attempt_at=message.last_attempt_at,
        last_error=message.last_error,
        delivered_at=message.delivered_at,
    )
