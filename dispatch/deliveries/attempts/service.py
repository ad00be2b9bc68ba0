"""A transporter was at the door in vain: it is counted and told to whoever waits, and the parcel is tried again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.attempts.models import FROM_AFAR, TROUBLES, UNREACHED, AttemptReason, DeliveryAttempt
from dispatch.deliveries.carried import does_not_fit, keep_picture, own_delivery
from dispatch.deliveries.handover import Handover, HandoverRules, drop_off_point
from dispatch.deliveries.happened import identity
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.models import Delivery, DeliveryStatus, RetryAsker
from dispatch.deliveries.proving import Proving
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.deliveries.step_times import step_time
from dispatch.errors import Conflict, Invalid
from dispatch.events.payloads.base import EventData
from dispatch.events.payloads.deliveries import DeliveryAttempted, DeliveryInTransit
from dispatch.ports import Clock, PhotoStore
from dispatch.proofs.errors import TooFar
from dispatch.proofs.kinds import End
from dispatch.transporters.models import Transporter


@dataclass(frozen=True, slots=True)
class AttemptRules:
    """How often a parcel is tried at most, and how far ahead the next try may lie."""

    most: int = 3
    ahead: timedelta = timedelta(days=14)

    def left(self, tried: int) -> int:
        """How often more, after so many attempts."""
        return max(0, self.most - tried)


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt as its transporter is answered: how many more there may be."""

    delivery: Delivery
    attempt: DeliveryAttempt
    left: int


class DeliveryAttempts:
    """The attempts of one unit of work. Lock order: delivery."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        deliveries: Deliveries,
        photos: PhotoStore,
        *,
        proving: Proving,
        rules: AttemptRules,
        handover_rules: HandoverRules,
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._deliveries = deliveries
        self._photos = photos
        self._proving = proving
        self._rules = rules
        self._handover_rules = handover_rules

    async def attempt(
        self,
        key: DeliveryKey,
        transporter: Transporter,
        handover: Handover,
        reason: AttemptReason,
        next_try_at: datetime | None = None,
    ) -> Attempted:
        """Note that the parcel could not be handed over; told again with the same ``happened_at`` it is the same.

        A window that the customer asked for after it happened stays. Raises Forbidden, Invalid, Unproved where the shop
        wants it and this is far from the door that was reached, and Conflict where the delivery is not aboard or was
        tried as often as it may be: then it returns to its seller.
        """
        delivery = await own_delivery(self._deliveries, key, transporter, self._clock.now())
        before = (await attempts_of(self._session, [delivery.id])).get(delivery.id, [])
        for one in before:
            if handover.happened_at is not None and one.happened_at == handover.happened_at:
                return self._answer(delivery, one, before)
        self._check_may_try(delivery, tries_of(before), reason)
        from_afar = self._from_afar(delivery, handover, reason)
        now = self._clock.now()
        check_ahead(now, self._rules.ahead, next_try_at=next_try_at)
        since = before[-1].at if before else delivery.picked_up_at
        when = step_time(handover.happened_at, since=since, now=now, rules=self._handover_rules.times)
        flags = handover.flags(self._handover_rules, address=drop_off_point(delivery), at=when.at)
        attempt = DeliveryAttempt(
            delivery_id=delivery.id,
            number=len(before) + 1,
            transporter_id=transporter.id,
            reason=reason,
            note=handover.notes,
            photo=await keep_picture(self._work, self._photos, delivery, f"attempt{len(before) + 1}", handover.photo),
            lat=handover.place.lat if handover.place else None,
            lon=handover.place.lon if handover.place else None,
            next_try_at=next_try_at,
            at=when.at,
            noticed_at=when.noticed_at,
            happened_at=when.said,
            flags=[str(flag) for flag in (*flags, *when.flags, *from_afar)],
        )
        self._session.add(attempt)
        if delivery.retry_asked_at is None or delivery.retry_asked_at <= when.at:
            _expect_again(delivery, next_try_at, when.at)
        step = self._deliveries.record(
            delivery,
            DeliveryAct.ATTEMPT,
            reason.told,
            notes=handover.notes,
            flags=flags,
            when=when,
            happened=_happened(delivery, attempt),
        )
        await self._proving.record_attempt(delivery, attempt, handover, step)
        return self._answer(delivery, attempt, [*before, attempt])

    def _check_may_try(self, delivery: Delivery, tried: int, reason: AttemptReason) -> None:
        if not LIFE.allows(DeliveryAct.ATTEMPT, delivery.status):
            raise does_not_fit(delivery, "Only a parcel that is aboard can be tried at its door.")
        if tried >= self._rules.most and reason not in TROUBLES:
            raise Conflict(
                f"It was tried {tried} times, as often as it may be: it returns to its seller.",
                code="too_many_attempts",
                delivery_status=delivery.status.value,
                attempts=tried,
            )

    def _from_afar(self, delivery: Delivery, handover: Handover, reason: AttemptReason) -> list[str]:
        """The flag of what is told from where the way ended. Raises Unproved for a try that has to be at the door."""
        if reason in TROUBLES:
            return []
        try:
            self._proving.check_place(delivery, End.DROP_OFF, handover)
        except TooFar:
            if reason not in UNREACHED:
                raise
            return [FROM_AFAR]
        return []

    def _answer(self, delivery: Delivery, attempt: DeliveryAttempt, known: Sequence[DeliveryAttempt]) -> Attempted:
        return Attempted(delivery, attempt, self._rules.left(tries_of(known)))


def _happened(delivery: Delivery, attempt: DeliveryAttempt) -> list[EventData]:
    told = DeliveryAttempted(
        **identity(delivery),
        transporter_id=attempt.transporter_id,
        number=attempt.number,
        reason=attempt.reason.value,
        next_try_at=delivery.retry_from,
    )
    if delivery.status is not DeliveryStatus.PICKED_UP:
        return [told]
    # Whoever is at the door has left the pickup.
    return [DeliveryInTransit(**identity(delivery), transporter_id=attempt.transporter_id), told]


def _expect_again(delivery: Delivery, next_try_at: datetime | None, asked_at: datetime) -> None:
    delivery.retry_from, delivery.retry_until = next_try_at, None
    delivery.retry_asked_by = None if next_try_at is None else RetryAsker.TRANSPORTER
    delivery.retry_asked_at = None if next_try_at is None else asked_at
    delivery.estimated_delivery_time = next_try_at


def check_ahead(now: datetime, ahead: timedelta, **times: datetime | None) -> None:
    """Raises Invalid naming each time that lies farther ahead than a next try may."""
    wrong = {
        name: f"must be within {ahead.days} days" for name, at in times.items() if at is not None and at > now + ahead
    }
    if wrong:
        raise Invalid("The next try lies too far ahead.", fields=wrong)


def tries_of(attempts: Iterable[DeliveryAttempt]) -> int:
    """How often it was tried at its door. What is told from anywhere, as that it is damaged or lost, is no try."""
    return sum(one.is_try for one in attempts)


async def attempts_of(session: AsyncSession, delivery_ids: Sequence[int]) -> Mapping[int, list[DeliveryAttempt]]:
    """The attempts of each delivery that has any, oldest first."""
    rows = await session.scalars(
        select(DeliveryAttempt)
        .where(among(DeliveryAttempt.delivery_id, delivery_ids))
        .order_by(DeliveryAttempt.delivery_id, DeliveryAttempt.number)
    )
    found: dict[int, list[DeliveryAttempt]] = {}
    for row in rows:
        found.setdefault(row.delivery_id, []).append(row)
    return found
