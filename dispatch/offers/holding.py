"""A person lets a delivery wait: nobody is given it, asked for it or may take it until it is resumed or a time is over.

Rolling dispatch's own holds (``dispatch/rolling/holding.py``) are another thing and end with it. Lock order: delivery.
"""

from datetime import datetime

from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import ABOARD, Delivery, DeliveryStatus
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.events.payloads.deliveries import DeliveryHeld, DeliveryResumed
from dispatch.offers.search import OfferSearches
from dispatch.ports import Clock

HELD = "Package on hold"
RESUMED = "Package no longer on hold"


class Holding:
    """The holds of one unit of work, by an admin and by the sale's seller.

    Why is kept with the delivery and in the audit log, and not with its steps: whoever carries it later reads those.
    """

    def __init__(self, work: Work, clock: Clock, deliveries: Deliveries, searches: OfferSearches) -> None:
        self._session = work.session
        self._clock = clock
        self._deliveries = deliveries
        self._searches = searches

    async def hold(
        self, key: DeliveryKey, user: User, reason: str, until: datetime | None = None
    ) -> tuple[Delivery, bool]:
        """Let a delivery wait, and whether that changed anything; whoever is asked for it is asked no more.

        Another reason or time replaces what was said before. Raises NotFound, Invalid, Conflict.
        """
        delivery = await self._find(key, user)
        now = self._clock.now()
        if not LIFE.allows(DeliveryAct.HOLD, delivery.status):
            raise Conflict(_fits(delivery.status), code="wrong_status", delivery_status=delivery.status.value)
        if delivery.is_on_hold(now):
            if (delivery.on_hold_reason, delivery.on_hold_until) == (reason, until):
                return delivery, False
            _check_own(delivery, user)
        if until is not None and until <= now:
            raise Invalid("That time is over.", fields={"until": "must lie in the future"})
        delivery.on_hold_since, delivery.on_hold_until = now, until
        delivery.on_hold_reason, delivery.on_hold_by = reason, user.id
        delivery.end_hold()
        await self._searches.end_of(delivery)
        happened = DeliveryHeld(**identity(delivery), until=until, asked_by=_asker(user))
        self._deliveries.record(delivery, DeliveryAct.HOLD, HELD, happened=[happened])
        await self._session.flush()
        return delivery, True

    async def resume(self, key: DeliveryKey, user: User) -> tuple[Delivery, bool]:
        """End its hold, and whether there was one; what is not on hold stays as it is. Raises NotFound, Conflict."""
        delivery = await self._find(key, user)
        now = self._clock.now()
        stood = delivery.is_on_hold(now)
        if stood:
            _check_own(delivery, user)
            _end(delivery, now)
            happened = DeliveryResumed(**identity(delivery), asked_by=_asker(user))
            self._deliveries.record(delivery, DeliveryAct.RESUME, RESUMED, happened=[happened])
            await self._session.flush()
        return delivery, stood

    async def _find(self, key: DeliveryKey, user: User) -> Delivery:
        delivery = await self._deliveries.get(key, lock=True)
        if delivery.sale.seller_id != user.id and not user.has(Role.ADMIN):
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        return delivery


def _end(delivery: Delivery, now: datetime) -> None:
    """It stays known until when it was held: since then it waits again, and not since before."""
    if delivery.on_hold_since is not None and now > delivery.on_hold_since:
        delivery.on_hold_until = now
    else:
        delivery.on_hold_since = delivery.on_hold_until = delivery.on_hold_reason = delivery.on_hold_by = None


def _check_own(delivery: Delivery, user: User) -> None:
    """A seller changes only what it holds itself."""
    if delivery.on_hold_by != user.id and not user.has(Role.ADMIN):
        raise Conflict(
            "A dispatcher holds this delivery, and a dispatcher resumes it.",
            code="held_by_dispatcher",
            delivery_status=delivery.status.value,
        )


def _asker(user: User) -> str:
    return "dispatcher" if user.has(Role.ADMIN) else "seller"


def _fits(status: DeliveryStatus) -> str:
    """What can be done instead with a delivery that does not wait."""
    if status is DeliveryStatus.ASSIGNED:
        return "Somebody has this delivery; a dispatcher takes it back first."
    if status in ABOARD:
        return "This parcel is aboard; it can be agreed when it is tried again (reschedule)."
    return f"This delivery is {status.display.lower()}; there is nothing to hold."
