"""A product has a weight: to the gram, bounded as a parcel's, and only where its seller says one."""

import pytest

from tests.support.world import World, ok

PRODUCTS = "/api/v1/marketplace/products/"
TEA = {"name": "Green Tea", "listed_price": "500.00", "stock": 4}


async def test_a_weight_is_said_changed_and_taken_back_by_its_seller_and_read_by_anyone(world: World) -> None:
    seller = await world.person("seller")
    assert ok(await seller.post(PRODUCTS, TEA), 201)["weight_kg"] is None
    made = ok(await seller.post(PRODUCTS, TEA | {"weight_kg": 0.25}), 201)
    product = f"{PRODUCTS}{made['id']}/"
    assert ok(await world.http.get(product))["weight_kg"] == 0.25
    assert ok(await seller.patch(product, {"weight_kg": 1.2345}))["weight_kg"] == 1.234
    assert ok(await seller.patch(product, {"name": "Black Tea"}))["weight_kg"] == 1.234
    assert ok(await seller.patch(product, {"weight_kg": None}))["weight_kg"] is None


@pytest.mark.parametrize("weight", [0, -1, 0.0004, 100_000.5, "0.25", True])
async def test_a_weight_that_no_parcel_has_is_named(world: World, weight: object) -> None:
    seller = await world.person("seller")
    product = await world.product(seller)
    for refused in (
        await seller.post(PRODUCTS, TEA | {"weight_kg": weight}),
        await seller.patch(f"{PRODUCTS}{product}/", {"weight_kg": weight}),
    ):
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["weight_kg"])
