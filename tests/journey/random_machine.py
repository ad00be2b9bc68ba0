"""What the acts of random people have in common: who acts, on what, how late, how often, and what holds afterwards."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition

from tests.journey.random_life import DELIVERIES, REPEATS
from tests.journey.random_life_books import Books, check_changes
from tests.journey.random_life_kept import Kept
from tests.journey.random_life_seen import SeenLife
from tests.support.checkout import Checkout
from tests.support.world import World

PEOPLE = ("buyer", "stranger", "Anju", "Bikash", "driver", "other driver", "unverified", "admin")
NTH = st.integers(0, 5)
REPEAT = st.sampled_from(("once", "once", *REPEATS))
LATE = st.sampled_from((None, None, 0, 30, 3_600, 30 * 3_600, 400 * 86_400, -3_600))
TAKER = st.sampled_from(("driver", "other driver", "unverified"))


def mostly(*names: str) -> st.SearchStrategy[str]:
    """Who may, and now and then anybody."""
    return st.integers(0, 9).flatmap(lambda one: st.sampled_from(PEOPLE if one == 0 else names))


DRIVER = mostly("driver", "driver", "other driver")
SELLER = mostly("Anju", "Bikash", "admin")

has_deliveries = precondition(lambda self: bool(self.life.deliveries))
has_sales = precondition(lambda self: bool(self.life.sales))
may_end = precondition(lambda self: self.may_end)
may_end_parcels = precondition(lambda self: self.may_end and bool(self.life.deliveries))
may_end_sales = precondition(lambda self: self.may_end and bool(self.life.sales))


class RandomMachine(RuleBasedStateMachine):
    """``loop`` and ``world`` are given by the test, and ``asked`` and ``taken``: what was asked in all of its lives."""

    loop: asyncio.AbstractEventLoop
    world: World
    asked: set[str]
    taken: set[str]

    def run(self, act: Coroutine[Any, Any, Any]) -> Any:
        """Done by the test's own loop, where the server is as well."""
        return asyncio.run_coroutine_threadsafe(act, self.loop).result(120)

    @initialize(calm=st.sampled_from((0, 30, 50, 70)))
    def begin(self, calm: int) -> None:
        self.calm = calm
        self.life: SeenLife = self.run(SeenLife.begun(self.world))
        self.before = self.run(Books.read(self.life)).statuses()
        self.kept: Kept = self.run(Kept.read(self.life))

    @property
    def may_end(self) -> bool:
        """Most of a life is lived before things are called off: afterwards little can be done."""
        return len(self.life.told) > self.calm

    def ask(self, who: str, path: str, body: Any, repeat: Any = "once", method: str = "POST") -> None:
        self.run(self.life.ask(who, path, body, repeat, method))

    def delivery(self, nth: int) -> int:
        """The nth delivery, the newest ones and the oldest alike."""
        return self.life.deliveries[nth % len(self.life.deliveries)]

    def sale(self, nth: int) -> int:
        return self.life.sales[nth % len(self.life.sales)]

    def step(self, who: str, nth: int, name: str, body: Any, repeat: Any = "once") -> None:
        """Something with the nth delivery."""
        self.ask(who, f"{DELIVERIES}/{self.delivery(nth)}/{name}/", body, repeat)

    @invariant()
    def the_books_add_up(self) -> None:
        self.look(is_last=False)

    def look(self, *, is_last: bool) -> None:
        """Everything adds up, and what is never to change has not; at the end proofs and the like are verified too."""
        books, kept = self.run(Books.read(self.life)), self.run(Kept.read(self.life))
        after = books.statuses()
        try:
            check_changes(self.before, after)
            books.check(self.life)
            kept.check(self.kept, books, self.life)
            self.run(self.life.check_tours(books))
            if is_last:
                self.run(kept.verify(self.life))
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *self.life.told[-40:]])) from error
        self.before, self.kept = after, kept

    def teardown(self) -> None:
        """What is on its way back arrives, and the books add up still."""
        life = getattr(self, "life", None)
        if life is None:
            return
        checkout = Checkout(self.world)
        for transaction, _ in life.payments:
            self.run(checkout.refunds_settled(transaction))
        self.asked |= life.asked
        self.taken |= life.taken
        self.look(is_last=True)
