"""What people do with endpoints: add, change, rotate the secret, send again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.events.catalogue import ALL, BEGINNINGS, TYPES, unknown_types
from dispatch.ports import Clock
from dispatch.webhooks.models import EndpointState, MessageState, WebhookEndpoint, WebhookMessage
from dispatch.webhooks.signing import new_secret
from dispatch.webhooks.statements import REPLAY

MOST_ENDPOINTS = 100
# So long both secrets sign after a change.
OVERLAP = timedelta(hours=24)
# What one replay sends again at most; the answer says from where to go on.
REPLAYED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class ReplayWindow:
    """Which events: these, or those that were recorded from ``since`` until ``until``; after a sequence."""

    event_ids: Sequence[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0


class WebhookEndpoints:
    """The endpoints of one unit of work. Lock order: endpoint, messages."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock

    def list_query(self) -> Select[WebhookEndpoint]:
        """All of them, oldest first, for a page."""
        return select(WebhookEndpoint).order_by(WebhookEndpoint.id)

    async def get(self, endpoint_id: int, *, lock: bool = False) -> WebhookEndpoint:
        """Raises NotFound."""
        query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)
        endpoint: WebhookEndpoint | None = await self._session.scalar(
            query.with_for_update(key_share=True) if lock else query
        )
        if endpoint is None:
            raise NotFound("There is no such webhook.")
        return endpoint

    async def add(
        self, user: User, *, url: str, types: Sequence[str], description: str, contact: str
    ) -> WebhookEndpoint:
        """A new one, which gets what happens from now on. Raises Invalid and Conflict (too many)."""
        check_types(types)
        there_are = await self._session.scalar(select(func.count()).select_from(WebhookEndpoint))
        if (there_are or 0) >= MOST_ENDPOINTS:
            raise Conflict(f"There are {MOST_ENDPOINTS} webhooks. Delete one first.", code="too_many_webhooks")
        endpoint = WebhookEndpoint(
            url=url,
            types=list(types),
            description=description,
            contact=contact or user.email,
            created_by=user.id,
            secret=new_secret(),
            state=EndpointState.ENABLED,
            state_reason="",
        )
        self._session.add(endpoint)
        await self._session.flush()
        return endpoint

    async def change(self, endpoint_id: int, changes: Mapping[str, Any]) -> WebhookEndpoint:
        """Change what is given; ``is_enabled`` pauses it or has it sent to again. Raises NotFound and Invalid."""
        endpoint = await self.get(endpoint_id, lock=True)
        wanted = dict(changes)
        is_enabled = wanted.pop("is_enabled", None)
        if "types" in wanted:
            check_types(wanted["types"])
        for name, value in wanted.items():
            setattr(endpoint, name, value)
        if is_enabled is True and endpoint.state is not EndpointState.ENABLED:
            endpoint.state, endpoint.state_reason, endpoint.failing_since = EndpointState.ENABLED, "", None
        elif is_enabled is False and endpoint.state is EndpointState.ENABLED:
            endpoint.state, endpoint.state_reason = EndpointState.PAUSED, "A person paused it."
        await self._session.flush()
        return endpoint

    async def rotate_secret(self, endpoint_id: int) -> WebhookEndpoint:
        """A new secret; the one before signs beside it for a day. Raises NotFound."""
        endpoint = await self.get(endpoint_id, lock=True)
        endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, self._clock.now() + OVERLAP
        endpoint.secret = new_secret()
        await self._session.flush()
        return endpoint

    async def delete(self, endpoint_id: int) -> None:
        """With all that waits to be sent to it. Raises NotFound."""
        await self._session.delete(await self.get(endpoint_id, lock=True))
        await self._session.flush()

    async def replay(self, endpoint_id: int, window: ReplayWindow) -> list[int]:
        """Send again, in order and with all tries; the sequences of what is sent. Raises NotFound."""
        endpoint = await self.get(endpoint_id, lock=True)
        driver = await self._work.driver()
        rows = await driver.fetch(
            REPLAY,
            endpoint.id,
            self._clock.now(),
            None if window.event_ids is None else list(window.event_ids),
            window.since,
            window.until,
            window.after,
            REPLAYED_AT_ONCE,
        )
        return sorted(row["sequence"] for row in rows)

    def messages_query(self, endpoint_id: int, status: MessageState | None) -> Select[WebhookMessage]:
        """What was sent to it or waits, newest first, each with its event, for a page."""
        query = (
            select(WebhookMessage)
            .where(WebhookMessage.endpoint_id == endpoint_id)
            .order_by(WebhookMessage.sequence.desc())
            .options(selectinload(WebhookMessage.event))
        )
        return query if status is None else query.where(WebhookMessage.status == status)


def check_types(types: Sequence[str]) -> None:
    """Raises Invalid, naming each that does not exist and what does."""
    unknown = unknown_types(types)
    if unknown:
        fits = ", ".join((*TYPES, *BEGINNINGS, ALL))
        raise Invalid("There is no such type of event.", fields={"types": f"no such: {', '.join(unknown)}. {fits}"})
