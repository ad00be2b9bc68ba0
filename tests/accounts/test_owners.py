"""What is somebody's: its owner may, and whoever has the same role and not the thing is told nothing of it.

Every closed route that is open to more than admins is in one of the tables; ``test_guards`` has the roles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from api.server.app import create_app
from tests.support.places import at, somewhere
from tests.support.world import Bought, Driver, Person, World, delivery_body, initiate_body, ok, order_body

ME = "acts on whoever asks, or makes something of theirs"
EVERYBODY = "shows the same to all who may see it"
# Routes without a thing in their path.
OF_NOBODY: dict[tuple[str, str], str] = {
    ("POST", "/api/v1/auth/close"): ME,
    ("POST", "/api/v1/auth/logout"): ME,
    ("GET", "/api/v1/auth/me"): ME,
    ("POST", "/api/v1/auth/password"): ME,
    ("POST", "/api/v1/auth/roles"): ME,
    ("POST", "/api/v1/auth/verify-email/resend"): ME,
    ("POST", "/api/v1/auth/ws-ticket"): ME,
    ("POST", "/api/v1/marketplace/carts"): ME,
    ("POST", "/api/v1/marketplace/products"): ME,
    ("POST", "/api/transporters"): ME,
    ("GET", "/api/transporters/me"): ME,
    ("PATCH", "/api/transporters/me"): ME,
    ("GET", "/api/transporters/me/duty"): ME,
    ("POST", "/api/transporters/me/duty"): ME,
    ("PUT", "/api/transporters/me/shifts"): ME,
    ("POST", "/api/transporters/me/devices"): ME,
    ("POST", "/api/transporters/me/positions"): ME,
    ("GET", "/api/deliveries/available"): EVERYBODY,
    ("GET", "/api/transporters/nearby"): EVERYBODY,
}


@dataclass(frozen=True)
class Things:
    """Everything of the owners."""

    bought: Bought
    driver: Driver
    delivery: int
    offered: int
    offer: int
    cart: int
    item: int
    device: int

    def path(self, template: str) -> str:
        """With the numbers of the owners' things."""
        numbers = {
            "delivery_id": self.offered if template in OF_OFFERED else self.delivery,
            "offer_id": self.offer,
            "cart_id": self.cart,
            "item_id": self.item,
            "device_id": self.device,
            "sale_id": self.bought.sale_id,
            "order_id": self.bought.order_id,
            "product_id": self.bought.product_id,
            "transaction_id": self.bought.transaction_id,
            "transporter_id": self.driver.transporter_id,
        }
        parts = [
            str(numbers[part[1:].partition(":")[0]]) if part.startswith("{") else part for part in template.split("/")
        ]
        return "/".join(parts) + ("" if "." in parts[-1] else "/")


