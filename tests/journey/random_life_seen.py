"""Who is shown what in a random life: what is one person's is theirs, and what a transporter has to do is whole."""

from dataclasses import dataclass
from typing import Any, Literal

from dispatch.deliveries.models import ABOARD, UNDER_WAY, Delivery
from dispatch.orders.models import Order
from dispatch.sales.models import Sale
from dispatch.transporters.models import Transporter
from tests.journey.random_life import DELIVERIES, SHOP, explains_itself
from tests.journey.random_life_books import Books
from tests.journey.random_life_money import PAYMENTS, MoneyLife
from tests.support.world import PASSWORD, ok

Owner = Literal["buyer", "seller", "carrier"]
Thing = tuple[str, str, frozenset[Owner]]
ALL: frozenset[Owner] = frozenset({"buyer", "seller", "carrier"})
PARTIES: frozenset[Owner] = frozenset({"buyer", "seller"})
# A kind of thing, how it is asked for, and who of those that it concerns is shown it.
THINGS: tuple[Thing, ...] = (
    ("delivery", f"{DELIVERIES}/{{}}/", frozenset({"seller", "carrier"})),
    ("delivery", f"{DELIVERIES}/{{}}/proof/", ALL),
    ("delivery", f"{DELIVERIES}/{{}}/proof/verify/", ALL),
    ("delivery", f"{DELIVERIES}/{{}}/path.geojson", ALL),
    ("delivery", f"{DELIVERIES}/{{}}/share-links/", PARTIES),
    ("delivery", f"{DELIVERIES}/{{}}/instructions/", PARTIES),
    ("delivery", f"{DELIVERIES}/{{}}/code/", frozenset({"buyer"})),
    ("sale", "/api/marketplace/sales/{}/", PARTIES),
    ("sale", "/api/marketplace/sales/{}/invoice/", frozenset({"seller"})),
    ("order", f"{SHOP}/orders/{{}}/", frozenset({"buyer"})),
    ("payment", f"{PAYMENTS}/status/{{}}/", frozenset({"buyer"})),
    ("payment", f"{PAYMENTS}/{{}}/invoice/", frozenset({"buyer"})),
)
HIDDEN = (401, 403, 404)


