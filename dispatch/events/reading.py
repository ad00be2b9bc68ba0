"""Events as others read them: over the API and in webhooks, in one shape."""

import re
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec
from sqlalchemy import Select, select

from dispatch.events.catalogue import expand_types
from dispatch.events.models import Event

Fact: TypeAlias = bool | int | float | str | list[int | str] | None

PREFIX = "evt_"
PUBLIC_ID = re.compile(rf"{PREFIX}[0-9a-f]{{32}}")


class EventMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is sent. ``timestamp``: when it happened; ``data``: what its type says, see docs/events.md.

    ``id`` is the same however often it is sent. ``sequence`` grows from event to event, with gaps that are never
    filled. ``subject`` is what it happened to: events of one come in their order.
    """

    id: str
    type: str
    timestamp: datetime
    sequence: int
    subject: str
    data: dict[str, Fact]


def public_id(event_id: UUID) -> str:
    """An event's id as others see it."""
    return f"{PREFIX}{event_id.hex}"


def event_id_of(public: str) -> UUID | None:
    """The other way; None for what is no such id."""
    return UUID(hex=public.removeprefix(PREFIX)) if PUBLIC_ID.fullmatch(public) else None


def message_of(event: Event) -> EventMessage:
    """Of an event that was numbered."""
    return EventMessage(
        id=public_id(event.event_id),
        type=event.type,
        timestamp=event.at,
        sequence=event.sequence or 0,
        subject=event.subject,
        data=event.data,
    )


def events_after(sequence: int, types: list[str] | None, subject: str | None, limit: int) -> Select[Event]:
    """The next numbered events, of all types or of some, of all subjects or of one."""
    query = select(Event).where(Event.sequence > sequence).order_by(Event.sequence).limit(limit)
    if types is not None:
        query = query.where(Event.type.in_(expand_types(types)))
    return query if subject is None else query.where(Event.subject == subject)
