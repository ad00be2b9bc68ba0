"""Random acts at the doors of a parcel: where it goes, that it waits, what proves that it was there, who follows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journey.random_life import DELIVERIES, SHOP, ago
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
    may_end_sales,
    mostly,
)

PROOFS = st.sampled_from(
    (
        {"drop_off": ["code"]},
        {"drop_off": ["photo", "age"], "age_minimum": 21},
        {"pickup": ["barcode"], "drop_off": ["signature"], "return": ["photo"]},
        {"pickup": ["photo"], "drop_off": ["photo", "signature", "code", "barcode", "age"]},
    )
)
# What is done to one parcel at the same moment as something else: by whom, the step, and what is sent.
STEPS: tuple[tuple[str, str, Any], ...] = (
    ("admin", "assign", {"transporter_id": "other driver"}),
    ("driver", "accept", None),
    ("admin", "reassign", {"transporter_id": "other driver", "reason": "breakdown"}),
    ("admin", "transfer", {"transporter_id": "other driver", "reason": "breakdown"}),
    ("admin", "unassign", {"reason": "mistake"}),
    ("driver", "give-back", {"reason": "too_far"}),
    ("driver", "pickup", {}),
    ("driver", "deliver", {}),
    ("driver", "deliver", {"quantity_accepted": 1, "partial_reason": "refused_by_customer"}),
    ("driver", "deliver", {"quantity_accepted": 1, "partial_reason": "missing"}),
    ("driver", "attempts", {"reason": "nobody_there"}),
    ("admin", "cancel", {"reason": "customer_asked"}),
    ("admin", "hold", {"reason": "Not now."}),
    ("admin", "resume", None),
    ("admin", "offers", {"mode": "all"}),
    ("admin", "loss", {"ending": "lost", "reason": "It is gone."}),
    ("admin", "return", {"reason": "Nobody is there."}),
    ("admin", "priority", {"priority": "urgent"}),
    ("admin", "address", "near"),
    ("buyer", "address", "near"),
)
STEP = st.sampled_from(STEPS)
WHAT = st.sampled_from(
    ("photo", "upload", "signature", "nameless signature", "code", "wrong code", "scan", "wrong scan")
)


class DoorActs(RandomMachine):
    """What is done about a parcel beside giving and carrying it."""

    @has_deliveries
    @rule(who=SELLER, nth=NTH, seconds=st.sampled_from((None, None, 1, 3_600, -60)), repeat=REPEAT)
    def hold(self, who: str, nth: int, seconds: int | None, repeat: Any) -> None:
        until = None if seconds is None else (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        self.step(who, nth, "hold", {"reason": "The shop is closed.", "until": until}, repeat)

    @has_deliveries
    @rule(who=SELLER, nth=NTH, repeat=REPEAT)
    def resume(self, who: str, nth: int, repeat: Any) -> None:
        self.step(who, nth, "resume", None, repeat)

    @has_deliveries
    @rule(who=mostly("buyer", "admin", "Anju"), nth=NTH, metres=st.sampled_from((300, 2_000, 900_000)), repeat=REPEAT)
    def change_address(self, who: str, nth: int, metres: int, repeat: Any) -> None:
        self.step(who, nth, "address", self.life.door(metres), repeat)

    @has_sales
    @rule(who=SELLER, nth=NTH, proof=PROOFS, repeat=REPEAT)
    def create_delivery_with_proof(self, who: str, nth: int, proof: Any, repeat: Any) -> None:
        self.run(self.life.deliver_sale(who, nth, 0.5, repeat, proof))

    @has_deliveries
    @rule(
        who=DRIVER, nth=NTH, name=st.sampled_from(("pickup", "deliver", "deliver")), what=WHAT, late=LATE, repeat=REPEAT
    )
    def prove(self, who: str, nth: int, name: str, what: str, late: int | None, repeat: Any) -> None:
        """With something, which may not be what is required."""
        self.run(self.life.prove(who, self.delivery(nth), name, what, ago(late), repeat))

    @has_deliveries
    @rule(
        who=DRIVER,
        nth=NTH,
        accepted=st.sampled_from((0, 1, 1, 2, 4)),
        why=st.sampled_from((None, "refused_by_customer", "refused_by_customer", "damaged", "missing")),
        repeat=REPEAT,
    )
    def hand_over_a_part(self, who: str, nth: int, accepted: int, why: str | None, repeat: Any) -> None:
        body = {"quantity_accepted": accepted} | ({} if why is None else {"partial_reason": why})
        self.run(self.life.hand_over(who, self.delivery(nth), body, repeat))

    @has_deliveries
    @rule(who=mostly("admin"), nth=NTH, name=st.sampled_from(("reset", "waive")), repeat=REPEAT)
    def change_code(self, who: str, nth: int, name: str, repeat: Any) -> None:
        self.step(who, nth, f"code/{name}", {"reason": "The phone is lost."}, repeat)

    @rule(who=DRIVER, parts=st.sampled_from((0, 1, 2, 2, 2)), repeat=REPEAT)
    def upload(self, who: str, parts: int, repeat: Any) -> None:
        self.run(self.life.upload(who, parts, repeat))

    @has_deliveries
    @rule(who=DRIVER, nth=NTH, late=LATE, hours=st.sampled_from((-1, 2, 30)), photo=st.booleans(), repeat=REPEAT)
    def agree_on_the_next_try(self, who: str, nth: int, late: int | None, hours: int, photo: bool, repeat: Any) -> None:
        again = (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
        body = {"reason": "asked_for_later", "next_try_at": again} | ago(late)
        used = {"photo": self.life.uploaded(who)} if photo else {}
        self.step(who, nth, "attempts", body | used, repeat)

    @has_deliveries
    @rule(who=mostly("buyer", "Anju", "admin"), nth=NTH, repeat=REPEAT)
    def share(self, who: str, nth: int, repeat: Any) -> None:
        self.run(self.life.share(who, self.delivery(nth), repeat))

    @rule(nth=NTH, takes_back=st.booleans(), repeat=REPEAT)
    def follow_a_link(self, nth: int, takes_back: bool, repeat: Any) -> None:
        """Whoever has one; its maker may have taken it back just before."""
        self.run(self.life.follow(nth, repeat, takes_back=takes_back))

    @has_deliveries
    @rule(nth=NTH, one=STEP, other=STEP)
    def do_two_things_at_once(self, nth: int, one: Any, other: Any) -> None:
        self.run(self.life.at_once(self.delivery(nth), one, other))

    @may_end_sales
    @rule(nth=NTH, first=st.sampled_from(("cancel", "mark-as-delivered")), driver=TAKER)
    def end_a_sale_while_it_is_carried(self, nth: int, first: str, driver: str) -> None:
        """Its seller ends it while its parcel goes on and its buyer wants the money back."""
        self.run(self.life.end_while_carried(nth, first, driver))

    @rule(who=mostly("buyer", "stranger"), repeat=REPEAT)
    def look_at_own_carts(self, who: str, repeat: Any) -> None:
        self.ask(who, f"{SHOP}/carts/", None, repeat, "GET")

    @has_deliveries
    @rule(
        who=mostly("buyer", "driver", "Anju"), nth=NTH, name=st.sampled_from(("", "proof/", "assignments/", "offers/"))
    )
    def look_at_a_parcel(self, who: str, nth: int, name: str) -> None:
        self.ask(who, f"{DELIVERIES}/{self.delivery(nth)}/{name}", None, "once", "GET")
