"""What people of a random life do about money that went another way than most: refunds, what is held, what is dear."""

from dataclasses import dataclass
from typing import Any

from tests.journey.random_life import SHOP, Repeat
from tests.journey.random_life_doors import DoorLife
from tests.support.world import initiate_body

PAYMENTS = "/api/v1/payments"
# Above what one may pay without being looked at.
DEAR = "250000.00"


@dataclass
class MoneyLife(DoorLife):
    """A life with all that belongs to money. ``repriced``: whether a price was changed, and unpaid orders with it."""

    repriced: bool = False

    async def change_price(self, who: str, nth: int, price: str) -> None:
        """Of one's own product, or somebody else's; orders that are paid keep theirs."""
        product = list(self.products)[nth % len(self.products)]
        reply = await self.ask(who, f"{SHOP}/products/{product}/", {"listed_price": price}, method="PATCH")
        self.repriced = self.repriced or reply.is_success

    async def pay_what_is_dear(self, seller: str, act: str, repeat: Repeat) -> None:
        """A payment is held for its amount, an admin says yes or no, and its buyer tries again."""
        await self.change_price(seller, 0, DEAR)
        ordered = len(self.orders)
        await self.order("buyer", [1, 0], "once")
        if len(self.orders) > ordered:
            cart = self.carts[self.orders[-1]]
            held = await self.ask("buyer", f"{PAYMENTS}/initiate/", initiate_body(cart))
            review = held.json().get("data", {}).get("review_id") if held.status_code == 409 else None
            if review is not None:
                await self.ask("admin", f"{PAYMENTS}/reviews/{review}/{act}/", {"note": "Called them"}, repeat)
            await self.pay("buyer", -1, "completed", repeat)
        await self.change_price(seller, 0, "123.45")

    async def hold(self, who: str, act: str, paisa: int, given: str, repeat: Repeat) -> None:
        """The gateway gives a part of a payment back before anything is sold; an admin looks, or gives the rest."""
        await self.order("buyer", [1, 0], "once")  # most others are paid or called off
        order = self.orders[-1]
        opened = await self.ask("buyer", f"{PAYMENTS}/initiate/", initiate_body(self.carts[order]))
        if not opened.is_success:
            return
        payment = opened.json()
        self.payments.append((payment["transaction_id"], payment["data"]["pidx"]))
        await self.world.at_gateway(payment["data"]["pidx"], "partially_refunded", force=True, refund_amount=paisa)
        await self.settle(len(self.payments) - 1, repeat)
        body = {"already_refunded": given} if act == "refund" else None
        await self.ask(who, f"{PAYMENTS}/held/{payment['transaction_id']}/{act}/", body, repeat)

    async def decide_refund(self, who: str, nth: int, act: str, body: Any, repeat: Repeat) -> None:
        """One of this life's, whatever state it is in; those that wait for a person first."""
        found: list[dict[str, Any]] = []
        for order in self.orders:
            listed = await self.people["admin"].get(f"{PAYMENTS}/refunds/", order=order, page_size=100)
            found += listed.json()["results"]
        waiting = [one for one in found if one["status"] in {"disputed", "unclear", "failed"}] or found
        refund = waiting[nth % len(waiting)]["refund_id"] if waiting else "00000000-0000-4000-8000-000000000000"
        await self.ask(who, f"{PAYMENTS}/refunds/{refund}/{act}/", body, repeat)
