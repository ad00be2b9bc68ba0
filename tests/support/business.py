"""What is there when every route is asked: a bit of everything, of one customer, seller and transporter."""

from dataclasses import dataclass
from typing import Any

from tests.support.pictures import picture
from tests.support.places import at, somewhere
from tests.support.world import Bought, Driver, Person, World, ok, order_body

ZONES = "/api/zones/"


@dataclass(frozen=True)
class Business:
    """Ids of things by the name that paths have for them, and whose they are."""

    bought: Bought
    driver: Driver
    ids: dict[str, Any]

    @property
    def owners(self) -> dict[str, Person]:
        return {"customer": self.bought.customer, "seller": self.bought.seller, "transporter": self.driver}


async def business_of(world: World, admin: Person) -> Business:
    """Over HTTP, as people make it."""
    bought, driver, here = await world.bought(), await world.driver(), somewhere()
    await world.online_at(driver, *here)
    delivery = await world.delivery(bought, **at(here))
    ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}))
    cart_id = await world.cart(bought.customer, {bought.product_id: 1})
    [item] = ok(await bought.customer.get(f"/api/v1/marketplace/carts/{cart_id}/"))["items"]
    device = ok(await driver.post("/api/transporters/me/devices/", {"name": "Phone"}), 201)
    [asked_for] = await world.deliveries(at(here))
    asked = ok(await admin.post(f"/api/deliveries/{asked_for['id']}/offers/", {"mode": "all", "deadline_s": 120}), 201)
    key = ok(await admin.post("/api/v1/api-keys/", {"name": "warehouse", "scopes": ["events:read"]}), 201)
    images = f"/api/v1/marketplace/products/{bought.product_id}/images/"
    ok(await bought.seller.post(images, {"image": picture("PNG")}), 201)
    address = ok(await bought.customer.post("/api/v1/marketplace/addresses/", order_body(0)["delivery_info"]), 201)
    category = ok(await admin.post("/api/v1/marketplace/categories/", {"name": f"Category of {bought.order_id}"}), 201)
    zone = ok(await admin.post(ZONES, zone_body(f"Zone of {bought.order_id}")), 201)
    plan = ok(await admin.post("/api/assignment-plans/", {"delivery_ids": [delivery["id"]]}), 201)
    webhook = ok(await admin.post("/api/webhooks/", {"url": "https://example.com/hook"}), 201)
    run = ok(await admin.post("/api/auto-assign/", {"time_range_hours": 1e-6}, Prefer="respond-async"), 202)
    ids = {
        "user_id": bought.customer.user_id,
        "product_id": bought.product_id,
        "address_id": address["id"],
        "cart_id": cart_id,
        "category_id": category["id"],
        "item_id": item["id"],
        "device_id": device["id"],
        "offer_id": asked["searches"][0]["offers"][0]["id"],
        "key_id": key["id"],
        "order_id": bought.order_id,
        "transaction_id": bought.transaction_id,
        "sale_id": bought.sale_id,
        "delivery_id": delivery["id"],
        "tracking_number": delivery["tracking_number"],
        "transporter_id": driver.transporter_id,
        "zone_id": zone["id"],
        "plan_id": plan["id"],
        "run_id": run["id"],
        "webhook_id": webhook["id"],
        "rest": "anywhere",
    }
    return Business(bought, driver, ids)


def zone_body(name: str) -> dict[str, Any]:
    """A small square far away from where tests drive."""
    ring = [[60.0, 10.0], [60.01, 10.0], [60.01, 10.01], [60.0, 10.01], [60.0, 10.0]]
    return {"name": name, "area": {"type": "Polygon", "coordinates": [ring]}}
