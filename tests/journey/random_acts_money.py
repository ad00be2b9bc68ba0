"""Random acts about money that goes another way than most: disputed, held, dear, changed in price."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journey.random_life_money import PAYMENTS
from tests.journey.random_machine import NTH, REPEAT, RandomMachine, may_end, mostly

SELLERS = mostly("Anju", "Anju", "Bikash")
DECISIONS: tuple[tuple[str, Any], ...] = (
    ("approve", {}),
    ("approve", {"amount": "0.01"}),
    ("deny", {"note": "It was delivered."}),
    ("retry", {}),
    ("resolve", {"happened": False}),
    ("resolve", {"happened": True}),
)


class MoneyActs(RandomMachine):
    """What buyers, the gateway and admins do about money."""

    @rule(who=mostly("buyer", "admin"), nth=NTH, by_force=st.booleans(), repeat=REPEAT)
    def verify_a_payment(self, who: str, nth: int, by_force: bool, repeat: Any) -> None:
        transaction, _ = self.life.payments[nth % len(self.life.payments)]
        self.ask(who, f"{PAYMENTS}/verify/", {"transaction_id": transaction, "force_verify": by_force}, repeat)

    @may_end
    @rule(who=mostly("admin"), nth=NTH, amount=st.sampled_from((None, "0.01", "5.55", "9999.00")))
    def refund_a_payment(self, who: str, nth: int, amount: str | None) -> None:
        transaction, _ = self.life.payments[nth % len(self.life.payments)]
        self.ask(who, f"{PAYMENTS}/{transaction}/refund/", {"amount": amount}, "same key")

    @rule(who=mostly("admin"), nth=NTH, decision=st.sampled_from(DECISIONS), repeat=REPEAT)
    def decide_a_refund(self, who: str, nth: int, decision: tuple[str, Any], repeat: Any) -> None:
        act, body = decision
        self.run(self.life.decide_refund(who, nth, act, body, repeat))

    @rule(
        who=mostly("admin"),
        act=st.sampled_from(("retry", "refund")),
        paisa=st.sampled_from((1, 100)),
        given=st.sampled_from(("0.01", "1.00", "1.00", "9999999.00")),
        repeat=REPEAT,
    )
    def hold_a_payment(self, who: str, act: str, paisa: int, given: str, repeat: Any) -> None:
        self.run(self.life.hold(who, act, paisa, given, repeat))

    @rule(seller=SELLERS, act=st.sampled_from(("approve", "deny")), repeat=REPEAT)
    def pay_what_is_dear(self, seller: str, act: str, repeat: Any) -> None:
        self.run(self.life.pay_what_is_dear(seller, act, repeat))

    @rule(who=SELLERS, nth=NTH, price=st.sampled_from(("0.37", "99.99", "123.45")))
    def change_a_price(self, who: str, nth: int, price: str) -> None:
        self.run(self.life.change_price(who, nth, price))
