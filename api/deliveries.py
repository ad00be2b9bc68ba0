"""Deliveries: making them, taking them, carrying them, following them."""

import base64
import binascii
import re
from decimal import Decimal
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, JSONBody, PathParameter
from msgspec import Meta

from api.delivery_answers import accepted_answer, created_answer, delivery_row, place_of, tracked_answer
from api.injected import GivenServices, GivenWork
from api.path_numbers import uuid_of
from api.schemas import (
    BIGINT_MAX,
    CODE,
    NO_NUL,
    ONE_LINE,
    Body,
    Id,
    Kilograms,
    Lat,
    Lon,
    Moment,
    Page,
    PageNumber,
    PageSize,
    PersonName,
    Phone,
    RequiredLine,
    Text,
    checked_tracking_number,
    number,
    paginate,
)
from api.security import PUBLIC, needs
from api.services import Services
from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.deliveries.models import Priority
from dispatch.deliveries.movement import list_events
from dispatch.deliveries.service import DeliveryKey, Place
from dispatch.deliveries.work_steps import Handover
from dispatch.errors import Invalid, NotFound
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters

MAX_PHOTO_BYTES = 5 * 2**20
MAX_BODY_BYTES = 12 * 2**20
Base64 = Annotated[str, Meta(max_length=MAX_PHOTO_BYTES * 4 // 3 + 100, extra=CODE)]
NUMBER = re.compile(r"[1-9][0-9]{0,18}")
KeyPath = Annotated[str, PathParameter(description="The delivery's number or UUID.")]


class NewDelivery(Body, frozen=True, kw_only=True):
    """The delivery of a sale. Coordinates in degrees, weight in kg, amounts in NPR."""

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
    package_weight: Kilograms
    package_dimensions: Annotated[str, Meta(max_length=100, pattern=NO_NUL, extra=ONE_LINE)] = ""
    package_value: Decimal | None = None
    fragile: bool = False
    requires_signature: bool = False
    special_instructions: Text = ""
    priority: Priority = Priority.NORMAL
    delivery_fee: Decimal
    requested_pickup_date: Moment | None = None
    requested_delivery_date: Moment | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for end in ("pickup", "delivery"):
            if (getattr(self, f"{end}_latitude") is None) != (getattr(self, f"{end}_longitude") is None):
                raise ValueError(f"`{end}_latitude` comes together with {end}_longitude")

    def details(self) -> dict[str, Any]:
        """The columns of the delivery."""
        known = {name: getattr(self, name) for name in self.__struct_fields__ if name != "marketplace_sale_id"}
        for end in ("pickup", "delivery"):
            known[f"{end}_lat"] = known.pop(f"{end}_latitude")
            known[f"{end}_lon"] = known.pop(f"{end}_longitude")
        known["package_weight"] = Decimal(str(self.package_weight)).quantize(Decimal("0.001"))
        return known


class Acceptance(Body, frozen=True, kw_only=True):
    """When the transporter means to be there."""

    estimated_pickup_time: Moment | None = None
    notes: Text = ""


class PickupBody(Body, frozen=True, kw_only=True):
    """Where the parcel was taken."""

    latitude: Lat | None = None
    longitude: Lon | None = None
    notes: Text = ""
    pickup_photo: Base64 | None = None


class DropOffBody(Body, frozen=True, kw_only=True):
    """Where the parcel was handed over, with what proves it."""

    latitude: Lat | None = None
    longitude: Lon | None = None
    notes: Text = ""
    delivery_photo: Base64 | None = None
    signature: Base64 | None = None
    customer_rating: Annotated[int, Meta(ge=1, le=5)] | None = None


def delivery_key(text: str) -> DeliveryKey:
    """A delivery's number or UUID from a path. Raises NotFound for anything else."""
    if NUMBER.fullmatch(text) and int(text) <= BIGINT_MAX:
        return int(text)
    found = uuid_of(text)
    if found is None:
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return found


def _decoded(field: str, text: str | None) -> bytes | None:
    if not text:
        return None
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)  # phones break it into lines
    except (binascii.Error, ValueError):
        raise Invalid(
            "A photo is not base64.", fields={field: "must be base64, with or without a data: prefix"}
        ) from None
    if len(content) > MAX_PHOTO_BYTES:
        raise Invalid("A photo is too large.", fields={field: f"must have at most {MAX_PHOTO_BYTES} bytes"})
    return content


def _place(body: PickupBody | DropOffBody) -> Place | None:
    if body.latitude is None or body.longitude is None:
        return None
    return Place(body.latitude, body.longitude)


async def _transporter_of(request: Request[User, Any, Any], work: Work, services: Services) -> Transporter:
    return await Transporters(work, services.clock).get_of(request.user)


class DeliveryController(Controller):
    """``/api/deliveries``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post("/create/", guards=[needs(Role.ADMIN, Role.SELLER)])
    async def create(
        self, request: Request[User, Any, Any], data: JSONBody[NewDelivery], work: GivenWork, services: GivenServices
    ) -> dict[str, Any]:
        """Make the delivery of a sale, as its seller or an admin."""
        deliveries = services.delivery_steps(work).deliveries
        return created_answer(await deliveries.create(data.marketplace_sale_id, request.user, data.details()))

    @get("/available/", guards=[needs(Role.TRANSPORTER, Role.ADMIN)])
    async def available(
        self,
        request: Request[User, Any, Any],
        work: GivenWork,
        services: GivenServices,
        page: PageNumber = 1,
        page_size: PageSize = 20,
    ) -> Page:
        """Deliveries that wait for a transporter, oldest first."""
        query = services.delivery_steps(work).deliveries.available_query()
        return await paginate(
            request, work.session, query, page, page_size, lambda rows: [delivery_row(row) for row in rows]
        )

    @post("/{delivery_id:str}/accept/", guards=[needs(Role.TRANSPORTER)], status_code=200)
    async def accept(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[Acceptance | None] = None,
    ) -> dict[str, Any]:
        """Take an available delivery, or confirm one's own. One of several who try gets it."""
        transporter = await _transporter_of(request, work, services)
        wish = data or Acceptance()
        delivery = await services.delivery_steps(work).accept(
            delivery_key(delivery_id), transporter, pickup_at=wish.estimated_pickup_time, notes=wish.notes
        )
        return accepted_answer(delivery, transporter)

    @post(
        "/{delivery_id:str}/pickup/",
        guards=[needs(Role.TRANSPORTER)],
        status_code=200,
        request_max_body_size=MAX_BODY_BYTES,
    )
    async def pick_up(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[PickupBody | None] = None,
    ) -> dict[str, Any]:
        """The parcel is with its transporter."""
        body = data or PickupBody()
        handover = Handover(_place(body), body.notes, _decoded("pickup_photo", body.pickup_photo))
        transporter = await _transporter_of(request, work, services)
        step = await services.delivery_steps(work).pick_up(delivery_key(delivery_id), transporter, handover)
        return {
            "status": step.status,
            "message": "Delivery marked as picked up",
            "timestamp": step.timestamp,
            "location": place_of(step, with_address=False),
        }

    @post(
        "/{delivery_id:str}/deliver/",
        guards=[needs(Role.TRANSPORTER)],
        status_code=200,
        request_max_body_size=MAX_BODY_BYTES,
    )
    async def deliver(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[DropOffBody | None] = None,
    ) -> dict[str, Any]:
        """The parcel is with the customer."""
        body = data or DropOffBody()
        handover = Handover(
            _place(body),
            body.notes,
            _decoded("delivery_photo", body.delivery_photo),
            _decoded("signature", body.signature),
            body.customer_rating,
        )
        transporter = await _transporter_of(request, work, services)
        delivery, step = await services.delivery_steps(work).deliver(delivery_key(delivery_id), transporter, handover)
        return {
            "status": step.status,
            "message": "Delivery completed successfully",
            "delivered_at": step.timestamp,
            "location": place_of(step, with_address=False),
            "earnings": number(delivery.earnings),
        }

    @get("/{tracking_number:str}/track/", opt=PUBLIC)
    async def track(self, tracking_number: FromPath[str], work: GivenWork, services: GivenServices) -> dict[str, Any]:
        """A parcel, for anyone who has its tracking number."""
        deliveries = services.delivery_steps(work).deliveries
        delivery = await deliveries.get_by_tracking_number(checked_tracking_number(tracking_number))
        return tracked_answer(delivery, await list_events(work.session, delivery.id))
