"""What only a route can say of a field (by settings, the database, a slow check) is named beside what its type says."""

import base64
from typing import Any

import pytest

from api.http.bodies import problems_in
from api.routes.deliveries.deliveries import NewDelivery
from dispatch.payments.models import PaymentMode
from tests.support.world import PASSWORD, World, delivery_body, initiate_body, ok

WEAK = "password123"
NOT_A_PICTURE = base64.b64encode(b"hello world").decode()


async def errors_of(reply: Any) -> set[str]:
    assert reply.status_code == 400, reply.text
    return set(reply.json()["errors"])


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"phone": "ring me"}, {"phone", "password"}),
        ({"email": "nobody"}, {"email", "password"}),
        ({"role": "admin"}, {"role", "password"}),
        ({"roles": ["admin", "seller"]}, {"roles", "password"}),
        ({"nick": "x", "phone": "0"}, {"nick", "phone", "password"}),
        ({"name": "a\x00b"}, {"name", "password"}),
        ({}, {"password"}),
    ],
)
async def test_a_weak_password_is_named_beside_all_that_is_wrong_with_a_registration(
    world: World, wrong: dict[str, Any], named: set[str]
) -> None:
    body = {"email": "sita.new@example.com", "password": WEAK, "phone": "+977-9841234567"}
    reply = await world.http.post("/api/v1/auth/register/", json=body | wrong)
    assert await errors_of(reply) == named
    assert "guessed" in reply.json()["errors"]["password"]


async def test_a_password_made_of_what_is_known_is_named_beside_a_wrong_phone(world: World) -> None:
    body = {"email": "quite.long.name@example.com", "password": "Quite.Long.Name", "phone": "x"}
    assert await errors_of(await world.http.post("/api/v1/auth/register/", json=body)) == {"phone", "password"}


async def test_a_good_password_is_not_blamed_for_what_else_is_wrong(world: World) -> None:
    body = {"email": "sita@example.com", "password": PASSWORD, "phone": "x"}
    assert await errors_of(await world.http.post("/api/v1/auth/register/", json=body)) == {"phone"}


async def test_weak_passwords_are_named_wherever_one_is_chosen(world: World) -> None:
    person, admin = await world.person(), await world.admin()
    changed = {"old_password": PASSWORD, "new_password": WEAK, "dry_run": True}
    assert await errors_of(await person.post("/api/v1/auth/password/", changed)) == {"new_password", "dry_run"}
    given = {"password": WEAK, "dry_run": True}
    assert await errors_of(await admin.post(f"/api/v1/users/{person.user_id}/password/", given)) == set(given)
    for body, named in (
        ({"token": "none", "password": WEAK}, {"token", "password"}),
        ({"token": "none", "password": PASSWORD}, {"token"}),
        ({"token": 7, "password": WEAK}, {"token", "password"}),
        ({"token": "none", "password": WEAK, "now": True}, {"token", "password", "now"}),
    ):
        assert await errors_of(await world.http.post("/api/v1/auth/password/reset/", json=body)) == named


async def test_roles_that_cannot_be_changed_are_named_beside_what_is_no_field(world: World) -> None:
    person = await world.person()
    body = {"give": ["admin"], "take": ["admin"], "why": "fun"}
    assert await errors_of(await person.post("/api/v1/auth/roles/", body)) == {"give", "take", "why"}


async def test_vehicles_that_nobody_has_are_named_beside_other_filters(world: World) -> None:
    admin = await world.admin()
    body = {"vehicle_type_filter": "spaceship", "priority_filter": "soon", "max_assignments": 0, "dry": True}
    reply = await admin.post("/api/auto-assign/", body)
    assert await errors_of(reply) == set(body)
    assert "motorcycle" in reply.json()["errors"]["vehicle_type_filter"]
    parameters = {"vehicle_type_filter": "spaceship", "priority_filter": "soon"}
    bulk = {"operation": "auto_assign", "delivery_ids": list(range(1000)), "parameters": parameters}
    named = {"delivery_ids[0]", "parameters.vehicle_type_filter", "parameters.priority_filter"}
    assert await errors_of(await admin.post("/api/deliveries/bulk-operations/", bulk)) == named
    fits = bulk | {"delivery_ids": [1], "parameters": {"vehicle_type_filter": "spaceship"}}
    alone = await admin.post("/api/deliveries/bulk-operations/", fits)
    assert await errors_of(alone) == {"parameters.vehicle_type_filter"}


async def test_amounts_over_the_shops_bounds_are_named_beside_wrong_places(world: World) -> None:
    admin = await world.admin()
    body = delivery_body(1, delivery_fee=9_999_999, package_value=99_999_999_999, pickup_latitude=91)
    reply = await admin.post("/api/deliveries/create/", body)
    assert await errors_of(reply) >= {"delivery_fee", "package_value", "pickup_latitude"}


