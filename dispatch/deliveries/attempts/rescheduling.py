"""When a parcel is tried again, as its buyer or a dispatcher wishes. Lock order: delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from dispatch.accounts.models import Role, User
from dispatch.database.work import Work
from dispatch.deliveries.attempts.models import DeliveryAttempt
from dispatch.deliveries.attempts.service import AttemptRules, attempts_of, check_ahead, tries_of
from dispatch.deliveries.changers import Changer, why_too_often
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, RetryAsker
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict, Invalid, NotFound
from dispatch.events.payloads.deliveries import DeliveryRescheduled
from dispatch.ports import ChangeNotice, Clock, Publisher

RESCHEDULED = "Next delivery attempt rescheduled"
# Whoever fills in a form takes a moment.
JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when somebody is there to take the parcel."""

    starts_at: datetime
    ends_at: datetime


def why_not_rescheduled(
    delivery: Delivery, attempts: Sequence[DeliveryAttempt], rules: AttemptRules, *, for_admin: bool
) -> Conflict | None:
    """Why its buyer or an admin does not say when it is tried again; None where they may. Its steps are loaded."""
    status = delivery.status.value
    if not LIFE.allows(DeliveryAct.RESCHEDULE, delivery.status):
        words = "Only a parcel that is on its way can be tried at another time."
        return Conflict(words, code="wrong_status", delivery_status=status)
    if for_admin:
        return None
    if not attempts:
        return Conflict("It was not tried yet; it is on its way.", code="not_attempted", delivery_status=status)
    if rules.left(tries_of(attempts)) == 0:
        words = "It was tried as often as it may be: it returns to its seller."
        return Conflict(words, code="too_many_attempts", delivery_status=status)
    return why_too_often(delivery, Changer.BUYER, RESCHEDULED)


class Rescheduling:
    """The wishes of one unit of work."""

    def __init__(
        self, work: Work, clock: Clock, publisher: Publisher, deliveries: Deliveries, *, rules: AttemptRules
    ) -> None:
        self._work = work
        self._clock = clock
        self._publisher = publisher
        self._deliveries = deliveries
        self._rules = rules

    async def reschedule(self, key: DeliveryKey, user: User, window: Window, *, note: str = "") -> Delivery:
        """Say when the next try is wanted; the same wish again changes nothing. The transporter is told.

        The buyer may after an attempt and while another one may follow, an admin while the parcel is aboard. Raises
        NotFound for a delivery that somebody else bought, Invalid, Conflict.
        """
        delivery = await self._deliveries.get(key, lock=True)
        for_admin = user.has(Role.ADMIN)
        if not for_admin and (delivery.sale.buyer_id != user.id or delivery.return_of is not None):
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        self._check_window(window)
        if (delivery.retry_from, delivery.retry_until) == (window.starts_at, window.ends_at):
            return delivery
        attempts = (await attempts_of(self._work.session, [delivery.id])).get(delivery.id, ())
        refused = why_not_rescheduled(delivery, attempts, self._rules, for_admin=for_admin)
        if refused is not None:
            raise refused
        self._write(delivery, window, RetryAsker.DISPATCHER if for_admin else RetryAsker.BUYER, note)
        await self._work.session.flush()
        return delivery

    def _check_window(self, window: Window) -> None:
        now = self._clock.now()
        if window.ends_at <= window.starts_at:
            raise Invalid("The window ends before it begins.", fields={"ends_at": "must lie after starts_at"})
        if window.starts_at < now - JUST_NOW:
            raise Invalid("The window is over.", fields={"starts_at": "must not lie in the past"})
        check_ahead(now, self._rules.ahead, starts_at=window.starts_at, ends_at=window.ends_at)

    def _write(self, delivery: Delivery, window: Window, asker: RetryAsker, note: str) -> None:
        now = self._clock.now()
        delivery.retry_from, delivery.retry_until = window.starts_at, window.ends_at
        delivery.retry_asked_by, delivery.retry_asked_at = asker, now
        delivery.estimated_delivery_time = window.starts_at
        happened = DeliveryRescheduled(
            **identity(delivery), starts_at=window.starts_at, ends_at=window.ends_at, asked_by=asker.value
        )
        self._deliveries.record(delivery, DeliveryAct.RESCHEDULE, RESCHEDULED, notes=note, happened=[happened])
        if delivery.transporter_id is not None:
            notice = ChangeNotice(delivery.transporter_id, delivery.id, str(delivery.delivery_id), "next_try")
            self._work.after_commit(partial(self._publisher.delivery_changed, notice))
