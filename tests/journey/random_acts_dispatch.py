"""Random acts of a dispatcher about several parcels: sets, plans, whoever is best, and a courier who breaks down."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journey.random_life import DELIVERIES
from tests.journey.random_machine import DRIVER, NTH, REPEAT, TAKER, RandomMachine, has_deliveries, mostly
from tests.support.places import north_of
from tests.support.world import ping

SETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("auto_assign", {}),
    ("auto_assign", {"dry_run": True}),
    ("auto_assign", {"max_assignments": 1}),
    ("unassign", {"reason": "mistake"}),
    ("reassign", {"reason": "breakdown"}),
    ("reassign", {"reason": "breakdown", "transporter_id": "other driver"}),
    ("change_priority", {"priority": "high"}),
    ("cancel", {"cancel_reason": "customer_asked"}),
)
NUMBERS = st.lists(NTH, min_size=1, max_size=4)


class DispatchActs(RandomMachine):
    """What is done with several parcels at once, and for whoever has several."""

    @has_deliveries
    @rule(who=mostly("admin"), numbers=NUMBERS, change=st.sampled_from(SETS), repeat=REPEAT)
    def change_a_set(self, who: str, numbers: list[int], change: tuple[str, dict[str, Any]], repeat: Any) -> None:
        operation, parameters = change
        if operation == "cancel" and not self.may_end:
            return
        named = {"transporter_id": self.life.number_of("other driver")} if "transporter_id" in parameters else {}
        chosen = [self.delivery(nth) for nth in numbers]
        body = {"operation": operation, "delivery_ids": chosen, "parameters": parameters | named}
        self.ask(who, f"{DELIVERIES}/bulk-operations/", body, repeat)

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, repeat=REPEAT)
    def assign_to_the_best(self, who: str, nth: int, repeat: Any) -> None:
        self.ask(who, "/api/auto-assign/", {"delivery_id": self.delivery(nth)}, repeat)

    @has_deliveries
    @rule(who=mostly("admin"), numbers=NUMBERS, between=st.booleans(), driver=TAKER, repeat=REPEAT)
    def plan_and_commit(self, who: str, numbers: list[int], between: bool, driver: str, repeat: Any) -> None:
        """Something may happen to one of its parcels in between."""
        chosen = [self.delivery(nth) for nth in numbers]
        self.run(self.life.plan(who, chosen, driver if between else None, repeat))

    @rule(who=mostly("admin"), of=DRIVER, best=st.booleans(), repeat=REPEAT)
    def relieve(self, who: str, of: str, best: bool, repeat: Any) -> None:
        number = self.life.number_of(of if of in self.life.drivers else "driver")
        self.ask(who, f"/api/transporters/{number}/relieve/", {"reason": "breakdown", "best": best}, repeat)

    @rule(who=DRIVER, metres=st.sampled_from((0, 150, 4_000)), repeat=REPEAT)
    def tell_where_one_is(self, who: str, metres: int, repeat: Any) -> None:
        place = north_of(self.life.place, metres)
        told = {key: value for key, value in ping(1, *place, datetime.now(UTC)).items() if key != "type"}
        body = {"device": uuid4().hex[:12], "epoch": "one", "pings": [told]}
        self.ask(who, "/api/transporters/me/positions/", body, repeat)
