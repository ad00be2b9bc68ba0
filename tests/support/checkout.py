"""Paying and counting: what the money tests do over HTTP, and what the books say afterwards."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import and_, delete, func, or_, select

from api.server.backing_services import find_sandbox
from dispatch.catalogue.models import Product
from dispatch.idempotency.models import AnsweredRequest
from dispatch.notifications.models import OutboxMessage
from dispatch.payments.invoices.models import Invoice
from dispatch.payments.ledger.models import LedgerAccount, LedgerEntry
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import Refund, RefundStatus
from dispatch.payments.refunds.sender import RefundSender
from dispatch.payments.settling.sweeper import PaymentSweeper
from dispatch.ports import Clock, PaymentGateway
from dispatch.sales.models import Sale
from tests.support.waiting import until
from tests.support.world import Person, World, ok

# Who has a refund in hand is done with it by then, or was killed.
FORSAKEN_AFTER_S = 45.0


@dataclass(frozen=True)
class Opened:
    """A payment that is open at the gateway."""

    customer: Person
    seller: Person
    product_id: int
    cart_id: int
    order_id: int | None
    transaction_id: str
    pidx: str


@dataclass(frozen=True)
class Count:
    """What a payment left behind."""

    status: str
    sales: int
    invoices: int
    messages: Counter[str]
    gateway_paisa: int
    ledger_sum: int
    refunds: list[str]


@dataclass
class ShiftedClock:
    """A clock that runs ahead of the real one."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class StoppedClock(ShiftedClock):
    """One that a busy machine does not move on."""

    stopped_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.stopped_at + self.ahead


class Checkout:
    """One server's payments."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services = world.server.services

    async def opened(self, *, quantity: int = 2, stock: int = 10, ordered: bool = True, **more: Any) -> Opened:
        """A payment for a new product that a new customer has open."""
        world = self.world
        seller, customer = await world.person("seller", name="farmer_john"), await world.person("customer")
        product_id = await world.product(seller, stock=stock)
        cart_id = await world.cart(customer, {product_id: quantity})
        order = await world.order(customer, cart_id) if ordered else {"id": None}
        payment = await world.initiate(customer, cart_id, **more)
        return Opened(
            customer, seller, product_id, cart_id, order["id"], payment["transaction_id"], payment["data"]["pidx"]
        )

    async def paid(self, **more: Any) -> Opened:
        """The same, settled by the callback."""
        opened = await self.opened(**more)
        await self.world.at_gateway(opened.pidx, "completed")
        ok(await self.callback(opened.pidx))
        return opened

    async def callback(self, pidx: str) -> Any:
        return await self.world.http.post("/api/v1/payments/callback/", json={"pidx": pidx})

    async def fault(self, kind: str, endpoint: str, **more: Any) -> None:
        """Order a fault at the sandbox gateway."""
        body = {"kind": kind, "endpoint": endpoint, **more}
        ok(await self.world.http.post(f"{self.gateway_url}/sandbox/faults/", json=body), 201)

    async def fault_of_the_next_refund(self, kind: str, **more: Any) -> None:
        """Order a fault of refunds that those of earlier tests, which the server sends in rounds, do not meet."""
        sender = RefundSender(self.services.database, self.services.payments.gateway, self.services.clock)
        due = and_(Refund.attempts == 0, Refund.next_attempt_at <= func.now())
        in_hand = and_(Refund.attempts > 0, Refund.last_error.is_(None))
        under_way = Refund.status.in_([RefundStatus.REQUESTED, RefundStatus.SENT])

        async def none_is_on_its_way() -> bool:
            await sender.run()
            async with self.services.database.work() as work:
                return not await work.session.scalar(select(func.count()).where(under_way, or_(due, in_hand)))

        await until(none_is_on_its_way, "what others asked back is sent")
        await self.fault(kind, "refund", **more)

    async def clear_faults(self) -> None:
        ok(await self.world.http.delete(f"{self.gateway_url}/sandbox/faults/"))

    async def gateway_state(self, pidx: str) -> dict[str, Any]:
        """The payment in the gateway's own books."""
        state: dict[str, Any] = ok(await self.world.http.get(f"{self.gateway_url}/sandbox/payments/{pidx}/"))
        return state

    @property
    def gateway_url(self) -> str:
        sandbox = find_sandbox(self.world.server.settings)
        assert sandbox is not None
        return sandbox.base_url

    async def product(self, product_id: int) -> Product:
        async with self.services.database.work() as work:
            return await work.session.get_one(Product, product_id)

    async def payment(self, transaction_id: str) -> PaymentTransaction:
        async with self.services.database.work() as work:
            return (
                await work.session.execute(
                    select(PaymentTransaction).where(PaymentTransaction.transaction_id == transaction_id)
                )
            ).scalar_one()

    async def forget_answers(self) -> None:
        """As after two days: no request that carried an Idempotency-Key is remembered."""
        async with self.services.database.work() as work:
            await work.session.execute(delete(AnsweredRequest))

    async def count(self, transaction_id: str) -> Count:
        """Count what a payment left behind."""
        payment = await self.payment(transaction_id)
        async with self.services.database.work() as work:
            session = work.session
            sales = await session.scalar(select(func.count()).where(Sale.transaction_id == payment.transaction_id))
            invoices = await session.scalar(select(func.count()).where(Invoice.payment_id == payment.id))
            entries = list(
                await session.scalars(
                    select(LedgerEntry).where(LedgerEntry.payment_id == payment.id).order_by(LedgerEntry.id)
                )
            )
            refunds = list(
                await session.scalars(select(Refund).where(Refund.payment_id == payment.id).order_by(Refund.id))
            )
            keys = await session.scalars(
                select(OutboxMessage.key).where(OutboxMessage.key.contains(str(payment.transaction_id)))
            )
            messages = Counter(key.partition(":")[0] for key in keys)
        return Count(
            status=payment.status.value,
            sales=sales or 0,
            invoices=invoices or 0,
            messages=messages,
            gateway_paisa=sum(one.amount_paisa for one in entries if one.account is LedgerAccount.GATEWAY),
            ledger_sum=sum(one.amount_paisa for one in entries),
            refunds=[refund.status.value for refund in refunds],
        )

    async def sweep(self, clock: Clock, gateway: PaymentGateway | None = None) -> None:
        """All that the sweeper does at that time: a round takes fifty payments, and other tests may have left more."""
        sweeper = PaymentSweeper(self.services.database, gateway or self.services.payments.gateway, clock)
        while await sweeper.run():
            pass

    async def refunds_settled(self, transaction_id: str) -> list[Refund]:
        """The refunds of a payment, once none of them waits any more."""
        payment = await self.payment(transaction_id)
        found: list[Refund] = []

        clock, forsaken = ShiftedClock(), monotonic() + FORSAKEN_AFTER_S
        carrier = RefundSender(self.services.database, self.services.payments.gateway, clock)

        async def settled() -> bool:
            await carrier.run()
            async with self.services.database.work() as work:
                # A table gives rows as they were written last, not as they came.
                mine = select(Refund).where(Refund.payment_id == payment.id).order_by(Refund.id)
                found[:] = await work.session.scalars(mine)
            waiting = [one for one in found if one.status in {RefundStatus.REQUESTED, RefundStatus.SENT}]
            # What the server's own round has in hand is left to it: by a later hour it would be sent a second time.
            in_hand = any(one.attempts > 0 and one.last_error is None for one in waiting)
            if not in_hand or monotonic() > forsaken:
                clock.ahead += timedelta(hours=2)
            return not waiting

        await until(settled, "the refunds are decided")
        return found
