"""What people of a random life do at a parcel's doors: proofs, parts, uploads, links, and two things at once."""

import asyncio
from dataclasses import dataclass
from typing import Any

from tests.journey.random_life import DELIVERIES, SHOP, Life, Repeat, explains_itself
from tests.support.pictures import picture, picture_bytes
from tests.support.places import north_of

Step = tuple[str, str, Any]


@dataclass
class DoorLife(Life):
    """A life with all that belongs to doors."""

    async def fill(self, who: str, nth: int, item: int, quantity: int, repeat: Repeat) -> None:
        """Put something into the cart of an order, change how much of it, and take it out again."""
        cart = self.carts[self.orders[nth % len(self.orders)]]
        products = list(self.products)
        path = f"{SHOP}/carts/{cart}/items/"
        body = {"product_id": products[item % len(products)], "quantity": quantity}
        added = await self.ask(who, path, body, repeat)
        if added.is_success:
            line = f"{path}{added.json()['id']}/"
            await self.ask(who, line, {"quantity": 1}, repeat, "PATCH")
            await self.ask(who, line, None, repeat, "DELETE")

    def door(self, metres: int) -> dict[str, Any]:
        """Another address, so far north of where parcels of this life go."""
        latitude, longitude = north_of(self.place, 5_000 + metres)
        return {
            "customer_name": "Jane Doe",
            "phone_number": "9841-765432",
            "address": f"Door {metres}",
            "city": "Kathmandu",
            "latitude": latitude,
            "longitude": longitude,
        }

    async def prove(self, who: str, delivery: int, name: str, what: str, when: Any, repeat: Repeat) -> None:
        """A handover with one proof, right or wrong."""
        photo = "pickup_photo" if name == "pickup" else "delivery_photo"
        body: dict[str, Any] = {}
        if what == "photo":
            body = {photo: picture()}
        elif what == "upload":
            body = {photo: self.uploaded(who)}
        elif what == "signature":
            body = {"signature": picture("JPEG"), "signed_by": "Maya", "relation": "neighbour"}
        elif what == "nameless signature":
            body = {"signature": picture()}
        elif what == "scan":
            shown = (await self.people["admin"].get(f"{DELIVERIES}/{delivery}/")).json()
            body = {"scanned": shown["tracking_number"].lower()}
        elif what == "wrong scan":
            body = {"scanned": "another parcel"}
        elif name == "deliver":
            digits = await self.digits(delivery)
            body = {"code": digits if what == "code" else f"{(int(digits) + 1) % 10_000:04}"}
        await self.hand_over(who, delivery, body | when, repeat, name)

    async def hand_over(self, who: str, delivery: int, body: Any, repeat: Repeat, name: str = "deliver") -> None:
        """At one of the ends; what the customer did not take is a delivery of its own."""
        reply = await self.ask(who, f"{DELIVERIES}/{delivery}/{name}/", body, repeat)
        self.learn(reply.json() if reply.is_success else {})

    def learn(self, told: dict[str, Any]) -> None:
        """What an answer says that has come to be."""
        self.know((told.get("part") or {}).get("return_delivery"))
        if told.get("return_of") is not None and "restocks" in told:
            self.know(told["delivery"]["id"])

    async def upload(self, who: str, parts: int, repeat: Repeat) -> None:
        """A picture in two parts, of which the second may not come."""
        content = picture_bytes()
        begun = await self.ask(who, "/api/uploads/", {"length": len(content)})
        if not begun.is_success:
            return
        made, half = begun.json(), len(content) // 2
        self.uploads.append((who, made["picture"]))
        for offset, part in ((0, content[:half]), (half, content[half:]))[:parts]:
            for _ in range(1 if repeat == "once" else 2):
                reply = await self.world.http.patch(
                    f"/api/uploads/{made['id']}/",
                    params={"offset": offset},
                    content=part,
                    headers=self.people[who].headers | {"Content-Type": "application/octet-stream"},
                )
                self.told.append(f"{who}: part at {offset} of {made['id']} → {reply.status_code} {reply.text[:200]}")
                self.note(reply)
                explains_itself(reply)

    def uploaded(self, who: str) -> str:
        """Their newest file, or somebody else's, or none that there is."""
        own = [picture for whose, picture in self.uploads if whose == who]
        others = [picture for _, picture in self.uploads]
        return (own or others or ["upload:00000000-0000-4000-8000-000000000000"])[-1]

    async def share(self, who: str, delivery: int, repeat: Repeat) -> None:
        """Make a link by which others follow a parcel."""
        reply = await self.ask(who, f"{DELIVERIES}/{delivery}/share-links/", {"label": "Mother"}, repeat)
        if reply.is_success:
            made = reply.json()
            self.links.append((who, delivery, made["id"], "s." + made["url"].rpartition("/t/s/")[2]))

    async def follow(self, nth: int, repeat: Repeat, *, takes_back: bool) -> None:
        """Open a link; one that was taken back opens nothing, for good."""
        if not self.links:
            return
        who, delivery, link, token = self.links[nth % len(self.links)]
        if takes_back:
            await self.ask(who, f"{DELIVERIES}/{delivery}/share-links/{link}/", None, repeat, "DELETE")
        listed = await self.people["admin"].get(f"{DELIVERIES}/{delivery}/share-links/")
        is_good = next(one["is_good"] for one in listed.json() if one["id"] == link)
        shown = await self.world.http.get(f"{DELIVERIES}/{token}/track/")
        explains_itself(shown)
        assert shown.status_code == (200 if is_good else 410), f"{is_good}: {shown.text[:300]}"
        assert not (takes_back and is_good and who not in await self.gone()), "it was taken back"

    async def gone(self) -> set[str]:
        """Those who cannot act any more."""
        replies = {name: await person.get("/api/v1/auth/me/") for name, person in self.people.items()}
        return {name for name, reply in replies.items() if not reply.is_success}

    async def at_once(self, delivery: int, *steps: Step) -> None:
        """Several do something with a parcel at the same moment, each as who may."""
        shown = (await self.people["admin"].get(f"{DELIVERIES}/{delivery}/")).json()
        carrier = next((name for name in ("driver", "other driver") if self._has(name, shown)), "driver")

        async def do(who: str, name: str, body: Any) -> None:
            if body == "near":
                body = self.door(300)
            elif body and "transporter_id" in body:
                body = body | {"transporter_id": self.number_of(body["transporter_id"])}
            who = carrier if who == "driver" else who
            reply = await self.ask(who, f"{DELIVERIES}/{delivery}/{name}/", body, "same key")
            self.learn(reply.json() if reply.is_success else {})

        await asyncio.gather(*(do(*step) for step in steps))

    async def end_while_carried(self, nth: int, first: str, driver: str) -> None:
        """A sale is ended by its seller, its order called off by its buyer, and its parcel goes on, all at once."""
        sale = self.sales[nth % len(self.sales)]
        seller, order = await self.seller_of(sale), self.orders[nth % len(self.orders)]
        await asyncio.gather(
            self.ask(seller, f"/api/marketplace/sales/{sale}/{first}/"),
            self.ask("buyer", f"{SHOP}/orders/{order}/cancel/"),
            self.ask("admin", f"{SHOP}/orders/{order}/refund/", {"restock": True}),
            self.go_on(nth, driver, None, "once"),
        )
