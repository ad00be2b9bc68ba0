"""Asking transporters whether they want a delivery: a dispatcher's searches, and transporters' answers."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import JSONBody
from msgspec import Meta
from sqlalchemy import select

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.schemas import Body, PathId
from api.http.security import acts, needs
from api.routes.deliveries.deliveries import KeyPath, delivery_key, transporter_and_place
from api.routes.deliveries.offer_answers import (
    AnsweredOffer,
    DeliverySearches,
    OpenOffers,
    open_offers_answer,
    searches_answer,
)
from api.routes.deliveries.services import DeliveryServices, GivenServices
from dispatch.accounts.models import Role, User
from dispatch.audit.service import record
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.service import DeliveryKey
from dispatch.offers.acceptance import NONE_YET, acceptances
from dispatch.offers.models import DeclineReason, Exhausted, Offer, OfferMode, OfferSearch
from dispatch.offers.search import WantedSearch
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters


class NewSearch(Body, frozen=True, kw_only=True):
    """How to ask; what is not said is as the settings say, the mode as the delivery's zone.

    ``deadline_s``: time to answer. ``on_exhausted``: what happens where nobody takes it. ``ask_again``: also those who
    declined this delivery or had it before.
    """

    mode: OfferMode | None = None
    deadline_s: Annotated[int, Meta(ge=15, le=120)] | None = None
    on_exhausted: Exhausted | None = None
    ask_again: bool = False


class Refusal(Body, frozen=True, kw_only=True):
    """Why a transporter does not want a delivery."""

    reason: DeclineReason


class OfferSearchController(Controller):
    """``/api/deliveries/{id}/offers``: a dispatcher's searches."""

    path = "/api/deliveries/{delivery_id:str}/offers"
    tags = ("offers",)
    guards = (needs(Role.ADMIN),)

    @post("/")
    async def begin_search(
        self,
        request: Request[User, Any, Any],
        delivery_id: KeyPath,
        work: GivenWork,
        services: GivenServices,
        data: JSONBody[NewSearch | None] = None,
    ) -> DeliverySearches:
        """Ask transporters whether they want a delivery that waits; the first wave is asked before this answers.

        `mode`: `one` after the other, in `waves`, `all` at once, or `direct`, which asks nobody and gives it to the
        best. Asked are those who could carry it, are on duty and within their planned shifts. 409 `already_assigned`
        with who has it, `search_runs` where a search runs.
        """
        wish, rules = data or NewSearch(), services.offer_rules
        key = delivery_key(delivery_id)
        mode = wish.mode or await _mode_at(work, services, key)
        wanted = WantedSearch(
            mode,
            wish.deadline_s or rules.deadline_s,
            wish.on_exhausted or rules.on_exhausted,
            wish.ask_again,
        )
        search = await services.offer_searches(work).begin(key, wanted, request.user)
        told = {"search_id": search.id, "mode": wanted.mode.value}
        await record(work.session, actor_of(request), "offers.search_begun", "delivery", search.delivery_id, told)
        number = search.id
        await work.commit()
        await services.search_rounds.do_key(number)
        await services.offer_notices.tell_now()
        return await _searches(work, services, delivery_id)

    @get("/")
    async def list_searches(self, delivery_id: KeyPath, work: GivenWork, services: GivenServices) -> DeliverySearches:
        """Searches of a delivery with their offers, newest first."""
        return await _searches(work, services, delivery_id)

    @post("/withdraw/", status_code=200)
    async def withdraw_offers(
        self, request: Request[User, Any, Any], delivery_id: KeyPath, work: GivenWork, services: GivenServices
    ) -> DeliverySearches:
        """End the search of a delivery and withdraw its open offers. 409 `no_search` where there is none."""
        search = await services.offer_searches(work).withdraw(delivery_key(delivery_id))
        told = {"search_id": search.id}
        await record(work.session, actor_of(request), "offers.withdrawn", "delivery", search.delivery_id, told)
        await work.commit()
        await services.offer_notices.tell_now()
        return await _searches(work, services, delivery_id)


