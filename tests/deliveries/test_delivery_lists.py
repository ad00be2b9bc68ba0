"""Lists of deliveries for dispatchers: by status, priority, area, time and text."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.places import north_of, somewhere
from tests.support.world import Person, World, ok

PATH = "/api/deliveries/"


async def _numbers(admin: Person, **wanted: Any) -> list[int]:
    return [row["id"] for row in ok(await admin.get(PATH, page_size=100, **wanted))["results"]]


async def test_a_dispatcher_finds_deliveries_by_a_text_in_them_however_it_is_typed(world: World) -> None:
    word = uuid4().hex
    instructions: dict[str, Any] = {"special_instructions": f"Ring  twice, {word}"}
    here, there = await world.delivery(**instructions), await world.delivery(delivery_contact_name=f"Sita {word}")
    admin = await world.admin()
    assert await _numbers(admin, search=word.upper()) == [there["id"], here["id"]]
    assert await _numbers(admin, search=f"twice, {word}") == [here["id"]]
    assert await _numbers(admin, search=here["tracking_number"]) == [here["id"]]
    assert await _numbers(admin, search="%" + word) == []


async def test_a_dispatcher_finds_deliveries_by_a_phone_and_by_whose_goods_they_carry(world: World) -> None:
    admin, driver, bought = await world.admin(), await world.driver(), await world.bought()
    phone = f"98{bought.seller.user_id:08d}"
    made = await world.delivery(bought, delivery_contact_phone=phone)
    assert await _numbers(admin, search=f"+977 {phone[:4]} {phone[4:]}", seller=bought.seller.user_id) == [made["id"]]
    assert await _numbers(admin, search="977-1", seller=bought.seller.user_id) == []
    assert await _numbers(admin, seller=bought.customer.user_id) == []
    ok(await driver.post(f"{PATH}{made['id']}/accept/"))
    [row] = ok(await admin.get(PATH, seller=bought.seller.user_id))["results"]
    who = ok(await admin.get(f"/api/v1/users/{bought.seller.user_id}/"))["name"]
    assert (row["seller"], row["seller_name"]) == (bought.seller.user_id, who)
    assert (row["transporter"], row["transporter_name"]) == (driver.transporter_id, "Some Driver")


async def test_an_admin_is_told_whose_a_delivery_is_and_nobody_else_is(world: World) -> None:
    admin, driver, bought = await world.admin(), await world.driver(), await world.bought()
    path = f"{PATH}{(await world.delivery(bought))['id']}/"
    ok(await driver.post(f"{path}accept/"))
    sold = ok(await admin.get(path))["sold"]
    assert (sold["seller"], sold["buyer"], sold["order"]) == (
        bought.seller.user_id,
        bought.customer.user_id,
        bought.order_id,
    )
    for person in (driver, bought.seller):
        assert "sold" not in ok(await person.get(path))


async def test_several_statuses_and_priorities_are_one_list(world: World) -> None:
    word, admin, driver = uuid4().hex, await world.admin(), await world.driver()
    made = {
        priority: await world.delivery(priority=priority, special_instructions=word)
        for priority in ("low", "high", "urgent")
    }
    ok(await driver.post(f"/api/deliveries/{made['high']['id']}/accept/"))
    numbers = {priority: delivery["id"] for priority, delivery in made.items()}
    assert await _numbers(admin, search=word, priority=["urgent", "low"]) == [numbers["urgent"], numbers["low"]]
    assert await _numbers(admin, search=word, status=["assigned", "picked_up"]) == [numbers["high"]]
    assert await _numbers(admin, search=word, status="available", priority="low") == [numbers["low"]]
    assert len(await _numbers(admin, search=word, status=["assigned", "available"])) == 3


async def test_a_list_says_when_what_has_ended_was_delivered_or_cancelled(world: World) -> None:
    word, admin, driver = uuid4().hex, await world.admin(), await world.driver()
    delivered, cancelled, waits = [await world.delivery(special_instructions=word) for _ in range(3)]
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"{PATH}{delivered['id']}/{step}/"))
    ok(await admin.post(f"{PATH}{cancelled['id']}/cancel/", {"reason": "duplicate"}))
    rows = {row["id"]: row["ended_at"] for row in ok(await admin.get(PATH, search=word))["results"]}
    whole = {row: ok(await admin.get(f"{PATH}{row}/")) for row in rows}
    assert rows[delivered["id"]] == whole[delivered["id"]]["delivered_at"] is not None
    assert rows[cancelled["id"]] == whole[cancelled["id"]]["tracking_history"][-1]["timestamp"]
    assert rows[waits["id"]] is None


async def test_an_area_has_what_is_picked_up_or_dropped_off_in_it(world: World) -> None:
    place, far = somewhere(), north_of(somewhere(), 400_000)
    from_here = await world.delivery(**_places(place, far))
    to_here = await world.delivery(**_places(far, north_of(place, 900)))
    beyond = await world.delivery(**_places(north_of(place, 1_100), far))
    admin = await world.admin()
    circle = {"lat": place[0], "lon": place[1]}
    assert await _numbers(admin, **circle, radius_km=1) == [to_here["id"], from_here["id"]]
    assert await _numbers(admin, **circle, radius_km=1.2) == [beyond["id"], to_here["id"], from_here["id"]]
    assert await _numbers(admin, **circle) == await _numbers(admin, **circle, radius_km=5)


def _places(pickup: tuple[float, float], delivery: tuple[float, float]) -> dict[str, Any]:
    return {
        "pickup_latitude": pickup[0],
        "pickup_longitude": pickup[1],
        "delivery_latitude": delivery[0],
        "delivery_longitude": delivery[1],
    }


async def test_a_time_bounds_the_list_on_both_sides(world: World) -> None:
    word, admin = uuid4().hex, await world.admin()
    made = await world.delivery(special_instructions=word)
    at = datetime.fromisoformat(made["created_at"])
    before, after = (at - timedelta(seconds=1)).isoformat(), (at + timedelta(seconds=1)).isoformat()
    assert await _numbers(admin, search=word, date_from=before, date_to=after) == [made["id"]]
    assert await _numbers(admin, search=word, date_from=after) == []
    assert await _numbers(admin, search=word, date_to=before) == []
    today = datetime.now(UTC).date()
    assert await _numbers(admin, search=word, date_from=str(today - timedelta(days=1))) == [made["id"]]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"lat": 27.7}, {"lon": "is needed with lat"}),
        ({"lon": 85.3, "date_from": "soon"}, {"lat": "is needed with lon", "date_from": "must be a date"}),
        ({"radius_km": 2}, {"lat": "is needed with radius_km", "lon": "is needed with radius_km"}),
        ({"status": ["available", "lost"], "priority": "soon"}, {"status": "", "priority": ""}),
    ],
)
@pytest.mark.parametrize("path", [PATH, "/api/transporters/"])
async def test_what_does_not_fit_a_list_is_named_all_at_once(
    world: World, path: str, query: dict[str, Any], wrong: dict[str, str]
) -> None:
    if path != PATH and "status" in query:
        query, wrong = {"presence": ["online", "lost"]}, {"presence": ""}
    refused = await (await world.admin()).get(path, **query)
    fields = refused.json()["errors"]
    assert (refused.status_code, set(fields)) == (400, set(wrong)), fields
    for name, words in wrong.items():
        assert words in fields[name]
