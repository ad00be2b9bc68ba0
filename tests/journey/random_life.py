"""A small shop whose people do random things, over HTTP, and what each of them is answered."""

import asyncio
import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self
from uuid import uuid4

import httpx

from dispatch.sales.models import Sale
from tests.support.pictures import picture
from tests.support.places import at, north_of
from tests.support.world import Driver, Person, World, delivery_body, initiate_body, order_body

DELIVERIES, SHOP = "/api/deliveries", "/api/v1/marketplace"
Repeat = Literal["once", "again", "same key", "at once"]
REPEATS: tuple[Repeat, ...] = ("once", "again", "same key", "at once")
# A repeat that finds the first still at work waits or is told so; whose key was used for something else is 422.
STILL_AT_WORK = 409
# What only our code calls so, and no person.
NAMES_OF_CODE = re.compile(r"\bNone\b|Status\.[A-Z]|<[A-Z]\w+|\bDecimal\(")
# What a refusal names beside fields.
NAMED = frozenset({"missing", "tries_left", "offset", "reasons", "data", "max_active", "free_capacity", "max_items"})
# How the thing stands that the refused act was about.
STANDS = {
    f"{DELIVERIES}/": frozenset({"delivery_status", "sale_status"}),
    "/api/marketplace/sales/": frozenset({"sale_status"}),
    f"{SHOP}/orders/": frozenset({"order_status"}),
}
# Refusals that the contract shows without fields.
AS_THE_CONTRACT_SAYS = frozenset({"EMPTY_CART"})
# Refusals that are about whoever asks, or about what they ask with.
NOT_OF_IT = frozenset({"not_available", "request_in_flight", "too_many_unpaid_orders"})
_lives = itertools.count()


