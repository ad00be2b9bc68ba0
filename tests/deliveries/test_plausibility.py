"""Places that are hard to believe are flagged, and whose word on a transporter counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.deliveries.handover import Handover, HandoverRules
from dispatch.deliveries.service import Place
from dispatch.ports import LivePosition
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, World, ok

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
RULES = HandoverRules(far_m=1000, max_speed_mps=50, service_area=(26.0, 80.0, 31.0, 89.0))
GULF_OF_GUINEA = (0.0, 0.0001)
NEXT_DOOR = (BHAKTAPUR[0] + 0.004, BHAKTAPUR[1])


def _seen(place: tuple[float, float], ago_s: float = 5, accuracy_m: float | None = None) -> LivePosition:
    at = NOW - timedelta(seconds=ago_s)
    return LivePosition(1, *place, recorded_at=at, received_at=at, accuracy_m=accuracy_m)


def _north(metres: float) -> tuple[float, float]:
    return THAMEL[0] + metres / 111_195, THAMEL[1]


@pytest.mark.parametrize(
    ("said", "seen", "before", "flags"),
    [
        (THAMEL, None, None, []),
        (_north(990), _seen(THAMEL), None, []),
        (_north(1100), None, None, ["far_from_address"]),
        (THAMEL, _seen(_north(1500)), None, ["far_from_last_fix"]),
        (THAMEL, _seen(_north(1500), ago_s=60), None, []),
        (THAMEL, _seen(_north(1500), accuracy_m=400), None, []),
        (GULF_OF_GUINEA, None, None, ["far_from_address", "out_of_service_area"]),
        (None, _seen(_north(3000)), None, ["far_from_address"]),
        (None, _seen(THAMEL), None, []),
        (None, None, None, ["no_place"]),
        (THAMEL, _seen(THAMEL, ago_s=119), None, []),
        (THAMEL, _seen(THAMEL, ago_s=121), None, ["old_fix"]),
        (THAMEL, _seen(THAMEL, ago_s=-600), None, []),
        (THAMEL, None, (BHAKTAPUR, 0.05), ["too_fast"]),
        (THAMEL, None, (BHAKTAPUR, 1800), []),
    ],
    ids=str,
)
def test_a_place_is_held_against_the_address_the_last_fix_the_area_and_the_time(
    said: tuple[float, float] | None, seen: LivePosition | None, before: Any, flags: list[str]
) -> None:
    handover = Handover(None if said is None else Place(*said), seen=seen)
    earlier = (None, None) if before is None else (before[0], NOW - timedelta(seconds=before[1]))
    assert handover.flags(RULES, address=THAMEL, at=NOW, before=earlier) == flags


async def test_flags_are_in_the_record_for_admins_and_for_nobody_else(world: World) -> None:
    bought, driver, delivery = await _accepted(world)
    await world.online_at(driver, *BHAKTAPUR)
    path = f"/api/deliveries/{delivery['id']}/"
    ok(await driver.post(f"{path}pickup/", {"latitude": -60, "longitude": 0}))
    ok(await driver.post(f"{path}deliver/", {"latitude": THAMEL[0], "longitude": THAMEL[1]}))
    admin = await world.admin()
    steps = ok(await admin.get(path))["tracking_history"]
    assert [step["flags"] for step in steps] == [
        [],
        ["far_from_address", "far_from_last_fix"],
        ["far_from_last_fix", "too_fast"],
    ]
    flagged = ok(await admin.get("/api/deliveries/", flagged=True, transporter=driver.transporter_id))["results"]
    assert [(row["id"], row["flags"]) for row in flagged] == [
        (delivery["id"], ["far_from_address", "far_from_last_fix", "too_fast"])
    ]
    newest = flagged[0]["flagged_step"]
    assert (newest["status"], newest["flags"]) == ("delivered", ["far_from_last_fix", "too_fast"])
    assert newest["transporter"] == driver.transporter_id
    assert ok(await admin.get("/api/deliveries/", flagged=False, transporter=driver.transporter_id))["count"] == 0
    public = await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/")
    for told in (await driver.get(path), await bought.seller.get(path), public):
        assert "far_from" not in told.text


async def test_a_rating_of_the_transporters_own_counts_until_the_customers_takes_its_place(world: World) -> None:
    bought, driver, delivery = await _accepted(world, to=NEXT_DOOR)
    await _carry(driver, delivery, {"latitude": NEXT_DOOR[0], "longitude": NEXT_DOOR[1], "customer_rating": 5})
    assert await _rating(driver) == (5.0, 1)
    path = f"/api/deliveries/{delivery['id']}/rate/"
    assert ok(await bought.customer.post(path, {"rating": 1}))["rating"] == 1
    assert await _rating(driver) == (1.0, 1)
    for rating in (1, 4, 4):  # the same again changes nothing, another one replaces it
        ok(await bought.customer.post(path, {"rating": rating}))
    assert await _rating(driver) == (4.0, 1)
    admin = await world.admin()
    shown = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
    assert (shown["reported_rating"], shown["customer_rating"]) == (5, 4)


@pytest.mark.parametrize(
    ("picked_up", "dropped", "flags"),
    [
        (BHAKTAPUR, (-60, 0), ["far_from_address", "too_fast"]),
        (BHAKTAPUR, THAMEL, ["too_fast"]),
        (BHAKTAPUR, None, ["no_place"]),
        (None, THAMEL, ["no_place", "too_fast"]),
        (THAMEL, THAMEL, ["far_from_address"]),
    ],
    ids=str,
)
async def test_what_an_implausible_handover_reports_never_counts_and_what_the_customer_says_does(
    world: World, picked_up: tuple[float, float] | None, dropped: tuple[float, float] | None, flags: list[str]
) -> None:
    bought, driver, delivery = await _accepted(world)
    await _carry(driver, delivery, _at(dropped) | {"customer_rating": 5}, picked_up)
    shown = ok(await (await world.admin()).get(f"/api/deliveries/{delivery['id']}/"))
    assert [flag for step in shown["tracking_history"] for flag in step["flags"]] == flags
    assert (shown["reported_rating"], shown["customer_rating"]) == (5, None)
    assert await _rating(driver) == (5.0, 0)
    ok(await bought.customer.post(f"/api/deliveries/{delivery['tracking_number']}/rate/", {"rating": 2}))
    assert await _rating(driver) == (2.0, 1)


async def test_ratings_are_those_of_the_buyer_once_the_parcel_is_there(world: World) -> None:
    bought, driver, delivery = await _accepted(world)
    path = f"/api/deliveries/{delivery['delivery_id']}/rate/"
    early = await bought.customer.post(path, {"rating": 5})
    assert (early.status_code, early.json()["code"]) == (409, "not_delivered")
    await _carry(driver, delivery, {"customer_rating": 1})
    stranger = await world.person()
    unknown = await stranger.post(f"/api/deliveries/{2**62}/rate/", {"rating": 1})
    assert (await stranger.post(path, {"rating": 1})).json() == unknown.json()
    assert unknown.status_code == 404
    assert (await driver.post(path, {"rating": 5})).status_code == 403
    for wrong in ({"rating": 0}, {"rating": 6}, {"rating": 4.5}, {"rating": True}, {}):
        refused = await bought.customer.post(path, wrong)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["rating"])
    assert await _rating(driver) == (5.0, 0)
    ok(await bought.customer.post(path, {"rating": 3}))
    assert await _rating(driver) == (3.0, 1)


async def test_ratings_of_many_deliveries_add_up_exactly(world: World) -> None:
    driver = await world.driver()
    for rating in (5, 4, 4, 5, 3, 5, 5):
        bought = await world.bought()
        delivery = await world.delivery(bought)
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
        await _carry(driver, delivery, {"customer_rating": 1})
        ok(await bought.customer.post(f"/api/deliveries/{delivery['id']}/rate/", {"rating": rating}))
    mean, count = await _rating(driver)
    assert (mean, count) == (round(31 / 7, 3), 7)


async def _accepted(world: World, to: tuple[float, float] = THAMEL) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, delivery_latitude=to[0], delivery_longitude=to[1])
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return bought, driver, delivery


def _at(place: tuple[float, float] | None) -> dict[str, Any]:
    return {} if place is None else {"latitude": place[0], "longitude": place[1]}


async def _carry(
    driver: Driver,
    delivery: dict[str, Any],
    drop_off: dict[str, Any],
    picked_up: tuple[float, float] | None = BHAKTAPUR,
) -> None:
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", _at(picked_up)))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", drop_off))


async def _rating(driver: Driver) -> tuple[float, int]:
    profile = ok(await driver.get("/api/transporters/me/"))
    return profile["rating"], profile["rating_count"]


async def test_flagged_steps_are_found_by_when_we_were_told_of_them(world: World) -> None:
    _, driver, delivery = await _accepted(world)
    await world.online_at(driver, *BHAKTAPUR)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", {"latitude": -60, "longitude": 0}))
    admin = await world.admin()

    async def found(since: str) -> list[int]:
        answer = await admin.get("/api/deliveries/", flagged_since=since, transporter=driver.transporter_id)
        return [row["id"] for row in ok(answer)["results"]]

    [row] = ok(await admin.get("/api/deliveries/", flagged=True, transporter=driver.transporter_id))["results"]
    told_at = datetime.fromisoformat(row["flagged_step"]["told_at"])
    assert await found(told_at.isoformat()) == [delivery["id"]]
    assert await found((told_at + timedelta(milliseconds=1)).isoformat()) == []
    refused = await admin.get("/api/deliveries/", flagged_since="lately")
    assert refused.status_code == 400
    assert "flagged_since" in refused.text
