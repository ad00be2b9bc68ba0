"""People and things for tests, made the way users make them: over HTTP and sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from api.server.backing_services import find_sandbox
from api.server.serving import RunningServer
from dispatch.accounts.models import User
from dispatch.accounts.passwords import Passwords
from dispatch.accounts.service import Accounts
from dispatch.carts.service import MAX_ITEMS
from tests.support.waiting import PATIENCE_S, until

PASSWORD = "correct horse battery"
# Of the password, by the memory that a hash takes, MiB.
HASHES: dict[int, str] = {}
THAMEL = (27.7172, 85.3240)
BHAKTAPUR = (27.6710, 85.4298)
# About 3 km from Thamel, and farther from Bhaktapur.
ANOTHER_DOOR = {
    "customer_name": "Jane Doe",
    "phone_number": "9841-765432",
    "address": "Balaju Height 7",
    "landmark": "Behind the water park",
    "city": "Kathmandu",
    "district": "Kathmandu",
    "latitude": 27.7330,
    "longitude": 85.2990,
    "delivery_instructions": "Ring twice",
}
Place = tuple[float, float]


@dataclass
class Person:
    """Somebody who is signed in."""

    http: httpx.AsyncClient
    user_id: int
    email: str
    access: str
    refresh: str = ""

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(path, params=params or None, headers=self.headers)

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.headers | headers)

    async def patch(self, path: str, body: object) -> httpx.Response:
        return await self.http.patch(path, json=body, headers=self.headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}


@dataclass
class Driver(Person):
    """A verified transporter."""

    transporter_id: int = 0
    device: str = field(default_factory=lambda: f"phone-{uuid4().hex[:8]}")


@dataclass
class Bought:
    """What a paid order left behind."""

    customer: Person
    seller: Person
    product_id: int
    cart_id: int
    order_id: int
    transaction_id: str
    pidx: str
    sale_id: int


def ok(reply: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert reply.status_code == status, f"{reply.request.method} {reply.request.url} → {reply.status_code} {reply.text}"
    return reply.json() if reply.content else None


def ping(seq: int, lat: float, lon: float, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    """A ping frame."""
    recorded_at = (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z")
    return {"type": "ping", "seq": seq, "lat": lat, "lon": lon, "recorded_at": recorded_at, **more}


class World:
    """Makes people and things on one server."""

    def __init__(self, server: RunningServer, http: httpx.AsyncClient) -> None:
        self.server = server
        self.http = http

    @property
    def ws_url(self) -> str:
        return self.server.settings.public_url.replace("http", "ws", 1)

    async def person(self, *roles: str, name: str = "Some Body", email: str = "", proved: bool = True) -> Person:
        """Somebody who is signed in. Hashing a password is slow on purpose, so all have one password and one hash.

        ``proved``: whether the e-mail address is.
        """
        services = self.server.services
        user = User(
            email=email or f"{uuid4().hex[:12]}@example.com",
            email_verified_at=services.clock.now() if proved else None,
            password_hash=await _hash_of_password(services.settings.password_memory_mb),
            name=name,
            roles=sorted(roles or ("customer",)),
        )
        async with services.database.work() as work:
            work.session.add(user)
            await work.session.flush()
            tokens = Accounts(work, services.accounts.tokens, services.clock).open_sign_in(user)
        return Person(self.http, user.id, user.email, tokens.access, tokens.refresh)

    async def admin(self) -> Person:
        return await self.person("admin", name="Admin")

    async def driver(self, *, verified: bool = True, **profile: Any) -> Driver:
        person = await self.person("transporter", name="Some Driver")
        body = {
            "phone": "+977-9841555555",
            "vehicle_type": "motorcycle",
            "vehicle_number": "BA-1-PA-1234",
            "capacity_kg": 50,
            "business_name": "Quick Transport",
        }
        max_active = profile.pop("max_active", None)
        made = ok(await person.post("/api/transporters/", body | profile), 201)
        if verified:
            verdict = None if max_active is None else {"max_active": max_active}
            ok(await (await self.admin()).post(f"/api/transporters/{made['id']}/verify/", verdict))
        return Driver(person.http, person.user_id, person.email, person.access, person.refresh, made["id"])

    async def product(self, seller: Person, *, price: str = "1250.00", stock: int = 10, **more: Any) -> int:
        body = {"name": "Organic Rice", "listed_price": price, "stock": stock, **more}
        return int(ok(await seller.post("/api/v1/marketplace/products/", body), 201)["id"])

    async def cart(self, customer: Person, items: dict[int, int]) -> int:
        cart_id = int(ok(await customer.post("/api/v1/marketplace/carts/"), 201)["id"])
        for product_id, quantity in items.items():
            body = {"product_id": product_id, "quantity": quantity}
            ok(await customer.post(f"/api/v1/marketplace/carts/{cart_id}/items/", body), 201)
        return cart_id

    async def order(self, customer: Person, cart_id: int) -> dict[str, Any]:
        reply = await customer.post("/api/v1/marketplace/orders/create/", order_body(cart_id))
        made: dict[str, Any] = ok(reply, 201)
        return made

    async def initiate(self, customer: Person, cart_id: int, **more: Any) -> dict[str, Any]:
        reply = await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id, **more))
        made: dict[str, Any] = ok(reply)
        return made

    async def at_gateway(self, pidx: str, outcome: str, **more: Any) -> dict[str, Any]:
        """Do at the sandbox gateway what a person does on its page."""
        sandbox = find_sandbox(self.server.settings)
        assert sandbox is not None
        body = {"outcome": outcome, **more}
        answer: dict[str, Any] = ok(await self.http.post(f"{sandbox.base_url}/sandbox/payments/{pidx}/", json=body))
        return answer

    async def bought(
        self,
        *,
        seller: Person | None = None,
        customer: Person | None = None,
        quantity: int = 2,
        stock: int = 10,
        price: str = "1250.00",
    ) -> Bought:
        """An order that is paid."""
        seller = seller or await self.person("seller", name="farmer_john")
        customer = customer or await self.person("customer")
        product_id = await self.product(seller, stock=stock, price=price)
        cart_id = await self.cart(customer, {product_id: quantity})
        order = await self.order(customer, cart_id)
        payment = await self.initiate(customer, cart_id)
        pidx = payment["data"]["pidx"]
        await self.at_gateway(pidx, "completed")
        settled = ok(await self.http.post("/api/v1/payments/callback/", json={"pidx": pidx}))
        return Bought(
            customer,
            seller,
            product_id,
            cart_id,
            order["id"],
            payment["transaction_id"],
            pidx,
            settled["data"]["marketplace_sales"][0]["id"],
        )

    async def delivery(self, bought: Bought | None = None, **more: Any) -> dict[str, Any]:
        """A delivery that waits for a transporter."""
        bought = bought or await self.bought()
        made: dict[str, Any] = ok(
            await bought.seller.post("/api/deliveries/create/", delivery_body(bought.sale_id, **more)), 201
        )
        return made

    async def deliveries(self, *wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """Several deliveries of one seller to one customer, each with its own changes to the contract's delivery."""
        seller, customer = await self.person("seller"), await self.person("customer")
        # What a new account pays on its first day is held where it is much.
        price = "1250.00" if len(wanted) <= 100 else "1.00"
        made: list[dict[str, Any]] = []
        for first in range(0, len(wanted), MAX_ITEMS):
            some = wanted[first : first + MAX_ITEMS]
            sales = await self._sales(customer, {await self.product(seller, price=price): 1 for _ in some})
            bodies = [delivery_body(sale_id, **more) for sale_id, more in zip(sales, some, strict=True)]
            made += [ok(await seller.post("/api/deliveries/create/", body), 201) for body in bodies]
        return made

    async def _sales(self, customer: Person, items: dict[int, int]) -> list[int]:
        """A cart of these is paid."""
        payment = await self.initiate(customer, await self.cart(customer, items))
        await self.at_gateway(payment["data"]["pidx"], "completed")
        settled = ok(await self.http.post("/api/v1/payments/callback/", json={"pidx": payment["data"]["pidx"]}))
        return [sale["id"] for sale in settled["data"]["marketplace_sales"]]

    @asynccontextmanager
    async def phone(self, driver: Driver, *, epoch: str | None = None) -> AsyncIterator["Phone"]:
        """An open, greeted connection of a transporter's app."""
        async with websockets.connect(
            f"{self.ws_url}/ws/transporter",
            subprotocols=[_subprotocol("dispatch.v1"), _subprotocol(f"bearer.{driver.access}")],
            open_timeout=PATIENCE_S,
        ) as socket:
            phone = Phone(socket)
            await phone.send({"type": "hello", "device": driver.device, "epoch": epoch or uuid4().hex})
            phone.welcome = await phone.receive()
            assert phone.welcome["type"] == "welcome"
            yield phone

    async def online_at(self, driver: Driver, lat: float, lon: float) -> None:
        """One ping that is acknowledged and taken."""
        async with self.phone(driver) as phone:
            await phone.send(ping(1, lat, lon))
            await phone.until_ack(1)
            assert not phone.rejected, f"the ping from {lat}, {lon} was rejected: {phone.rejected}"

    async def stored_fixes(self, driver: Driver, count: int) -> list[dict[str, Any]]:
        """The driver's stored fixes, once the history has as many."""

        async def full_page() -> dict[str, Any] | None:
            page: dict[str, Any] = ok(
                await driver.get(f"/api/transporters/{driver.transporter_id}/positions/", page_size=100)
            )
            return page if page["count"] >= count else None

        page = await until(full_page)
        assert page["count"] == count, f"{page['count']} fixes stored, expected {count}"
        results: list[dict[str, Any]] = page["results"]
        return results


