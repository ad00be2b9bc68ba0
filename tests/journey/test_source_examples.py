"""Every JSON answer that the API's source shows is compared with the live one, key by key and type by type."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.places import at, north_of, somewhere
from tests.support.source_examples import ANSWERS, wrong_in
from tests.support.world import Bought, World, delivery_body, initiate_body, ok

PAYMENTS, DELIVERIES, ORDERS = "/api/v1/payments", "/api/deliveries", "/api/v1/marketplace/orders"
FARM, DOOR = {"latitude": 27.6710, "longitude": 85.4298}, {"latitude": 27.7172, "longitude": 85.3240}
# Answers in JSON that the source shows, errors among them; what is sent has tests of its own.
ANSWERS_OF_THE_SOURCE = 29
PICTURE = "/media/product_images/rice.jpg"
MODES = (
    ("KHALTI", None),
    ("SCT", None),
    ("CONNECT_IPS", None),
    ("MOBILE_BANKING", "global_ime_bank"),
    ("EBANKING", "himali_bank"),
)
Told = dict[str, Any]


@pytest.fixture(scope="module")
async def world(server: RunningServer) -> AsyncIterator[World]:
    """Bulk runs are over all that wait, so nobody else's may."""
    async with world_of_its_own(server) as own:
        yield own


def _compare(told: Told) -> None:
    wrong = [f"{name}: {what}" for name, answer in told.items() for what in wrong_in(name, answer)]
    assert not wrong, "\n".join(wrong)


async def _paid(world: World, told: Told) -> Bought:
    """A cart is ordered and paid after another one was ordered; what was answered goes into ``told``."""
    seller, customer = await world.person("seller", name="farmer_john"), await world.person("customer")
    product_id = await world.product(seller, images=[PICTURE])
    await world.order(customer, await world.cart(customer, {product_id: 1}))
    cart_id = await world.cart(customer, {product_id: 2})
    order = told["1.1 create order"] = await world.order(customer, cart_id)
    payment = told["2.2.2 initiate"] = await world.initiate(customer, cart_id)
    pidx = payment["data"]["pidx"]
    await world.at_gateway(pidx, "completed")
    callback = told["2.4.1 callback"] = ok(await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": pidx}))
    sale_id = callback["data"]["marketplace_sales"][0]["id"]
    return Bought(customer, seller, product_id, cart_id, order["id"], payment["transaction_id"], pidx, sale_id)


async def test_ordering_and_paying_answer_as_the_source_shows(world: World) -> None:
    told: Told = {"2.1.1 gateways": ok(await world.http.get(f"{PAYMENTS}/gateways/"))}
    bought = await _paid(world, told)
    number, customer = bought.transaction_id, bought.customer
    told["2.10.4 callback"] = ok(await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": bought.pidx}))
    told["2.3 payment status"] = ok(await customer.get(f"{PAYMENTS}/status/{number}/"))
    told["2.6.1 verify"] = ok(
        await customer.post(f"{PAYMENTS}/verify/", {"transaction_id": number, "force_verify": False})
    )
    told["2.9.3 invoice"] = ok(await customer.get(f"{PAYMENTS}/{number}/invoice/"))
    _compare(told)


@pytest.mark.parametrize(("gateway", "bank"), MODES)
async def test_each_way_to_pay_opens_a_payment_as_the_source_shows(
    world: World, gateway: str, bank: str | None
) -> None:
    customer = await world.person("customer")
    cart_id = await world.cart(customer, {await world.product(await world.person("seller")): 2})
    more = {"gateway": gateway} | ({"bank": bank} if bank else {})
    _compare({"2.2.2 initiate": await world.initiate(customer, cart_id, **more)})


async def test_a_parcel_and_its_order_answer_as_the_source_shows(world: World) -> None:
    told: Told = {}
    bought = await _paid(world, told)
    admin, drivers = await world.admin(), [await world.driver() for _ in range(2)]
    for driver, way_m in zip(drivers, (100, 900), strict=True):
        await world.online_at(driver, *north_of((FARM["latitude"], FARM["longitude"]), way_m))
    delivery = told["3.1 create delivery"] = ok(
        await bought.seller.post(f"{DELIVERIES}/create/", delivery_body(bought.sale_id)), 201
    )
    assigned = told["3.2.1 assign one"] = ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}))
    [driver] = [one for one in drivers if one.transporter_id == assigned["assigned_transporter"]["id"]]
    path = f"{DELIVERIES}/{delivery['delivery_id']}"
    told["4.3.1 deliveries of a transporter"] = ok(
        await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/")
    )
    told["4.3.2 pick up"] = ok(await driver.post(f"{path}/pickup/", FARM | {"notes": "Package collected from farm"}))
    told["4.1.2 my orders"] = ok(await bought.customer.get(f"{ORDERS}/my-orders/", page_size=1))
    told["4.1.1 order"] = ok(await bought.customer.get(f"{ORDERS}/{bought.order_id}/"))
    told["4.2.1 track"] = ok(await world.http.get(f"{DELIVERIES}/{delivery['tracking_number']}/track/"))
    told["6.2 sales"] = ok(await bought.seller.get("/api/marketplace/sales/"))
    told["4.3.3 deliver"] = ok(await driver.post(f"{path}/deliver/", DOOR | {"customer_rating": 5}))
    _compare(told)