@dataclass
class Life:
    """Two sellers, two customers, transporters and an admin, with what they made so far, oldest first."""

    world: World
    people: dict[str, Person]
    products: dict[int, str]
    place: tuple[float, float]
    stocked: dict[int, int]
    orders: list[int] = field(default_factory=list)
    carts: dict[int, int] = field(default_factory=dict)
    payments: list[tuple[str, str]] = field(default_factory=list)
    sales: list[int] = field(default_factory=list)
    deliveries: list[int] = field(default_factory=list)
    delivered: set[int] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    uploads: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, int, int, str]] = field(default_factory=list)
    drivers: tuple[str, ...] = ("driver", "other driver", "unverified")
    asked: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    @classmethod
    async def begun(cls, world: World) -> Self:
        """With an order of both sellers that is paid."""
        people: dict[str, Person] = {name: await world.person("seller", name=name) for name in ("Anju", "Bikash")}
        people |= {name: await world.person("customer", name=name) for name in ("buyer", "stranger")}
        people |= {name: await world.driver(max_active=2, capacity_kg=20) for name in ("driver", "other driver")}
        people["unverified"] = await world.driver(verified=False)
        people["admin"] = await world.admin()
        rice = await world.product(people["Anju"], price="123.45", stock=30)
        tea = await world.product(people["Bikash"], price="0.99", stock=4, tax_class="exempt")
        place = _far_away()
        for nth, name in enumerate(("driver", "other driver")):
            driver = people[name]
            assert isinstance(driver, Driver)
            await world.online_at(driver, *north_of(place, 100 * nth))
        life = cls(world, people, {rice: "Anju", tea: "Bikash"}, place, {rice: 30, tea: 4})
        await life.order("buyer", [1, 1], "once")
        await life.pay("buyer", 0, "completed", "once")
        return life

    def number_of(self, name: str) -> int:
        """The id of a transporter by its name."""
        driver = self.people[name]
        assert isinstance(driver, Driver)
        return driver.transporter_id

    async def ask(
        self, who: str, path: str, body: Any = None, repeat: Repeat = "once", method: str = "POST"
    ) -> httpx.Response:
        """Somebody does something, perhaps twice; the first answer that says something of it."""
        key = {"Idempotency-Key": uuid4().hex} if repeat in {"same key", "at once"} else {}
        headers = self.people[who].headers | key

        async def once() -> httpx.Response:
            return await self.world.http.request(method, path, json=body, headers=headers)

        if repeat == "at once":
            replies = list(await asyncio.gather(once(), once()))
        else:
            replies = [await once() for _ in range(1 if repeat == "once" else 2)]
        for reply in replies:
            self.told.append(f"{who}: {method} {path} {body or ''} {repeat} → {reply.status_code} {reply.text[:300]}")
            self.note(reply)
            explains_itself(reply)
        first, last = replies[0], replies[-1]
        is_keyed = method == "POST"  # other methods may be repeated as they are: what is gone is not there
        is_answered = repeat == "at once" and {one.status_code for one in replies} != {STILL_AT_WORK}
        if is_keyed and (repeat == "same key" or is_answered):
            answered = [one for one in replies if not _is_still_at_work(one)]
            assert len({(one.status_code, one.text) for one in answered}) <= 1, "one key, two answers"
            return answered[0] if answered else last
        return first if first.is_success else last

    def note(self, reply: httpx.Response) -> None:
        """Which routes were asked, and which took it."""
        asked = f"{reply.request.method} {reply.request.url.path}"
        self.asked.add(asked)
        self.taken |= {asked} if reply.is_success else set()

    async def order(self, who: str, quantities: list[int], repeat: Repeat) -> None:
        """Fill a cart and order it."""
        wanted = {product: quantity for product, quantity in zip(self.products, quantities, strict=True) if quantity}
        made = await self.ask(who, f"{SHOP}/carts/")
        if not made.is_success:
            return
        cart = made.json()["id"]
        for product, quantity in wanted.items():
            items = f"{SHOP}/carts/{cart}/items/"
            added = await self.ask(who, items, {"product_id": product, "quantity": quantity})
            if not added.is_success:
                return
        reply = await self.ask(who, f"{SHOP}/orders/create/", order_body(cart), repeat)
        if reply.is_success:
            self.orders.append(reply.json()["id"])
            self.carts[self.orders[-1]] = cart

    async def pay(self, who: str, nth: int, outcome: str, repeat: Repeat) -> None:
        """Open a payment for an order, end it at the gateway, and come back from there."""
        order = self.orders[nth % len(self.orders)]
        reply = await self.ask(who, "/api/v1/payments/initiate/", initiate_body(self.carts[order]), repeat)
        if not reply.is_success:
            return
        payment = reply.json()
        self.payments.append((payment["transaction_id"], payment["data"]["pidx"]))
        await self.world.at_gateway(payment["data"]["pidx"], outcome, force=True)
        await self.settle(len(self.payments) - 1, repeat)

    async def settle(self, nth: int, repeat: Repeat) -> None:
        """The gateway's callback, once or as often as it likes."""
        _, pidx = self.payments[nth % len(self.payments)]
        reply = await self.ask("stranger", "/api/v1/payments/callback/", {"pidx": pidx}, repeat)
        sales = reply.json().get("data", {}).get("marketplace_sales", []) if reply.is_success else []
        self.sales += [sale["id"] for sale in sales if sale["id"] not in self.sales]

    async def deliver_sale(self, who: str, nth: int, weight: float, repeat: Repeat, proof: Any = None) -> None:
        """Make a delivery of a sale."""
        sale = self.sales[nth % len(self.sales)]
        body = delivery_body(sale, package_weight=weight, proof=proof, **at(self.place))
        reply = await self.ask(who, f"{DELIVERIES}/create/", body, repeat)
        if reply.is_success:
            self.delivered.add(sale)
            self.know(reply.json()["id"])

    async def go_on(self, nth: int, driver: str, late: int | None, repeat: Repeat) -> None:
        """A sale gets its delivery; a delivery its transporter, who picks it up and hands it over."""
        waiting = [at for at, sale in enumerate(self.sales) if sale not in self.delivered]
        if waiting and nth >= len(self.deliveries):
            left = waiting[0]
            await self.deliver_sale(await self.seller_of(self.sales[left]), left, 0.5, repeat)
            return
        if not self.deliveries:
            return
        path = f"{DELIVERIES}/{self.deliveries[nth % len(self.deliveries)]}"
        now = (await self.people["admin"].get(f"{path}/")).json()
        carrier = next((name for name in ("driver", "other driver") if self._has(name, now)), driver)
        if now["status"] == "available":
            await self.ask("admin", f"{path}/assign/", {"transporter_id": self.number_of(driver)}, repeat)
        elif now["status"] == "assigned":
            await self.ask(carrier, f"{path}/pickup/", ago(late) | await self.proved(now, "pickup"), repeat)
        else:
            end = "drop_off" if now["return_of"] is None else "return"
            await self.ask(carrier, f"{path}/deliver/", ago(late) | await self.proved(now, end), repeat)

    async def proved(self, delivery: dict[str, Any], end: str) -> dict[str, Any]:
        """All that is required at an end of a delivery."""
        given: dict[str, Any] = {}
        photo = "pickup_photo" if end == "pickup" else "delivery_photo"
        for kind in delivery["proof"][end]:
            if kind == "code":
                given["code"] = await self.digits(delivery["id"])
            else:
                given |= {
                    "photo": {photo: picture()},
                    "signature": {"signature": picture(), "signed_by": "Maya"},
                    "barcode": {"scanned": delivery["tracking_number"]},
                    "age": {"age_checked": True},
                }[kind]
        return given

    async def digits(self, delivery: int) -> str:
        """The customer's code, of whoever is told it; what nobody is told is wrong."""
        for name in ("buyer", "stranger"):
            told = await self.people[name].get(f"{DELIVERIES}/{delivery}/code/")
            explains_itself(told)
            if told.is_success and told.json()["digits"] is not None:
                return str(told.json()["digits"])
        return "0000"

    def _has(self, name: str, delivery: dict[str, Any]) -> bool:
        return bool((delivery.get("transporter") or {}).get("id") == self.number_of(name))

    async def seller_of(self, sale: int) -> str:
        async with self.world.server.services.database.work() as work:
            seller = (await work.session.get_one(Sale, sale)).seller_id
        return next(name for name, person in self.people.items() if person.user_id == seller)

    async def answer_offer(self, who: str, step: str, repeat: Repeat) -> None:
        """Accept or decline the first that one is offered."""
        offers = await self.people[who].get("/api/offers/")
        explains_itself(offers)
        found = offers.json().get("results", []) if offers.is_success else []
        body = {"reason": "busy"} if step == "decline" else None
        offer = found[0]["id"] if found else 1
        await self.ask(who, f"/api/offers/{offer}/{step}/", body, repeat)

    async def bring_back(self, who: str, delivery: int, body: Any, repeat: Repeat) -> None:
        """A parcel goes back to its seller, as a delivery of its own."""
        reply = await self.ask(who, f"{DELIVERIES}/{delivery}/return/", body, repeat)
        if reply.is_success:
            self.know(reply.json()["delivery"]["id"])

    async def object_to(self, who: str, delivery: int, body: Any, repeat: Repeat) -> None:
        """Somebody says that a parcel did not come as it was told."""
        path = f"{DELIVERIES}/{await self.tracking_number(delivery)}"
        await self.ask(who, f"{path}/objection/", body, repeat)
        theirs = (await self.people["buyer"].get(f"{path}/track/")).json().get("unlock")
        if theirs is not None:  # its buyer tells somebody the code
            await self.ask(who, f"{path}/objection/by-code/?unlock={theirs}", body, repeat)

    async def answer_objection(self, who: str, delivery: int, act: str, body: Any, repeat: Repeat) -> None:
        """An objection to a parcel is answered, where there is one."""
        named = await self.people["admin"].get("/api/objections/", search=await self.tracking_number(delivery))
        found = [one["id"] for one in named.json()["results"] if one["delivery_id"] == delivery]
        await self.ask(who, f"/api/objections/{found[0] if found else 1 << 40}/{act}/", body, repeat)

    async def tracking_number(self, delivery: int) -> str:
        """What stands on a parcel."""
        return str((await self.people["admin"].get(f"{DELIVERIES}/{delivery}/")).json()["tracking_number"])

    def know(self, delivery: int | None) -> None:
        """A delivery has come to be, perhaps just now."""
        if delivery is not None and delivery not in self.deliveries:
            self.deliveries.append(delivery)

    async def change_stock(self, who: str, nth: int, change: int) -> None:
        """Goods come in or are lost."""
        product = list(self.products)[nth % len(self.products)]
        reason = "received" if change > 0 else "damaged"
        path = f"{SHOP}/products/{product}/stock/"
        reply = await self.ask(who, path, {"change": change, "reason": reason})
        if reply.is_success:
            self.stocked[product] += change


