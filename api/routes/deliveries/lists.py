"""Deliveries as they are looked for and looked at, and what their buyers think of them."""

from functools import partial
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery, JSONBody, PathParameter
from msgspec import Meta

from api.http.areas import AREA_TOGETHER, CentreLat, CentreLon, RadiusKm, circle_of
from api.http.injected import GivenWork
from api.http.queries import only_together
from api.http.query_times import WhenQuery, bounds_of, start_of
from api.http.schemas import Body, Page, PageNumber, PageSize, QueryId, SearchText, page_of_rows, paginate
from api.http.security import acts, needs, scoped
from api.routes.deliveries.answers import (
    DeliveryRow,
    DetailedDelivery,
    RatedDelivery,
    delivery_row,
    detailed_delivery,
)
from api.routes.deliveries.deliveries import KeyPath, delivery_key, delivery_named
from api.routes.deliveries.listed_answers import DispatcherRow, WaitingDelivery, dispatcher_row, waiting_delivery
from api.routes.deliveries.on_hold import read_on_hold
from api.routes.deliveries.services import GivenServices
from api.routes.deliveries.sold_answers import sold_answer
from api.routes.deliveries.zone_filter import ZoneQuery, area_of
from dispatch.accounts.api_keys import Scope
from dispatch.accounts.models import Role, User
from dispatch.bikram_sambat import nepal_date
from dispatch.deliveries.attempts.service import attempts_of, tries_of
from dispatch.deliveries.finding import DeliveryFilter, cities_of, deliveries_query, waiting_query
from dispatch.deliveries.models import DeliveryStatus, Priority
from dispatch.errors import Forbidden, NotFound
from dispatch.transporters.service import Transporters

RatedPath = Annotated[str, PathParameter(description="The delivery's number, UUID or tracking number.")]


class RatingBody(Body, frozen=True, kw_only=True):
    """What the customer thinks, 1 to 5."""

    rating: Annotated[int, Meta(ge=1, le=5)]


class DeliveryListController(Controller):
    """``/api/deliveries``: lists, one delivery whole, ratings."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @get("/", guards=[needs(Role.ADMIN)], opt=only_together(AREA_TOGETHER) | scoped(Scope.DELIVERIES_READ))
    async def list_deliveries(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        *,
        status: FromQuery[list[DeliveryStatus] | None] = None,
        priority: FromQuery[list[Priority] | None] = None,
        transporter: QueryId = None,
        seller: QueryId = None,
        in_service: FromQuery[bool | None] = None,
        flagged: FromQuery[bool | None] = None,
        flagged_since: WhenQuery = None,
        lat: CentreLat = None,
        lon: CentreLon = None,
        radius_km: RadiusKm = None,
        zone: ZoneQuery = None,
        date_from: WhenQuery = None,
        date_to: WhenQuery = None,
        search: SearchText = None,
        page: PageNumber = 1,
        page_size: PageSize = 50,
    ) -> Page[DispatcherRow]:
        """All deliveries, newest first, for dispatchers.

        `in_service=false`: those under way whose transporter may no longer carry (not available, not verified any more,
        papers expired, role taken, account closed). `flagged=true`: those with a step whose place or time is
        implausible. `flagged_since`: those with such a step of which the server was told since then.
        `status` and `priority` may be given several times. `lat`, `lon` and `radius_km`: the pickup or the drop-off is
        in that circle. `zone`: the pickup is in that zone's area. `transporter` and `seller`: by their numbers.
        `date_from` and `date_to`: when it was made. `search`: a text in its tracking number, addresses,
        contacts, their phones or instructions.
        """
        made = bounds_of(date_from, date_to)
        wanted = DeliveryFilter(
            statuses=status or (),
            priorities=priority or (),
            transporter_id=transporter,
            seller_id=seller,
            in_service=in_service,
            flagged=flagged,
            flagged_since=start_of(flagged_since, "flagged_since"),
            around=circle_of(lat, lon, radius_km),
            area=await area_of(work, zone),
            made_from=made.since,
            made_to=made.until,
            search=search,
        )
        query = deliveries_query(wanted, nepal_date(services.clock.now()))
        row = partial(dispatcher_row, now=services.clock.now())
        return await paginate(request, work.session, query, page, page_size, row)

    @get("/available/", guards=[acts(Role.TRANSPORTER, Role.ADMIN)])
    async def available(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page[DeliveryRow] | Page[WaitingDelivery]:
        """What waits and is not on hold, oldest first, for admins and transporters whose papers are in order.

        A transporter sees the pickup and the area of the drop-off (`delivery_area`: city and a geohash cell of about
        1 km), no address and no tracking number; what it has accepted it sees whole.
        """
        waiting = waiting_query(services.clock.now())
        if request.user.has(Role.ADMIN):
            return await paginate(request, work.session, waiting, page, page_size, delivery_row)
        transporter = await Transporters(work, services.clock).get_of(request.user)
        if not transporter.papers_in_order(nepal_date(services.clock.now())):
            raise Forbidden("Your documents are expired or not verified.", code="documents_not_in_order")
        found = await page_of_rows(request, work.session, waiting, page, page_size)
        cities = await cities_of(work.session, found.results)
        return found.with_results([waiting_delivery(row, cities.get(row.id)) for row in found.results])

    @get(
        "/{delivery_id:str}/",
        guards=[needs(Role.TRANSPORTER, Role.SELLER, Role.ADMIN)],
        opt=scoped(Scope.DELIVERIES_READ),
    )
    async def show(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> DetailedDelivery:
        """One delivery whole, for the transporter who has it, the sale's seller and admins.

        Phone numbers of others are shown while it is under way, to admins always.
        """
        delivery = await services.deliveries(work).get(delivery_key(delivery_id))
        transporter, user = delivery.transporter, request.user
        known_to = {delivery.sale.seller_id, transporter.user_id if transporter else None}
        if user.id not in known_to and not user.has(Role.ADMIN):
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        attempts = (await attempts_of(work.session, [delivery.id])).get(delivery.id, [])
        code = await services.codes(work).find(delivery.id)
        on_hold = await read_on_hold(work, delivery, services.clock.now(), user)
        left = services.attempt_rules.left(tries_of(attempts))
        sold = await sold_answer(work.session, delivery, user)
        return detailed_delivery(delivery, user, services.proof_links, attempts, left, code, on_hold, sold)

    @post("/{delivery_id:str}/rate/", guards=[needs(Role.CUSTOMER)], status_code=200)
    async def rate(
        self,
        request: Request[User, Any, Any],
        delivery_id: RatedPath,
        data: JSONBody[RatingBody],
        work: GivenWork,
        services: GivenServices,
    ) -> RatedDelivery:
        """What the buyer thinks of a delivery that has arrived.

        It takes the place of what the transporter reported; a later rating replaces an earlier one, the same one
        again changes nothing.
        """
        delivery = await delivery_named(services.deliveries(work), delivery_id)
        rated = await services.ratings(work).rate(delivery.id, request.user, data.rating)
        return RatedDelivery(rated.id, rated.delivery_id, rated.buyer_rating)
