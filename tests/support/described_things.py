"""What paths name that is not there of itself, and how it stands: made anew for each batch of requests about it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, update

from dispatch.jobs.models import JobItem
from dispatch.notifications.models import MessageStatus, OutboxMessage
from dispatch.payments.refunds.models import Refund, RefundStatus
from tests.support.business import Business
from tests.support.checkout import Checkout
from tests.support.pictures import picture
from tests.support.world import Person, World, initiate_body, ok

PRODUCTS = "external_id,name,listed_price\n1,Rice,10\n"
DOCUMENT = {"kind": "licence", "number": "12", "expires_on": "2999-01-01"}
HELD = "/held/{transaction_id}/"
# An act on a refund, and how the refund stands that it is for.
REFUNDS = {
    "retry": RefundStatus.FAILED,
    "resolve": RefundStatus.UNCLEAR,
    "approve": RefundStatus.DISPUTED,
    "deny": RefundStatus.DISPUTED,
}
Made = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Whose things are asked about; ``act``: the last word of the path."""

    world: World
    admin: Person
    business: Business
    act: str

    async def step(self, who: Person, act: str, body: object = None) -> None:
        """A step of the delivery. Where it went another way before, requests are about it as it is."""
        await who.post(f"/api/deliveries/{self.business.ids['delivery_id']}/{act}/", body)


def needs_things(path: str) -> bool:
    """Whether there is something to be made for it: of people who have none yet, as there is a most of some things."""
    return any(part in path for part in THINGS) or _act_on_delivery(path) in DELIVERIES


async def things_of(world: World, admin: Person, business: Business, path: str) -> Made:
    """By the names that the path has for them; what a business has anyway is not among them."""
    made: Made = {}
    asked = Asked(world, admin, business, path.rpartition("/")[2])
    for part, make in THINGS.items():
        if part in path:
            made |= await make(asked)
    await DELIVERIES.get(_act_on_delivery(path), _as_it_is)(asked)
    return made


def _act_on_delivery(path: str) -> str:
    return path.removeprefix(DELIVERY) if path.startswith(DELIVERY) else ""


async def _as_it_is(_: Asked) -> None:
    """With whom it was given to."""


async def _waiting(asked: Asked) -> None:
    await asked.step(asked.admin, "unassign", {"reason": "mistake"})


async def _aboard(asked: Asked) -> None:
    await asked.step(asked.business.driver, "pickup", {})


async def _tried(asked: Asked) -> None:
    await _aboard(asked)
    await asked.step(asked.business.driver, "attempts", {"reason": "nobody_there"})


async def _delivered(asked: Asked) -> None:
    await _aboard(asked)
    await asked.step(asked.business.driver, "deliver", {})


async def _seller(asked: Asked) -> Made:
    return {"seller_id": asked.business.bought.seller.user_id}


async def _link(asked: Asked) -> Made:
    path = f"/api/deliveries/{asked.business.ids['delivery_id']}/share-links/"
    return {"link_id": ok(await asked.business.bought.customer.post(path, {}), 201)["id"]}


async def _document(asked: Asked) -> Made:
    body = DOCUMENT | {"image": picture()}
    return {"document_id": ok(await asked.business.driver.post("/api/transporters/me/documents/", body), 201)["id"]}


async def _upload(asked: Asked) -> Made:
    return {"upload_id": ok(await asked.business.driver.post("/api/uploads/", {"length": 3}), 201)["id"]}


async def _import(asked: Asked) -> Made:
    seller = asked.business.bought.seller
    made = await seller.http.post("/api/imports/products/", content=PRODUCTS, headers=seller.headers)
    return {"import_id": ok(made)["id"]}


async def _refund(asked: Asked) -> Made:
    checkout, refund_id = Checkout(asked.world), uuid4()
    payment = await checkout.payment(asked.business.bought.transaction_id)
    told = {"amount_paisa": 1000, "reason": "A part", "status": REFUNDS[asked.act], "attempts": 30, "last_error": "No."}
    due = checkout.services.clock.now() + timedelta(days=1)
    async with checkout.services.database.work() as work:
        row = told | {"refund_id": refund_id, "payment_id": payment.id, "next_attempt_at": due}
        await work.session.execute(insert(Refund).values(row))
    return {"refund_id": str(refund_id)}


async def _held(asked: Asked) -> Made:
    checkout = Checkout(asked.world)
    opened = await checkout.opened()
    await asked.world.at_gateway(opened.pidx, "partially_refunded", refund_amount=92500)
    await checkout.callback(opened.pidx)
    return {"transaction_id": opened.transaction_id}


async def _review(asked: Asked) -> Made:
    world = asked.world
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller, price="250000.00"): 1})
    held = await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id))
    return {"review_id": held.json()["data"]["review_id"]}


async def _message(asked: Asked) -> Made:
    dead = {"status": MessageStatus.DEAD, "attempts": 8, "last_error": "The mail server said no."}
    receipt = OutboxMessage.key == f"receipt:{asked.business.bought.transaction_id}"
    async with asked.world.server.services.database.work() as work:
        changed = update(OutboxMessage).where(receipt).values(dead).returning(OutboxMessage.id)
        return {"message_id": await work.session.scalar(changed)}


async def _letter(asked: Asked) -> Made:
    item, now = uuid4().hex, asked.world.server.services.clock.now()
    async with asked.world.server.services.database.work() as work:
        dead = {"job": "unpaid-orders", "item": item, "tries": 9, "is_dead": True, "next_attempt_at": now}
        await work.session.execute(insert(JobItem).values(dead))
    return {"kind": "unpaid-orders", "letter_id": item}


THINGS: Mapping[str, Callable[[Asked], Awaitable[Made]]] = {
    "{seller_id}": _seller,
    "{link_id}": _link,
    "{document_id}": _document,
    "{upload_id}": _upload,
    "{import_id}": _import,
    "{refund_id}": _refund,
    "{review_id}": _review,
    "{message_id}": _message,
    "{letter_id}": _letter,
    HELD: _held,
}
DELIVERY = "/api/deliveries/{delivery_id}/"
# An act on a delivery that one which was just given to somebody does not allow, and how it stands that it is for.
DELIVERIES: Mapping[str, Callable[[Asked], Awaitable[None]]] = (
    dict.fromkeys(("accept", "assign", "candidates", "hold", "offers"), _waiting)
    | dict.fromkeys(("attempts", "deliver", "loss", "return", "transfer"), _aboard)
    | dict.fromkeys(("reschedule",), _tried)
    | dict.fromkeys(("proof", "proof/verify", "rate"), _delivered)
)
