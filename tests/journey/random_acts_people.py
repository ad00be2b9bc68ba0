"""Random acts of people about themselves, and about what others are told: accounts, choices, words for the door."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journey.random_life import DELIVERIES, SHOP
from tests.journey.random_life_seen import THINGS
from tests.journey.random_machine import NTH, REPEAT, SELLER, RandomMachine, has_deliveries, may_end, mostly
from tests.support.world import ANOTHER_DOOR

CHOICES: tuple[tuple[str, Any], ...] = (
    ("/api/marketplace/seller/tracking-privacy/", {"after_end": "never", "phone": "never"}),
    ("/api/marketplace/seller/tracking-privacy/", {"after_end": None, "phone": None}),
    ("/api/sellers/me/proof/", {"pickup": ["photo"], "drop_off": ["signature"]}),
    ("/api/sellers/me/proof/", {"pickup": [], "drop_off": []}),
)


class PeopleActs(RandomMachine):
    """What people do about themselves and about what is shown."""

    @has_deliveries
    @rule(who=mostly("buyer", "Anju", "admin"), nth=NTH, words=st.sampled_from(("", "Ring twice.")), repeat=REPEAT)
    def tell_the_courier(self, who: str, nth: int, words: str, repeat: Any) -> None:
        self.step(who, nth, "instructions", {"instructions": words}, repeat)

    @rule(who=SELLER, choice=st.sampled_from(CHOICES))
    def choose(self, who: str, choice: tuple[str, Any]) -> None:
        """What of one's parcels is shown and proved from now on."""
        path, body = choice
        self.ask(who, path, body, "once", "PATCH")

    @rule(who=mostly("buyer", "stranger"), repeat=REPEAT)
    def keep_and_forget_an_address(self, who: str, repeat: Any) -> None:
        self.run(self.life.keep_and_forget(who, ANOTHER_DOOR, repeat))

    @rule(who=mostly("driver", "other driver"), repeat=REPEAT)
    def throw_an_upload_away(self, who: str, repeat: Any) -> None:
        self.run(self.life.throw_away(who, repeat))

    @has_deliveries
    @rule(nth=NTH, code=st.sampled_from(("4567", "0000")))
    def unlock(self, nth: int, code: str) -> None:
        self.run(self.life.unlock(self.delivery(nth), code))

    @may_end
    @rule(who=mostly("stranger", "buyer", "Bikash", "driver", "other driver"), repeat=REPEAT)
    def close_and_reopen(self, who: str, repeat: Any) -> None:
        """An admin closes an account and opens it again; its owner signs in anew."""
        self.run(self.life.close_and_reopen(who, repeat))

    @rule(thing=st.sampled_from(THINGS), nth=NTH)
    def everybody_looks_at_it(self, thing: Any, nth: int) -> None:
        """Shown to those whose it is, and to nobody else."""
        self.run(self.life.look_as_everybody(thing, nth))

    @rule(who=mostly("buyer", "stranger"), nth=NTH)
    def look_at_an_order_of_somebody(self, who: str, nth: int) -> None:
        self.ask(who, f"{SHOP}/orders/{self.life.orders[nth % len(self.life.orders)]}/", None, "once", "GET")

    @has_deliveries
    @rule(who=mostly("driver", "admin"), nth=NTH)
    def look_at_the_setbacks(self, who: str, nth: int) -> None:
        self.ask(who, f"{DELIVERIES}/{self.delivery(nth)}/", None, "once", "GET")
