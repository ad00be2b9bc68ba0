"""Deliveries: making them, taking them, carrying them, following them."""

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import structlog
from litestar import Controller, Request, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta
from redis.exceptions import RedisError

from api.http.actors import actor_of
from api.http.field_checks import Given, also_checked, was_sent
from api.http.field_rules import Rule, together
from api.http.injected import GivenWork
from api.http.path_numbers import uuid_of
from api.http.schemas import (
    BIGINT_MAX,
    NO_NUL,
    ONE_LINE,
    Body,
    Id,
    Kilograms,
    Lat,
    Lon,
    Moment,
    PersonName,
    Phone,
    RequiredLine,
    Text,
)
from api.http.security import acts, scoped
from api.routes.deliveries.answers import (
    AcceptedDelivery,
    CreatedDelivery,
    accepted_delivery,
    created_delivery,
)
from api.routes.deliveries.proof_bodies import WantedProofs
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.api_keys import Scope
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.catalogue.weights import to_the_gram
from dispatch.database.work import Work
from dispatch.deliveries.making import DeliveryLimits
from dispatch.deliveries.models import Delivery, Priority
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.deliveries.sold_weights import sold_weight
from dispatch.errors import NotFound
from dispatch.numbers import read_tracking_number
from dispatch.ports import LivePosition
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters

log = structlog.get_logger(__name__)

NUMBER = re.compile(r"[1-9][0-9]{0,18}")
NO_COLUMNS = frozenset({"marketplace_sale_id", "destination_version"})
KeyPath = Annotated[str, PathParameter(description="The delivery's number or UUID.")]


