"""What strangers can make us ask the gateway: little, and no money that came waits for it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

import pytest

from api.adapters.rate_limits import RateLimiter
from api.routes.payments.bounded_settling import LOOKUPS_PER_MINUTE, BoundedSettling
from dispatch.payments.models import TransactionStatus
from dispatch.payments.rows import get_by_pidx
from dispatch.payments.settling.settlement import PaymentSettlement
from dispatch.ports import Bank, Initiated, InitiateRequest, Lookup, PaymentGateway
from tests.support.checkout import Checkout
from tests.support.waiting import until
from tests.support.world import World, together

CALLBACK = "/api/v1/payments/callback/"


@dataclass
class Counted:
    """The gateway, and how often each session was looked up; ``held`` keeps lookups waiting."""

    real: PaymentGateway
    looked_up: Counter[str] = field(default_factory=Counter)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def initiate(self, request: InitiateRequest) -> Initiated:
        return await self.real.initiate(request)

    async def lookup(self, pidx: str) -> Lookup:
        self.looked_up[pidx] += 1
        found = await self.real.lookup(pidx)
        await self.go.wait()
        return found

    async def refund(self, transaction_id: str, *, amount_paisa: int | None, mobile: str | None) -> None:
        await self.real.refund(transaction_id, amount_paisa=amount_paisa, mobile=mobile)

    async def list_banks(self, payment_type: str) -> list[Bank]:
        return await self.real.list_banks(payment_type)


def bounded(checkout: Checkout) -> tuple[Counted, BoundedSettling]:
    services = checkout.services
    gateway = Counted(services.payments.gateway)
    settlement = PaymentSettlement(services.database, gateway, services.clock)
    return gateway, BoundedSettling(settlement, RateLimiter(services.redis, services.keys))


async def test_sixty_callbacks_at_once_share_two_lookups(checkout: Checkout) -> None:
    opened = await checkout.opened()
    gateway, settling = bounded(checkout)
    payment = await get_by_pidx(checkout.services.database, opened.pidx)
    asked = [asyncio.ensure_future(settling.settle(payment)) for _ in range(60)]

    async def looking() -> bool:
        return gateway.looked_up[opened.pidx] == 1

    await until(looking, "the first looks")
    gateway.go.set()
    told = await asyncio.gather(*asked)
    assert {settled.payment.status for settled in told} == {TransactionStatus.PROCESSING}
    assert gateway.looked_up[opened.pidx] <= 2


async def test_who_asks_while_a_lookup_is_under_way_gets_one_that_began_afterwards(checkout: Checkout) -> None:
    opened = await checkout.opened()
    gateway, settling = bounded(checkout)
    payment = await get_by_pidx(checkout.services.database, opened.pidx)
    early = asyncio.ensure_future(settling.settle(payment))

    async def looking() -> bool:
        return gateway.looked_up[opened.pidx] == 1

    await until(looking, "the first looks")
    await checkout.world.at_gateway(opened.pidx, "completed")
    late = asyncio.ensure_future(settling.settle(payment))
    gateway.go.set()
    await early
    assert (await late).payment.status is TransactionStatus.COMPLETED


@pytest.mark.slow
async def test_callbacks_one_after_the_other_cost_a_few_lookups_and_money_that_came_settles_soon(
    world: World, checkout: Checkout
) -> None:
    opened = await checkout.opened()
    gateway, settling = bounded(checkout)
    gateway.go.set()
    payment = await get_by_pidx(checkout.services.database, opened.pidx)
    begun_s = monotonic()
    for _ in range(60):
        await settling.settle(payment)
    came_back = (monotonic() - begun_s) * LOOKUPS_PER_MINUTE / 60
    assert gateway.looked_up[opened.pidx] <= LOOKUPS_PER_MINUTE + 2 + came_back
    await world.at_gateway(opened.pidx, "completed")
    await settling.settle(payment)

    async def paid() -> bool:
        return (await checkout.payment(opened.transaction_id)).status is TransactionStatus.COMPLETED

    await until(paid, "the money that came is found without another callback")
    await settling.stop()


async def test_a_payment_that_is_settled_is_not_looked_up_for_strangers(checkout: Checkout) -> None:
    paid = await checkout.paid()
    gateway, settling = bounded(checkout)
    gateway.go.set()
    payment = await get_by_pidx(checkout.services.database, paid.pidx)
    for _ in range(5):
        assert (await settling.settle(payment)).payment.status is TransactionStatus.COMPLETED
    assert gateway.looked_up[paid.pidx] == 0


async def test_a_buyer_who_pays_after_strangers_called_is_sent_on_as_paid_or_is_soon(
    world: World, checkout: Checkout
) -> None:
    opened = await checkout.opened()
    replies = await together(world.http.post(CALLBACK, json={"pidx": opened.pidx}) for _ in range(30))
    assert {reply.json()["error_code"] for reply in replies} == {"PAYMENT_PENDING"}
    await world.at_gateway(opened.pidx, "completed")

    async def is_paid() -> bool:  # at once, or once the next lookup is due where the strangers used up all there are
        return (await world.http.post(CALLBACK, json={"pidx": opened.pidx})).is_success

    await until(is_paid, "the buyer is sent on as paid")


async def test_whoever_names_payments_that_do_not_exist_is_told_to_wait(world: World) -> None:
    services, limit = world.server.services, world.server.settings.unknown_payments_per_minute
    for _ in range(limit):
        await services.payments.limiter.take("unknown-payments", "127.0.0.1", per_minute=limit)
    for _ in range(limit):  # what came back meanwhile is used up before long
        refused = await world.http.post(CALLBACK, json={"pidx": "nobody-opened-this"})
        if refused.status_code == 429:
            break
    assert (refused.status_code, refused.json()["error_code"]) == (429, "RATE_LIMITED")
    assert int(refused.headers["retry-after"]) >= 1
    await services.redis.delete(services.keys.limit("unknown-payments", "127.0.0.1"))
