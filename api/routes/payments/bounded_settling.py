"""Settling for whoever asks, at a bounded cost: strangers who call us cannot make us call the gateway as often.

What the gateway says of a payment is looked up at most a few times in a row, then once every so many seconds, over
all workers. Those who ask at the same moment share one lookup that began after they asked. Who asks beyond that is
told how the payment stands, and it is looked up once the next one is due, so that money that came is not left waiting.
"""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from weakref import WeakValueDictionary

import structlog
from redis.exceptions import RedisError

from api.adapters.rate_limits import RateLimiter
from dispatch.jobs.rounds import attempt, in_a_line
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.settling.settlement import FINAL, PaymentSettlement, Settlement
from realtime.background import end

log = structlog.get_logger(__name__)

LOOKUPS_PER_MINUTE = 6
"""So many at once for one payment; they come back evenly over a minute."""

MOST_WAITING = 1_000


@dataclass(eq=False)
class _Turn:
    """Those who ask about one payment at the same time, one after the other."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    began_at: float = float("-inf")
    settlement: Settlement | None = None


class BoundedSettling:
    """Settles payments for callbacks, browsers and buyers."""

    def __init__(self, settlement: PaymentSettlement, limiter: RateLimiter) -> None:
        self._settlement = settlement
        self._limiter = limiter
        self._turns: WeakValueDictionary[int, _Turn] = WeakValueDictionary()
        self._later: dict[int, asyncio.Task[None]] = {}

    async def settle(self, payment: PaymentTransaction, *, look_up_again: bool = False) -> Settlement:
        """As ``PaymentSettlement.settle``, or how the payment stands where it was looked up too often just now."""
        if payment.pidx is None or (payment.status in FINAL and not look_up_again):
            return await self._settlement.settle(payment)
        asked_at = monotonic()
        turn = self._turns.setdefault(payment.id, _Turn())
        async with turn.lock:
            known = turn.settlement
            if known is not None and (
                turn.began_at >= asked_at or (known.payment.status in FINAL and not look_up_again)
            ):
                return known
            wait_s = await self._wait_s(payment.id)
            if wait_s:
                self._look_up_later(payment, wait_s)
                return await self._settlement.standing(payment)
            turn.began_at, turn.settlement = monotonic(), None
            turn.settlement = await self._settlement.settle(payment, look_up_again=look_up_again)
            return turn.settlement

    async def stop(self) -> None:
        """End what waits; the sweeper finds those payments."""
        await end(*self._later.values())

    async def _wait_s(self, payment_id: int) -> int:
        try:
            return await self._limiter.take("lookups", payment_id, per_minute=LOOKUPS_PER_MINUTE)
        except RedisError as error:  # money comes before thrift
            log.warning("lookups are not counted", error=type(error).__name__)
            return 0

    def _look_up_later(self, payment: PaymentTransaction, wait_s: int) -> None:
        if payment.id in self._later or len(self._later) >= MOST_WAITING:
            return

        async def look() -> None:
            try:
                await asyncio.sleep(wait_s)
                error = await attempt(self._settlement.settle(payment))
                if error is not None:  # the sweeper asks again
                    log.warning("payment not looked up", payment=str(payment.transaction_id), error=in_a_line(error))
            finally:
                self._later.pop(payment.id, None)

        self._later[payment.id] = asyncio.create_task(look(), name="lookup")
