"""A day's planned shifts beside what was worked, for dispatchers: who works, who rests, who should and does not.

What was worked is read from the events of duty, which are kept for ``DISPATCH_EVENTS_KEEP_DAYS``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from dispatch.accounts.models import User
from dispatch.database.among import among
from dispatch.database.search import contains, folded_text
from dispatch.database.work import Work
from dispatch.events.payloads.transporters import TransporterOffDuty, TransporterOnDuty
from dispatch.offers.duty import Shift
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME
from dispatch.transporters.models import Duty, Transporter, TransporterShift

# A day of somebody who goes on and off duty every quarter of an hour, and the evening before.
MOST_CHANGES = 100

_CHANGES = """
SELECT who.id AS transporter_id, change.type, change.at
FROM unnest($1::bigint[]) AS who (id)
CROSS JOIN LATERAL (
    SELECT type, at, id FROM events
    WHERE subject = 'transporter:' || who.id AND type = ANY($2::text[]) AND at < $3
    ORDER BY id DESC LIMIT $4
) AS change
ORDER BY who.id, change.at, change.id
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time on duty; ``ends`` is None while it goes on."""

    begins: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Attendance:
    """A transporter's day. ``since``: when it last went on duty, or ended being so; None where no event is kept."""

    transporter: Transporter
    since: datetime | None
    planned: Sequence[Shift]
    worked: Sequence[Stretch]
    planned_now: bool

    @property
    def is_missing(self) -> bool:
        """Whether it has planned to work at present and neither works nor rests."""
        return self.planned_now and self.transporter.duty is Duty.OFF


def attendance_query(
    now: datetime, *, duty: Duty | None, missing: bool | None, search: str | None
) -> Select[Transporter]:
    """Transporters whose account is open, by name, for a page."""
    query = select(Transporter).join(User, User.id == Transporter.user_id).where(User.is_active)
    if duty is not None:
        query = query.where(_has(duty))
    if missing is not None:
        absent = _has(Duty.OFF) & _planned_at(now)
        query = query.where(absent if missing else ~absent)
    if search and folded_text(search):
        query = query.where(or_(contains(User.name, search), contains(User.email, search)))
    return query.options(joinedload(Transporter.user)).order_by(User.name, Transporter.id)


async def attendances(work: Work, transporters: Sequence[Transporter], day: date, now: datetime) -> list[Attendance]:
    """The day in Nepal of the transporters of a page, in their order. Two statements, however many they are."""
    begins = datetime.combine(day, time.min, NEPAL_TIME)
    ends = begins + timedelta(days=1)
    ids = [one.id for one in transporters]
    shifts = await _shifts(work.session, ids)
    changes: dict[int, list[tuple[bool, datetime]]] = {number: [] for number in ids}
    types = [TransporterOnDuty.type, TransporterOffDuty.type]
    for row in await (await work.driver()).fetch(_CHANGES, ids, types, max(now, ends), MOST_CHANGES):
        changes[row["transporter_id"]].append((row["type"] == TransporterOnDuty.type, row["at"]))
    return [
        Attendance(
            transporter=one,
            since=changes[one.id][-1][1] if changes[one.id] else None,
            planned=[shift for shift in shifts.get(one.id, []) if shift.weekday == day.weekday()],
            worked=list(_within(_stretches(one, changes[one.id]), begins, min(ends, now))),
            planned_now=any(shift.has(now) for shift in shifts.get(one.id, [])),
        )
        for one in transporters
    ]


def _has(duty: Duty) -> ColumnElement[bool]:
    if duty is Duty.ON:
        return Transporter.is_available.is_(True)
    resting = Transporter.break_until.is_not(None)
    return ~Transporter.is_available & (resting if duty is Duty.BREAK else ~resting)


def _planned_at(now: datetime) -> ColumnElement[bool]:
    local = now.astimezone(NEPAL_TIME)
    minute = local.hour * 60 + local.minute
    return exists().where(
        TransporterShift.transporter_id == Transporter.id,
        TransporterShift.weekday == local.weekday(),
        TransporterShift.begins <= minute,
        TransporterShift.ends > minute,
    )


async def _shifts(session: AsyncSession, transporter_ids: Sequence[int]) -> dict[int, list[Shift]]:
    query = select(TransporterShift).where(among(TransporterShift.transporter_id, transporter_ids))
    found: dict[int, list[Shift]] = {}
    for row in await session.scalars(query.order_by(TransporterShift.weekday, TransporterShift.begins)):
        found.setdefault(row.transporter_id, []).append(Shift(row.weekday, row.begins, row.ends))
    return found


def _stretches(transporter: Transporter, changes: Sequence[tuple[bool, datetime]]) -> Iterator[Stretch]:
    """Times on duty by the changes in their order. Whoever was never off duty works since there was a profile."""
    began = transporter.created_at if not changes or (len(changes) < MOST_CHANGES and not changes[0][0]) else None
    for on, at in changes:
        if on:
            began = began or at
        elif began is not None:
            yield Stretch(began, at)
            began = None
    if began is not None and transporter.duty is Duty.ON:
        yield Stretch(began, None)


def _within(stretches: Iterator[Stretch], begins: datetime, ends: datetime) -> Iterator[Stretch]:
    """What of them lies in a day, cut at its ends."""
    for one in stretches:
        over = one.ends or ends
        if over > begins and one.begins < ends:
            yield Stretch(max(one.begins, begins), None if one.ends is None else min(one.ends, ends))
