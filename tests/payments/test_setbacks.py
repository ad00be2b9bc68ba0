"""What did not go well is told to the seller as a list and to the buyer with the order, each with its money."""

from typing import Any

import pytest

from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, Person, World, ok

SETBACKS = "/api/marketplace/setbacks/"
AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}


async def test_a_parcel_that_goes_back_is_followed_by_its_seller_until_it_is_there_with_what_it_cost(
    world: World,
) -> None:
    bought, driver, delivery = await _aboard(world)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await bought.seller.post(f"{path}/return/", {"reason": "Nobody there three times"}))
    [coming] = await _listed(bought.seller)
    assert (coming["kind"], coming["sale_id"], coming["quantity"]) == ("coming_back", bought.sale_id, 2)
    assert (coming["origin_tracking_number"], coming["reason"]) == (
        delivery["tracking_number"],
        "Nobody there three times",
    )
    assert (coming["restocks"], coming["refunded"], coming["transporter"]) == (True, None, "Quick Transport")
    assert await _of_order(bought) == [("coming_back", 2, None)]
    ok(await driver.post(f"/api/deliveries/{coming['delivery_id']}/deliver/", AT_PICKUP))
    [back] = await _listed(bought.seller, kind="back")
    assert (back["kind"], back["transporter"], await _listed(bought.seller, kind="coming_back")) == ("back", None, [])
    assert [("back", 2, back["refunded"])] == await _of_order(bought)
    assert float(back["refunded"]) > 0
    assert float(back["delivery_fee"]) > 0


@pytest.mark.parametrize("ending", ["lost", "damaged"])
async def test_what_is_lost_or_damaged_says_why_and_what_went_back(world: World, ending: str) -> None:
    bought, _, delivery = await _aboard(world)
    told = {"ending": ending, "reason": "The bag was stolen at Kalanki"}
    lost = ok(await (await world.admin()).post(f"/api/deliveries/{delivery['id']}/loss/", told))
    [one] = await _listed(bought.seller, kind=ending)
    assert (one["kind"], one["reason"]) == (ending, told["reason"])
    assert (float(one["refunded"]), one["restocks"]) == (lost["refund"]["amount"], None)
    assert await _of_order(bought) == [(ending, 2, one["refunded"])]


async def test_a_return_that_is_lost_says_why_it_was_lost_and_not_why_it_came_back(world: World) -> None:
    bought, _, delivery = await _aboard(world)
    ok(await bought.seller.post(f"/api/deliveries/{delivery['id']}/return/", {"reason": "Nobody there three times"}))
    [coming] = await _listed(bought.seller)
    told = {"ending": "lost", "reason": "The bag was stolen at Kalanki"}
    ok(await (await world.admin()).post(f"/api/deliveries/{coming['delivery_id']}/loss/", told))
    [lost] = await _listed(bought.seller, kind="lost")
    assert (lost["delivery_id"], lost["reason"]) == (coming["delivery_id"], told["reason"])


@pytest.mark.parametrize(("reason", "kind"), [("refused_by_customer", "coming_back"), ("missing", "in_part")])
async def test_of_what_was_handed_over_in_part_the_rest_is_listed_once(world: World, reason: str, kind: str) -> None:
    bought, driver, delivery = await _aboard(world)
    handed = AT_DOOR | {"quantity_accepted": 1, "partial_reason": reason, "notes": "Blue door"}
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", handed))
    [one] = await _listed(bought.seller)
    assert (one["kind"], one["quantity"], one["partial_reason"]) == (kind, 1, reason)
    assert not one["reason"], "what the courier noted is no reason"
    assert (one["refunded"] is None) == (kind == "coming_back")
    assert await _of_order(bought) == [(kind, 1, one["refunded"])]


async def test_what_is_on_hold_is_there_until_it_is_resumed_and_its_reason_is_for_whoever_wrote_it(
    world: World,
) -> None:
    bought, admin = await world.bought(), await world.admin()
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await admin.post(f"{path}/hold/", {"reason": "Looks like fraud"}))
    [held] = await _listed(bought.seller, kind="on_hold")
    assert (held["delivery_status"], held["reason"]) == ("available", None)
    assert [one["reason"] for one in await _listed(admin, search=held["tracking_number"])] == ["Looks like fraud"]
    ok(await admin.post(f"{path}/resume/"))
    assert await _listed(bought.seller) == []


async def test_only_ones_own_are_listed_and_found_by_either_number_and_what_went_well_is_not(world: World) -> None:
    bought, _, delivery = await _aboard(world)
    other, _, _ = await _aboard(world)
    assert (await _listed(bought.seller), await _of_order(bought)) == ([], [])
    ok(await bought.seller.post(f"/api/deliveries/{delivery['id']}/return/", {"reason": "Wrong size"}))
    assert await _listed(other.seller) == []
    [coming] = await _listed(bought.seller)
    for number in (delivery["tracking_number"], coming["tracking_number"], coming["order_number"]):
        assert [one["delivery_id"] for one in await _listed(bought.seller, search=number)] == [coming["delivery_id"]]
    assert await _listed(bought.seller, search="nothing of the kind") == []


async def _aboard(world: World) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", AT_PICKUP))
    return bought, driver, delivery


async def _listed(person: Person, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await person.get(SETBACKS, **query))["results"]
    return found


async def _of_order(bought: Bought) -> list[tuple[str, int, str | None]]:
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert {one["sale_id"] for one in order["setbacks"]} <= {bought.sale_id}
    return [(one["kind"], one["quantity"], one["refunded"]) for one in order["setbacks"]]
