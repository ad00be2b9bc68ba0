"""The audit log: who did what to whom, written in the transaction of what was done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.audit.models import ActorKind, AuditEvent
from dispatch.database.engine import Database
from dispatch.ports import Clock

# What the database itself refuses to have deleted (migration of the table).
KEPT_AT_LEAST_DAYS = 90
MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where. ``address`` and ``request_id`` are empty where there is no request."""

    kind: ActorKind
    user_id: int | None = None
    address: str = ""
    request_id: str = ""


OPERATOR = Actor(ActorKind.OPERATOR)
"""Whoever runs commands on the server."""
SYSTEM = Actor(ActorKind.SYSTEM)
"""The server by itself."""


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: object,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write an event in the caller's transaction: it stands if and only if what was done stands.

    ``action`` is a name such as ``transporter.verified``; ``detail`` is JSON and holds neither secrets nor tokens.
    """
    await session.execute(insert(AuditEvent).values(_values(actor, action, subject_kind, subject_id, detail)))


async def record_counted(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: object,
    *,
    now: datetime,
) -> None:
    """The same for what strangers can cause at will: within a minute, one row an address and subject, that counts."""
    values = _values(actor, action, subject_kind, subject_id, None)
    window = now.replace(second=0, microsecond=0)
    await session.execute(
        upsert(AuditEvent)
        .values(**values, window_at=window)
        .on_conflict_do_update(
            index_elements=["action", "subject_kind", "subject_id", "address", "window_at"],
            index_where=AuditEvent.window_at.is_not(None),
            set_={"occurrences": AuditEvent.occurrences + 1},
        )
    )


def _values(
    actor: Actor, action: str, subject_kind: str, subject_id: object, detail: Mapping[str, object] | None
) -> dict[str, object]:
    return {
        "actor_kind": actor.kind,
        "actor_id": actor.user_id,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": str(subject_id)[:64],
        "address": actor.address[:64],
        "request_id": actor.request_id[:128],
        "detail": dict(detail or {}),
    }


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events; what is None does not matter. ``action`` may be a beginning that ends with a dot (``user.``).

    ``without``: none whose action begins so.
    """

    actor_id: int | None = None
    actor_kind: ActorKind | None = None
    action: str | None = None
    without: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def audit_query(wanted: AuditFilter) -> Select[AuditEvent]:
    """Events, newest first."""
    query = select(AuditEvent).order_by(AuditEvent.id.desc())
    if wanted.action is not None:
        named = AuditEvent.action == wanted.action
        query = query.where(_begins(wanted.action) if wanted.action.endswith(".") else named)
    if wanted.without is not None:
        query = query.where(~_begins(wanted.without))
    for column, value in (
        (AuditEvent.actor_id, wanted.actor_id),
        (AuditEvent.actor_kind, wanted.actor_kind),
        (AuditEvent.subject_kind, wanted.subject_kind),
        (AuditEvent.subject_id, wanted.subject_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEvent.at <= wanted.until)
    return query


def audit_count(wanted: AuditFilter) -> Select[int]:
    """How many events. ``without`` leaves out few of them, which are counted sooner than all the others."""
    whole = audit_query(replace(wanted, without=None))
    if wanted.without is None:
        return select(_count(whole))
    return select(_count(whole) - _count(whole.where(_begins(wanted.without))))


def _begins(text: str) -> ColumnElement[bool]:
    return func.starts_with(AuditEvent.action, text)


def _count(query: Select[AuditEvent]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.order_by(None).subquery()).scalar_subquery()


class AuditRetention:
    """Drops what was kept long enough."""

    def __init__(self, database: Database, clock: Clock, *, keep_days: int) -> None:
        """``keep_days``: 0 keeps everything."""
        self._database = database
        self._clock = clock
        self._keep_days = keep_days

    async def sweep(self) -> None:
        """Delete old events, a portion at a time."""
        if not self._keep_days:
            return
        before = self._clock.now() - timedelta(days=max(self._keep_days, KEPT_AT_LEAST_DAYS))
        portion = select(AuditEvent.id).where(AuditEvent.at < before).order_by(AuditEvent.at).limit(MOST_AT_ONCE)
        while True:
            async with self._database.work() as work:
                gone = await work.session.scalars(
                    delete(AuditEvent).where(AuditEvent.id.in_(portion)).returning(AuditEvent.id)
                )
                if len(gone.all()) < MOST_AT_ONCE:
                    return
