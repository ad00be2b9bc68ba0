"""How routes are asked that admins decide by what went wrong with a payment."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert, update

from dispatch.jobs.models import JobItem
from dispatch.notifications.models import MessageStatus, OutboxMessage
from dispatch.payments.refunds.models import Refund, RefundStatus
from tests.accounts.access.asking import Ask, Stage, asks
from tests.support.world import initiate_body

REFUNDS = "/api/v1/payments/refunds/"


def _of_a_refund(act: str, status: RefundStatus, body: object) -> None:
    @asks(f"POST {REFUNDS}{{refund_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        return Ask(f"{REFUNDS}{await _refund_that_is(stage, status)}/{act}/", body)


async def _refund_that_is(stage: Stage, status: RefundStatus) -> str:
    paid = await stage.checkout.paid()
    payment, refund_id, now = (
        await stage.checkout.payment(paid.transaction_id),
        uuid4(),
        stage.checkout.services.clock.now(),
    )
    async with stage.checkout.services.database.work() as work:
        await work.session.execute(
            insert(Refund).values(
                refund_id=refund_id,
                payment_id=payment.id,
                amount_paisa=1000,
                reason="A part",
                status=status,
                attempts=30,
                next_attempt_at=now + timedelta(days=1),
                last_error="The gateway said no.",
            )
        )
    return str(refund_id)


_of_a_refund("retry", RefundStatus.FAILED, {})
_of_a_refund("resolve", RefundStatus.UNCLEAR, {"happened": False})
_of_a_refund("approve", RefundStatus.DISPUTED, {})
_of_a_refund("deny", RefundStatus.DISPUTED, {"note": "It was delivered."})


async def _held(stage: Stage) -> str:
    opened = await stage.checkout.opened()
    await stage.world.at_gateway(opened.pidx, "partially_refunded", refund_amount=92500)
    await stage.checkout.callback(opened.pidx)
    return opened.transaction_id


@asks("POST /api/v1/payments/held/{transaction_id}/retry")
async def _retry_held(stage: Stage) -> Ask:
    return Ask(f"/api/v1/payments/held/{await _held(stage)}/retry/")


@asks("POST /api/v1/payments/held/{transaction_id}/refund")
async def _refund_held(stage: Stage) -> Ask:
    return Ask(f"/api/v1/payments/held/{await _held(stage)}/refund/", {"already_refunded": "925.00"})


def _of_a_review(act: str) -> None:
    @asks(f"POST /api/v1/payments/reviews/{{review_id}}/{act}")
    async def _asked(stage: Stage) -> Ask:
        seller, customer = await stage.world.person("seller"), await stage.world.person()
        cart_id = await stage.world.cart(customer, {await stage.world.product(seller, price="250000.00"): 1})
        held = await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id))
        return Ask(f"/api/v1/payments/reviews/{held.json()['data']['review_id']}/{act}/", {"note": "Called them"})


_of_a_review("approve")
_of_a_review("deny")


@asks("POST /api/v1/notifications/{message_id}/retry")
async def _send_again(stage: Stage) -> Ask:
    paid = await stage.checkout.paid()
    async with stage.checkout.services.database.work() as work:
        message_id = await work.session.scalar(
            update(OutboxMessage)
            .where(OutboxMessage.key == f"receipt:{paid.transaction_id}")
            .values(status=MessageStatus.DEAD, attempts=8, last_error="The mail server said no.")
            .returning(OutboxMessage.id)
        )
    return Ask(f"/api/v1/notifications/{message_id}/retry/")


@asks("POST /api/v1/dead-letters/{kind}/{letter_id}/retry")
async def _try_again(stage: Stage) -> Ask:
    item, now = uuid4().hex, stage.checkout.services.clock.now()
    async with stage.checkout.services.database.work() as work:
        dead = {"job": "unpaid-orders", "item": item, "tries": 9, "is_dead": True, "next_attempt_at": now}
        await work.session.execute(insert(JobItem).values(dead))
    return Ask(f"/api/v1/dead-letters/unpaid-orders/{item}/retry/")
