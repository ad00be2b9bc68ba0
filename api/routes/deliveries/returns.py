"""A parcel goes back to its seller, as a delivery of its own."""

from typing import Annotated, Any

from litestar import Controller, Request, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import MANY_LINES, NO_NUL, Body
from api.http.security import acts
from api.routes.deliveries.answers import CreatedDelivery, created_delivery
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.services import GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record

Why = Annotated[str, Meta(min_length=1, max_length=2000, pattern=NO_NUL, extra=MANY_LINES)]


class ReturnBody(Body, frozen=True, kw_only=True):
    """Why a parcel goes back. ``restock``: whether its goods are on sale again once they are there."""

    reason: Why
    restock: bool = True


class ReturnAnswer(Struct, frozen=True, kw_only=True):
    """The delivery that brings a parcel back; ``return_of`` is the one that it comes from."""

    return_of: int
    restocks: bool
    delivery: CreatedDelivery


class ReturnController(Controller):
    """``/api/deliveries/{id}/return``."""

    path = "/api/deliveries"
    tags = ("deliveries",)

    @post("/{delivery_id:str}/return/", guards=[acts(Role.ADMIN, Role.SELLER, Role.TRANSPORTER)], status_code=200)
    async def bring_back(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        data: JSONBody[ReturnBody],
        work: GivenWork,
        services: GivenServices,
    ) -> ReturnAnswer:
        """Let a parcel go back to its seller: an admin, the sale's seller, or who carries it once it was tried enough.

        What is aboard stays aboard: its transporter has it as a delivery of its own, `picked_up`, to the seller's
        address, with the proof that is required of returns. What had arrived waits at the customer's to be fetched.
        The delivery itself ends: `ending` is `returned`. Once the return is delivered, the goods are on sale again and
        their price goes back, without the shipping. The same again changes nothing. 409: `cannot_return`,
        `not_exhausted`, `no_longer_yours`, each with `delivery_status`.
        """
        made, is_new = await services.returns(work).begin(
            delivery_key(delivery_id), request.user, data.reason, restocks=data.restock
        )
        if is_new and request.user.has(Role.ADMIN):
            told = {"reason": data.reason, "restock": data.restock, "return": made.id}
            await record(work.session, actor_of(request), "delivery.returned", "delivery", made.return_of, told)
        return ReturnAnswer(return_of=made.return_of or 0, restocks=made.restocks, delivery=created_delivery(made))
