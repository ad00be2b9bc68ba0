"""Random acts about orders, money, goods and accounts."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journey.random_life import SHOP
from tests.journey.random_machine import (
    NTH,
    REPEAT,
    SELLER,
    RandomMachine,
    has_sales,
    may_end,
    may_end_sales,
    mostly,
)
from tests.support.world import PASSWORD

OUTCOME = st.sampled_from(("completed", "completed", "canceled", "expired", "pending"))


class ShopActs(RandomMachine):
    """What buyers, sellers and admins do in the shop."""

    @rule(who=mostly("buyer"), rice=st.integers(0, 2), tea=st.integers(0, 3), repeat=REPEAT)
    def order(self, who: str, rice: int, tea: int, repeat: Any) -> None:
        self.run(self.life.order(who, [rice, tea], repeat))

    @rule(who=mostly("buyer"), nth=NTH, outcome=OUTCOME, repeat=REPEAT)
    def pay(self, who: str, nth: int, outcome: str, repeat: Any) -> None:
        self.run(self.life.pay(who, nth, outcome, repeat))

    @rule(nth=NTH, repeat=REPEAT, is_late=st.booleans())
    def hear_of_the_gateway(self, nth: int, repeat: Any, is_late: bool) -> None:
        if is_late:
            _, pidx = self.life.payments[nth % len(self.life.payments)]
            self.run(self.world.at_gateway(pidx, "completed", force=True))
        self.run(self.life.settle(nth, repeat))

    @rule(who=mostly("buyer", "admin"), nth=NTH, metres=st.sampled_from((300, 2_000, 900_000)), repeat=REPEAT)
    def change_address_of_order(self, who: str, nth: int, metres: int, repeat: Any) -> None:
        order = self.life.orders[nth % len(self.life.orders)]
        self.ask(who, f"{SHOP}/orders/{order}/address/", self.life.door(metres), repeat)

    @may_end
    @rule(who=mostly("buyer", "admin"), nth=NTH, repeat=REPEAT)
    def cancel_order(self, who: str, nth: int, repeat: Any) -> None:
        self.ask(who, f"{SHOP}/orders/{self.life.orders[nth % len(self.life.orders)]}/cancel/", None, repeat)

    @may_end
    @rule(who=mostly("buyer", "admin"), nth=NTH, amount=st.sampled_from((None, "0.01", "1.00")), restock=st.booleans())
    def refund_order(self, who: str, nth: int, amount: str | None, restock: bool) -> None:
        body = {"amount": amount, "restock": restock}
        self.ask(who, f"{SHOP}/orders/{self.life.orders[nth % len(self.life.orders)]}/refund/", body, "same key")

    @may_end_sales
    @rule(who=SELLER, nth=NTH, repeat=REPEAT)
    def cancel_sale(self, who: str, nth: int, repeat: Any) -> None:
        self.ask(who, f"/api/marketplace/sales/{self.sale(nth)}/cancel/", None, repeat)

    @has_sales
    @rule(who=mostly("Anju", "Bikash"), nth=NTH, repeat=REPEAT)
    def mark_as_delivered(self, who: str, nth: int, repeat: Any) -> None:
        path = f"/api/marketplace/sales/{self.sale(nth)}/mark-as-delivered/"
        self.ask(who, path, None, repeat)

    @rule(who=mostly("Anju", "Bikash"), nth=NTH, change=st.sampled_from((-40, -1, 1, 3)))
    def change_stock(self, who: str, nth: int, change: int) -> None:
        self.run(self.life.change_stock(who, nth, change))

    @rule(who=mostly("buyer"), nth=NTH, item=st.integers(0, 2), quantity=st.sampled_from((1, 3, 99)), repeat=REPEAT)
    def fill_own_cart(self, who: str, nth: int, item: int, quantity: int, repeat: Any) -> None:
        """Also one that was ordered already: what was ordered stays as it was."""
        self.run(self.life.fill(who, nth, item, quantity, repeat))

    @may_end
    @rule(
        who=mostly("stranger", "buyer", "Bikash", "driver", "other driver", "unverified"),
        repeat=st.sampled_from(("once", "again")),
    )
    def delete_account(self, who: str, repeat: Any) -> None:
        """For good, once nobody waits for anything of theirs any more; not the admin's, or nothing would go on.

        Without a key: whose account is gone is not known any more, so that nobody is told the answer again.
        """
        if who != "admin":
            self.ask(who, "/api/v1/auth/delete/", {"password": PASSWORD}, repeat)
