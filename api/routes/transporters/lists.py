"""All transporters, for dispatchers."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import FromQuery, QueryParameter

from api.http.areas import AREA_TOGETHER, CentreLat, CentreLon, RadiusKm, circle_of
from api.http.injected import GivenWork
from api.http.queries import only_together
from api.http.query_times import WhenQuery, bounds_of
from api.http.schemas import SLUG, Page, PageNumber, PageSize, SearchText, page_of_rows
from api.http.security import needs
from api.routes.deliveries.zone_filter import ZoneQuery, area_of
from api.routes.transporters.answers import ListedAnswer, listed_answer
from api.routes.transporters.services import GivenServices
from api.routes.transporters.transporters import TransporterId
from dispatch.accounts.models import Role, User
from dispatch.assignments.roster import TransporterFilter, listed, transporters_query
from dispatch.bikram_sambat import nepal_date
from dispatch.ports import Presence
from dispatch.transporters.service import Transporters


class TransporterListController(Controller):
    """``/api/transporters``: all of them, and each of them, for admins."""

    path = "/api/transporters"
    tags = ("transporters",)
    guards = (needs(Role.ADMIN),)

    @get("/", opt=only_together(AREA_TOGETHER))
    async def list_transporters(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        *,
        presence: FromQuery[list[Presence] | None] = None,
        is_available: FromQuery[bool | None] = None,
        is_verified: FromQuery[bool | None] = None,
        vehicle_type: Annotated[str | None, QueryParameter(max_length=32, pattern=SLUG)] = None,
        lat: CentreLat = None,
        lon: CentreLon = None,
        radius_km: RadiusKm = None,
        zone: ZoneQuery = None,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[ListedAnswer]:
        """All transporters, newest first, with their presence, their last position and what they carry.

        `presence` may be given several times. `is_verified`: the profile and all documents are verified and valid
        today. `lat`, `lon` and `radius_km`: those online in that circle. `zone`: those online in that zone's area.
        `date_from` and `date_to`: when the profile
        was made. `search`: a text in the name, business, e-mail address, phone or number of the vehicle.
        """
        today = nepal_date(services.clock.now())
        made = bounds_of(date_from, date_to)
        wanted = TransporterFilter(
            presences=presence or (),
            is_available=is_available,
            is_verified=is_verified,
            vehicle_type=vehicle_type,
            around=circle_of(lat, lon, radius_km),
            area=await area_of(work, zone),
            made_from=made.since,
            made_to=made.until,
            search=search,
        )
        query = await transporters_query(services.live, wanted, today)
        found = await page_of_rows(request, work.session, query, page, page_size)
        rows = await listed(work.session, services.live, found.results)
        return found.with_results([listed_answer(row, today) for row in rows])

    @get("/{transporter_id:int}/")
    async def show(self, transporter_id: TransporterId, work: GivenWork, services: GivenServices) -> ListedAnswer:
        """One transporter, with its presence, its last position and what it carries."""
        transporter = await Transporters(work, services.clock).get(transporter_id)
        [found] = await listed(work.session, services.live, [transporter])
        return listed_answer(found, nepal_date(services.clock.now()))
