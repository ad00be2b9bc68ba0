"""What the customer thinks of the transporter who brought the parcel."""

from dispatch.accounts.models import User
from dispatch.database.work import Work
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.service import Deliveries
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.transporters.service import lock_transporter


class DeliveryRatings:
    """The ratings of one unit of work. Lock order: delivery, transporter."""

    def __init__(self, work: Work, deliveries: Deliveries) -> None:
        self._session = work.session
        self._deliveries = deliveries

    async def rate(self, delivery_id: int, user: User, rating: int) -> Delivery:
        """The buyer's word, 1 to 5: it takes the place of what the transporter reported, and of an earlier one.

        Raises NotFound for a delivery that somebody else bought, Conflict before it has arrived, Forbidden where the
        buyer brought it.
        """
        delivery = await self._deliveries.get(delivery_id, lock=True)
        if delivery.sale.buyer_id != user.id or delivery.return_of is not None:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        if not LIFE.allows(DeliveryAct.RATE, delivery.status) or delivery.transporter_id is None:
            words, status = "A delivery can be rated once it has arrived.", delivery.status.value
            raise Conflict(words, code="not_delivered", delivery_status=status)
        if delivery.buyer_rating == rating:
            return delivery
        transporter = await lock_transporter(self._session, delivery.transporter_id)
        if transporter.user_id == user.id:
            raise Forbidden("Nobody rates themselves.", code="own_delivery")
        transporter.change_ratings(delivery.counted_rating, rating)
        delivery.buyer_rating = delivery.counted_rating = rating
        await self._session.flush()
        return delivery