OF_OFFERED = {"/api/deliveries/{delivery_id:str}/decision/mine"}
HERE = {"latitude": 27.6710, "longitude": 85.4298}
# Route → roles that it is open to beside admins: what its owner is answered, and what another of the role.
# They are asked in this order, so what ends a thing stands last.
OWNED: dict[tuple[str, str], dict[str, tuple[int, int]]] = {
    ("GET", "/api/v1/marketplace/orders/{order_id:int}"): {"customer": (200, 404)},
    ("GET", "/api/v1/payments/status/{transaction_id:str}"): {"customer": (200, 404)},
    ("GET", "/api/v1/payments/{transaction_id:str}/invoice"): {"customer": (200, 404)},
    ("GET", "/api/marketplace/sales/{sale_id:int}"): {"customer": (200, 404), "seller": (200, 404)},
    ("GET", "/api/deliveries/{delivery_id:str}"): {"seller": (200, 404), "transporter": (200, 404)},
    ("GET", "/api/deliveries/{delivery_id:str}/decision/mine"): {"transporter": (404, 404)},
    ("GET", "/api/deliveries/{delivery_id:str}/path.geojson"): {
        "customer": (200, 403),
        "seller": (200, 403),
        "transporter": (200, 403),
    },
    ("GET", "/api/deliveries/{delivery_id:str}/path.gpx"): {
        "customer": (200, 403),
        "seller": (200, 403),
        "transporter": (200, 403),
    },
    ("GET", "/api/transporters/{transporter_id:int}/deliveries"): {"transporter": (200, 403)},
    ("GET", "/api/transporters/{transporter_id:int}/positions"): {"transporter": (200, 403)},
    ("GET", "/api/v1/marketplace/carts/{cart_id:int}"): {"customer": (200, 404)},
    ("POST", "/api/v1/marketplace/carts/{cart_id:int}/items"): {"customer": (201, 404)},
    ("PATCH", "/api/v1/marketplace/carts/{cart_id:int}/items/{item_id:int}"): {"customer": (200, 404)},
    ("DELETE", "/api/v1/marketplace/carts/{cart_id:int}/items/{item_id:int}"): {"customer": (204, 404)},
    ("PATCH", "/api/v1/marketplace/products/{product_id:int}"): {"seller": (200, 403)},
    ("POST", "/api/v1/marketplace/products/{product_id:int}/images"): {"seller": (201, 403)},
    ("POST", "/api/offers/{offer_id:int}/decline"): {"transporter": (200, 404)},
    ("POST", "/api/offers/{offer_id:int}/accept"): {"transporter": (409, 404)},
    ("POST", "/api/deliveries/{delivery_id:str}/accept"): {"transporter": (200, 409)},
    ("POST", "/api/deliveries/{delivery_id:str}/rate"): {"customer": (409, 404)},
    ("POST", "/api/deliveries/{delivery_id:str}/give-back"): {"transporter": (200, 403)},
    ("POST", "/api/deliveries/{delivery_id:str}/pickup"): {"transporter": (409, 403)},
    ("POST", "/api/deliveries/{delivery_id:str}/deliver"): {"transporter": (409, 403)},
    ("POST", "/api/marketplace/sales/{sale_id:int}/mark-as-delivered"): {"seller": (409, 403)},
    ("POST", "/api/deliveries/{delivery_id:str}/cancel"): {"seller": (200, 404)},
    ("PATCH", "/api/transporters/me/devices/{device_id:int}"): {"transporter": (200, 404)},
    ("DELETE", "/api/transporters/me/devices/{device_id:int}"): {"transporter": (204, 404)},
    ("POST", "/api/v1/marketplace/orders/{order_id:int}/refund"): {"customer": (200, 404)},
    ("POST", "/api/v1/marketplace/orders/{order_id:int}/cancel"): {"customer": (200, 404)},
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/marketplace/orders/{order_id:int}/refund"): {},
    ("POST", "/api/v1/marketplace/products/{product_id:int}/images"): {"image": PIXEL},
    ("PATCH", "/api/v1/marketplace/carts/{cart_id:int}/items/{item_id:int}"): {"quantity": 3},
    ("PATCH", "/api/v1/marketplace/products/{product_id:int}"): {"description": "Better rice"},
    ("POST", "/api/offers/{offer_id:int}/decline"): {"reason": "too_far"},
    ("POST", "/api/deliveries/{delivery_id:str}/give-back"): {"reason": "too_far"},
    ("POST", "/api/deliveries/{delivery_id:str}/cancel"): {"reason": "seller_asked"},
    ("POST", "/api/deliveries/{delivery_id:str}/pickup"): HERE,
    ("POST", "/api/deliveries/{delivery_id:str}/deliver"): HERE,
    ("POST", "/api/deliveries/{delivery_id:str}/rate"): {"rating": 5},
    ("PATCH", "/api/transporters/me/devices/{device_id:int}"): {"name": "Phone"},
}
# What others of the role are shown without a thing in the path: nothing of the owners'. The key of the number in a row,
# and which of the owners' things it is.
LISTS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("GET", "/api/v1/marketplace/orders/my-orders"): ("customer", "id", "order"),
    ("GET", "/api/v1/marketplace/products/mine"): ("seller", "id", "product"),
    ("GET", "/api/marketplace/sales"): ("seller", "id", "sale"),
    ("GET", "/api/offers/history"): ("transporter", "id", "offer"),
    ("GET", "/api/offers"): ("transporter", "id", "offer"),
    ("GET", "/api/transporters/me/devices"): ("transporter", "id", "device"),
}
# Figures: another of the role has none, for it has bought and sold nothing.
FIGURES: dict[tuple[str, str], str] = {
    ("GET", "/api/marketplace/analytics/products"): "seller",
    ("GET", "/api/marketplace/analytics/purchases"): "customer",
    ("GET", "/api/marketplace/analytics/revenue"): "seller",
    ("GET", "/api/marketplace/sales/report"): "seller",
}
# What is made of somebody's thing that the body names: another of the role may not make it.
NAMED_IN_BODY = {
    ("POST", "/api/v1/marketplace/orders/create"),
    ("POST", "/api/v1/payments/initiate"),
    ("POST", "/api/v1/payments/verify"),
    ("POST", "/api/deliveries/create"),
}


