"""``dispatch audit``."""

import click
import msgspec

from api.cli.context import operating
from api.http.query_times import bounds_of
from api.routes.operations.answers import audit_answer
from api.routes.operations.audit_names import audit_names
from api.terminal.errors import CommandError
from dispatch.audit.models import ActorKind, AuditEvent
from dispatch.audit.service import AuditFilter, audit_query
from dispatch.settings import Settings


async def show_audit(
    settings: Settings,
    *,
    actor: str | None,
    action: str | None,
    subject: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Print events, newest first. Raises CommandError and Invalid for filters that cannot be."""
    kind, _, number = (subject or "").partition(":")
    actor_id, actor_kind = _actor(actor)
    asked = bounds_of(since, until, ("since", "until"))
    wanted = AuditFilter(
        actor_id=actor_id,
        actor_kind=actor_kind,
        action=action,
        subject_kind=kind or None,
        subject_id=number or None,
        since=asked.since,
        until=asked.until,
    )
    async with operating(settings) as services, services.database.work() as work:
        events = (await work.session.scalars(audit_query(wanted).limit(limit))).all()
        names = await audit_names(work.session, events)
    for event in events:
        click.echo(msgspec.json.encode(audit_answer(event, names)).decode() if as_json else _line(event))


def _actor(text: str | None) -> tuple[int | None, ActorKind | None]:
    if text is None:
        return None, None
    if text.isdecimal() and text.isascii():
        return int(text), None
    try:
        return None, ActorKind(text)
    except ValueError:
        kinds = ", ".join(kind.value for kind in ActorKind)
        raise CommandError(f"--actor must be a user's number or one of {kinds}") from None


def _line(event: AuditEvent) -> str:
    who = f"user {event.actor_id}" if event.actor_id is not None else event.actor_kind.value
    times = f" ×{event.occurrences}" if event.occurrences > 1 else ""
    detail = f" {msgspec.json.encode(event.detail).decode()}" if event.detail else ""
    address = f" from {event.address}" if event.address else ""
    subject = f"{event.subject_kind} {event.subject_id}".strip()
    return f"{event.at:%Y-%m-%d %H:%M:%SZ} {who}{address}: {event.action} {subject}{times}{detail}"