async def test_what_is_taken_by_hand_and_what_is_marked_answer_as_the_source_shows(world: World) -> None:
    driver, [delivery] = await world.driver(), await world.deliveries(at(somewhere()))
    body = {"estimated_pickup_time": "2030-10-28T10:00:00Z", "notes": "Will pickup in the morning"}
    told: Told = {"3.2.2 accept": ok(await driver.post(f"{DELIVERIES}/{delivery['id']}/accept/", body))}
    bought = await _paid(world, told)
    told["6.2 mark as delivered"] = ok(
        await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/")
    )
    _compare(told)


async def test_assigning_many_answers_as_the_source_shows(world: World) -> None:
    here, admin, told = somewhere(), await world.admin(), dict[str, Any]()
    await world.online_at(await world.driver(), *here)
    for name in ("3.2.1 assign many", "6.3 bulk operation"):
        made = await world.deliveries(at(here), at(here) | {"package_weight": 900})
        if name.startswith("3"):
            told[name] = ok(await admin.post("/api/auto-assign/", {"max_assignments": 20}))
        else:
            body = {"operation": "auto_assign", "delivery_ids": [one["id"] for one in made], "parameters": {}}
            told[name] = ok(await admin.post(f"{DELIVERIES}/bulk-operations/", body))
    _compare(told)


async def _failed(world: World, outcome: str, reason: str | None = None, **more: Any) -> httpx.Response:
    """The callback of a payment that came to this."""
    customer = await world.person("customer")
    cart_id = await world.cart(customer, {await world.product(await world.person("seller")): 2})
    pidx = (await world.initiate(customer, cart_id, **more))["data"]["pidx"]
    await world.at_gateway(pidx, outcome, **({"reason": reason} if reason else {}))
    return await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": pidx})


async def test_errors_answer_as_the_source_shows(world: World) -> None:
    bank = {"gateway": "MOBILE_BANKING", "bank": "global_ime_bank"}
    customer, admin, here = await world.person("customer"), await world.admin(), somewhere()
    small = await world.driver(capacity_kg=3)
    [heavy] = await world.deliveries(at(here) | {"package_weight": 5.5})
    replies = {
        "2.7.1 insufficient balance": await _failed(world, "failed", "Insufficient wallet balance, available 1500.00"),
        "2.7.1 bank down": await _failed(world, "failed", "Bank service temporarily unavailable", **bank),
        "2.7.1 card declined": await _failed(world, "failed", "Invalid card details", gateway="SCT"),
        "2.7.1 timeout": await _failed(world, "expired"),
        "7.2 not successful": await _failed(world, "expired"),
        "7.2 empty cart": await customer.post(f"{PAYMENTS}/initiate/", initiate_body(await world.cart(customer, {}))),
        "7.3 nobody": await admin.post("/api/auto-assign/", {"delivery_id": heavy["id"]}),
        "7.3 too heavy": await small.post(f"{DELIVERIES}/{heavy['id']}/accept/"),
    }
    assert {name: reply.is_client_error for name, reply in replies.items()} == dict.fromkeys(replies, True)
    _compare({name: reply.json() for name, reply in replies.items()})


def test_every_answer_of_the_source_is_compared_somewhere_above() -> None:
    assert len(ANSWERS) == ANSWERS_OF_THE_SOURCE, "one that the source shows is left out"
    compared = {name for name in ANSWERS if f'"{name}"' in _source()}
    assert compared == ANSWERS.keys()


def test_a_missing_key_and_another_type_are_found() -> None:
    assert wrong_in("6.2 mark as delivered", {"status": 1}) == [
        "status is number, not string",
        "delivered_at is missing, not string",
    ]
    assert wrong_in("2.1.1 gateways", {"status": "success", "data": []}) != []


def _source() -> str:
    with open(__file__) as file:  # noqa: PTH123
        return file.read()
