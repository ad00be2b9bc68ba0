"""Transporters around a point: each of them for dispatchers, cells with numbers for sellers."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import QueryParameter

from api.http.areas import LatQuery, LonQuery
from api.http.injected import GivenWork
from api.http.queries import at_most
from api.http.security import acts
from api.routes.transporters.answers import NearbyCells, NearbyTransporters, nearby_answer, nearby_cell
from api.routes.transporters.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.assignments.nearby import Neighbourhood
from dispatch.settings import Settings


def _most_km(settings: Settings) -> float:
    return settings.nearby_max_km


class NearbyController(Controller):
    """``/api/transporters/nearby/``."""

    path = "/api/transporters"
    tags = ("transporters",)

    @get("/nearby/", guards=[acts(Role.ADMIN, Role.SELLER)], opt=at_most(radius_km=_most_km))
    async def nearby(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        lat: LatQuery,
        lon: LonQuery,
        radius_km: Annotated[float, QueryParameter(gt=0, le=500)] = 5.0,
        limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    ) -> NearbyTransporters | NearbyCells:
        """Online transporters around a point that may carry, nearest first, with what they can still take.

        Admins see each of them. Sellers see how many are in which geohash cell of about 5 km, without names and
        places. The radius is at most `DISPATCH_NEARBY_MAX_KM`.
        """
        around = Neighbourhood(work, services.clock, services.live)
        if not request.user.has(Role.ADMIN):
            cells = await around.cells(lat, lon, radius_m=radius_km * 1000, limit=limit)
            return NearbyCells(len(cells), [nearby_cell(one) for one in cells])
        found = await around.nearest(lat, lon, radius_m=radius_km * 1000, limit=limit)
        return NearbyTransporters(len(found), [nearby_answer(one) for one in found])