class Phone:
    """The app's side of a transporter's socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.welcome: dict[str, Any] = {}
        self.rejected: dict[int, str] = {}
        self.assignments: list[dict[str, Any]] = []

    async def send(self, frame: object) -> None:
        await self.socket.send(json.dumps(frame))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            frame: dict[str, Any] = json.loads(await self.socket.recv())
        return frame

    async def until_ack(self, seq: int) -> None:
        """Read until everything up to ``seq`` is acknowledged, keeping rejects and assignments."""
        while True:
            frame = await self.receive()
            if frame["type"] == "reject":
                self.rejected[frame["seq"]] = frame["reason"]
            elif frame["type"] == "assignment":
                self.assignments.append(frame)
            elif frame["type"] == "ack" and frame["seq"] >= seq:
                return


async def _hash_of_password(memory_mb: int) -> str:
    if memory_mb not in HASHES:
        passwords = Passwords(memory_mb=memory_mb)
        HASHES[memory_mb] = await passwords.hash(PASSWORD)
        passwords.close()
    return HASHES[memory_mb]


def _subprotocol(name: str) -> websockets.Subprotocol:
    return websockets.Subprotocol(name)


def order_body(cart_id: int) -> dict[str, Any]:
    """The contract's order."""
    return {
        "cart_id": cart_id,
        "delivery_info": {
            "customer_name": "John Doe",
            "phone_number": "+977-9841234567",
            "address": "Thamel, Kathmandu",
            "city": "Kathmandu",
            "state": "Bagmati",
            "zip_code": "44600",
            "latitude": THAMEL[0],
            "longitude": THAMEL[1],
            "delivery_instructions": "Call when arrived",
        },
        "payment_method": "KHALTI",
    }


