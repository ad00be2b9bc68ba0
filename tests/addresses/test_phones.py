"""A phone number is kept in one form, however it is typed and wherever it is said."""

from typing import Any

import pytest
from sqlalchemy import select

from dispatch.accounts.models import User
from dispatch.deliveries.models import Delivery
from dispatch.payments.models import PaymentTransaction
from dispatch.transporters.models import Transporter
from tests.support.world import World, delivery_body, initiate_body, ok, order_body

MOBILE, LANDLINE = "+977-9841234567", "+977-14234567"
TYPED = [
    ("9841234567", MOBILE),
    ("984-123 4567", MOBILE),
    ("+977 98412-34567", MOBILE),
    ("9779841234567", MOBILE),
    ("00977 9841234567", MOBILE),
    ("०९८४१२३४५६७", MOBILE),
    ("+९७७-९८४१२३४५६७", MOBILE),
    ("tel:+977-9841234567", MOBILE),
    ("01-4234567", LANDLINE),
    ("(०१) ४२३४५६७", LANDLINE),
    ("+977 1 4234567", LANDLINE),
    ("+977 (0)1 4234567", LANDLINE),
]
WRONG = ["98412", "ring me", "9841234567 / 9841234568", "0000000000", "01 4234567 ext 2"]


async def said_everywhere(world: World, phone: str) -> dict[str, Any]:
    """The status and the kept form, by where a phone is said."""
    seller, customer = await world.person("seller"), await world.person()
    new = await world.person("transporter")
    account = {"email": f"phone-{customer.email}", "password": "fresh tea, no sugar", "phone": phone}
    cart = await world.cart(customer, {await world.product(seller): 1})
    info = order_body(cart)["delivery_info"] | {"phone_number": phone}
    bought = await world.bought()
    parcel = delivery_body(bought.sale_id) | {"pickup_contact_phone": phone, "delivery_contact_phone": phone}
    profile = {"phone": phone, "vehicle_type": "van", "capacity_kg": 10}
    row = f"{new.user_id},table-{new.email},Hari,{phone},van,10"
    table = f"external_id,email,name,phone,vehicle_type,capacity_kg\n{row}\n".encode()
    admin = await world.admin()
    return {
        "registering": await world.http.post("/api/v1/auth/register/", json=account),
        "an address": await customer.post("/api/v1/marketplace/addresses/", info),
        "an order": await customer.post(
            "/api/v1/marketplace/orders/create/", order_body(cart) | {"delivery_info": info}
        ),
        "a payment": await customer.post("/api/v1/payments/initiate/", initiate_body(cart, customer_phone=phone)),
        "a delivery": await bought.seller.post("/api/deliveries/create/", parcel),
        "a table": await admin.http.post(
            "/api/imports/transporters/?dry_run=false", content=table, headers=admin.headers
        ),
        "a transporter": await new.post("/api/transporters/", profile),
    }


@pytest.mark.parametrize(("typed", "kept"), TYPED[2:9:3] + TYPED[9:10])
async def test_a_phone_is_kept_in_one_form_wherever_it_is_said(world: World, typed: str, kept: str) -> None:
    replies = await said_everywhere(world, typed)
    assert [what for what, reply in replies.items() if not reply.is_success] == []
    assert replies["registering"].json()["phone"] == kept
    assert replies["an address"].json()["phone_number"] == kept
    assert replies["an order"].json()["delivery"]["phone_number"] == kept
    async with world.server.services.database.work() as work:
        paid = PaymentTransaction.transaction_id == replies["a payment"].json()["transaction_id"]
        assert await work.session.scalar(select(PaymentTransaction.customer_phone).where(paid)) == kept
        made = await work.session.get_one(Delivery, replies["a delivery"].json()["id"])
        assert (made.pickup_contact_phone, made.delivery_contact_phone) == (kept, kept)
        carrier = await work.session.get_one(Transporter, replies["a transporter"].json()["id"])
        assert carrier.phone == kept
        told = select(Transporter.phone).join(User, User.id == Transporter.user_id)
        own = await work.session.get_one(User, carrier.user_id)
        assert await work.session.scalar(told.where(User.email == f"table-{own.email}")) == kept


@pytest.mark.parametrize(("typed", "kept"), TYPED)
async def test_each_way_of_typing_a_phone_is_understood(world: World, typed: str, kept: str) -> None:
    customer = await world.person()
    where = {"customer_name": "Sita", "phone_number": typed, "address": "Thamel", "city": "Kathmandu"}
    assert ok(await customer.post("/api/v1/marketplace/addresses/", where), 201)["phone_number"] == kept


@pytest.mark.parametrize("typed", WRONG[:2])
async def test_what_is_no_phone_is_refused_by_its_field_wherever_it_is_said(world: World, typed: str) -> None:
    for what, reply in (await said_everywhere(world, typed)).items():
        if what == "a table":
            assert "phone" in reply.text, what
            continue
        assert reply.status_code == 400, what
        assert any("phone" in field for field in reply.json()["errors"]), what


@pytest.mark.parametrize("typed", WRONG)
async def test_what_is_no_phone_is_refused(world: World, typed: str) -> None:
    customer = await world.person()
    where = {"customer_name": "Sita", "phone_number": typed, "address": "Thamel", "city": "Kathmandu"}
    refused = await customer.post("/api/v1/marketplace/addresses/", where)
    assert refused.json()["errors"] == {"phone_number": "must be a phone number, like +977-9841234567"}
