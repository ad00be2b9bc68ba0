"""Who works, who rests, and who has planned to work and does not, for dispatchers."""

from datetime import date, datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromQuery
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.schemas import Page, PageNumber, PageSize, SearchText, page_of_rows
from api.http.security import needs
from api.routes.transporters.duty import ShiftAnswer, shift_answer
from api.routes.transporters.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.offers.attendance import Attendance, attendance_query, attendances
from dispatch.payments.invoices.fiscal_year import nepal_date
from dispatch.transporters.models import Duty


class WorkedAnswer(Struct, frozen=True, kw_only=True):
    """A time on duty; ``ends`` is null while it goes on."""

    begins: datetime
    ends: datetime | None


class AttendanceAnswer(Struct, frozen=True, kw_only=True):
    """A transporter's day.

    ``since``: when it went on duty last, or stopped working: with `break` when that began; null where no event of it is
    kept. ``planned``: shifts of the day. ``worked``: its times on duty on that day, cut at its ends. ``planned_now``:
    it has planned to work at this moment; ``is_missing``: and is off duty.
    """

    id: int
    name: str
    phone: str
    duty: Duty
    since: datetime | None
    break_until: datetime | None
    planned: list[ShiftAnswer]
    worked: list[WorkedAnswer]
    planned_now: bool
    is_missing: bool


def attendance_answer(found: Attendance) -> AttendanceAnswer:
    """A day of one transporter, with its user loaded."""
    transporter = found.transporter
    return AttendanceAnswer(
        id=transporter.id,
        name=transporter.user.name,
        phone=transporter.phone,
        duty=transporter.duty,
        since=found.since,
        break_until=transporter.break_until,
        planned=[shift_answer(one) for one in found.planned],
        worked=[WorkedAnswer(begins=one.begins, ends=one.ends) for one in found.worked],
        planned_now=found.planned_now,
        is_missing=found.is_missing,
    )


class AttendanceController(Controller):
    """``/api/transporters/attendance/``."""

    path = "/api/transporters/attendance"
    tags = ("transporters",)
    guards = (needs(Role.ADMIN),)

    @get("/")
    async def list_attendance(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        *,
        day: FromQuery[date | None] = None,
        duty: FromQuery[Duty | None] = None,
        missing: FromQuery[bool | None] = None,
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[AttendanceAnswer]:
        """Planned shifts of a day in Nepal, by default today, beside what was worked, by name.

        `duty`: who is on duty, on a break or off at present. `missing`: who has planned to work at present and is off
        duty. `search`: a text in the name or e-mail address. What was worked is known as long as events are kept.
        """
        now = services.clock.now()
        query = attendance_query(now, duty=duty, missing=missing, search=search)
        found = await page_of_rows(request, work.session, query, page, page_size)
        rows = await attendances(work, found.results, day or nepal_date(now), now)
        return found.with_results([attendance_answer(row) for row in rows])
