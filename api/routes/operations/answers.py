"""What operators and admins see of the server: health, messages, the audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from api.http.schemas import Fact
from dispatch.audit.models import ActorKind, AuditEvent
from dispatch.notifications.models import Channel, MessageStatus, OutboxMessage


class LiveAnswer(Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"]


class Checks(Struct, frozen=True):
    """``ok``, or what is wrong with it."""

    database: str
    redis: str
    data_folder: str
    pictures: str


class ProcessAnswer(Struct, frozen=True):
    """The process that answers, and whether the log is worked off in it."""

    name: str
    history: Literal["here", "elsewhere"]


class LogAnswer(Struct, frozen=True):
    """The log of pings: fixes that wait, fixes set aside, and seconds since a writer asked for work."""

    backlog: int
    dead: int
    history_seen_s: float | None
    history_active: bool


class ReadyAnswer(Struct, frozen=True):
    """Whether the process can work; ``degraded``: all but pictures. ``log`` is None where Redis does not say."""

    status: Literal["ok", "degraded", "unavailable"]
    checks: Checks
    process: ProcessAnswer
    log: LogAnswer | None


class OutboxMessageAnswer(Struct, frozen=True, kw_only=True):
    """A message of the outbox, without what it says."""

    id: int
    key: str
    channel: Channel
    template: str
    recipient: str
    status: MessageStatus
    attempts: int
    next_attempt_at: datetime
    sent_at: datetime | None
    last_error: str | None
    created_at: datetime


def message_answer(message: OutboxMessage) -> OutboxMessageAnswer:
    """A message as admins see it."""
    return OutboxMessageAnswer(
        id=message.id,
        key=message.key,
        channel=message.channel,
        template=message.template,
        recipient=message.recipient,
        status=message.status,
        attempts=message.attempts,
        next_attempt_at=message.next_attempt_at,
        sent_at=message.sent_at,
        last_error=message.last_error,
        created_at=message.created_at,
    )


class AuditAnswer(Struct, frozen=True, kw_only=True):
    """Who did what to whom; ``detail`` is free, by the action.

    ``actor_name`` and ``subject_name`` as they are now: of people the name, of deliveries and orders the number that
    people know; None where it has none or is gone. ``transporter_name``: of the one in ``detail``.
    """

    id: int
    at: datetime
    actor_kind: ActorKind
    actor_id: int | None
    actor_name: str | None
    action: str
    subject_kind: str
    subject_id: str
    subject_name: str | None
    transporter_name: str | None
    address: str
    request_id: str
    occurrences: int
    detail: dict[str, Fact]


def audit_answer(event: AuditEvent, names: Mapping[tuple[str, str], str]) -> AuditAnswer:
    """An event as admins see it; ``names`` by kind and id."""
    return AuditAnswer(
        id=event.id,
        at=event.at,
        actor_kind=event.actor_kind,
        actor_id=event.actor_id,
        actor_name=names.get(("user", str(event.actor_id))),
        action=event.action,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        subject_name=names.get((event.subject_kind, event.subject_id)),
        transporter_name=names.get(("transporter", str(event.detail.get("transporter_id")))),
        address=event.address,
        request_id=event.request_id,
        occurrences=event.occurrences,
        detail=event.detail,
    )
