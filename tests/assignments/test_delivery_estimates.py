"""Who has a cart knows before paying what delivery costs and when it comes, as far as anybody does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.business import ZONES, zone_body
from tests.support.places import at, between, north_of, somewhere
from tests.support.senders import AT_ONCE, basket, door_of, estimated, path_of, sender, sold
from tests.support.shapes import check, is_id, is_int, is_money, is_number, is_text, is_time
from tests.support.world import Place, World, delivery_body, ok

ESTIMATE = {
    "cart_id": is_id,
    "at": is_time,
    "currency": is_text,
    "shipping_cost": is_money,
    "delivery_fees": is_money,
    "parcels": [
        {
            "item_id": is_id,
            "product_id": is_id,
            "product_name": is_text,
            "quantity": is_int,
            "seller": {"id": is_id, "name": is_text},
            "weight_kg": is_number,
            "delivery_fee": is_money,
            "distance_km": is_number,
            "way_minutes": {"least": is_int, "most": is_int},
            "arrival": {"earliest": is_time, "latest": is_time},
        }
    ],
}
QUARTER = timedelta(minutes=15)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _zone_around(place: Place, name: str) -> dict[str, Any]:
    lat, lon = place
    ring = [[lon + x, lat + y] for x, y in ((-0.3, -0.3), (0.3, -0.3), (0.3, 0.3), (-0.3, 0.3), (-0.3, -0.3))]
    return zone_body(name) | {"area": {"type": "Polygon", "coordinates": [ring]}}


async def test_a_cart_says_for_each_parcel_what_it_costs_to_carry_and_between_when_it_comes(world: World) -> None:
    here = somewhere()
    seller = await sender(world, here)
    await world.online_at(await world.driver(), *north_of(here, 900))
    customer, cart_id = await basket(world, seller, weight_kg=0.75, quantity=2)
    before = datetime.now(UTC)
    told = ok(await customer.post(path_of(cart_id), door_of(here)))
    check(told, ESTIMATE)
    [parcel] = told["parcels"]
    assert (parcel["weight_kg"], parcel["delivery_fee"], told["delivery_fees"]) == (1.5, "100.00", "100.00")
    assert (parcel["seller"]["id"], parcel["unknown"]) == (seller.user_id, [])
    assert 7 < parcel["distance_km"] < 13
    least, most = (parcel["way_minutes"][name] for name in ("least", "most"))
    assert 15 <= least < most <= 120
    earliest, latest = (_moment(parcel["arrival"][name]) for name in ("earliest", "latest"))
    assert before + timedelta(minutes=least) - QUARTER <= earliest < latest
    assert latest <= before + timedelta(minutes=most + 60)
    assert all(one.minute % 15 == one.second == 0 for one in (earliest, latest))


async def test_an_estimate_changes_nothing_of_what_is_paid(world: World) -> None:
    seller = await sender(world, somewhere())
    customer, cart_id = await basket(world, seller)
    before = ok(await customer.get(f"/api/v1/marketplace/carts/{cart_id}/"))
    told = ok(await customer.post(path_of(cart_id), {}))
    assert told["shipping_cost"] == before["shipping_cost"]
    assert ok(await customer.get(f"/api/v1/marketplace/carts/{cart_id}/")) == before
    assert (await world.order(customer, cart_id))["total_to_pay"] == before["total_to_pay"]


async def test_what_is_not_known_is_named_and_nothing_stands_in_its_place(world: World) -> None:
    here = somewhere()
    fresh, rare, known = await world.person("seller"), await sender(world, here, parcels=1), await sender(world, here)
    await world.online_at(await world.driver(), *here)
    customer, cart_id = await basket(world, fresh, rare, known, weight_kg=None)
    first, second, third = await estimated(customer, cart_id, door_of(here))
    assert first["unknown"] == ["no_pickup_point", "no_weight", "no_preparation"]
    assert (first["distance_km"], first["way_minutes"], first["arrival"]) == (None, None, None)
    assert (second["unknown"], second["arrival"]) == (["no_weight", "no_preparation"], None)
    assert second["way_minutes"] == third["way_minutes"] is not None
    assert (third["unknown"], third["weight_kg"]) == (["no_weight"], None)
    assert third["arrival"] is not None
    for parcel in await estimated(customer, cart_id, {"district": "Kathmandu"}):
        assert "no_door_point" in parcel["unknown"]
        assert (parcel["distance_km"], parcel["way_minutes"], parcel["arrival"]) == (None, None, None)


async def test_why_nobody_could_bring_it_now_is_said(world: World) -> None:
    here = somewhere()
    seller = await sender(world, here)
    customer, cart_id = await basket(world, seller, weight_kg=60)
    driver = await world.driver(capacity_kg=50, max_active=1)
    await world.online_at(driver, *north_of(here, 60_000))

    async def why(cart: int = cart_id) -> list[str]:
        [parcel] = await estimated(customer, cart, door_of(here))
        assert (parcel["way_minutes"], parcel["arrival"]) == (None, None)
        return list(parcel["unknown"])

    assert await why() == ["nobody_near"]
    near = await world.driver(capacity_kg=50, max_active=1)
    await world.online_at(near, *here)
    assert await why() == ["too_heavy"]
    light = await world.product(seller, weight_kg=1)
    cart_of_light = await world.cart(customer, {light: 1})
    [parcel] = await estimated(customer, cart_of_light, door_of(here))
    assert parcel["unknown"] == []
    [delivery] = await world.deliveries(at(here))
    ok(await near.post(f"/api/deliveries/{delivery['id']}/accept/"))
    assert await why(cart_of_light) == ["all_busy"]


async def test_the_fee_is_that_of_the_zone_where_it_is_fetched_and_a_paused_zone_says_so(world: World) -> None:
    here, admin = somewhere(), await world.admin()
    seller = await sender(world, here)
    await world.online_at(await world.driver(), *here)
    body = _zone_around(here, f"Estimates {seller.user_id}") | {"fees": {"base": 50, "per_km": 10}}
    zone = ok(await admin.post(ZONES, body), 201)
    customer, cart_id = await basket(world, seller)
    door = door_of(here)
    [parcel] = await estimated(customer, cart_id, door)
    assert float(parcel["delivery_fee"]) == 50 + 10 * parcel["distance_km"]
    ends = between(here, (door["latitude"], door["longitude"]))
    body = delivery_body((await sold(world, seller, 1))[0], **AT_ONCE, **ends)
    del body["delivery_fee"]
    made = ok(await seller.post("/api/deliveries/create/", body), 201)
    assert abs(made["delivery_fee"] - float(parcel["delivery_fee"])) < 15  # its cell is about a kilometre wide
    ok(await admin.post(f"{ZONES}{zone['id']}/pause/", {"reason": "Flood"}))
    [parcel] = await estimated(customer, cart_id, door)
    assert (parcel["unknown"], parcel["arrival"]) == (["place_closed"], None)
    assert "Flood" not in str(parcel)


async def test_a_door_may_be_a_plus_code_and_what_does_not_fit_together_is_named(world: World) -> None:
    seller = await sender(world, (27.6710, 85.4298))
    customer, cart_id = await basket(world, seller)
    [parcel] = await estimated(customer, cart_id, {"plus_code": "P88F+VJ", "district": "Kathmandu"})
    assert 10 < parcel["distance_km"] < 30
    for door, field in (
        ({"plus_code": "P88F"}, "plus_code"),
        ({"district": "Nowhere"}, "district"),
        ({"latitude": 27.7}, "latitude"),
        ({"latitude": 91, "longitude": 85}, "latitude"),
    ):
        refused = await customer.post(path_of(cart_id), door)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field]), door


async def test_an_empty_cart_has_no_parcels_and_that_of_another_is_not_there(world: World) -> None:
    customer, other = await world.person("customer"), await world.person("customer")
    cart_id = await world.cart(customer, {})
    told = ok(await customer.post(path_of(cart_id), {}))
    assert (told["parcels"], told["delivery_fees"], told["shipping_cost"]) == ([], "0.00", "0.00")
    foreign = await other.post(path_of(cart_id), {})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "cart_not_found")


async def test_estimates_are_bounded_by_the_minute(world: World) -> None:
    customer, other = await world.person("customer"), await world.person("customer")
    carts = [await world.cart(one, {}) for one in (customer, other)]
    most = world.server.settings.estimates_per_minute
    replies = [await customer.post(path_of(carts[0]), {}) for _ in range(2 * most)]
    refused = next(one for one in replies if one.status_code != 200)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert replies.index(refused) >= most
    ok(await other.post(path_of(carts[1]), {}))


@pytest.mark.parametrize("ready_in_h", [6])
async def test_a_seller_who_takes_long_is_expected_to_take_long_again(world: World, ready_in_h: int) -> None:
    here = somewhere()
    ready = (datetime.now(UTC) + timedelta(hours=ready_in_h)).isoformat()
    seller = await sender(world, here, ready_at=ready)
    await world.online_at(await world.driver(), *here)
    customer, cart_id = await basket(world, seller)
    [parcel] = await estimated(customer, cart_id, door_of(here))
    ahead = _moment(parcel["arrival"]["earliest"]) - datetime.now(UTC)
    assert timedelta(hours=ready_in_h - 1) < ahead < timedelta(hours=ready_in_h + 2)
    assert parcel["way_minutes"]["most"] < 120