class OfferController(Controller):
    """``/api/offers``: a transporter's own."""

    path = "/api/offers"
    tags = ("offers",)

    @get("/", guards=[needs(Role.TRANSPORTER)])
    async def list_open(self, request: Request[User, Any, Any], work: GivenWork, services: GivenServices) -> OpenOffers:
        """One's open offers, the one that ends first first, and one's acceptance.

        `server_time` is the clock that deadlines go by.
        """
        transporter = await Transporters(work, services.clock).get_of(request.user)
        offers = list(await work.session.scalars(services.offer_answers(work).open_query(transporter.id)))
        rates = await acceptances(work.session, [transporter.id])
        return open_offers_answer(offers, rates.get(transporter.id, NONE_YET), services.clock.now())

    @post("/{offer_id:int}/accept/", guards=[acts(Role.TRANSPORTER)], status_code=200)
    async def accept_offer(
        self, request: Request[User, Any, Any], offer_id: PathId, work: GivenWork, services: GivenServices
    ) -> AnsweredOffer:
        """Take the delivery of an open offer. One of several who try gets it; again, it answers the same.

        409 `offer_over` where the offer ended, with `offer_status`, `why` and who has the delivery.
        """
        transporter, position = await transporter_and_place(request, work, services)
        offer, delivery = await services.offer_answers(work).accept(offer_id, transporter, position=position)
        return await _answered(work, services, offer, delivery)

    @post("/{offer_id:int}/decline/", guards=[acts(Role.TRANSPORTER)], status_code=200)
    async def decline_offer(
        self,
        request: Request[User, Any, Any],
        offer_id: PathId,
        data: JSONBody[Refusal],
        work: GivenWork,
        services: GivenServices,
    ) -> AnsweredOffer:
        """Not want the delivery of an open offer; one is not asked for it again.

        409 `offer_over` where the offer ended, with `offer_status`, `why` and who has the delivery.
        """
        transporter = await Transporters(work, services.clock).get_of(request.user)
        answers = services.offer_answers(work)
        offer, delivery = await answers.decline(offer_id, transporter, data.reason)
        return await _answered(work, services, offer, delivery)


async def _mode_at(work: GivenWork, services: GivenServices, key: DeliveryKey) -> OfferMode:
    """The mode of the zone that the pickup lies in, else that of the settings. Raises NotFound."""
    delivery = await services.deliveries(work).get_alone(key)
    await work.commit()  # zones are read with a connection of their own
    zone = (await services.zones.read()).at(delivery.pickup_lat, delivery.pickup_lon)
    return services.offer_rules.mode if zone is None or zone.mode is None else OfferMode(zone.mode)


async def _answered(work: Work, services: DeliveryServices, offer: Offer, delivery: Delivery) -> AnsweredOffer:
    answer = AnsweredOffer(
        id=offer.id,
        status=offer.status,
        delivery_id=delivery.id,
        tracking_number=delivery.tracking_number,
        delivery_status=delivery.status,
        transporter_id=delivery.transporter_id,
    )
    await work.commit()
    await services.offer_notices.tell_now()
    return answer


async def _searches(work: Work, services: DeliveryServices, delivery_id: str) -> DeliverySearches:
    delivery, searches = await services.offer_searches(work).of(delivery_key(delivery_id))
    asked = list({offer.transporter_id for search in searches for offer in search.offers})
    rates = await acceptances(work.session, asked)
    return searches_answer(delivery, searches, await _names(work, asked, searches), rates, services.clock.now())


async def _names(work: Work, asked: Sequence[int], searches: Sequence[OfferSearch]) -> dict[int, str]:
    if not searches:
        return {}
    query = select(Transporter.id, User.name).join(User, User.id == Transporter.user_id)
    rows = await work.session.execute(query.where(among(Transporter.id, list(asked))))
    return dict(rows.tuples().all())
