"""What delivery of a cart would cost and when it would come, before anything is paid."""

from typing import Any, ClassVar

from litestar import Controller, Request, post
from litestar.params import JSONBody

from api.http.field_checks import also_checked
from api.http.field_rules import Rule, together
from api.http.injected import GivenWork
from api.http.schemas import Body, Lat, Lon, PathId
from api.http.security import needs
from api.routes.marketplace.address_bodies import PlusCode, Short, check_address, check_point
from api.routes.marketplace.estimate_answers import CartEstimate, cart_estimate
from api.routes.marketplace.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.addresses.locating import Said, located
from dispatch.carts.service import Carts
from dispatch.errors import TooMany


class EstimateDoor(Body, frozen=True, kw_only=True):
    """Where it would go: of an address the parts that say a place, as an order has them. Degrees.

    Without a point, and without a Plus Code that says one, no way is known.
    """

    district: Short = ""
    state: Short = ""
    plus_code: PlusCode = ""
    latitude: Lat | None = None
    longitude: Lon | None = None

    described: ClassVar[Rule] = together("latitude", "longitude")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_point(self.latitude, self.longitude)

    def point(self) -> tuple[float, float] | None:
        """The place that it says, None where it says none. Raises Invalid where its parts do not fit together."""
        said = located(Said(self.state, self.district, self.plus_code, self.latitude, self.longitude))
        return None if said.lat is None or said.lon is None else (said.lat, said.lon)


class DeliveryEstimateController(Controller):
    """``/api/v1/marketplace/carts/{cart_id}/delivery-estimate``."""

    path = "/api/v1/marketplace/carts"
    tags = ("carts",)

    @post(
        "/{cart_id:int}/delivery-estimate/",
        guards=[needs(Role.CUSTOMER)],
        opt=also_checked(check_address),
        status_code=200,
    )
    async def estimate(
        self,
        request: Request[User, Any, Any],
        cart_id: PathId,
        data: JSONBody[EstimateDoor],
        work: GivenWork,
        services: GivenServices,
    ) -> CartEstimate:
        """What delivery of one's own cart would cost and when it would come, were it paid now. Nothing is promised.

        The buyer pays `shipping_cost`, which the cart's `total_to_pay` has in it; the `delivery_fee` of a parcel is
        what carrying it would cost by the fees of now, and is not charged to the buyer. Each line is a parcel.

        `arrival` is a window from how long the seller took lately, who is on duty near the pickup, and the way;
        `way_minutes` is the same from when the seller has it ready. What is not known is null, and `unknown` says why:
        `no_pickup_point`, `no_door_point`, `no_weight`, `no_preparation` (how long the seller takes),
        `nobody_on_duty`, `nobody_near`, `too_heavy`, `all_busy`, `place_closed`. Places of sellers and couriers count
        as cells of about one and five kilometres. Nothing is kept. At most `DISPATCH_ESTIMATES_PER_MINUTE` for a user.
        """
        per_minute = services.settings.estimates_per_minute
        wait_s = await services.limiter.take("delivery-estimates", request.user.id, per_minute=per_minute)
        if wait_s:
            raise TooMany(f"Too many estimates were asked for; try again in {wait_s} s.", wait_s, code="rate_limited")
        door = data.point()
        cart = await Carts(work).get(cart_id, request.user)
        return cart_estimate(cart, services.prices, await services.estimates(work).of(cart, door), services.clock.now())