def _open_routes(app: Litestar) -> Iterator[tuple[str, str]]:
    """Those that somebody else than admins may call."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path.startswith("/schema"):
            continue
        for handler in route.route_handlers:
            guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
            roles = {role for guard in guards for role in getattr(guard, "roles", None) or ()}
            if not handler.opt.get("exclude_from_auth") and {str(role) for role in roles} != {"admin"}:
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield str(method), route.path


def test_no_route_is_without_an_entry(world: World) -> None:
    there = set(_open_routes(create_app(world.server.services)))
    listed = OF_NOBODY.keys() | OWNED.keys() | LISTS.keys() | FIGURES.keys() | NAMED_IN_BODY
    assert there == listed, f"put into a table: {there - listed}; take out: {listed - there}"


@pytest.fixture(scope="module")
async def things(world: World) -> Things:
    """What two customers' worth of business leaves behind."""
    bought, driver, admin, here = await world.bought(), await world.driver(), await world.admin(), somewhere()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await world.online_at(driver, *here)
    [offered] = await world.deliveries(at(here))
    body = {"mode": "all", "deadline_s": 120}
    asked = ok(await admin.post(f"/api/deliveries/{offered['id']}/offers/", body), 201)["searches"][0]["offers"]
    [offer] = [one["id"] for one in asked if one["transporter_id"] == driver.transporter_id]
    cart_id = await world.cart(bought.customer, {bought.product_id: 1})
    cart = ok(await bought.customer.get(f"/api/v1/marketplace/carts/{cart_id}/"))
    device = ok(await driver.post("/api/transporters/me/devices/", {"name": "Phone"}), 201)
    return Things(bought, driver, delivery["id"], offered["id"], offer, cart_id, cart["items"][0]["id"], device["id"])


@pytest.fixture(scope="module")
async def owners(things: Things) -> dict[str, Person]:
    return {"customer": things.bought.customer, "seller": things.bought.seller, "transporter": things.driver}


@pytest.fixture(scope="module")
async def others(world: World) -> dict[str, Person]:
    """Of each role somebody else, who may do what the role may."""
    return {
        "customer": await world.person("customer"),
        "seller": await world.person("seller"),
        "transporter": await world.driver(),
    }


async def _wrong(things: Things, people: dict[str, Person], *, own: bool) -> str:
    """Every answer that is another than the table says, a line each."""
    wrong = []
    for (method, template), roles in OWNED.items():
        for role, expected in roles.items():
            person, wanted = people[role], expected[0] if own else expected[1]
            body = BODIES.get((method, template))
            if template.endswith("/items"):
                body = {"product_id": things.bought.product_id, "quantity": 1}
            reply = await person.http.request(method, things.path(template), headers=person.headers, json=body)
            if reply.status_code != wanted:
                told = reply.text[:160]
                wrong.append(f"{method} {template} as {role}: {reply.status_code} instead of {wanted}: {told}")
    return "\n".join(wrong)


async def test_whoever_does_not_own_a_thing_is_answered_as_the_table_says_and_changes_nothing(
    things: Things, others: dict[str, Person]
) -> None:
    wrong = await _wrong(things, others, own=False)
    assert not wrong, wrong


async def test_lists_and_figures_of_others_hold_nothing_of_the_owners(
    things: Things, owners: dict[str, Person], others: dict[str, Person]
) -> None:
    numbers = {
        "order": things.bought.order_id,
        "product": things.bought.product_id,
        "sale": things.bought.sale_id,
        "offer": things.offer,
        "device": things.device,
    }
    for (_, path), (role, key, thing) in LISTS.items():
        for people, has in ((owners, True), (others, False)):
            told = ok(await people[role].get(f"{path}/"))
            rows = told if isinstance(told, list) else next(one for one in told.values() if isinstance(one, list))
            is_over = path != "/api/offers/history"  # the offer is open
            assert (numbers[thing] in {row[key] for row in rows}) is (has and is_over), f"{path} of {role}: {rows}"
    for (_, path), role in FIGURES.items():
        theirs, none = ok(await owners[role].get(f"{path}/")), ok(await others[role].get(f"{path}/"))
        assert theirs != none, path
        assert "Organic Rice" not in str(none), path


async def test_nobody_makes_anything_of_what_is_somebody_elses(things: Things, others: dict[str, Person]) -> None:
    bought = things.bought
    ordered = await others["customer"].post("/api/v1/marketplace/orders/create/", order_body(things.cart))
    paid = await others["customer"].post("/api/v1/payments/initiate/", initiate_body(things.cart))
    verified = await others["customer"].post("/api/v1/payments/verify/", {"transaction_id": bought.transaction_id})
    delivered = await others["seller"].post("/api/deliveries/create/", delivery_body(bought.sale_id))
    assert [reply.status_code for reply in (ordered, paid, verified, delivered)] == [404, 404, 404, 403]


async def test_the_owner_is_answered_as_the_table_says(things: Things, owners: dict[str, Person]) -> None:
    wrong = await _wrong(things, owners, own=True)
    assert not wrong, wrong
