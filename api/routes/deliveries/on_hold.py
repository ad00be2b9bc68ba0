"""A dispatcher or the seller lets a delivery wait, and lets it go on."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import NO_NUL, ONE_LINE, Body, Moment
from api.http.security import acts
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.hold_answers import OnHoldAnswer, on_hold_answer
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus

Why = Annotated[str, Meta(min_length=1, max_length=300, pattern=NO_NUL, extra=ONE_LINE)]


class HoldBody(Body, frozen=True, kw_only=True):
    """Why a delivery is to wait, for those who decide, and until when, which lies ahead; else until it is resumed."""

    reason: Why
    until: Moment | None = None


class OnHoldState(Struct, frozen=True, kw_only=True):
    """How a delivery stands; ``on_hold`` is null where nothing holds it."""

    delivery_id: int
    delivery_uuid: UUID
    tracking_number: str
    status: DeliveryStatus
    on_hold: OnHoldAnswer | None


async def read_on_hold(work: Work, delivery: Delivery, now: datetime, reader: User) -> OnHoldAnswer | None:
    """Who lets a delivery wait, for somebody; nobody else is told than admins and the sale's seller."""
    if not delivery.is_on_hold(now) or not (reader.has(Role.ADMIN) or reader.id == delivery.sale.seller_id):
        return None
    holder = await work.session.get(User, delivery.on_hold_by) if reader.has(Role.ADMIN) else None
    return on_hold_answer(delivery, now, reader=reader, holder=holder)


class HoldController(Controller):
    """``/api/deliveries/{id}``: hold and resume."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post("/{delivery_id:str}/hold/", guards=[acts(Role.ADMIN, Role.SELLER)], status_code=200)
    async def hold(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[HoldBody],
        work: GivenWork,
        services: GivenServices,
    ) -> OnHoldState:
        """Let a delivery wait, as an admin or the sale's seller: nobody is given it, asked for it or may take it.

        Its status stays `available`; it counts as late only afterwards. It ends by `resume/` or with `until`, which no
        event tells. Another reason or time replaces the one before; the same again changes nothing. The customer is
        told that it is on hold, and not why. 409, each with `delivery_status`: `wrong_status` with what fits instead,
        `held_by_dispatcher` for its seller.
        """
        delivery, is_new = await services.holding(work).hold(
            delivery_key(delivery_id), request.user, data.reason, data.until
        )
        if is_new:
            told = {"reason": data.reason, "until": None if data.until is None else data.until.isoformat()}
            await record(work.session, actor_of(request), "delivery.held", "delivery", delivery.id, told)
        return await _answer(work, delivery, services.clock.now(), request.user)

    @post("/{delivery_id:str}/resume/", guards=[acts(Role.ADMIN, Role.SELLER)], status_code=200)
    async def resume(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> OnHoldState:
        """End the hold of a delivery, as an admin, or as the sale's seller where that held it: it waits as any other.

        What is not on hold stays as it is. 409: `held_by_dispatcher`, with `delivery_status`.
        """
        delivery, stood = await services.holding(work).resume(delivery_key(delivery_id), request.user)
        if stood:
            await record(work.session, actor_of(request), "delivery.resumed", "delivery", delivery.id, {})
        return await _answer(work, delivery, services.clock.now(), request.user)


async def _answer(work: Work, delivery: Delivery, now: datetime, reader: User) -> OnHoldState:
    return OnHoldState(
        delivery_id=delivery.id,
        delivery_uuid=delivery.delivery_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        on_hold=await read_on_hold(work, delivery, now, reader),
    )
