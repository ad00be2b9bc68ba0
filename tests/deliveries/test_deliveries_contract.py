"""Rows 11 and 14 to 17: making a delivery, carrying it, following it."""

from typing import Any

import pytest

from dispatch.geo import geo_cell
from tests.support.pictures import picture
from tests.support.shapes import check, is_bool, is_id, is_number, is_string, is_text, is_time, is_uuid, like, or_null
from tests.support.world import BHAKTAPUR, THAMEL, World, delivery_body, ok, order_body

CREATED: dict[str, Any] = {
    "id": is_id,
    "delivery_id": is_uuid,
    "marketplace_sale": is_id,
    "tracking_number": like(r"TRK[A-Z0-9]{10,}"),
    "pickup_address": "Farm Location, Bhaktapur",
    "delivery_address": "Thamel, Kathmandu",
    "package_weight": 2.5,
    "status": "available",
    "status_display": "Available for Assignment",
    "priority": "normal",
    "priority_display": "Normal",
    "delivery_fee": 150.00,
    "distance_km": is_number,
    "estimated_delivery_time": None,
    "created_at": is_time,
}
ACCEPTED = {
    "id": is_id,
    "delivery_id": is_uuid,
    "status": "assigned",
    "status_display": "Assigned",
    "transporter": {"id": is_id, "name": "Some Driver", "business_name": "Quick Transport", "phone": is_text},
    "assigned_at": is_time,
    "estimated_delivery_time": is_time,
}
TRACKED = {
    "tracking_number": is_text,
    "status": is_text,
    "status_display": is_text,
    "pickup_address": is_text,
    "delivery_address": is_text,
    "estimated_delivery_time": is_time,
    "transporter": {
        "name": is_text,
        "business_name": is_text,
        "phone": or_null(is_text),
        "vehicle_type": "motorcycle",
        "vehicle_number": "BA-1-PA-1234",
    },
    "tracking_history": [
        {
            "status": is_text,
            "status_display": is_text,
            "message": is_text,
            "timestamp": is_time,
            "location": lambda value: value is None or {"latitude", "longitude", "address"} <= value.keys(),
        }
    ],
    "distance_km": is_number,
    "package_details": {
        "weight": 2.5,
        "dimensions": is_string,
        "value": 2500.00,
        "fragile": is_bool,
        "requires_signature": is_bool,
    },
}
# Section 3.1 as it is written, except for the sale's number.
AS_WRITTEN = {
    "pickup_address": "Farm Location, Bhaktapur",
    "pickup_latitude": 27.6710,
    "pickup_longitude": 85.4298,
    "pickup_contact_name": "Farmer John",
    "pickup_contact_phone": "+977-9841111111",
    "pickup_instructions": "Call 30 minutes before pickup",
    "delivery_address": "Thamel, Kathmandu",
    "delivery_latitude": 27.7172,
    "delivery_longitude": 85.3240,
    "delivery_contact_name": "John Doe",
    "delivery_contact_phone": "+977-9841234567",
    "delivery_instructions": "Call when arrived",
    "package_weight": 2.5,
    "package_dimensions": "30x20x15 cm",
    "package_value": 2500.00,
    "fragile": False,
    "requires_signature": True,
    "special_instructions": "Handle with care",
    "priority": "normal",
    "delivery_fee": 150.00,
    "requested_pickup_date": "2024-10-28T09:00:00Z",
    "requested_delivery_date": "2024-10-28T18:00:00Z",
}


@pytest.mark.parametrize("ending", ["/", ""])
async def test_the_delivery_of_section_3_1_is_made_as_it_is_written(world: World, ending: str) -> None:
    bought = await world.bought()
    body = {"marketplace_sale_id": bought.sale_id} | AS_WRITTEN
    made = ok(await bought.seller.post(f"/api/deliveries/create{ending}", body), 201)
    check(made, CREATED)
    assert made["marketplace_sale"] == bought.sale_id


async def test_the_delivery_of_the_journey_goes_to_the_orders_point(world: World) -> None:
    bought, admin = await world.bought(), await world.admin()
    asked = {"marketplace_sale_id": bought.sale_id} | {
        key: AS_WRITTEN[key]
        for key in (
            "pickup_address",
            "pickup_contact_name",
            "pickup_contact_phone",
            "delivery_address",
            "delivery_contact_name",
            "delivery_contact_phone",
            "package_weight",
            "delivery_fee",
        )
    }
    made = ok(await admin.post("/api/deliveries/create/", asked), 201)
    check(made, CREATED | {"distance_km": None})
    assert (made["delivery_latitude"], made["delivery_longitude"]) == THAMEL


