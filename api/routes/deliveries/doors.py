"""Where a delivery goes: another door than was said."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, post
from litestar.params import JSONBody
from msgspec import Struct

from api.http.actors import actor_of
from api.http.field_checks import also_checked
from api.http.injected import GivenWork
from api.http.security import needs
from api.routes.deliveries.deliveries import key_named
from api.routes.deliveries.lists import RatedPath
from api.routes.deliveries.services import GivenServices
from api.routes.marketplace.address_bodies import AddressBody, check_address
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.deliveries.models import DeliveryStatus
from dispatch.deliveries.readdressing import Door


class DoorAnswer(Struct, frozen=True, kw_only=True):
    """Where a delivery goes now. ``changed``: whether it went elsewhere before. Degrees, km by road."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    changed: bool
    delivery_address: str
    delivery_latitude: float | None
    delivery_longitude: float | None
    distance_km: float | None
    estimated_delivery_time: datetime | None


class DoorController(Controller):
    """``/api/deliveries/{id}/address``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post(
        "/{delivery_id:str}/address/",
        guards=[needs(Role.CUSTOMER, Role.SELLER, Role.ADMIN)],
        opt=also_checked(check_address),
        status_code=200,
    )
    async def change_address(
        self,
        request: Request[User, Any, Any],
        delivery_id: RatedPath,
        data: JSONBody[AddressBody],
        work: GivenWork,
        services: GivenServices,
    ) -> DoorAnswer:
        """Let a delivery go to another door: its buyer or seller until it is picked up, an admin until it has ended.

        What the buyer paid stays, and the transporter's fee grows where the way does. The same again changes nothing.
        409: `wrong_status` and `parcel_aboard`, with `delivery_status`; for buyer and seller `too_many_changes`, and
        `door_too_far` with `away_km` and `most_km`.
        """
        door = Door.of_address(data.columns())
        key = await key_named(services.deliveries(work), delivery_id)
        done = await services.readdressing(work).change(key, request.user, door)
        delivery = done.delivery
        if done.changed_by is not None:  # where from and where to is not for a log that nobody can clear
            told = {"changed_by": done.changed_by.value, "distance_km": delivery.distance_km}
            await record(work.session, actor_of(request), "delivery.address_changed", "delivery", delivery.id, told)
        return DoorAnswer(
            delivery_id=delivery.id,
            delivery_uuid=delivery.delivery_id,
            tracking_number=delivery.tracking_number,
            status=delivery.status,
            changed=done.changed_by is not None,
            delivery_address=delivery.delivery_address,
            delivery_latitude=delivery.delivery_lat,
            delivery_longitude=delivery.delivery_lon,
            distance_km=delivery.distance_km,
            estimated_delivery_time=delivery.estimated_delivery_time,
        )
