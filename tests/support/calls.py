"""A valid call of every route that takes a body, to be spoiled, and what a spoiled one may answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.support.pictures import picture
from tests.support.world import BHAKTAPUR, PASSWORD, Person, World, delivery_body, initiate_body, ok, order_body

HERE = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}


@dataclass(frozen=True, eq=False)
class Call:
    """One route with a body that fits it."""

    method: str
    path: str
    who: str
    body: dict[str, Any]
    required: tuple[str, ...] = ()
    optional_body: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Stage:
    """People and things that the calls are about."""

    world: World
    people: dict[str, Person]
    ids: dict[str, int | str]

    async def send(self, call: Call, content: bytes, content_type: str = "application/json") -> httpx.Response:
        """The call with these bytes for a body."""
        headers = {"Content-Type": content_type}
        if call.who:
            headers |= self.people[call.who].headers
        return await self.world.http.request(
            call.method, call.path.format_map(self.ids), content=content, headers=headers
        )

    def body_of(self, call: Call) -> dict[str, Any]:
        """The call's body about the things of this stage."""
        filled: dict[str, Any] = self._fill(call.body)
        return filled

    def _fill(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._fill(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self._fill(entry) for entry in value]
        if value == "$fresh":
            return f"{uuid4().hex}@example.com"
        return self.ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def _about(body: dict[str, Any], **names: str) -> dict[str, Any]:
    return body | {key: f"${name}" for key, name in names.items()}


CALLS = [
    Call(
        "POST",
        "/api/v1/auth/register/",
        "",
        {"email": "$fresh", "password": PASSWORD, "name": "Sita", "phone": "+977-9841234567", "roles": ["seller"]},
        ("email", "password"),
    ),
    Call("POST", "/api/v1/auth/token/", "", {"email": "$taken", "password": PASSWORD}, ("email", "password")),
    Call("POST", "/api/v1/auth/token/refresh/", "", {"refresh": "x.y.z"}, ("refresh",)),
    Call(
        "POST",
        "/api/v1/marketplace/products/",
        "seller",
        {
            "name": "Rice",
            "listed_price": "12.50",
            "discounted_price": "10.00",
            "stock": 5,
            "description": "Good",
            "tax_class": "exempt",
            "images": ["/media/rice.jpg"],
        },
        ("name", "listed_price"),
    ),
    Call(
        "PATCH",
        "/api/v1/marketplace/products/{product}/",
        "seller",
        {"name": "Rice", "listed_price": "1250.00", "stock": 500, "images": [], "is_active": True},
    ),
    Call(
        "POST",
        "/api/v1/marketplace/carts/{cart}/items/",
        "customer",
        {"product_id": "$product", "quantity": 1},
        ("product_id",),
    ),
    Call(
        "POST",
        "/api/v1/marketplace/carts/{cart}/delivery-estimate/",
        "customer",
        {"district": "Kathmandu", "state": "Bagmati", "latitude": 27.7172, "longitude": 85.3240},
    ),
    Call("PATCH", "/api/v1/marketplace/carts/{cart}/items/{item}/", "customer", {"quantity": 2}, ("quantity",)),
    Call(
        "POST",
        "/api/v1/marketplace/orders/create/",
        "customer",
        _about(order_body(0), cart_id="empty_cart"),
        ("cart_id", "delivery_info"),
    ),
    Call(
        "POST",
        "/api/v1/marketplace/addresses/",
        "customer",
        order_body(0)["delivery_info"]
        | {
            "landmark": "By the gate",
            "district": "Kathmandu",
            "plus_code": "P88F+VJ",
            "label": "Home",
            "is_default": True,
        },
        ("customer_name", "phone_number", "address", "city"),
    ),
    Call(
        "POST",
        "/api/v1/payments/initiate/",
        "customer",
        _about(initiate_body(0, tax_amount="999.00", shipping_cost="100.00", bank=None), cart_id="cart"),
        ("cart_id", "gateway"),
    ),
    Call("POST", "/api/v1/payments/callback/", "", {"pidx": "$pidx"}, ("pidx",)),
    Call(
        "POST",
        "/api/v1/payments/verify/",
        "customer",
        {"transaction_id": "$transaction", "force_verify": False},
        ("transaction_id",),
    ),
    Call(
        "POST",
        "/api/transporters/",
        "novice",
        {
            "phone": "+977-9841555555",
            "vehicle_type": "van",
            "capacity_kg": 100,
            "business_name": "Quick",
            "vehicle_number": "BA-1",
            "max_active": 3,
            "documents": [{"kind": "licence", "number": "1", "expires_on": "2999-01-01"}],
        },
        ("vehicle_type", "capacity_kg"),
    ),
    Call(
        "PATCH",
        "/api/transporters/me/",
        "transporter",
        {
            "phone": "+977-9841555555",
            "vehicle_type": "van",
            "capacity_kg": 100.5,
            "max_active": 3,
            "is_available": True,
            "documents": [{"kind": "licence", "number": "1", "expires_on": None}],
        },
    ),
    Call(
        "POST",
        "/api/transporters/{transporter}/verify/",
        "admin",
        {"approved": True, "max_active": 3},
        optional_body=True,
    ),
    Call(
        "POST",
        "/api/deliveries/create/",
        "seller",
        _about(
            delivery_body(0, pickup_instructions="Call", delivery_instructions="Call", special_instructions="Care"),
            marketplace_sale_id="sale",
        ),
        ("marketplace_sale_id", "pickup_address", "pickup_contact_name", "package_weight"),
    ),
    Call(
        "POST",
        "/api/deliveries/{delivery}/accept/",
        "transporter",
        {"estimated_pickup_time": "2030-10-28T10:00:00Z", "notes": "Soon"},
        optional_body=True,
    ),
    Call(
        "POST",
        "/api/deliveries/{delivery}/pickup/",
        "transporter",
        HERE | {"notes": "Taken", "pickup_photo": picture("JPEG")},
        optional_body=True,
    ),
    Call(
        "POST",
        "/api/deliveries/{delivery}/deliver/",
        "transporter",
        HERE
        | {
            "notes": "Given",
            "delivery_photo": picture("JPEG"),
            "signature": picture(),
            "customer_rating": 5,
        },
        optional_body=True,
    ),
    Call("POST", "/api/auto-assign/", "admin", {"delivery_id": "$delivery"}),
    Call(
        "POST",
        "/api/auto-assign/",
        "admin",
        {
            "priority_filter": "low",
            "vehicle_type_filter": "truck",
            "max_assignments": 1,
            "time_range_hours": 24,
        },
    ),
    Call(
        "POST",
        "/api/deliveries/bulk-operations/",
        "admin",
        {
            "operation": "auto_assign",
            "delivery_ids": ["$delivery", 2],
            "parameters": {"max_assignments": 1, "priority_filter": "low", "vehicle_type_filter": "truck"},
        },
        ("operation", "delivery_ids"),
    ),
]


async def make_stage(world: World) -> Stage:
    """People of each role, a sale, a cart with an item, a delivery that waits and an unpaid payment."""
    bought = await world.bought(stock=500)
    driver, admin = await world.driver(), await world.admin()
    delivery = await world.delivery()
    cart = await world.cart(bought.customer, {bought.product_id: 1})
    item = ok(await bought.customer.get(f"/api/v1/marketplace/carts/{cart}/"))["items"][0]["id"]
    payment = await world.initiate(bought.customer, cart)
    novice = await world.person("transporter")
    people = {
        "novice": novice,
        "customer": bought.customer,
        "seller": bought.seller,
        "transporter": driver,
        "admin": admin,
    }
    ids = {
        "taken": driver.email,
        "product": bought.product_id,
        "cart": cart,
        "empty_cart": await world.cart(bought.customer, {}),
        "item": item,
        "order": bought.order_id,
        "sale": bought.sale_id,
        "pidx": payment["data"]["pidx"],
        "transaction": payment["transaction_id"],
        "transporter": driver.transporter_id,
        "delivery": delivery["id"],
        "carried_sale": delivery["marketplace_sale"],
        "novice": novice.user_id,
        "buyer": bought.customer.user_id,
    }
    return Stage(world, people, ids)


def spots(body: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a body something stands that can be replaced."""
    entries = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from spots(value, (*path, key))


def replaced(body: Any, path: tuple[str | int, ...], value: object) -> Any:
    """The body with something else in one spot."""
    changed = json.loads(json.dumps(body))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def check_refusal(reply: httpx.Response, what: object) -> None:
    """A 4xx in the shape of its section, or a success; never our fault."""
    where = f"{reply.request.method} {reply.request.url.path} with {str(what)[:300]} → {reply.status_code} {reply.text}"
    assert reply.status_code < 500, where
    if reply.status_code < 400:
        return
    body = reply.json()
    path = reply.request.url.path
    if path.startswith("/api/v1/payments"):
        assert body["status"] in {"error", "failed"}, where
        assert body["message"], where
    elif path.startswith("/api/auto-assign"):
        assert body["success"] is False, where
        assert body["error"], where
    else:
        assert body["detail"], where
    assert "Traceback" not in reply.text, where
    for words in body.get("errors", {}).values():
        assert not any(of_machines in words for of_machines in ("regex", "the pattern", "Expected `", "RFC3339")), where
