"""Where a shop wants it, nothing changes hands far from its address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.geo import beyond_words
from tests.proofs.strict_shops import stricter
from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok


async def _taken(world: World, **more: Any) -> tuple[Driver, dict[str, Any]]:
    driver, delivery = await world.driver(), await world.delivery(**more)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    return driver, delivery


def _at(point: tuple[float, float], north: float = 0.0) -> dict[str, float]:
    return {"latitude": point[0] + north, "longitude": point[1]}


async def test_what_is_far_from_its_address_is_refused_with_how_far_it_is(near: World) -> None:
    driver, delivery = await _taken(near)
    for step, point in (("pickup", BHAKTAPUR), ("deliver", THAMEL)):
        path = f"/api/deliveries/{delivery['id']}/{step}/"
        nowhere = await driver.post(path)
        assert (nowhere.status_code, nowhere.json()["code"]) == (422, "place_required")
        far = await driver.post(path, _at(point, 0.002))
        told = far.json()
        assert (far.status_code, told["code"], told["most_m"]) == (422, "too_far", 150.0)
        assert told["distance_m"] == pytest.approx(222.4, abs=0.5)
        assert sorted(told["errors"]) == ["latitude", "longitude"]
        ok(await driver.post(path, _at(point, 0.001)))


@pytest.mark.parametrize(
    ("metres", "most_m", "said"),
    [
        (222.4, 150, ("200 m", "150 m")),
        (180, 120, ("200 m", "120 m")),
        (160, 150, ("160.0 m", "150 m")),
        (40, 30, ("40.0 m", "30 m")),
        (1_010, 1_000, ("1,010.0 m", "1 km")),
        (7_340, 2_500, ("7.3 km", "2.5 km")),
        (5_020, 5_000, ("5,020.0 m", "5 km")),
        (10_300, 10_000, ("10,300.0 m", "10 km")),
        (14_200, 10_000, ("14 km", "10 km")),
    ],
)
def test_a_limit_is_said_as_it_was_set_and_what_is_beyond_it_as_more_than_that(
    metres: float, most_m: float, said: tuple[str, str]
) -> None:
    assert beyond_words(metres, most_m) == said


async def test_where_the_transporter_was_seen_stands_for_a_place_that_was_not_said(near: World) -> None:
    driver, delivery = await _taken(near)
    await near.online_at(driver, *THAMEL)
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/pickup/")
    assert (refused.status_code, refused.json()["code"]) == (422, "too_far")
    await near.online_at(driver, *BHAKTAPUR)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))


async def test_an_address_without_a_point_refuses_nothing(near: World) -> None:
    driver, delivery = await _taken(near, pickup_latitude=None, pickup_longitude=None)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", _at(THAMEL)))


async def test_who_is_too_far_away_spends_no_try_of_the_code(near: World) -> None:
    driver, delivery = await _taken(near, proof={"drop_off": ["code"]})
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", _at(BHAKTAPUR)))
    for _ in range(4):
        far = await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", _at(BHAKTAPUR) | {"code": "0000"})
        assert far.json()["code"] == "too_far"
    assert ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["proof"]["code"]["tries_left"] == 3


async def test_who_was_never_at_the_door_tries_nothing_and_brings_nothing_back(near: World) -> None:
    driver, delivery = await _taken(near)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/pickup/", _at(BHAKTAPUR)))
    nowhere = await driver.post(f"{path}/attempts/", {"reason": "nobody_there"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "place_required")
    far = await driver.post(f"{path}/attempts/", _at(BHAKTAPUR) | {"reason": "nobody_there"})
    told = far.json()
    assert (far.status_code, told["code"], told["most_m"], told["proof_kept"]) == (422, "too_far", 150.0, True)
    ok(await driver.post(f"{path}/attempts/", _at(THAMEL, 0.001) | {"reason": "nobody_there"}), 201)
    assert ok(await driver.get(f"{path}/"))["attempts_left"] == near.server.settings.max_attempts - 1


async def test_what_is_damaged_or_lost_is_told_from_anywhere_and_unlocks_no_way_back(near: World) -> None:
    driver, delivery = await _taken(near)
    path, most = f"/api/deliveries/{delivery['id']}", near.server.settings.max_attempts
    ok(await driver.post(f"{path}/pickup/", _at(BHAKTAPUR)))
    for reason in ("damaged", "lost", *("damaged" for _ in range(most))):
        assert ok(await driver.post(f"{path}/attempts/", {"reason": reason}), 201)["attempts_left"] == most
    back = await driver.post(f"{path}/return/", {"reason": "Nobody wants it"})
    assert (back.status_code, back.json()["code"]) == (409, "not_exhausted")
    for _ in range(most):
        ok(await driver.post(f"{path}/attempts/", _at(THAMEL) | {"reason": "nobody_there"}), 201)
    ok(await driver.post(f"{path}/return/", {"reason": "Nobody was there"}))


async def test_what_cannot_be_reached_is_told_from_where_the_way_ends_and_unlocks_no_way_back(near: World) -> None:
    driver, delivery = await _taken(near)
    path, most = f"/api/deliveries/{delivery['id']}", near.server.settings.max_attempts
    ok(await driver.post(f"{path}/pickup/", _at(BHAKTAPUR)))
    for _ in range(most):
        for reason in ("unsafe", "wrong_address"):
            told = ok(await driver.post(f"{path}/attempts/", _at(BHAKTAPUR) | {"reason": reason}), 201)
            assert told["attempts_left"] == most
    assert ok(await driver.get(f"{path}/"))["attempts_left"] == most
    back = await driver.post(f"{path}/return/", {"reason": "The bridge is gone"})
    assert (back.status_code, back.json()["code"]) == (409, "not_exhausted")
    flags = ok(await (await near.admin()).get(f"{path}/"))["attempts"][0]["flags"]
    assert "from_afar" in flags
    at_the_door = ok(await driver.post(f"{path}/attempts/", _at(THAMEL) | {"reason": "unsafe"}), 201)
    assert at_the_door["attempts_left"] == most - 1


async def test_unless_a_shop_wants_it_a_far_place_is_flagged_and_not_refused(world: World) -> None:
    driver, delivery = await _taken(world)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/", _at(THAMEL)))
    shown = ok(await (await world.admin()).get(f"/api/deliveries/{delivery['id']}/proof/"))["handovers"]
    assert "far_from_address" in shown[0]["flags"]


async def test_where_the_shop_wants_it_nothing_changes_hands_whose_courier_was_not_seen_lately(world: World) -> None:
    async with stricter(world, handover_refuse_fix_s=60.0) as strict:
        driver, delivery = await _taken(strict)
        path = f"/api/deliveries/{delivery['id']}/pickup/"
        unseen = await driver.post(path, _at(BHAKTAPUR))
        told = unseen.json()
        assert (unseen.status_code, told["code"], told["fix_age_s"], told["most_s"]) == (422, "fix_too_old", None, 60.0)
        assert told["delivery_status"] == "assigned"
        other, carried = await _taken(strict)
        away = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
        late = await other.post(f"/api/deliveries/{carried['id']}/pickup/", _at(BHAKTAPUR) | {"happened_at": away})
        assert late.status_code == 200, "nobody could have heard of it then"
        await strict.online_at(driver, *BHAKTAPUR)
        later = (datetime.now(UTC) + timedelta(seconds=65)).isoformat()  # as far ahead as a clock may be
        old = await driver.post(path, _at(BHAKTAPUR) | {"happened_at": later})
        assert old.json()["code"] == "fix_too_old"
        assert old.json()["fix_age_s"] > 60
        # A phone that had no network is heard again only when it tells what it did meanwhile.
        before = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
        ok(await driver.post(path, _at(BHAKTAPUR) | {"happened_at": before}))