@dataclass
class SeenLife(MoneyLife):
    """A life in which everybody looks at everything."""

    async def look_as_everybody(self, thing: Thing, nth: int) -> None:
        """Ask for one thing as each of the people: nobody is shown what is not theirs."""
        kind, path, allowed = thing
        known: dict[str, list[Any]] = {
            "delivery": self.deliveries,
            "sale": self.sales,
            "order": self.orders,
            "payment": [transaction for transaction, _ in self.payments],
        }
        things = known[kind]
        if not things:
            return
        number = things[nth % len(things)]
        owners = await self._owners(kind, number)
        shown_to = {owners.get(owner) for owner in allowed}
        for name, person in self.people.items():
            if name == "admin":
                continue
            reply = await person.get(path.format(number))
            explains_itself(reply)
            self.told.append(f"{name}: GET {path.format(number)} → {reply.status_code}")
            if person.user_id not in shown_to:
                assert reply.status_code in HIDDEN, f"{name} is shown {path.format(number)}: {reply.text[:300]}"
            elif reply.status_code == 403:
                raise AssertionError(f"{name} is not shown {path.format(number)}: {reply.text[:300]}")

    async def _owners(self, kind: str, number: Any) -> dict[Owner, int | None]:
        async with self.world.server.services.database.work() as work:
            session = work.session
            if kind == "order":
                return {"buyer": (await session.get_one(Order, number)).customer_id}
            if kind == "sale":
                sale = await session.get_one(Sale, number)
                return {"buyer": sale.buyer_id, "seller": sale.seller_id}
            if kind == "delivery":
                delivery = await session.get_one(Delivery, number)
                sale = await session.get_one(Sale, delivery.sale_id)
                carrier = await session.get(Transporter, delivery.transporter_id or 0)
                return {
                    "buyer": sale.buyer_id,
                    "seller": sale.seller_id,
                    "carrier": None if carrier is None else carrier.user_id,
                }
        shown = await self.people["buyer"].get(f"{PAYMENTS}/status/{number}/")
        return {"buyer": self.people["buyer" if shown.is_success else "stranger"].user_id}

    async def check_tours(self, books: Books) -> None:
        """Each transporter's list has each open delivery once, with just the stops that are yet to come."""
        now = self.world.server.services.clock.now()
        for name in self.drivers:
            number = self.number_of(name)
            path = f"/api/transporters/{number}/deliveries/"
            listed = ok(await self.people["admin"].get(path, page_size=100))["results"]
            carried = {one.id: one for one in books.deliveries if one.transporter_id == number}
            assert len(listed) == len({row["id"] for row in listed}), f"{name} has one delivery twice"
            open_ones = {one.id for one in carried.values() if one.status in UNDER_WAY}
            assert open_ones <= {row["id"] for row in listed} <= carried.keys(), f"{name}: {listed}"
            for row in listed:
                kinds = [stop["kind"] for stop in sorted(row["stops"], key=lambda stop: int(stop["number"]))]
                wanted = _stops_of(carried[row["id"]], now)
                assert kinds == wanted, f"delivery {row['id']} of {name} has the stops {kinds} and not {wanted}"
            stops = sorted((stop for row in listed for stop in row["stops"]), key=lambda stop: int(stop["number"]))
            assert [stop["number"] for stop in stops] == list(range(1, len(stops) + 1)), f"{name}: {stops}"
            times = [stop["estimated_time"] for stop in stops]
            assert times == sorted(times), f"{name} comes to a later stop before an earlier one: {stops}"

    async def unlock(self, delivery: int, code: str) -> None:
        """Somebody who has the number of a parcel tries a code."""
        shown = ok(await self.people["admin"].get(f"{DELIVERIES}/{delivery}/"))
        await self.ask("stranger", f"{DELIVERIES}/{shown['tracking_number']}/unlock/", {"code": code})

    async def plan(self, who: str, deliveries: list[int], driver: str | None, repeat: Any) -> None:
        """Plan some parcels and commit the plan; one of them may go to somebody in between."""
        made = await self.ask(who, "/api/assignment-plans/", {"delivery_ids": sorted(set(deliveries))})
        if not made.is_success:
            return
        if driver is not None:
            body = {"transporter_id": self.number_of(driver)}
            await self.ask("admin", f"{DELIVERIES}/{deliveries[0]}/assign/", body)
        await self.ask(who, f"/api/assignment-plans/{made.json()['id']}/commit/", None, repeat)

    async def throw_away(self, who: str, repeat: Any) -> None:
        """An upload that was begun, and one that is perhaps used already."""
        begun = await self.ask(who, "/api/uploads/", {"length": 1_000})
        if begun.is_success:
            await self.ask(who, f"/api/uploads/{begun.json()['id']}/", None, repeat, "DELETE")
        used = self.uploaded(who).removeprefix("upload:")
        await self.ask(who, f"/api/uploads/{used}/", None, "once", "DELETE")

    async def keep_and_forget(self, who: str, address: dict[str, Any], repeat: Any) -> None:
        """An address of one's own: kept, changed, forgotten."""
        kept = await self.ask(who, f"{SHOP}/addresses/", address)
        if kept.is_success:
            path = f"{SHOP}/addresses/{kept.json()['id']}/"
            await self.ask(who, path, {"landmark": "Beside the stupa"}, repeat, "PATCH")
            await self.ask(who, path, None, repeat, "DELETE")

    async def close_and_reopen(self, who: str, repeat: Any) -> None:
        """What was theirs ends with the account; when it is open again they sign in anew."""
        person = self.people[who]
        closed = await self.ask("admin", f"/api/v1/users/{person.user_id}/close/", {"reason": "left"}, repeat)
        if not closed.is_success:
            return
        reopened = await self.ask("admin", f"/api/v1/users/{person.user_id}/reopen/", {"reason": "back"}, repeat)
        if reopened.is_success:
            signed_in = await self.world.http.post(
                "/api/v1/auth/token/", json={"email": person.email, "password": PASSWORD}
            )
            person.access = ok(signed_in)["access"]


def _stops_of(delivery: Delivery, now: Any) -> list[str]:
    """Those that are yet to come: none of what ended, and none while it waits for its next try."""
    if delivery.status not in UNDER_WAY or (delivery.retry_from is not None and delivery.retry_from > now):
        return []
    return ["dropoff"] if delivery.status in ABOARD else ["pickup", "dropoff"]