class DeliveryOfSale(Body, frozen=True, kw_only=True):
    """The delivery of a sale. Coordinates in degrees, weight in kg, amounts in NPR.

    Without ``package_weight`` it weighs what the sold products do, where their seller has said what one weighs; where
    not, it is required. Without ``delivery_fee`` it costs what the zone of its pickup says, or else the settings.
    ``ready_at``: when the parcel can be picked up; where it is not said, the requested pickup is when.
    ``proof``: what is required at its ends; where it is not said, what its seller's deliveries usually require.
    ``label``: the seller's own number on the parcel, which may be scanned in the place of the tracking number.
    """

    marketplace_sale_id: Id
    pickup_address: RequiredLine
    pickup_latitude: Lat | None = None
    pickup_longitude: Lon | None = None
    pickup_contact_name: PersonName
    pickup_contact_phone: Phone
    pickup_instructions: Text = ""
    delivery_address: RequiredLine
    delivery_latitude: Lat | None = None
    delivery_longitude: Lon | None = None
    delivery_contact_name: PersonName
    delivery_contact_phone: Phone
    delivery_instructions: Text = ""
    package_weight: Kilograms | None = None
    package_dimensions: Annotated[str, Meta(max_length=100, pattern=NO_NUL, extra=ONE_LINE)] = ""
    package_value: Decimal | None = None
    fragile: bool = False
    requires_signature: bool = False
    special_instructions: Text = ""
    priority: Priority = Priority.NORMAL
    delivery_fee: Decimal | None = None
    requested_pickup_date: Moment | None = None
    requested_delivery_date: Moment | None = None
    ready_at: Moment | None = None
    proof: WantedProofs | None = None
    label: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL, extra=ONE_LINE)] | None = None

    described: ClassVar[Rule] = {
        "allOf": [together(f"{end}_latitude", f"{end}_longitude") for end in ("pickup", "delivery")]
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        for end in ("pickup", "delivery"):
            latitude, longitude = f"{end}_latitude", f"{end}_longitude"
            if (getattr(self, latitude) is None) != (getattr(self, longitude) is None):
                missing, given = (longitude, latitude) if getattr(self, longitude) is None else (latitude, longitude)
                raise ValueError(f"`{missing}` comes together with {given}")
        pickup, arrival = self.requested_pickup_date, self.requested_delivery_date
        if pickup is not None and arrival is not None and arrival < pickup:
            raise ValueError("`requested_delivery_date` must not lie before requested_pickup_date")

    def details(self) -> dict[str, Any]:
        """The columns of the delivery."""
        known = {name: getattr(self, name) for name in self.__struct_fields__ if name not in NO_COLUMNS}
        for end in ("pickup", "delivery"):
            known[f"{end}_lat"] = known.pop(f"{end}_latitude")
            known[f"{end}_lon"] = known.pop(f"{end}_longitude")
        known["proof"] = None if self.proof is None else self.proof.required()
        known["package_weight"] = to_the_gram(self.package_weight)
        return known


class NewDelivery(DeliveryOfSale, frozen=True, kw_only=True):
    """The delivery of a sale. Coordinates in degrees, weight in kg, amounts in NPR.

    ``destination_version``: that of the sale when the address was taken from its ``destination``; where the buyer has
    changed it since, nothing is made.
    """

    destination_version: Id | None = None


class Acceptance(Body, frozen=True, kw_only=True):
    """When the transporter means to be there. ``happened_at``: when it took it, by the phone's clock."""

    estimated_pickup_time: Moment | None = None
    notes: Text = ""
    happened_at: Moment | None = None


def delivery_key(text: str) -> DeliveryKey:
    """A delivery's number or UUID from a path. Raises NotFound for anything else."""
    if NUMBER.fullmatch(text) and int(text) <= BIGINT_MAX:
        return int(text)
    found = uuid_of(text)
    if found is None:
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return found


async def key_named(deliveries: Deliveries, text: str) -> DeliveryKey:
    """The same, where a tracking number is a name as well, however it is typed. Raises NotFound."""
    number = read_tracking_number(text)
    return delivery_key(text) if number is None else (await deliveries.get_by_tracking_number(number)).id


async def delivery_named(deliveries: Deliveries, text: str) -> Delivery:
    """The delivery of a number, a UUID or a tracking number. Raises NotFound."""
    number = read_tracking_number(text)
    return await (deliveries.get(delivery_key(text)) if number is None else deliveries.get_by_tracking_number(number))


async def _transporter_of(request: Request[User, Any, Any], work: Work, services: DeliveryServices) -> Transporter:
    return await Transporters(work, services.clock).get_of(request.user)


async def transporter_and_place(
    request: Request[User, Any, Any], work: Work, services: DeliveryServices
) -> tuple[Transporter, LivePosition | None]:
    """Who asks, and where they were last seen; nobody knows while Redis does not answer."""
    transporter = await _transporter_of(request, work, services)
    await work.commit()  # no transaction waits for Redis
    try:
        return transporter, (await services.live.positions_of([transporter.id])).get(transporter.id)
    except (RedisError, OSError) as error:
        log.warning("last position not known", error=type(error).__name__)
        return transporter, None


async def _check_amounts(request: Request[Any, Any, Any], given: Given) -> None:
    limits: DeliveryLimits = request.app.state.services.deliveries.delivery_limits
    limits.check(given)


async def _check_weight(request: Request[User, Any, Any], given: Given) -> None:
    if not was_sent(request, "package_weight"):
        async with request.app.state.services.database.work() as work:
            await sold_weight(work, given.get("marketplace_sale_id"), request.user)


class DeliveryController(Controller):
    """``/api/deliveries``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post(
        "/create/",
        guards=[acts(Role.ADMIN, Role.SELLER)],
        opt=also_checked(_check_amounts, _check_weight) | scoped(Scope.DELIVERIES_WRITE),
    )
    async def create(
        self, request: Request[User, Any, Any], data: JSONBody[NewDelivery], work: GivenWork, services: GivenServices
    ) -> CreatedDelivery:
        """Make the delivery of a sale, as its seller or an admin.

        `delivery_fee` and `package_value` are at most `DISPATCH_MAX_DELIVERY_FEE` and `DISPATCH_MAX_PACKAGE_VALUE`.
        409: `destination_changed` where the address has another `destination_version` by now.
        """
        made = await services.making(work).create(
            data.marketplace_sale_id, request.user, data.details(), destination=data.destination_version
        )
        if request.user.has(Role.ADMIN):
            told = {"sale_id": data.marketplace_sale_id}
            await record(work.session, actor_of(request), "delivery.created", "delivery", made.id, told)
        return created_delivery(made)

    @post("/{delivery_id:str}/accept/", guards=[acts(Role.TRANSPORTER)], status_code=200)
    async def accept(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[Acceptance | None] = None,
    ) -> AcceptedDelivery:
        """Take an available delivery, or confirm one's own. One of several who try gets it.

        An open offer of it is accepted with that; the offers of all others are withdrawn. Who is heard first has it,
        whatever `happened_at` says; that is judged as at the pickup, and cannot precede the moment it began to wait.
        """
        transporter, position = await transporter_and_place(request, work, services)
        wish = data or Acceptance()
        delivery = await services.offer_answers(work).accept_delivery(
            delivery_key(delivery_id),
            transporter,
            pickup_at=wish.estimated_pickup_time,
            notes=wish.notes,
            position=position,
            happened_at=wish.happened_at,
        )
        return accepted_delivery(delivery, transporter)
