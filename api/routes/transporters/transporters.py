"""Transporters: profile, verification, neighbourhood, deliveries, positions."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from litestar import Controller, Request, get, patch, post
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET, Meta, UnsetType, field

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked
from api.http.injected import GivenWork
from api.http.query_times import SinceQuery, UntilQuery, WhenQuery, bounds_of
from api.http.schemas import (
    CODE,
    NO_NUL,
    ONE_LINE,
    SLUG,
    Body,
    Kilograms,
    Line,
    Page,
    PageNumber,
    PageSize,
    PathId,
    Phone,
    changes_of,
    page_of_rows,
    paginate,
)
from api.http.security import acts, needs
from api.routes.deliveries.tour_rows import TourRow, tour_rows
from api.routes.transporters.answers import FixAnswer, TransporterAnswer, fix_answer, transporter_answer
from api.routes.transporters.services import GivenServices, TransporterServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.profile_changes import VerificationDecision
from dispatch.audit.service import record
from dispatch.bikram_sambat import nepal_date
from dispatch.database.work import Work
from dispatch.deliveries.models import DeliveryStatus
from dispatch.deliveries.service import Deliveries
from dispatch.errors import NotFound
from dispatch.tracking.service import positions_query
from dispatch.transporters.service import Paper, Transporters

TransporterId = PathId
BusinessName = Annotated[str, Meta(max_length=120, pattern=NO_NUL, extra=ONE_LINE)]
VehicleType = Annotated[str, Meta(min_length=1, max_length=32, pattern=SLUG, extra=CODE)]
VehicleNumber = Annotated[str, Meta(max_length=32, pattern=NO_NUL, extra=ONE_LINE)]
Parcels = Annotated[int, Meta(ge=1, le=1000)]


class PaperBody(Body, frozen=True, kw_only=True):
    """A document: licence, registration, insurance, … one of each kind."""

    kind: Annotated[str, Meta(min_length=1, max_length=32, pattern=NO_NUL, extra=ONE_LINE)]
    number: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL, extra=ONE_LINE)]
    expires_on: date | None = None


Papers = Annotated[list[PaperBody], Meta(max_length=10)]


def _check_kinds(papers: list[PaperBody]) -> None:
    if len({paper.kind for paper in papers}) < len(papers):
        raise ValueError("`documents` must name each kind once")


class NewTransporter(Body, frozen=True, kw_only=True):
    """A profile; an admin verifies it before deliveries come."""

    phone: Phone | None = None
    vehicle_type: VehicleType
    capacity_kg: Kilograms
    business_name: BusinessName = ""
    vehicle_number: VehicleNumber = ""
    max_active: Parcels | None = None
    documents: Papers = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_kinds(self.documents)


class TransporterChanges(Body, frozen=True, kw_only=True):
    """Fields to change. ``documents`` replaces them all."""

    phone: Phone | UnsetType = UNSET
    vehicle_type: VehicleType | UnsetType = UNSET
    capacity_kg: Kilograms | UnsetType = UNSET
    business_name: BusinessName | UnsetType = UNSET
    vehicle_number: VehicleNumber | UnsetType = UNSET
    max_active: Parcels | UnsetType = UNSET
    is_available: bool | UnsetType = UNSET
    documents: Papers | UnsetType = UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_kinds(self.documents or [])


class Verification(Body, frozen=True, kw_only=True):
    """An admin's word on a profile and its documents. ``version``: the ``papers_version`` that was looked at.

    ``reason`` stands in the audit log.
    """

    approved: bool = True
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    max_active: Parcels | None = None
    reason: Line = ""


async def _check_new(request: Request[User, Any, Any], given: Given) -> None:
    async with request.app.state.services.database.work() as work:
        request.app.state.services.transporters.profile_changes(work).check_max_active(given.get("max_active"))


async def _check_changes(request: Request[User, Any, Any], given: Given) -> None:
    services: TransporterServices = request.app.state.services.transporters
    async with services.database.work() as work:
        known = await Transporters(work, services.clock).find_of(request.user)
        wanted = given.get("max_active")
        if known is None or wanted != known.max_active:
            services.profile_changes(work).check_max_active(wanted, known)


async def _check_verdict(request: Request[User, Any, Any], given: Given) -> None:
    async with request.app.state.services.database.work() as work:
        request.app.state.services.transporters.profile_changes(work).check_grant(given.get("max_active"))


def _papers(bodies: list[PaperBody]) -> list[Paper]:
    return [Paper(body.kind, body.number, body.expires_on) for body in bodies]


class TransporterController(Controller):
    """``/api/transporters``."""

    path = "/api/transporters"
    tags = ("transporters",)

    @post("/", guards=[acts(Role.TRANSPORTER)], opt=also_checked(_check_new))
    async def create(
        self, request: Request[User, Any, Any], data: JSONBody[NewTransporter], work: GivenWork, services: GivenServices
    ) -> TransporterAnswer:
        """Make one's own profile. ``max_active`` may be as high as the setting; an admin may allow more."""
        profile_changes = services.profile_changes(work)
        profile_changes.check_max_active(data.max_active)
        profile = {
            "phone": data.phone or request.user.phone or "",
            "vehicle_type": data.vehicle_type,
            "capacity_kg": Decimal(str(data.capacity_kg)).quantize(Decimal("0.001")),
            "business_name": data.business_name,
            "vehicle_number": data.vehicle_number,
            "max_active": data.max_active or services.settings.max_active_deliveries,
        }
        transporter = await Transporters(work, services.clock).create(request.user, profile, _papers(data.documents))
        return transporter_answer(transporter, nepal_date(services.clock.now()))

    @get("/me/", guards=[needs(Role.TRANSPORTER)])
    async def me(self, request: Request[User, Any, Any], work: GivenWork, services: GivenServices) -> TransporterAnswer:
        """One's own profile."""
        transporter = await Transporters(work, services.clock).get_of(request.user)
        return transporter_answer(transporter, nepal_date(services.clock.now()))

    @patch("/me/", guards=[acts(Role.TRANSPORTER)], opt=also_checked(_check_changes))
    async def change(
        self,
        request: Request[User, Any, Any],
        data: JSONBody[TransporterChanges],
        work: GivenWork,
        services: GivenServices,
    ) -> TransporterAnswer:
        """Change one's own profile; what was verified and changes must be verified again.

        That is `business_name`, `phone`, the vehicle and the documents, also where one is taken away. Until then, and
        while `is_available` is false, no deliveries come, and those that were not picked up go to somebody else.
        """
        changes = changes_of(data)
        documents = changes.pop("documents", None)
        if "capacity_kg" in changes:
            changes["capacity_kg"] = Decimal(str(changes["capacity_kg"])).quantize(Decimal("0.001"))
        transporter = await services.profile_changes(work).change(
            request.user, changes, None if documents is None else _papers(documents)
        )
        return transporter_answer(transporter, nepal_date(services.clock.now()))

    @post(
        "/{transporter_id:int}/verify/", guards=[needs(Role.ADMIN)], opt=also_checked(_check_verdict), status_code=200
    )
    async def verify(
        self,
        request: Request[User, Any, Any],
        transporter_id: TransporterId,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[Verification | None] = None,
    ) -> TransporterAnswer:
        """Accept a profile and its documents, or withdraw that (`approved: false`).

        Send the `papers_version` that was looked at as `version`: where the profile changed meanwhile it is 409.
        `max_active` allows the transporter so many deliveries at once. Withdrawn, what it has not picked up goes to
        somebody else; what is aboard is in `GET /api/deliveries/?in_service=false`.
        """
        word = data or Verification()
        transporter = await services.profile_changes(work).verify(
            transporter_id, VerificationDecision(word.approved, word.version, word.max_active)
        )
        action = "transporter.verified" if word.approved else "transporter.verification_withdrawn"
        said = {"reason": word.reason} if word.reason else {}
        seen = {"version": transporter.papers_version, "max_active": word.max_active, **said}
        await record(work.session, actor_of(request), action, "transporter", transporter_id, seen)
        return transporter_answer(transporter, nepal_date(services.clock.now()))

    @get("/{transporter_id:int}/deliveries/", guards=[needs(Role.TRANSPORTER, Role.ADMIN)])
    async def deliveries(
        self,
        request: Request[User, Any, Any],
        transporter_id: TransporterId,
        work: GivenWork,
        services: GivenServices,
        status: FromQuery[DeliveryStatus | None] = None,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[TourRow]:
        """A transporter's deliveries, newest assignment first.

        `stops` are those that are yet to come, each with its number among all that this transporter comes to and its
        time: what customers and dispatchers are told goes by the same order.
        """
        await _check_own(work, services, request.user, transporter_id)
        deliveries = Deliveries(work, services.clock, services.publisher, road_factor=services.settings.road_factor)
        since, until = bounds_of(date_from, date_to)
        query = deliveries.of_transporter_query(transporter_id, status=status, date_from=since, date_to=until)
        found = await page_of_rows(request, work.session, query, page, page_size)
        return found.with_results(await tour_rows(services, work, transporter_id, found.results))

    @get("/{transporter_id:int}/positions/", guards=[needs(Role.TRANSPORTER, Role.ADMIN)])
    async def positions(
        self,
        request: Request[User, Any, Any],
        transporter_id: TransporterId,
        work: GivenWork,
        services: GivenServices,
        since: SinceQuery = None,
        until: UntilQuery = None,
        page: PageNumber = 1,
        page_size: PageSize = 100,
    ) -> Page[FixAnswer]:
        """A transporter's stored fixes, oldest first by the device's clock."""
        await _check_own(work, services, request.user, transporter_id)
        asked = bounds_of(since, until, ("from", "to"))
        query = positions_query(transporter_id, since=asked.since, until=asked.until)
        return await paginate(request, work.session, query, page, page_size, fix_answer)


async def _check_own(work: Work, services: TransporterServices, user: User, transporter_id: int) -> None:
    """That transporter or an admin. Raises NotFound."""
    transporter = await Transporters(work, services.clock).get(transporter_id)
    if transporter.user_id != user.id and not user.has(Role.ADMIN):
        raise NotFound("There is no such transporter.")
