"""Whether a transporter works, and when it has planned to."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from litestar import Controller, Request, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.injected import GivenWork
from api.http.schemas import CODE, Body
from api.http.security import acts, needs
from api.routes.transporters.services import GivenServices, TransporterServices
from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.offers.duty import Shift
from dispatch.transporters.models import Duty, Transporter
from dispatch.transporters.service import Transporters

TimeOfDay = Annotated[
    str, Meta(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)|^24:00$(?!\n)", max_length=5, extra=CODE)
]


class DutyBody(Body, frozen=True, kw_only=True):
    """On duty, off duty, or on a break of so many minutes; without them it is the longest that there may be."""

    duty: Duty
    minutes: Annotated[int, Meta(ge=1, le=720)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.minutes is not None and self.duty is not Duty.BREAK:
            raise ValueError("`minutes` is for a break")


class ShiftBody(Body, frozen=True, kw_only=True):
    """A weekly time by Nepal's clock. ``weekday``: 0 is Monday; ``ends`` is not included, ``24:00`` is midnight."""

    weekday: Annotated[int, Meta(ge=0, le=6)]
    begins: TimeOfDay
    ends: TimeOfDay

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.begins and self.ends and self.begins >= self.ends:  # a rule is also asked of what lacks fields
            raise ValueError("`ends` must lie after begins; a shift over midnight is two")


class Plan(Body, frozen=True, kw_only=True):
    """All one's shifts; none means that one may be asked any time."""

    shifts: Annotated[list[ShiftBody], Meta(max_length=42)]


class ShiftAnswer(Struct, frozen=True, kw_only=True):
    """A weekly time by Nepal's clock. ``weekday``: 0 is Monday."""

    weekday: int
    begins: str
    ends: str


def shift_answer(shift: Shift) -> ShiftAnswer:
    """A shift as it is planned."""
    return ShiftAnswer(weekday=shift.weekday, begins=_time(shift.begins), ends=_time(shift.ends))


class DutyAnswer(Struct, frozen=True, kw_only=True):
    """``unanswered``: offers in a row without an answer; ``unanswered_most`` of them put one off duty.

    ``handover_far_m``: a step farther from its address than this is marked, or refused where that is less.
    ``commission_rate``: of a delivery fee so much is kept; the rest is what one earns.
    ``on_shift``: whether one is asked at present as far as the shifts say; True where there are none.
    """

    duty: Duty
    break_until: datetime | None
    break_most_min: int
    unanswered: int
    unanswered_most: int
    handover_far_m: float
    commission_rate: Decimal
    shifts: list[ShiftAnswer]
    on_shift: bool
    server_time: datetime


class DutyController(Controller):
    """``/api/transporters/me``: duty and shifts."""

    path = "/api/transporters/me"
    tags = ("transporters",)

    @get("/duty/", guards=[needs(Role.TRANSPORTER)])
    async def duty(self, request: Request[User, Any, Any], work: GivenWork, services: GivenServices) -> DutyAnswer:
        """Whether one is on duty, and one's shifts."""
        return await _answer(work, services, await Transporters(work, services.clock).get_of(request.user))

    @post("/duty/", guards=[acts(Role.TRANSPORTER)], status_code=200)
    async def change_duty(
        self, request: Request[User, Any, Any], data: JSONBody[DutyBody], work: GivenWork, services: GivenServices
    ) -> DutyAnswer:
        """Go on duty, off duty, or on a break.

        Off duty, what was not picked up goes to somebody else; on a break one keeps it and is asked for nothing more.
        A break of one who is off duty is 409; one that is not ended in time ends off duty. `is_available` of the
        profile is being on duty.
        """
        return await _answer(work, services, await services.duties(work).go(request.user, data.duty, data.minutes))

    @put("/shifts/", guards=[acts(Role.TRANSPORTER)])
    async def plan_shifts(
        self, request: Request[User, Any, Any], data: JSONBody[Plan], work: GivenWork, services: GivenServices
    ) -> DutyAnswer:
        """Plan one's week: outside these times nobody asks, also while one is on duty. It replaces what was planned."""
        shifts = [Shift(one.weekday, _minutes(one.begins), _minutes(one.ends)) for one in data.shifts]
        return await _answer(work, services, await services.duties(work).plan(request.user, shifts))


async def _answer(work: Work, services: TransporterServices, transporter: Transporter) -> DutyAnswer:
    settings = services.settings
    shifts, now = await services.duties(work).shifts_of(transporter.id), services.clock.now()
    return DutyAnswer(
        duty=transporter.duty,
        break_until=transporter.break_until,
        break_most_min=settings.break_most_min,
        unanswered=transporter.unanswered,
        unanswered_most=settings.offer_unanswered_most,
        handover_far_m=min(settings.handover_far_m, settings.handover_refuse_m or settings.handover_far_m),
        commission_rate=settings.commission_rate,
        shifts=[shift_answer(one) for one in shifts],
        on_shift=not shifts or any(one.has(now) for one in shifts),
        server_time=now,
    )


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
