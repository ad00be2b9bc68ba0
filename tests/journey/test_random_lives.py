"""Random people do random things, late, twice and at once: nothing stands as it may not, and the books add up."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.journey.random_life import DELIVERIES, REPEATS, SHOP, Life, ago
from tests.journey.random_life_books import Books, check_changes
from tests.support.checkout import Checkout
from tests.support.world import World

PEOPLE = ("buyer", "stranger", "Anju", "Bikash", "driver", "other driver", "unverified", "admin")
NTH = st.integers(0, 5)
REPEAT = st.sampled_from(("once", "once", *REPEATS))
LATE = st.sampled_from((None, None, 0, 30, 3_600, 30 * 3_600, 400 * 86_400, -3_600))
OUTCOME = st.sampled_from(("completed", "completed", "canceled", "expired", "pending"))


def mostly(*names: str) -> st.SearchStrategy[str]:
    """Who may, and now and then anybody."""
    return st.integers(0, 9).flatmap(lambda one: st.sampled_from(PEOPLE if one == 0 else names))


DRIVER = mostly("driver", "driver", "other driver")
TAKER = st.sampled_from(("driver", "other driver", "unverified"))


class RandomLife(RuleBasedStateMachine):
    """The acts of everybody; ``loop`` and ``world`` are given by the test."""

    loop: asyncio.AbstractEventLoop
    world: World

    def run(self, act: Coroutine[Any, Any, Any]) -> Any:
        """Done by the test's own loop, where the server is as well."""
        return asyncio.run_coroutine_threadsafe(act, self.loop).result(120)

    @initialize(calm=st.sampled_from((0, 30, 50, 70)))
    def begin(self, calm: int) -> None:
        self.calm = calm
        self.life: Life = self.run(Life.begun(self.world))
        self.before = self.run(Books.read(self.life)).statuses()

    @property
    def may_end(self) -> bool:
        """Most of a life is lived before things are called off: afterwards little can be done."""
        return len(self.life.told) > self.calm

    def ask(self, who: str, path: str, body: Any, repeat: Any = "once", method: str = "POST") -> None:
        self.run(self.life.ask(who, path, body, repeat, method))

    def step(self, who: str, nth: int, name: str, body: Any, repeat: Any = "once") -> None:
        """Something with the nth delivery."""
        self.ask(who, f"{DELIVERIES}/{self.life.deliveries[nth % len(self.life.deliveries)]}/{name}/", body, repeat)

    has_deliveries = precondition(lambda self: bool(self.life.deliveries))
    has_sales = precondition(lambda self: bool(self.life.sales))

    @has_sales
    @rule(nth=NTH, late=LATE, repeat=REPEAT, driver=TAKER)
    def go_on(self, nth: int, late: int | None, repeat: Any, driver: str) -> None:
        """What comes next of a parcel: most lives would not come to its end by chance."""
        self.run(self.life.go_on(nth, driver, late, repeat))

    @has_sales
    @rule(nth=NTH, repeat=REPEAT)
    def go_on_at_once(self, nth: int, repeat: Any) -> None:
        self.run(self.life.go_on(nth, "driver", None, repeat))

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

    @precondition(lambda self: self.may_end)
    @rule(who=mostly("buyer", "admin"), nth=NTH, repeat=REPEAT)
    def cancel_order(self, who: str, nth: int, repeat: Any) -> None:
        self.ask(who, f"{SHOP}/orders/{self.life.orders[nth % len(self.life.orders)]}/cancel/", None, repeat)

    @precondition(lambda self: self.may_end)
    @rule(who=mostly("buyer", "admin"), nth=NTH, amount=st.sampled_from((None, "0.01", "1.00")), restock=st.booleans())
    def refund_order(self, who: str, nth: int, amount: str | None, restock: bool) -> None:
        body = {"amount": amount, "restock": restock}
        self.ask(who, f"{SHOP}/orders/{self.life.orders[nth % len(self.life.orders)]}/refund/", body, "same key")

    @precondition(lambda self: self.may_end and bool(self.life.sales))
    @rule(who=mostly("Anju", "Bikash", "admin"), nth=NTH, repeat=REPEAT)
    def cancel_sale(self, who: str, nth: int, repeat: Any) -> None:
        self.ask(who, f"/api/marketplace/sales/{self.life.sales[nth % len(self.life.sales)]}/cancel/", None, repeat)

    @has_sales
    @rule(who=mostly("Anju", "Bikash"), nth=NTH, repeat=REPEAT)
    def mark_as_delivered(self, who: str, nth: int, repeat: Any) -> None:
        path = f"/api/marketplace/sales/{self.life.sales[nth % len(self.life.sales)]}/mark-as-delivered/"
        self.ask(who, path, None, repeat)

    @rule(who=mostly("Anju", "Bikash"), nth=NTH, change=st.sampled_from((-40, -1, 1, 3)))
    def change_stock(self, who: str, nth: int, change: int) -> None:
        self.run(self.life.change_stock(who, nth, change))

    @has_sales
    @rule(who=mostly("Anju", "Bikash", "admin"), nth=NTH, weight=st.sampled_from((0.5, 2.0, 12.0)), repeat=REPEAT)
    def create_delivery(self, who: str, nth: int, weight: float, repeat: Any) -> None:
        self.run(self.life.deliver_sale(who, nth, weight, repeat))

    @has_deliveries
    @rule(who=mostly("admin"), taker=TAKER, nth=NTH, repeat=REPEAT)
    def assign(self, who: str, taker: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "assign", {"transporter_id": self.life.number_of(taker)}, repeat)

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, repeat=REPEAT)
    def accept(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "accept", None, repeat)

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, mode=st.sampled_from(("one", "all")), repeat=REPEAT)
    def offer(self, who: str, nth: int, mode: str, repeat: Any) -> None:
        self.step(who, nth, "offers", {"mode": mode}, repeat)

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH)
    def withdraw_offers(self, who: str, nth: int) -> None:
        self.step(who, nth, "offers/withdraw", None)

    @rule(who=DRIVER, step=st.sampled_from(("accept", "accept", "decline")), repeat=REPEAT)
    def answer_offer(self, who: str, step: str, repeat: Any) -> None:
        self.run(self.life.answer_offer(who, step, repeat))

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, taker=TAKER, name=st.sampled_from(("reassign", "transfer")), repeat=REPEAT)
    def move_on(self, who: str, nth: int, taker: str, name: str, repeat: Any) -> None:
        self.step(who, nth, name, {"transporter_id": self.life.number_of(taker), "reason": "breakdown"}, repeat)

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, repeat=REPEAT)
    def unassign(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "unassign", {"reason": "mistake"}, repeat)

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, repeat=REPEAT)
    def give_back(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "give-back", {"reason": "too_far"}, repeat)

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, late=LATE, name=st.sampled_from(("pickup", "pickup", "deliver")), repeat=REPEAT)
    def hand_over(self, who: str, nth: int, late: int | None, name: str, repeat: Any) -> None:
        self.step(who, nth, name, ago(late), repeat)

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, late=LATE, repeat=REPEAT)
    def attempt(self, who: str, nth: int, late: int | None, repeat: Any) -> None:
        self.step(who, nth, "attempts", {"reason": "nobody_there"} | ago(late), repeat)

    @has_deliveries
    @rule(who=mostly("buyer", "admin"), nth=NTH, hours=st.integers(-3, 80), repeat=REPEAT)
    def reschedule(self, who: str, nth: int, hours: int, repeat: Any) -> None:
        starts = datetime.now(UTC) + timedelta(hours=hours)
        window = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=2)).isoformat()}
        self.step(who, nth, "reschedule", window, repeat)

    @has_deliveries
    @rule(who=mostly("Anju", "Bikash", "admin"), nth=NTH, repeat=REPEAT)
    def cancel_delivery(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "cancel", {"reason": "customer_asked"}, repeat)

    @precondition(lambda self: self.may_end and bool(self.life.deliveries))
    @rule(who=mostly("admin"), nth=NTH, ending=st.sampled_from(("lost", "damaged")), repeat=REPEAT)
    def lose(self, who: str, nth: int, ending: str, repeat: Any) -> None:
        self.step(who, nth, "loss", {"ending": ending, "reason": "It is gone."}, repeat)

    @precondition(lambda self: self.may_end and bool(self.life.deliveries))
    @rule(who=mostly("Anju", "Bikash", "admin", "driver"), nth=NTH, restock=st.booleans(), repeat=REPEAT)
    def bring_back(self, who: str, nth: int, restock: bool, repeat: Any) -> None:
        body = {"reason": "Nobody is there.", "restock": restock}
        self.run(self.life.bring_back(who, self.life.deliveries[nth % len(self.life.deliveries)], body, repeat))

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, priority=st.sampled_from(("low", "urgent")), repeat=REPEAT)
    def change_priority(self, who: str, nth: int, priority: str, repeat: Any) -> None:
        self.step(who, nth, "priority", {"priority": priority}, repeat)

    @has_deliveries
    @rule(who=mostly("buyer"), nth=NTH, repeat=REPEAT)
    def rate(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "rate", {"rating": 4}, repeat)

    @rule(who=DRIVER, duty=st.sampled_from(("on", "on", "off", "break")))
    def change_duty(self, who: str, duty: str) -> None:
        self.ask(who, "/api/transporters/me/duty/", {"duty": duty})

    @invariant()
    def the_books_add_up(self) -> None:
        books = self.run(Books.read(self.life))
        after = books.statuses()
        try:
            check_changes(self.before, after)
            books.check(self.life)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *self.life.told[-30:]])) from error
        self.before = after

    def teardown(self) -> None:
        """What is on its way back arrives, and the books add up still."""
        life = getattr(self, "life", None)
        if life is None:
            return
        checkout = Checkout(self.world)
        for transaction, _ in life.payments:
            self.run(checkout.refunds_settled(transaction))
        self.the_books_add_up()


async def _live(world: World, lives: int, steps: int) -> None:
    loop = asyncio.get_running_loop()
    machine = type("LifeOfATest", (RandomLife,), {"loop": loop, "world": world})
    how = settings(
        max_examples=lives,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # what is done again does not find things as they were
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=how)


async def test_whatever_is_done_by_whomever_whenever_the_books_add_up_and_each_refusal_explains_itself(
    world: World,
) -> None:
    await _live(world, 6, 30)


@pytest.mark.heavy
@pytest.mark.timeout(7200)
async def test_in_many_long_lives_the_books_add_up_and_each_refusal_explains_itself(world: World) -> None:
    await _live(world, 400, 80)
