"""What runs beside the requests so that money never waits for one: sweeping, refunds, messages, forgetting."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from dispatch.database.engine import Database
from dispatch.notifications.relay import OutboxRelay
from dispatch.payments.forgetting import forget_old
from dispatch.payments.refund_carrier import RefundCarrier
from dispatch.payments.sweeper import PaymentSweeper
from dispatch.ports import Clock

log = structlog.get_logger(__name__)

SWEEP_EVERY_S = 15.0
RELAY_EVERY_S = 1.0
FORGET_EVERY_S = 3600.0


@asynccontextmanager
async def upkeep(
    sweeper: PaymentSweeper, refunds: RefundCarrier, relay: OutboxRelay, database: Database, clock: Clock
) -> AsyncIterator[None]:
    """Run them while the body runs. A round that fails is logged and followed by the next."""
    jobs: dict[str, tuple[float, Callable[[], Awaitable[object]]]] = {
        "payment sweep": (SWEEP_EVERY_S, sweeper.sweep),
        "refunds": (SWEEP_EVERY_S, refunds.carry_out_due),
        "outbox": (RELAY_EVERY_S, lambda: _relay_all(relay)),
        "forgetting": (FORGET_EVERY_S, lambda: forget_old(database, clock)),
    }
    tasks = [asyncio.create_task(_every(seconds, name, job), name=name) for name, (seconds, job) in jobs.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _relay_all(relay: OutboxRelay) -> None:
    while await relay.relay():
        pass


async def _every(seconds: float, name: str, job: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await job()
        except Exception:  # the next round tries again
            log.exception("upkeep failed", job=name)