async def test_a_sale_has_one_delivery_made_by_its_seller_or_an_admin(world: World) -> None:
    bought, other, admin = await world.bought(), await world.person("seller"), await world.admin()
    body = delivery_body(bought.sale_id)
    for who, status in ((other, 404), (bought.customer, 403), (bought.seller, 201), (bought.seller, 409), (admin, 409)):
        reply = await who.post("/api/deliveries/create/", body)
        assert reply.status_code == status, reply.text
        assert status == 201 or is_text(reply.json()["detail"])
    unknown = await admin.post("/api/deliveries/create/", delivery_body(2**62))
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "There is no such sale.")
    assert (await world.http.post("/api/deliveries/create/", json=body)).status_code == 401


async def test_a_sale_that_was_delivered_another_way_needs_no_delivery(world: World) -> None:
    bought = await world.bought()
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    refused = await bought.seller.post("/api/deliveries/create/", delivery_body(bought.sale_id))
    assert (refused.status_code, refused.json()["code"]) == (409, "sale_closed")


@pytest.mark.parametrize(
    "field",
    [key for key in AS_WRITTEN if key.endswith(("address", "name", "phone", "weight"))] + ["marketplace_sale_id"],
)
async def test_a_missing_field_of_a_delivery_is_named(world: World, field: str) -> None:
    admin = await world.admin()
    body = {key: value for key, value in delivery_body(1).items() if key != field}
    refused = await admin.post("/api/deliveries/create/", body)
    assert (refused.status_code, refused.json()["errors"]) == (400, {field: "is required"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("package_weight", 0),
        ("package_weight", -2.5),
        ("package_weight", 1e-9),
        ("package_weight", "heavy"),
        ("delivery_fee", -1),
        ("delivery_fee", "NaN"),
        ("delivery_fee", "1.005"),
        ("package_value", "Infinity"),
        ("pickup_latitude", 90.1),
        ("delivery_longitude", -180.1),
        ("pickup_contact_phone", "phone"),
        ("priority", "soon"),
        ("requested_pickup_date", "2024-10-28"),
        ("requested_pickup_date", "9999-12-31T23:59:59Z"),
        ("requested_delivery_date", "0001-01-01T00:00:00+14:00"),
        ("pickup_address", ""),
        ("fragile", "perhaps"),
    ],
)
async def test_a_wrong_field_of_a_delivery_is_named(world: World, field: str, value: object) -> None:
    admin = await world.admin()
    refused = await admin.post("/api/deliveries/create/", delivery_body(1) | {field: value})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("field", ["delivery_fee", "package_value"])
async def test_a_fee_and_a_value_end_at_what_the_shop_set(world: World, field: str) -> None:
    bought = await world.bought()
    for much in ("9999999999.99", 10**9):
        refused = await bought.seller.post("/api/deliveries/create/", delivery_body(bought.sale_id) | {field: much})
        assert refused.status_code == 400, refused.text
        assert list(refused.json()["errors"]) == [field]
    most = world.server.settings.max_delivery_fee
    assert ok(
        await bought.seller.post("/api/deliveries/create/", delivery_body(bought.sale_id, delivery_fee=str(most))), 201
    )


async def test_nothing_is_to_arrive_before_it_is_picked_up(world: World) -> None:
    bought = await world.bought()
    times = {"requested_pickup_date": "2030-10-28T09:00:00Z", "requested_delivery_date": "2030-10-28T08:59:59Z"}
    refused = await bought.seller.post("/api/deliveries/create/", delivery_body(bought.sale_id) | times)
    assert refused.status_code == 400, refused.text
    assert list(refused.json()["errors"]) == ["requested_delivery_date"]