def initiate_body(cart_id: int, **more: Any) -> dict[str, Any]:
    """The contract's payment."""
    return {
        "cart_id": cart_id,
        "gateway": "KHALTI",
        "return_url": "https://yourapp.example/payment/return",
        "customer_name": "John Doe",
        "customer_email": "john@example.com",
        "customer_phone": "+977-9841234567",
        **more,
    }


def delivery_body(sale_id: int, **more: Any) -> dict[str, Any]:
    """The contract's delivery."""
    return {
        "marketplace_sale_id": sale_id,
        "pickup_address": "Farm Location, Bhaktapur",
        "pickup_latitude": BHAKTAPUR[0],
        "pickup_longitude": BHAKTAPUR[1],
        "pickup_contact_name": "Farmer John",
        "pickup_contact_phone": "+977-9841111111",
        "delivery_address": "Thamel, Kathmandu",
        "delivery_latitude": THAMEL[0],
        "delivery_longitude": THAMEL[1],
        "delivery_contact_name": "John Doe",
        "delivery_contact_phone": "+977-9841234567",
        "package_weight": 2.5,
        "package_dimensions": "30x20x15 cm",
        "package_value": 2500.00,
        "fragile": False,
        "requires_signature": False,
        "priority": "normal",
        "delivery_fee": 150.00,
        "requested_pickup_date": "2030-10-28T09:00:00Z",
        "requested_delivery_date": "2030-10-28T18:00:00Z",
        **more,
    }


async def together(requests: Iterable[Awaitable[httpx.Response]]) -> list[httpx.Response]:
    """Send all at once; the answers in the order of the requests."""
    return list(await asyncio.gather(*requests))
