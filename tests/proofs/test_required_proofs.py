"""What a delivery requires as proof is asked for all at once, and taken only where it is this parcel's."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.pictures import picture
from tests.support.world import Bought, Driver, World, ok, together

MINE = "/api/sellers/me/proof/"
NOTHING: dict[str, Any] = {"pickup": [], "drop_off": [], "return": [], "age_minimum": None}


async def _taken(world: World, bought: Bought | None = None, **more: Any) -> tuple[Driver, dict[str, Any]]:
    driver, delivery = await world.driver(), await world.delivery(bought, **more)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return driver, delivery


async def _aboard(world: World, bought: Bought | None = None, **more: Any) -> tuple[Driver, dict[str, Any]]:
    driver, delivery = await _taken(world, bought, **more)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    return driver, delivery


async def test_all_that_is_missing_is_named_at_once_with_all_that_is_required(world: World) -> None:
    proof = {"drop_off": ["age", "barcode", "photo", "signature"], "age_minimum": 21}
    driver, delivery = await _aboard(world, proof=proof)
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    refused = await driver.post(path, {"delivery_photo": picture()})
    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, "proof_missing")
    assert told["missing"] == ["signature", "signed_by", "barcode", "age"]
    assert told["required"] == ["photo", "signature", "barcode", "age"]
    assert sorted(told["errors"]) == ["age_checked", "scanned", "signature", "signed_by"]
    known = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["proof"]
    assert known["drop_off"] == told["required"]
    assert known["age_minimum"] == 21
    whole = {
        "delivery_photo": picture(),
        "signature": picture(),
        "signed_by": "Sita Gurung",
        "relation": "neighbour",
        "scanned": delivery["tracking_number"],
        "age_checked": True,
    }
    done = ok(await driver.post(path, whole))
    assert done["status"] == "delivered"
    assert ok(await driver.post(path)) == done, "a repeat needs nothing"


async def test_a_pickup_requires_what_was_said_of_pickups_alone(world: World) -> None:
    driver, delivery = await _taken(world, proof={"pickup": ["barcode", "photo"], "drop_off": []})
    path = f"/api/deliveries/{delivery['id']}/pickup/"
    refused = await driver.post(path, {})
    assert (refused.status_code, refused.json()["missing"]) == (422, ["photo", "barcode"])
    assert list(refused.json()["errors"]) == ["pickup_photo", "scanned"]
    ok(await driver.post(path, {"pickup_photo": picture(), "scanned": delivery["tracking_number"]}))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/"))


@pytest.mark.parametrize("requires", [{"requires_signature": True}, {"proof": {"drop_off": ["signature"]}}])
async def test_a_signature_alone_is_asked_for_as_the_contract_does_and_with_a_name_where_it_was_required_by_name(
    world: World, requires: dict[str, Any]
) -> None:
    driver, delivery = await _aboard(world, **requires)
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    known = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    assert known["package_details"]["requires_signature"] is True
    assert known["proof"]["drop_off"] == ["signature"]
    refused = await driver.post(path, {})
    if "proof" in requires:
        assert (refused.status_code, refused.json()["missing"]) == (422, ["signature", "signed_by"])
        assert (await driver.post(path, {"signature": picture()})).json()["missing"] == ["signed_by"]
        ok(await driver.post(path, {"signature": picture(), "signed_by": "Hari"}))
    else:
        assert (refused.status_code, refused.json()["code"]) == (400, "signature_required")
        ok(await driver.post(path, {"signature": picture()}))


SPELLINGS: list[Callable[[str], str]] = [
    lambda number: number.lower(),
    lambda number: f"  {number[:3]} {number[3:9]}-{number[9:]} ",
    lambda number: number.replace("TRK", "trk – "),
]


async def test_what_is_scanned_is_the_tracking_number_or_the_sellers_label_however_it_is_typed(world: World) -> None:
    driver, delivery = await _aboard(world, proof={"drop_off": ["barcode"]}, label="Box 77-B")
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    for wrong in ("TRK0000000000000000", "77", "box 77 c", "-- --", "' OR 1=1 --"):
        refused = await driver.post(path, {"scanned": wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, "proof_wrong"), wrong
        assert list(refused.json()["errors"]) == ["scanned"]
        assert refused.json()["missing"] == []
    ok(await driver.post(path, {"scanned": "BOX77b"}))
    for spelled in SPELLINGS:
        other, parcel = await _aboard(world, proof={"drop_off": ["barcode"]})
        read = spelled(parcel["tracking_number"])
        ok(await other.post(f"/api/deliveries/{parcel['id']}/deliver/", {"scanned": read}))


async def test_what_is_scanned_of_another_parcel_is_refused_where_nothing_is_required_too(world: World) -> None:
    driver, delivery = await _aboard(world)
    path = f"/api/deliveries/{delivery['id']}/deliver/"
    other = await world.delivery()
    refused = await driver.post(path, {"scanned": other["tracking_number"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "proof_wrong")
    ok(await driver.post(path, {"scanned": delivery["tracking_number"]}))


async def test_what_a_seller_usually_requires_counts_for_new_deliveries_that_do_not_say_otherwise(world: World) -> None:
    bought, other = await world.bought(), await world.bought()
    seller = bought.seller
    assert ok(await seller.get(MINE)) == NOTHING
    before = await world.delivery(bought)
    changed = ok(await seller.patch(MINE, {"drop_off": ["photo", "age"], "pickup": ["photo"]}))
    assert changed == {"pickup": ["photo"], "drop_off": ["photo", "age"], "return": [], "age_minimum": 18}
    changed = ok(await seller.patch(MINE, {"drop_off": ["photo"]}))
    assert changed == NOTHING | {"pickup": ["photo"], "drop_off": ["photo"]}
    assert ok(await seller.get(f"/api/deliveries/{before['id']}/"))["proof"]["drop_off"] == [], "it was made before"
    admin = await world.admin()
    theirs = f"/api/sellers/{other.seller.user_id}/proof/"
    ok(await admin.patch(theirs, {"pickup": ["barcode"], "drop_off": ["photo"], "return": ["signature"]}))
    assert ok(await other.seller.get(MINE))["return"] == ["signature"]
    made = await world.delivery(other, proof={"drop_off": []})
    found = ok(await other.seller.get(f"/api/deliveries/{made['id']}/"))["proof"]
    assert (found["pickup"], found["drop_off"], found["return"]) == (["barcode"], [], ["signature"])
    [noted] = ok(await admin.get("/api/v1/audit/", action="proof.required", subject_id=str(other.seller.user_id)))[
        "results"
    ]
    assert noted["detail"]["pickup"] == ["barcode"]
    own = ok(await admin.get("/api/v1/audit/", action="proof.required", subject_id=str(seller.user_id)))["results"]
    assert [(one["actor_id"], one["detail"]["drop_off"]) for one in own] == [
        (seller.user_id, ["photo"]),
        (seller.user_id, ["photo", "age"]),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"pickup": ["code"]},
        {"return": ["age"]},
        {"drop_off": ["fingerprint"]},
        {"drop_off": "photo"},
        {"drop_off": ["photo"] * 11},
        {"drop_off": ["age"], "age_minimum": 0},
        {"drop_off": ["age"], "age_minimum": 121},
        {"drop_off": ["photo"], "age_minimum": 18},
        {"dropoff": ["photo"]},
        {"pickup": None},
    ],
)
async def test_what_cannot_be_required_is_named(world: World, body: dict[str, Any]) -> None:
    bought = await world.bought()
    refused = await bought.seller.patch(MINE, body)
    assert (refused.status_code, len(refused.json()["errors"])) == (400, 1)
    made = await bought.seller.post("/api/deliveries/create/", {"marketplace_sale_id": bought.sale_id, "proof": body})
    assert made.status_code == 400
    assert ok(await bought.seller.get(MINE)) == NOTHING


async def test_only_a_seller_has_usual_proofs(world: World) -> None:
    admin, customer = await world.admin(), await world.person("customer")
    refused = await admin.patch(f"/api/sellers/{customer.user_id}/proof/", {"drop_off": ["photo"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "seller_not_found")


async def test_changes_at_the_same_time_are_made_one_after_the_other(world: World) -> None:
    seller = await world.person("seller")
    replies = await together(
        seller.patch(MINE, {end: ["photo"]}) for end in ("pickup", "drop_off", "return") for _ in range(3)
    )
    assert {reply.status_code for reply in replies} == {200}
    assert ok(await seller.get(MINE)) == NOTHING | {end: ["photo"] for end in ("pickup", "drop_off", "return")}
