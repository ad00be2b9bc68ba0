"""Whether transporters work: on duty, on a break, off; and the weekly shifts in which they have planned to.

``is_available`` is being on duty. Whoever goes off duty gives back what is not picked up; whoever takes a break, or is
put off duty by the server, keeps it and is asked for nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from sqlalchemy import delete, select

from dispatch.accounts.models import User
from dispatch.assignments.profile_changes import ProfileChanges
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.errors import Conflict, Invalid
from dispatch.events.payloads.transporters import TransporterOffDuty
from dispatch.events.recording import record
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME
from dispatch.ports import Clock, DutyNotice, Publisher
from dispatch.transporters.models import Duty, Transporter, TransporterShift
from dispatch.transporters.service import Transporters, lock_transporter

BREAK_OVER = "break_over"
UNANSWERED_OFFERS = "unanswered_offers"
ENDED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly time, by Nepal's clock. ``weekday``: 0 is Monday; minutes of the day, the end not included."""

    weekday: int
    begins: int
    ends: int

    def has(self, moment: datetime) -> bool:
        """Whether it is on at a moment."""
        local = moment.astimezone(NEPAL_TIME)
        return self.weekday == local.weekday() and self.begins <= local.hour * 60 + local.minute < self.ends


class Duties:
    """Duty and shifts in one unit of work."""

    def __init__(self, work: Work, clock: Clock, changes: ProfileChanges, *, break_most: timedelta) -> None:
        self._session = work.session
        self._clock = clock
        self._changes = changes
        self._transporters = Transporters(work, clock)
        self._break_most = break_most

    async def go(self, user: User, duty: Duty, minutes: int | None = None) -> Transporter:
        """Go on duty, off duty, or on a break of so many minutes, by default the longest.

        Raises NotFound, Invalid (a break that is too long) and Conflict (a break of one who is off duty).
        """
        if duty is not Duty.BREAK:
            return await self._changes.change(user, {"is_available": duty is Duty.ON}, None)
        most = int(self._break_most.total_seconds() // 60)
        if minutes is not None and minutes > most:
            raise Invalid("A break is not so long.", fields={"minutes": f"must be at most {most}"})
        known = await self._transporters.get_of(user)
        transporter = await lock_transporter(self._session, known.id)
        if transporter.duty is Duty.OFF:
            raise Conflict("You are off duty. Go on duty first.", code="off_duty")
        now = self._clock.now()
        if transporter.duty is Duty.ON:
            transporter.go(Duty.BREAK, now + timedelta(minutes=minutes or most))
            record(self._session, TransporterOffDuty(transporter_id=transporter.id), at=now)
            await self._session.flush()
        return transporter

    async def shifts_of(self, transporter_id: int) -> list[Shift]:
        """In the order of the week."""
        query = select(TransporterShift).where(TransporterShift.transporter_id == transporter_id)
        rows = await self._session.scalars(query.order_by(TransporterShift.weekday, TransporterShift.begins))
        return [Shift(row.weekday, row.begins, row.ends) for row in rows]

    async def plan(self, user: User, shifts: Sequence[Shift]) -> Transporter:
        """Replace all shifts; none means that one may be asked any time. Raises NotFound, and Invalid for overlaps."""
        ordered = sorted(shifts, key=lambda shift: (shift.weekday, shift.begins))
        for before, after in pairwise(ordered):
            if before.weekday == after.weekday and after.begins < before.ends:
                raise Invalid("Two shifts overlap.", fields={"shifts": "must not overlap on a day"})
        known = await self._transporters.get_of(user)
        transporter = await lock_transporter(self._session, known.id)
        await self._session.execute(delete(TransporterShift).where(TransporterShift.transporter_id == transporter.id))
        self._session.add_all(
            TransporterShift(transporter_id=transporter.id, weekday=one.weekday, begins=one.begins, ends=one.ends)
            for one in ordered
        )
        await self._session.flush()
        return transporter


async def end_breaks(database: Database, clock: Clock, publisher: Publisher) -> None:
    """Whoever did not come back from a break is off duty, and told so. Ending one twice is ending it once."""
    while True:
        async with database.work() as work:
            query = select(Transporter).where(Transporter.break_until <= clock.now()).order_by(Transporter.id)
            late = list(await work.session.scalars(query.limit(ENDED_AT_ONCE).with_for_update(skip_locked=True)))
            for transporter in late:
                transporter.go(Duty.OFF)
                notice = DutyNotice(transporter.id, Duty.OFF.value, BREAK_OVER)
                work.after_commit(partial(publisher.duty_changed, notice))
        if len(late) < ENDED_AT_ONCE:
            return
