"""A parcel goes back to its seller, as a delivery of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from litestar import Controller, Request, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import MANY_LINES, NO_NUL, Body, Moment
from api.http.security import acts
from api.routes.deliveries.answers import CreatedDelivery, created_delivery
from api.routes.deliveries.deliveries import KeyPath, delivery_key
from api.routes.deliveries.late_proofs import proof_kept
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.work import Work
from dispatch.deliveries.handover import Handover
from dispatch.deliveries.refused_steps import SentStep
from dispatch.deliveries.service import DeliveryKey
from dispatch.proofs.refused import RefusedStep
from dispatch.transporters.service import Transporters

Why = Annotated[str, Meta(min_length=1, max_length=2000, pattern=NO_NUL, extra=MANY_LINES)]


class ReturnBody(Body, frozen=True, kw_only=True):
    """Why a parcel goes back. ``restock``: whether its goods are on sale again once they are there.

    ``happened_at``: since when it does, where that is not just now.
    """

    reason: Why
    restock: bool = True
    happened_at: Moment | None = None


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
        their price goes back, without the shipping. The same again changes nothing. `happened_at` is judged as at the
        drop-off, and cannot precede the last attempt. 409: `cannot_return`, `not_exhausted`, `no_longer_yours`, each
        with `delivery_status`; what its transporter told late is kept for admins then (`proof_kept`).
        """
        key, returns = delivery_key(delivery_id), services.returns(work)
        async with _kept(request.user, key, data, work, services):
            made, is_new = await returns.begin(
                key, request.user, data.reason, restocks=data.restock, happened_at=data.happened_at
            )
        if is_new and request.user.has(Role.ADMIN):
            told = {"reason": data.reason, "restock": data.restock, "return": made.id}
            await record(work.session, actor_of(request), "delivery.returned", "delivery", made.return_of, told)
        return ReturnAnswer(return_of=made.return_of or 0, restocks=made.restocks, delivery=created_delivery(made))


@asynccontextmanager
async def _kept(
    user: User, key: DeliveryKey, data: ReturnBody, work: Work, services: DeliveryServices
) -> AsyncIterator[None]:
    """What a transporter sends late is kept where it is refused; a desk has nothing to prove."""
    carries = user.has(Role.TRANSPORTER) and not user.has(Role.ADMIN)
    carrier = await Transporters(work, services.clock).find_of(user) if carries else None
    if carrier is None:
        yield
        return
    told = Handover(None, data.reason, happened_at=data.happened_at)
    async with proof_kept(work, services, SentStep(key, carrier.id, RefusedStep.RETURN, told)):
        yield
