"""A parcel weighs what was sold does, where its seller has said what one product weighs and does not say otherwise."""

import pytest

from tests.support.weights import weighed, without_weight
from tests.support.world import World, delivery_body, ok

CREATE = "/api/deliveries/create/"
UNKNOWN = {"package_weight": "is required"}


async def test_a_parcel_weighs_all_the_goods_of_its_sale_which_its_seller_is_told_before(world: World) -> None:
    bought = await weighed(world, 0.335, quantity=3)
    assert ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))["weight_kg"] == 1.005
    made = ok(await bought.seller.post(CREATE, without_weight(bought.sale_id)), 201)
    assert made["package_weight"] == 1.005


async def test_what_the_seller_weighed_is_believed_before_what_its_product_should_weigh(world: World) -> None:
    bought = await weighed(world, 5)
    made = ok(await bought.seller.post(CREATE, delivery_body(bought.sale_id, package_weight=10.4)), 201)
    assert made["package_weight"] == 10.4


@pytest.mark.parametrize("weight_kg", [None, 60_000], ids=["no weight", "too heavy together"])
async def test_a_weight_that_is_not_known_is_required_beside_all_else_that_is_wrong(
    world: World, weight_kg: float | None
) -> None:
    bought = await weighed(world, weight_kg)
    assert ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))["weight_kg"] is None
    for body, errors in (
        (without_weight(bought.sale_id), UNKNOWN),
        (without_weight(bought.sale_id, package_weight=None), UNKNOWN),
        (without_weight(bought.sale_id, fragile="perhaps"), UNKNOWN | {"fragile": "must be true or false, not text"}),
    ):
        refused = await bought.seller.post(CREATE, body)
        assert refused.status_code == 400, refused.text
        assert refused.json()["errors"].keys() == errors.keys()
        assert refused.json()["errors"]["package_weight"] == "is required"


async def test_a_sale_of_somebody_else_is_answered_like_one_that_is_not_there(world: World) -> None:
    bought, other, admin = await weighed(world, 2), await world.person("seller"), await world.admin()
    foreign = await other.post(CREATE, without_weight(bought.sale_id))
    none = await other.post(CREATE, without_weight(2**62))
    assert (foreign.status_code, foreign.json()["errors"]) == (400, UNKNOWN)
    assert (none.status_code, none.json()["errors"]) == (400, UNKNOWN)
    assert ok(await admin.post(CREATE, without_weight(bought.sale_id)), 201)["package_weight"] == 4
