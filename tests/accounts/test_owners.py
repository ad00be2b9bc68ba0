"""Lists, figures and what is made of a thing: whoever has the same role and not the thing is shown nothing of it.

Who may ask which route, and what its owner and another are answered, stands in ``access/table.txt``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from api.server.app import create_app
from tests.support.pictures import picture
from tests.support.places import at, somewhere
from tests.support.world import Bought, Driver, Person, World, delivery_body, initiate_body, ok, order_body

# Closed routes without a thing in their path that show whoever asks what is theirs alone, or everybody the same.
NOT_OF_THINGS = {
    "/api/v1/auth/me",
    "/api/transporters/me",
    "/api/transporters/me/duty",
    "/api/transporters/me/earnings",
    "/api/transporters/me/ratings",
    "/api/sellers/me/proof",
    "/api/deliveries/available",
    "/api/transporters/nearby",
    "/api/marketplace/seller/tracking-privacy",
}


@dataclass(frozen=True)
class Things:
    """Something of each owner."""

    bought: Bought
    driver: Driver
    offer: int
    cart: int
    device: int
    table: int
    address: int
    document: int
    setback: int
    objection: int


# What others of the role are shown without a thing in the path: nothing of the owners'. The key of the number in a row,
# and which of the owners' things it is.
LISTS: dict[str, tuple[str, str, str]] = {
    "/api/v1/marketplace/addresses": ("customer", "id", "address"),
    "/api/v1/marketplace/carts": ("customer", "id", "cart"),
    "/api/v1/marketplace/orders/my-orders": ("customer", "id", "order"),
    "/api/v1/marketplace/products/mine": ("seller", "id", "product"),
    "/api/marketplace/sales": ("seller", "id", "sale"),
    "/api/marketplace/setbacks": ("seller", "delivery_id", "setback"),
    "/api/objections": ("seller", "delivery_id", "objection"),
    "/api/imports": ("seller", "id", "table"),
    "/api/offers/history": ("transporter", "id", "offer"),
    "/api/offers": ("transporter", "id", "offer"),
    "/api/transporters/me/devices": ("transporter", "id", "device"),
    "/api/transporters/me/documents": ("transporter", "id", "document"),
}
# Under which name an answer has its rows.
ROWS = ("results", "handed_in", "sales", "offers")
# Figures: another of the role has none, for it has bought and sold nothing.
FIGURES: dict[str, str] = {
    "/api/marketplace/analytics/products": "seller",
    "/api/marketplace/analytics/fiscal-year": "seller",
    "/api/marketplace/analytics/purchases": "customer",
    "/api/marketplace/analytics/revenue": "seller",
    "/api/marketplace/analytics/spending": "customer",
    "/api/marketplace/sales/report": "seller",
}
# The same as a file.
FILES: dict[str, str] = {"/api/imports/products/table": "seller"}


def _open_lists(app: Litestar) -> Iterator[str]:
    """Those without a thing in their path that somebody else than admins may ask for."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or "{" in route.path or route.path.startswith("/schema"):
            continue
        for handler in route.route_handlers:
            guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
            roles = {str(role) for guard in guards for role in getattr(guard, "roles", None) or ()}
            if "GET" in handler.http_methods and not handler.opt.get("exclude_from_auth") and roles != {"admin"}:
                yield route.path


def test_no_list_is_without_an_entry(world: World) -> None:
    there = set(_open_lists(create_app(world.server.services)))
    listed = NOT_OF_THINGS | LISTS.keys() | FIGURES.keys() | FILES.keys()
    assert there == listed, f"put into a table here: {there - listed}; take out: {listed - there}"


@pytest.fixture(scope="module")
async def things(world: World) -> Things:
    """What two customers' worth of business leaves behind."""
    bought, driver, admin, here = await world.bought(), await world.driver(), await world.admin(), somewhere()
    await world.online_at(driver, *here)
    [offered] = await world.deliveries(at(here))
    body = {"mode": "all", "deadline_s": 120}
    asked = ok(await admin.post(f"/api/deliveries/{offered['id']}/offers/", body), 201)["searches"][0]["offers"]
    [offer] = [one["id"] for one in asked if one["transporter_id"] == driver.transporter_id]
    cart_id = await world.cart(bought.customer, {bought.product_id: 1})
    device = ok(await driver.post("/api/transporters/me/devices/", {"name": "Phone"}), 201)
    paper = {"kind": "identity", "number": "1", "image": picture()}
    document = ok(await driver.post("/api/transporters/me/documents/", paper), 201)
    content, seller = b"external_id,name,listed_price\n1,Rice,10\n", bought.seller
    table = ok(await seller.http.post("/api/imports/products/", content=content, headers=seller.headers))
    kept = await bought.customer.post("/api/v1/marketplace/addresses/", order_body(0)["delivery_info"])
    held = await world.delivery(bought)
    ok(await seller.post(f"/api/deliveries/{held['id']}/hold/", {"reason": "Not packed yet"}))
    numbers = (device["id"], table["id"], ok(kept, 201)["id"], document["id"], held["id"])
    return Things(bought, driver, offer, cart_id, *numbers, await _objected(world, bought))


async def _objected(world: World, bought: Bought) -> int:
    """The number of a delivery of the same seller to which its buyer objects."""
    again = await world.bought(seller=bought.seller)
    delivery, driver = await world.delivery(again), await world.driver()
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    ok(
        await again.customer.post(
            f"/api/deliveries/{delivery['tracking_number']}/objection/", {"reason": "not_received"}
        )
    )
    return int(delivery["id"])


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


async def test_lists_and_figures_of_others_hold_nothing_of_the_owners(
    things: Things, owners: dict[str, Person], others: dict[str, Person]
) -> None:
    numbers = {
        "address": things.address,
        "cart": things.cart,
        "order": things.bought.order_id,
        "product": things.bought.product_id,
        "sale": things.bought.sale_id,
        "offer": things.offer,
        "device": things.device,
        "table": things.table,
        "document": things.document,
        "setback": things.setback,
        "objection": things.objection,
    }
    for path, (role, key, thing) in LISTS.items():
        for people, has in ((owners, True), (others, False)):
            told = ok(await people[role].get(f"{path}/"))
            rows = told if isinstance(told, list) else next(told[name] for name in ROWS if name in told)
            is_over = path != "/api/offers/history"  # the offer is open
            assert (numbers[thing] in {row[key] for row in rows}) is (has and is_over), f"{path} of {role}: {rows}"
    for path, role in FIGURES.items():
        theirs, none = ok(await owners[role].get(f"{path}/")), ok(await others[role].get(f"{path}/"))
        assert theirs != none, path
        assert "Organic Rice" not in str(none), path
    for path, role in FILES.items():
        theirs, none = [(await people[role].get(f"{path}/")).text for people in (owners, others)]
        assert ("Organic Rice" in theirs, "Organic Rice" in none) == (True, False), path


async def test_nobody_makes_anything_of_what_is_somebody_elses(things: Things, others: dict[str, Person]) -> None:
    bought = things.bought
    ordered = await others["customer"].post("/api/v1/marketplace/orders/create/", order_body(things.cart))
    paid = await others["customer"].post("/api/v1/payments/initiate/", initiate_body(things.cart))
    verified = await others["customer"].post("/api/v1/payments/verify/", {"transaction_id": bought.transaction_id})
    delivered = await others["seller"].post("/api/deliveries/create/", delivery_body(bought.sale_id))
    assert [reply.status_code for reply in (ordered, paid, verified, delivered)] == [404, 404, 404, 404]
