"""Carrying refunds out at the gateway, so that none is lost and none is sent twice.

A refund is claimed, looked up, marked as sent on disk, sent, and looked up again where the answer was lost. One that
stays unknown waits before anything is repeated: the gateway may still be at work on it.

Each is worked on alone. One that comes to nothing waits longer each time; after ``MOST_TRIES`` it is left to a person:
``failed`` where nothing was sent, else ``unclear``.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from sqlalchemy import ColumnElement, func, select, update

from dispatch.database.engine import Database
from dispatch.errors import Conflict
from dispatch.jobs.backoff import Backoff
from dispatch.jobs.items import ItemJob
from dispatch.jobs.rounds import in_a_line
from dispatch.payments.models import PaymentMode, PaymentTransaction
from dispatch.payments.refunds.booking import book_refund
from dispatch.payments.refunds.models import AT_GATEWAY, Refund, RefundStatus
from dispatch.payments.refunds.requests import Refunds
from dispatch.payments.refunds.rules import NextStep, next_step
from dispatch.payments.rows import lock_payment
from dispatch.ports import (
    Clock,
    GatewayError,
    GatewayKeyRefused,
    GatewayOutcomeUnknown,
    GatewayRefused,
    Lookup,
    PaymentGateway,
)

log = structlog.get_logger(__name__)

# Longer than all tries of a lookup and one refund take together, so that a claim outlives its own work.
CLAIM = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=30)
# For so long nobody else takes a refund that its request sends itself; then that was cut off between the two.
HEAD_START = timedelta(seconds=10)
# About a day.
MOST_TRIES = 30
BACKOFF = Backoff.doubling(FIRST_PAUSE, timedelta(hours=1), most_tries=MOST_TRIES)
BATCH = 50
# Money from a bank account goes back to a wallet, whose number the gateway asks for.
BANK_MODES = frozenset({PaymentMode.CONNECT_IPS, PaymentMode.MOBILE_BANKING, PaymentMode.EBANKING})


@dataclass(frozen=True, slots=True)
class Claim:
    """A refund that this process works on, until ``CLAIM`` is over. ``is_rest``: it takes all that is left."""

    refund_id: int
    attempt: int
    status: RefundStatus
    gateway_before: str | None
    pidx: str
    gateway_transaction_id: str | None
    amount_paisa: int
    is_rest: bool
    is_whole: bool
    mobile: str


class RefundSender(ItemJob[int]):
    """Sends refunds to the gateway. Several processes may run one each."""

    name: ClassVar[str] = "refunds"
    one_batch_a_round: ClassVar[bool] = True

    def __init__(self, database: Database, gateway: PaymentGateway, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock

    async def take(self) -> list[int]:
        """Refunds whose time has come; each is claimed under its payment's lock."""
        async with self._database.work() as work:
            due = await work.session.scalars(
                select(Refund.id).where(*self._is_due()).order_by(Refund.next_attempt_at, Refund.id).limit(BATCH)
            )
            return list(due)

    async def oldest_due(self) -> datetime | None:
        """When the refund that waits for longest was to be tried."""
        async with self._database.work() as work:
            oldest: datetime | None = await work.session.scalar(
                select(func.min(Refund.next_attempt_at)).where(*self._is_due())
            )
            return oldest

    def keep_for_request(self, refund: Refund) -> None:
        """Before its record is committed: rounds leave it to the request that waits for what comes of it.

        Whoever calls holds the payment's row.
        """
        if refund.status is RefundStatus.REQUESTED and refund.attempts == 0:
            refund.next_attempt_at = self._clock.now() + HEAD_START

    def _is_due(self) -> list[ColumnElement[bool]]:
        under_way = Refund.status.in_([RefundStatus.REQUESTED, RefundStatus.SENT])
        return [under_way, Refund.next_attempt_at <= self._clock.now()]

    async def note_failure(self, item: int, error: Exception) -> None:
        """A defect: written down and tried again later, as what the gateway did not answer is."""
        await self._note_defect(item, in_a_line(error))

    async def do(self, item: int) -> bool:
        """Bring one refund as far as it goes now; what the gateway says, or does not, is written down."""
        claim = await self._claim(item)
        if claim is None:
            return True
        before = await self._look_up(claim)
        if before is None:
            return False
        if claim.gateway_transaction_id is None:
            claim = replace(claim, gateway_transaction_id=before.transaction_id)
        step = next_step(claim.status, is_rest=claim.is_rest, before=claim.gateway_before, now=before.status)
        if step is not NextStep.SEND:
            return await self._close(claim, step, f"The gateway says {before.raw_status}.")
        if claim.gateway_transaction_id is None:
            return await self._postpone(claim, "The gateway has named no transaction for this payment.")
        return await self._mark_sent(claim, before) and await self._send(claim, claim.gateway_transaction_id, before)

    async def _claim(self, refund_id: int) -> Claim | None:
        """Take a refund for ourselves; None where it is not due, another has it, or an older one is undecided."""
        now = self._clock.now()
        async with self._database.work() as work:
            payment_id = await work.session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
            if payment_id is None:
                return None
            payment = await lock_payment(await work.driver(), payment_id)
            refunds = {refund.id: refund for refund in await Refunds(work, self._clock).of_payment(payment_id)}
            refund = refunds[refund_id]
            if refund.status not in {RefundStatus.REQUESTED, RefundStatus.SENT}:
                return None
            if refund.next_attempt_at > now and refund.attempts > 0:  # one that nobody tried yet is its request's
                return None
            # One after the other, oldest first: what a lookup says must be about this refund and no other.
            if any(other.status in AT_GATEWAY and other.id < refund.id for other in refunds.values()):
                refund.next_attempt_at = now + FIRST_PAUSE
                return None
            refund.attempts += 1
            refund.next_attempt_at = now + CLAIM
            return _claimed(payment, refund, list(refunds.values()))

    async def _look_up(self, claim: Claim) -> Lookup | None:
        try:
            return await self._gateway.lookup(claim.pidx)
        except GatewayError as error:
            await self._postpone(claim, error.reason)
            return None

    async def _mark_sent(self, claim: Claim, before: Lookup) -> bool:
        """Write down that a request is about to go out. False where the claim is no longer ours."""
        async with self._database.work() as work:
            marked = await work.session.scalar(
                update(Refund)
                .where(
                    Refund.id == claim.refund_id,
                    Refund.attempts == claim.attempt,
                    Refund.next_attempt_at > self._clock.now(),
                    Refund.status.in_([RefundStatus.REQUESTED, RefundStatus.SENT]),
                )
                .values(status=RefundStatus.SENT, gateway_before=before.status.value)
                .returning(Refund.id)
            )
            return marked is not None

    async def _send(self, claim: Claim, gateway_transaction_id: str, before: Lookup) -> bool:
        try:
            await self._gateway.refund(
                gateway_transaction_id,
                amount_paisa=None if claim.is_whole else claim.amount_paisa,
                mobile=claim.mobile or None,
            )
        except GatewayOutcomeUnknown as error:
            return await self._look_after(claim, before, error.reason)
        except GatewayKeyRefused as error:  # ours to mend, and nothing has happened there
            return await self._postpone(claim, error.reason, status=RefundStatus.REQUESTED)
        except GatewayRefused as error:
            return await self._refused(claim, before, error.reason)
        except GatewayError as error:  # it was not reached: nothing has happened there
            return await self._postpone(claim, error.reason, status=RefundStatus.REQUESTED)
        return await self._finish(claim)

    async def _look_after(self, claim: Claim, before: Lookup, reason: str) -> bool:
        """The answer was lost. Only a lookup that shows the refund ends it now; anything else waits."""
        after = await self._look_up(claim)
        if after is None:
            return False
        step = next_step(RefundStatus.SENT, is_rest=claim.is_rest, before=before.status.value, now=after.status)
        if step is NextStep.HAPPENED:
            return await self._finish(claim)
        return await self._postpone(claim, reason)

    async def _refused(self, claim: Claim, before: Lookup, reason: str) -> bool:
        """The gateway said no; where an earlier try of ours had gone through, that is why."""
        after = await self._look_up(claim)
        if after is None:
            return False
        step = next_step(RefundStatus.SENT, is_rest=claim.is_rest, before=before.status.value, now=after.status)
        if step is NextStep.HAPPENED:
            return await self._finish(claim)
        log.error("refund refused", refund_id=claim.refund_id, reason=reason)
        return await self._set(claim, status=RefundStatus.FAILED, last_error=reason[:300])

    async def _close(self, claim: Claim, step: NextStep, reason: str) -> bool:
        if step is NextStep.HAPPENED:
            return await self._finish(claim)
        if step is NextStep.UNCLEAR:
            log.error("refund unclear", refund_id=claim.refund_id, reason=reason)
            return await self._set(claim, status=RefundStatus.UNCLEAR, last_error=reason[:300])
        return await self._postpone(claim, reason)

    async def _finish(self, claim: Claim) -> bool:
        async with self._database.work() as work:
            await book_refund(work, self._clock, claim.refund_id)
        return True

    async def _postpone(self, claim: Claim, reason: str, *, status: RefundStatus | None = None) -> bool:
        """Another time, later and later; after the last try it is a person's."""
        last = BACKOFF.is_last(claim.attempt)
        log.log(40 if last else 30, "refund postponed", refund_id=claim.refund_id, tries=claim.attempt, reason=reason)
        changes: dict[str, object] = {"next_attempt_at": self._clock.now() + BACKOFF.pause_after(claim.attempt)}
        if last:
            changes["status"] = _given_up(status or await self._status(claim))
        elif status is not None:
            changes["status"] = status
        return await self._set(claim, **changes, last_error=reason[:300])

    async def _status(self, claim: Claim) -> RefundStatus:
        async with self._database.work() as work:
            return (await work.session.execute(select(Refund.status).where(Refund.id == claim.refund_id))).scalar_one()

    async def _note_defect(self, refund_id: int, reason: str) -> None:
        """Something that nobody expected: the same, also where it came before the claim counted the try."""
        async with self._database.work() as work:
            refund = await work.session.get(Refund, refund_id, with_for_update=True)
            if refund is None or refund.status not in {RefundStatus.REQUESTED, RefundStatus.SENT}:
                return
            now = self._clock.now()
            if refund.next_attempt_at <= now:  # else it was claimed, and counted
                refund.attempts += 1
            refund.next_attempt_at = now + BACKOFF.pause_after(refund.attempts)
            refund.last_error = reason[:300]
            last = BACKOFF.is_last(refund.attempts)
            if last:
                refund.status = _given_up(refund.status)
            tries = refund.attempts
        log.log(40 if last else 30, "refund not carried out", refund_id=refund_id, tries=tries, reason=reason)

    async def _set(self, claim: Claim, **values: object) -> bool:
        """Change the refund if it is still ours. False, for it came to nothing."""
        async with self._database.work() as work:
            await work.session.execute(
                update(Refund).where(Refund.id == claim.refund_id, Refund.attempts == claim.attempt).values(**values)
            )
        return False


def _claimed(payment: PaymentTransaction, refund: Refund, refunds: list[Refund]) -> Claim:
    if payment.pidx is None:
        raise Conflict("This payment was never opened at the gateway.", code="NOT_PAID")
    total_paisa = int(payment.total_amount * 100)
    refunded_paisa = sum(one.amount_paisa for one in refunds if one.status is RefundStatus.SUCCEEDED)
    mobile = refund.mobile or (payment.customer_phone if payment.gateway in BANK_MODES else "")
    return Claim(
        refund_id=refund.id,
        attempt=refund.attempts,
        status=refund.status,
        gateway_before=refund.gateway_before,
        pidx=payment.pidx,
        gateway_transaction_id=payment.gateway_transaction_id,
        amount_paisa=refund.amount_paisa,
        is_rest=refund.amount_paisa == total_paisa - refunded_paisa,
        is_whole=refund.amount_paisa == total_paisa,
        mobile=mobile,
    )


def _given_up(status: RefundStatus) -> RefundStatus:
    """What was perhaps sent is not sent again by anybody who has not looked."""
    return RefundStatus.UNCLEAR if status is RefundStatus.SENT else RefundStatus.FAILED
