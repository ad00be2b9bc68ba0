"""Answers to offers that come over the socket: what HTTP does, as a frame."""

from redis.exceptions import RedisError

from api.routes.deliveries.services import DeliveryServices
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.errors import DispatchError, Invalid
from dispatch.offers.models import DeclineReason, Offer
from dispatch.ports import LivePosition
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import Transporters
from realtime.protocol import OfferAnswer, OfferAnswered


class DeliveryOfferDesk:
    """Answers in units of work of their own."""

    def __init__(self, services: DeliveryServices) -> None:
        self._services = services

    async def answer(self, transporter_id: int, answer: OfferAnswer) -> OfferAnswered:
        """Accept or decline. Raises SQLAlchemyError where the database is away; the app asks again then."""
        try:
            position = await self._position(transporter_id)
            async with self._services.database.work() as work:
                transporter = await Transporters(work, self._services.clock).get(transporter_id)
                offer, delivery = await self._answered(work, transporter, answer, position)
                told = OfferAnswered(
                    answer.offer_id,
                    offer.status.value,
                    delivery.id,
                    delivery.status.value,
                    delivery.transporter_id,
                )
        except DispatchError as error:
            return _refused(answer, error)
        await self._services.offer_notices.tell_now()
        return told

    async def _answered(
        self, work: Work, transporter: Transporter, answer: OfferAnswer, position: LivePosition | None
    ) -> tuple[Offer, Delivery]:
        answers = self._services.offer_answers(work)
        if answer.answer == "accept":
            return await answers.accept(answer.offer_id, transporter, position=position)
        reasons = [reason.value for reason in DeclineReason]
        if answer.reason not in reasons:
            words = f"A decline has a reason: {', '.join(reasons)}."
            raise Invalid(words, code="reason_missing", fields={"reason": f"must be one of {', '.join(reasons)}"})
        return await answers.decline(answer.offer_id, transporter, DeclineReason(answer.reason))

    async def _position(self, transporter_id: int) -> LivePosition | None:
        try:
            return (await self._services.live.positions_of([transporter_id])).get(transporter_id)
        except (RedisError, OSError):
            return None


def _refused(answer: OfferAnswer, error: DispatchError) -> OfferAnswered:
    status, delivery, holder = (error.extra.get(name) for name in ("offer_status", "delivery_status", "transporter_id"))
    return OfferAnswered(
        answer.offer_id,
        status if isinstance(status, str) else None,
        delivery_status=delivery if isinstance(delivery, str) else None,
        transporter_id=holder if isinstance(holder, int) else None,
        code=error.code,
        detail=error.detail,
    )
