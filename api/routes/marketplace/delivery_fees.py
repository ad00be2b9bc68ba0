"""What the delivery of a sale would cost before it is made, for the form of whoever makes it."""

from decimal import Decimal
from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.params import QueryParameter
from msgspec import Struct

from api.http.injected import GivenWork
from api.http.queries import only_together
from api.http.schemas import PathId
from api.http.security import needs
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.deliveries.eta import road_distance_km
from dispatch.sales.service import Sales

EndLat = Annotated[float | None, QueryParameter(ge=-90, le=90, description="Of an end of the way, degrees.")]
EndLon = Annotated[float | None, QueryParameter(ge=-180, le=180, description="Of an end of the way, degrees.")]
ENDS_TOGETHER: dict[str, tuple[str, ...]] = {
    f"{end}_{one}": (f"{end}_{other}",)
    for end in ("pickup", "delivery")
    for one, other in (("latitude", "longitude"), ("longitude", "latitude"))
}


class DeliveryFeeAnswer(Struct, frozen=True, kw_only=True):
    """By the tariff of now: NPR, and the km that it is for, None where an end of the way is not known."""

    delivery_fee: Decimal
    distance_km: float | None


class DeliveryFeeController(Controller):
    """``/api/marketplace/sales/{sale_id}/delivery-fee``."""

    path = "/api/marketplace/sales/{sale_id:int}/delivery-fee"
    tags = ("sales",)

    @get("/", guards=[needs(Role.SELLER, Role.ADMIN)], opt=only_together(ENDS_TOGETHER))
    async def delivery_fee(
        self,
        request: Request[User, Any, Any],
        sale_id: PathId,
        work: GivenWork,
        services: GivenServices,
        *,
        pickup_latitude: EndLat = None,
        pickup_longitude: EndLon = None,
        delivery_latitude: EndLat = None,
        delivery_longitude: EndLon = None,
    ) -> DeliveryFeeAnswer:
        """What the delivery of a sale would cost that is made without `delivery_fee`, for its seller and admins.

        By the zone of the pickup, else by the settings; a way that is not known adds nothing. Where it goes is as its
        buyer said, unless the query says another point. Nothing is kept.
        """
        view = await Sales(work).get_to_sell(sale_id, request.user)
        if delivery_latitude is None and view.address is not None:
            delivery_latitude, delivery_longitude = view.address.lat, view.address.lon
        settings = services.settings
        tariff = await services.deliveries.delivery_fees.at(work, pickup_latitude, pickup_longitude)
        distance_km = road_distance_km(
            pickup_latitude, pickup_longitude, delivery_latitude, delivery_longitude, settings.road_factor
        )
        return DeliveryFeeAnswer(delivery_fee=tariff.fee(distance_km), distance_km=distance_km)