@pytest.mark.parametrize("ending", ["/", ""])
@pytest.mark.parametrize("key", ["id", "delivery_id"])
async def test_a_delivery_is_accepted_picked_up_and_delivered_by_number_and_uuid(
    world: World, key: str, ending: str
) -> None:
    delivery, driver, jpeg = await world.delivery(requires_signature=True), await world.driver(), picture("JPEG")
    path = f"/api/deliveries/{delivery[key]}"
    wish = {"estimated_pickup_time": "2030-10-28T10:00:00Z", "notes": "Will pickup in the morning"}
    accepted = ok(await driver.post(f"{path}/accept{ending}", wish))
    check(accepted, ACCEPTED)
    assert accepted["transporter"]["id"] == driver.transporter_id
    assert "2030-10-28T10:20:00Z" < accepted["estimated_delivery_time"] < "2030-10-28T13:00:00Z"
    here = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1], "notes": "Package collected from farm"}
    picked_up = ok(await driver.post(f"{path}/pickup{ending}", here | {"pickup_photo": picture("JPEG")}))
    place = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
    message = "Delivery marked as picked up"
    check(picked_up, {"status": "picked_up", "message": message, "timestamp": is_time, "location": place})
    there = {
        "latitude": THAMEL[0],
        "longitude": THAMEL[1],
        "notes": "Delivered to customer",
        "delivery_photo": f"data:image/jpeg;base64,{jpeg[:20]}\n{jpeg[20:]}\n",
        "signature": picture(),
        "customer_rating": 5,
    }
    delivered = ok(await driver.post(f"{path}/deliver{ending}", there))
    shape = {"status": "delivered", "message": "Delivery completed successfully", "delivered_at": is_time}
    check(delivered, shape | {"location": {"latitude": THAMEL[0], "longitude": THAMEL[1]}, "earnings": 135.00})


async def test_anyone_with_the_tracking_number_follows_the_parcel(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    track = f"/api/deliveries/{delivery['tracking_number']}/track"
    fresh = ok(await world.http.get(f"{track}/"))
    assert (fresh["status"], fresh["transporter"], fresh["tracking_history"]) == ("available", None, [])
    assert fresh["estimated_delivery_time"] is None
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/"))
    assigned = ok(await world.http.get(track))
    check(assigned, TRACKED | {"status": "assigned", "status_display": "Assigned"})
    assert assigned["transporter"]["phone"] == "+977-9841555555"
    ok(await driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
    aboard = ok(await world.http.get(f"{track}/"))
    check(aboard, TRACKED | {"status": "picked_up", "status_display": "Picked Up"})
    history = [(step["status"], step["location"]) for step in aboard["tracking_history"]]
    farm = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1], "address": "Farm Location, Bhaktapur"}
    assert history == [("assigned", None), ("picked_up", farm)]
    ok(await driver.post(f"{path}/deliver/"))
    gone = ("pickup_address", "delivery_address", "estimated_delivery_time", "transporter", "distance_km")
    came = {"status": "delivered", "status_display": "Delivered", "tracking_history": lambda steps: steps == []}
    check(ok(await world.http.get(f"{track}/")), TRACKED | dict.fromkeys(gone) | came)
    theirs = ok(await bought.customer.get(f"{track}/"))
    assert theirs["transporter"]["phone"] is None
    assert [step["status"] for step in theirs["tracking_history"]] == ["assigned", "picked_up", "delivered"]


async def test_whoever_has_the_number_is_told_the_quarter_of_the_door_and_not_the_house(world: World) -> None:
    delivery = await world.delivery()
    area = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))["delivery_area"]
    cell = geo_cell(*THAMEL, 6)
    assert (area["cell"], area["latitude"], area["longitude"]) == (cell.name, cell.lat, cell.lon)
    assert (area["height_deg"], area["width_deg"]) == (cell.height_deg, cell.width_deg)
    assert (area["latitude"], area["longitude"]) != THAMEL


async def test_a_tracking_number_that_is_none_is_not_found_in_the_same_words(world: World) -> None:
    delivery = await world.delivery()
    wrong = ["TRK1234567890", "x", delivery["tracking_number"][:-1], str(delivery["id"]), delivery["delivery_id"]]
    for number in wrong:
        reply = await world.http.get(f"/api/deliveries/{number}/track/")
        assert (reply.status_code, reply.json()["detail"]) == (404, "There is no such delivery.")


async def test_the_parcel_of_a_sale_without_coordinates_has_no_distance(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart = await world.cart(customer, {await world.product(seller): 1})
    body = order_body(cart)
    body["delivery_info"] |= {"latitude": None, "longitude": None}
    ok(await customer.post("/api/v1/marketplace/orders/create/", body), 201)
    paid = await world.initiate(customer, cart)
    await world.at_gateway(paid["data"]["pidx"], "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": paid["data"]["pidx"]}))
    asked = delivery_body(
        settled["data"]["marketplace_sales"][0]["id"], delivery_latitude=None, delivery_longitude=None
    )
    made = ok(await seller.post("/api/deliveries/create/", asked), 201)
    assert made["distance_km"] is None
    assert ok(await world.http.get(f"/api/deliveries/{made['tracking_number']}/track/"))["delivery_area"] is None