def test_rules_over_several_fields_are_asked_beside_what_is_missing_and_wrong() -> None:
    early, late = "2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z"
    places = {"pickup_latitude": 999, "pickup_longitude": 3}
    found = problems_in(NewDelivery, places | {"requested_pickup_date": late, "requested_delivery_date": early})
    assert {"pickup_latitude", "requested_delivery_date", "marketplace_sale_id"} <= found.keys()
    assert "pickup_longitude" not in found


async def test_pictures_that_are_none_are_named_beside_a_wrong_rating(world: World) -> None:
    driver = await world.driver()
    body = {"delivery_photo": NOT_A_PICTURE, "signature": "%", "customer_rating": 9, "latitude": 91}
    assert await errors_of(await driver.post("/api/deliveries/1/deliver/", body)) == set(body)
    picked = {"pickup_photo": NOT_A_PICTURE, "longitude": 181}
    assert await errors_of(await driver.post("/api/deliveries/1/pickup/", picked)) == set(picked)


async def test_all_that_a_payment_cannot_be_opened_with_is_named_at_once(world: World) -> None:
    customer, seller = await world.person(), await world.person("seller")
    cart_id = await world.cart(customer, {await world.product(seller): 2})
    callback = f"{world.server.settings.public_url}/api/v1/payments/callback/"
    wrong = {"return_url": callback, "shipping_cost": 1, "tax_amount": 1, "gateway": PaymentMode.EBANKING}
    body = initiate_body(cart_id, **wrong)
    reply = await customer.post("/api/v1/payments/initiate/", body)
    assert await errors_of(reply) == {"return_url", "shipping_cost", "tax_amount", "bank"}
    reply = await customer.post("/api/v1/payments/initiate/", body | {"customer_phone": "x", "dry_run": True})
    assert await errors_of(reply) == {"return_url", "shipping_cost", "tax_amount", "bank", "customer_phone", "dry_run"}
    only = await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id, shipping_cost=1))
    assert only.json()["error_code"] == "SHIPPING_MISMATCH"
    ok(await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id)))


async def test_prices_that_do_not_go_together_are_named_beside_a_wrong_name(world: World) -> None:
    seller = await world.person("seller")
    body = {"name": "", "listed_price": "0.00", "discounted_price": "-0.00", "images": ["ftp://x"]}
    named = {"name", "listed_price", "discounted_price", "images[0]"}
    assert await errors_of(await seller.post("/api/v1/marketplace/products/", body)) == named
    fits = body | {"name": "Rice", "images": []}
    assert await errors_of(await seller.post("/api/v1/marketplace/products/", fits)) == named - {"name", "images[0]"}
    path = f"/api/v1/marketplace/products/{await world.product(seller, price='100.00')}/"
    change = {"discounted_price": "100.01", "stock": -1}
    assert await errors_of(await seller.patch(path, change)) == set(change)
    unread = {"discounted_price": "100.01", "listed_price": "many"}
    assert await errors_of(await seller.patch(path, unread)) == {"listed_price"}


async def test_limits_of_a_profile_are_named_beside_what_else_is_wrong_with_it(world: World) -> None:
    person, driver, admin = await world.person("transporter"), await world.driver(), await world.admin()
    papers = [{"kind": "licence", "number": "1"}] * 2
    new = {"vehicle_type": "van", "capacity_kg": 0, "max_active": 999, "documents": papers}
    named = {"capacity_kg", "max_active", "documents"}
    assert await errors_of(await person.post("/api/transporters/", new)) == named
    change = {"capacity_kg": 0, "max_active": 999, "documents": papers}
    assert await errors_of(await driver.patch("/api/transporters/me/", change)) == named
    verdict = {"version": 0, "max_active": 1000}
    path = f"/api/transporters/{driver.transporter_id}/verify/"
    assert await errors_of(await admin.post(path, verdict)) == set(verdict)


async def test_pings_that_have_no_number_are_named_beside_a_device_that_has_none(world: World) -> None:
    driver = await world.driver()
    body = {"device": "", "epoch": "e", "pings": [{"seq": "x"}, *[{"seq": n} for n in range(1, 999)], {}]}
    reply = await driver.post("/api/transporters/me/positions/", body)
    named = await errors_of(reply)
    assert "device" in named
    assert any(name.startswith("pings[0]") for name in named)
    assert any(name.startswith("pings[999]") for name in named)


async def test_a_radius_over_the_shops_bound_is_named_beside_other_parameters(world: World) -> None:
    admin = await world.admin()
    wide = {"lat": 27.7, "lon": 85.3, "radius_km": world.server.settings.nearby_max_km + 1}
    reply = await admin.get("/api/transporters/nearby/", **wide, limit=0)
    assert await errors_of(reply) == {"radius_km", "limit"}
    assert await errors_of(await admin.get("/api/transporters/nearby/", **wide)) == {"radius_km"}
    nothing = await admin.get("/api/transporters/nearby/", radius_km=499)
    assert await errors_of(nothing) == {"lat", "lon", "radius_km"}
    report = await admin.get("/api/marketplace/sales/report/", seller_id=0, format="pdf")
    assert await errors_of(report) == {"seller_id", "format"}
