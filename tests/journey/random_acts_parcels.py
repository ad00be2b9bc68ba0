"""Random acts about parcels: who gets them, what becomes of them on their way, and how they end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journey.random_life import ago
from tests.journey.random_machine import (
    DRIVER,
    LATE,
    NTH,
    REPEAT,
    SELLER,
    TAKER,
    RandomMachine,
    has_deliveries,
    has_sales,
    may_end_parcels,
    mostly,
)


class ParcelActs(RandomMachine):
    """What sellers, dispatchers, transporters and buyers do with parcels."""

    @has_sales
    @rule(nth=NTH, late=LATE, repeat=REPEAT, driver=TAKER)
    def go_on(self, nth: int, late: int | None, repeat: Any, driver: str) -> None:
        """What comes next of a parcel: most lives would not come to its end by chance."""
        self.run(self.life.go_on(nth, driver, late, repeat))

    @has_sales
    @rule(nth=NTH, repeat=REPEAT)
    def go_on_at_once(self, nth: int, repeat: Any) -> None:
        self.run(self.life.go_on(nth, "driver", None, repeat))

    @has_sales
    @rule(who=SELLER, nth=NTH, weight=st.sampled_from((0.5, 2.0, 12.0)), repeat=REPEAT)
    def create_delivery(self, who: str, nth: int, weight: float, repeat: Any) -> None:
        self.run(self.life.deliver_sale(who, nth, weight, repeat))

    @has_deliveries
    @rule(who=mostly("admin"), taker=TAKER, nth=NTH, repeat=REPEAT)
    def assign(self, who: str, taker: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "assign", {"transporter_id": self.life.number_of(taker)}, repeat)

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, late=LATE, repeat=REPEAT)
    def accept(self, who: str, nth: int, late: int | None, repeat: Any) -> None:
        self.step(who, nth, "accept", ago(late) or None, repeat)

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
    @rule(who=mostly("admin"), nth=NTH, taker=TAKER, repeat=REPEAT)
    def reassign(self, who: str, nth: int, taker: str, repeat: Any) -> None:
        self.step(who, nth, "reassign", {"transporter_id": self.life.number_of(taker), "reason": "breakdown"}, repeat)

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, taker=TAKER, late=LATE, repeat=REPEAT)
    def transfer(self, who: str, nth: int, taker: str, late: int | None, repeat: Any) -> None:
        body = {"transporter_id": self.life.number_of(taker), "reason": "breakdown"} | ago(late)
        self.step(who, nth, "transfer", body, repeat)

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, repeat=REPEAT)
    def unassign(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "unassign", {"reason": "mistake"}, repeat)

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, late=LATE, repeat=REPEAT)
    def give_back(self, who: str, nth: int, late: int | None, repeat: Any) -> None:
        self.step(who, nth, "give-back", {"reason": "too_far"} | ago(late), repeat)

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, first=st.booleans(), repeat=REPEAT)
    def undo(self, who: str, nth: int, first: bool, repeat: Any) -> None:
        if first:
            self.step(who, nth, "give-back", {"reason": "too_far"})
        self.step(who, nth, "undo", None, repeat)

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
    @rule(who=SELLER, nth=NTH, repeat=REPEAT)
    def cancel_delivery(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "cancel", {"reason": "customer_asked"}, repeat)

    @may_end_parcels
    @rule(who=mostly("admin"), nth=NTH, ending=st.sampled_from(("lost", "damaged")), late=LATE, repeat=REPEAT)
    def lose(self, who: str, nth: int, ending: str, late: int | None, repeat: Any) -> None:
        self.step(who, nth, "loss", {"ending": ending, "reason": "It is gone."} | ago(late), repeat)

    @may_end_parcels
    @rule(who=mostly("Anju", "Bikash", "admin", "driver"), nth=NTH, restock=st.booleans(), late=LATE, repeat=REPEAT)
    def bring_back(self, who: str, nth: int, restock: bool, late: int | None, repeat: Any) -> None:
        body = {"reason": "Nobody is there.", "restock": restock} | ago(late)
        self.run(self.life.bring_back(who, self.delivery(nth), body, repeat))

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, priority=st.sampled_from(("low", "urgent")), repeat=REPEAT)
    def change_priority(self, who: str, nth: int, priority: str, repeat: Any) -> None:
        self.step(who, nth, "priority", {"priority": priority}, repeat)

    @has_deliveries
    @rule(who=mostly("buyer"), nth=NTH, repeat=REPEAT)
    def rate(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "rate", {"rating": 4}, repeat)

    @has_deliveries
    @rule(who=mostly("buyer", "stranger"), nth=NTH, reason=st.sampled_from(("not_received", "damaged")), repeat=REPEAT)
    def object_to(self, who: str, nth: int, reason: str, repeat: Any) -> None:
        self.run(self.life.object_to(who, self.delivery(nth), {"reason": reason, "note": "Look again"}, repeat))

    @may_end_parcels
    @rule(who=mostly("admin"), nth=NTH, act=st.sampled_from(("uphold", "reject")), repeat=REPEAT)
    def answer_objection(self, who: str, nth: int, act: str, repeat: Any) -> None:
        body = {"reason": "Looked into"} | ({"ending": "lost"} if act == "uphold" else {})
        self.run(self.life.answer_objection(who, self.delivery(nth), act, body, repeat))

    @rule(who=DRIVER, duty=st.sampled_from(("on", "on", "off", "break")))
    def change_duty(self, who: str, duty: str) -> None:
        self.ask(who, "/api/transporters/me/duty/", {"duty": duty})