def ago(seconds: int | None) -> dict[str, str]:
    """When something happened, so long before it is told; a negative number lies ahead."""
    if seconds is None:
        return {}
    return {"happened_at": (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()}


def _far_away() -> tuple[float, float]:
    """Where nobody else is, for so many lives that the equator would not hold them."""
    number = next(_lives)
    return -60.0 + number % 100, 20.5 + number // 100


def _is_still_at_work(reply: httpx.Response) -> bool:
    return reply.status_code == STILL_AT_WORK and "key" in reply.text.lower()


def explains_itself(reply: httpx.Response) -> None:
    """A success, or a refusal in words with a code, which names its fields or how things stand; never our fault."""
    where = f"{reply.request.method} {reply.request.url.path} → {reply.status_code} {reply.text[:600]}"
    assert reply.status_code < 500, where
    if reply.status_code < 400:
        return
    body = reply.json()
    words, code = body.get("detail") or body.get("message") or body.get("error"), body.get("code") or body["error_code"]
    assert words, where
    assert code, where
    assert not NAMES_OF_CODE.search(words), where
    if reply.status_code in {400, 422} and code not in AS_THE_CONTRACT_SAYS:
        assert body.get("errors") or body.keys() & NAMED, where
    if reply.status_code == 409 and code not in NOT_OF_IT:
        wanted = next((names for path, names in STANDS.items() if reply.request.url.path.startswith(path)), None)
        assert wanted is None or body.keys() & wanted, where
