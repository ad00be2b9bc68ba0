"""Every JSON body that the API's source shows, as it is written there, is taken; what it names is put in its place."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.server.serving import RunningServer
from dispatch.payments.settling.webhook_signatures import sign_body
from tests.support.own_database import world_of_its_own
from tests.support.pictures import picture
from tests.support.places import north_of
from tests.support.webhooks import OLD_WEBHOOK_SECRET, WEBHOOK_PATH
from tests.support.world import BHAKTAPUR, Bought, Driver, World, ok

# Verbatim, those of its curl commands too; by section and by what they ask for.
REQUESTS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "source_requests.json").read_text())
BODIES_OF_THE_SOURCE, OF_ITS_COMMANDS = 17, 9
PAYMENTS, DELIVERIES, ORDERS = "/api/v1/payments", "/api/deliveries", "/api/v1/marketplace/orders"
PICTURES = ("pickup_photo", "delivery_photo", "signature")


@dataclass
class Source:
    """What the source sends, with the world's ids in the place of its own."""

    asked: set[str] = field(default_factory=set)

    def __call__(self, name: str, **named: Any) -> dict[str, Any]:
        """A body; only what it has itself is put in another's place."""
        self.asked.add(name)
        body = REQUESTS[name]
        assert named.keys() <= body.keys(), f"{name} has no {named.keys() - body.keys()}"
        pictures = {key: picture() for key in PICTURES if key in body}
        return body | pictures | named


@pytest.fixture
async def alone(server: RunningServer) -> AsyncIterator[World]:
    """Bulk runs are over all that wait, so nobody else's may."""
    async with world_of_its_own(server) as own:
        yield own


async def _paid(world: World, source: Source, section: str, *, verified: bool) -> Bought:
    """Ordered, opened in each way that a section shows, and settled by what it shows last."""
    seller, customer = await world.person("seller", name="farmer_john"), await world.person("customer")
    product_id = await world.product(seller)
    cart_id = await world.cart(customer, {product_id: 2})
    body = source("1.1 create order" if section != "6.1" else "6.1 create order", cart_id=cart_id)
    order = ok(await customer.post(f"{ORDERS}/create/", body), 201)
    opened: dict[str, Any] = {}
    for name, asked in REQUESTS.items():
        if name.startswith(section) and "gateway" in asked:
            opened = ok(await customer.post(f"{PAYMENTS}/initiate/", source(name, cart_id=cart_id)))
            assert opened["data"]["gateway"] == asked["gateway"]
    pidx, number = opened["data"]["pidx"], opened["transaction_id"]
    await world.at_gateway(pidx, "completed")
    if verified:
        ok(await customer.post(f"{PAYMENTS}/verify/", source("2.6.1 verify", transaction_id=number)))
    for name in REQUESTS:
        if name.endswith("callback") and name.startswith(("2.4", "2.10.4") if section == "2.2.1" else section):
            settled = ok(await world.http.post(f"{PAYMENTS}/callback/", json=source(name, pidx=pidx)))
    sale_id = settled["data"]["marketplace_sales"][0]["id"]
    return Bought(customer, seller, product_id, cart_id, order["id"], number, pidx, sale_id)


async def _carried(source: Source, section: str, driver: Driver, delivery: dict[str, Any]) -> None:
    pick_up, deliver = ("6.1 pick up", "6.1 deliver") if section == "6.1" else ("4.3.2 pick up", "4.3.3 deliver")
    path = f"{DELIVERIES}/{delivery['delivery_id']}"
    assert ok(await driver.post(f"{path}/pickup/", source(pick_up)))["status"] == "picked_up"
    assert ok(await driver.post(f"{path}/deliver/", source(deliver)))["earnings"] == 135.00


async def test_each_body_of_the_source_is_taken_as_it_is_written(alone: World) -> None:
    world, source, admin, driver = alone, Source(), await alone.admin(), await alone.driver()
    await world.online_at(driver, *north_of(BHAKTAPUR, 100))

    bought = await _paid(world, source, "2.2.1", verified=True)
    asked = source("3.1 create delivery", marketplace_sale_id=bought.sale_id)
    made = ok(await bought.seller.post(f"{DELIVERIES}/create/", asked), 201)
    ok(await driver.post(f"{DELIVERIES}/{made['id']}/accept/", source("3.2.2 accept")))
    await _carried(source, "4.3", driver, made)
    assert (await _webhook(world, source, bought.pidx)).status_code == 200
    await _paid(world, source, "2.10.1", verified=False)

    bought = await _paid(world, source, "6.1", verified=False)
    asked = source("6.1 create delivery", marketplace_sale_id=bought.sale_id)
    made = ok(await admin.post(f"{DELIVERIES}/create/", asked), 201)
    for name in ("6.1 assign one", "3.2.1 assign one"):  # once it is given, a second time says so
        reply = await admin.post("/api/auto-assign/", source(name, delivery_id=made["id"]))
        assert reply.status_code == (200 if name.startswith("6") else 409), reply.text
    await _carried(source, "6.1", driver, made)

    waiting = [one["id"] for one in await world.deliveries({}, {}, {})]
    bulk = ok(await admin.post(f"{DELIVERIES}/bulk-operations/", source("6.3 bulk operation", delivery_ids=waiting)))
    assert bulk["operation"] == "auto_assign"
    ok(await admin.post("/api/auto-assign/", source("3.2.1 assign many")))
    assert source.asked == REQUESTS.keys()


async def _webhook(world: World, source: Source, pidx: str) -> httpx.Response:
    """Signed, and of now: what is older is refused."""
    body = source("2.6.2 webhook")
    content = {
        "event": body["event"],
        "data": body["data"] | {"pidx": pidx, "timestamp": datetime.now(UTC).isoformat()},
    }
    return await world.http.post(WEBHOOK_PATH, json=content | {"signature": sign_body(OLD_WEBHOOK_SECRET, content)})


def test_no_body_of_the_source_is_left_out() -> None:
    assert len(REQUESTS) == BODIES_OF_THE_SOURCE + OF_ITS_COMMANDS
