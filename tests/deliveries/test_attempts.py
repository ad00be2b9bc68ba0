"""A parcel that could not be handed over: the attempt, the next try, and what everybody is told of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.pictures import picture
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, Bought, Driver, Person, World, ok

AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}
NOBODY = AT_DOOR | {"reason": "nobody_there"}


async def test_an_attempt_keeps_the_parcel_aboard_and_tells_whoever_waits_why_and_when_it_is_tried_again(
    world: World,
) -> None:
    bought, driver, delivery = await aboard(world)
    again = later(hours=20)
    told = ok(
        await driver.post(
            path(delivery, "attempts"),
            NOBODY | {"note": "Rang twice", "photo": picture("JPEG"), "next_try_at": again.isoformat()},
        ),
        201,
    )
    assert (told["status"], told["attempt"]["number"], told["attempts_left"]) == ("in_transit", 1, 2)
    assert told["attempt"]["has_photo"]
    assert (moment(told["next_try"]["starts_at"]), told["next_try"]["asked_by"]) == (again, "transporter")
    public = await tracked(world, delivery)
    assert public["status"] == "in_transit"
    [attempt] = public["attempts"]
    assert (attempt["reason"], attempt["message"]) == ("nobody_there", "Delivery attempted: nobody was there")
    assert not {"note", "location", "transporter_id", "has_photo"} & attempt.keys()
    assert moment(public["next_try"]["starts_at"]) == moment(public["estimated_delivery_time"]) == again
    assert public["tracking_history"][-1]["message"] == attempt["message"]
    seen = ok(await bought.seller.get(f"/api/deliveries/{delivery['id']}/"))
    assert [one["note"] for one in seen["attempts"]] == ["Rang twice"]
    assert ok(await driver.post(path(delivery, "deliver"), AT_DOOR))["status"] == "delivered"
    assert (await tracked(world, delivery))["next_try"] is None


async def test_an_attempt_that_is_told_twice_is_one(world: World) -> None:
    _, driver, delivery = await aboard(world)
    body = NOBODY | {"happened_at": datetime.now(UTC).isoformat()}
    replies = [ok(reply, 201) for reply in await asyncio.gather(*(post(driver, delivery, body) for _ in range(3)))]
    assert {reply["attempt"]["number"] for reply in replies} == {1}
    assert {reply["attempts_left"] for reply in replies} == {2}
    assert len((await tracked(world, delivery))["attempts"]) == 1


async def test_a_parcel_is_tried_as_often_as_is_set_and_no_more_though_it_can_still_be_handed_over(
    world: World,
) -> None:
    bought, driver, delivery = await aboard(world)
    most = world.server.settings.max_attempts
    for left in range(most - 1, -1, -1):
        assert ok(await post(driver, delivery, NOBODY), 201)["attempts_left"] == left
    refused = await post(driver, delivery, NOBODY)
    said = refused.json()
    assert (refused.status_code, said["code"], said["delivery_status"]) == (409, "too_many_attempts", "in_transit")
    wished = await bought.customer.post(path(delivery, "reschedule"), window())
    assert (wished.status_code, wished.json()["code"]) == (409, "too_many_attempts")
    ok(await driver.post(path(delivery, "deliver"), AT_DOOR))


async def test_the_buyer_says_after_an_attempt_when_it_is_tried_again_and_the_courier_hears_it(world: World) -> None:
    bought, driver, delivery = await aboard(world)
    early = await bought.customer.post(path(delivery, "reschedule"), window())
    assert (early.status_code, early.json()["code"]) == (409, "not_attempted")
    ok(await post(driver, delivery, NOBODY), 201)
    wish = window(hours=5) | {"note": "Ring at the blue gate"}
    async with world.phone(driver) as phone:
        told = ok(await bought.customer.post(path(delivery, "reschedule"), wish))
        frame = await phone.receive()
    assert (frame["type"], frame["delivery_id"], frame["what"]) == ("change", delivery["id"], "next_try")
    assert told["next_try"]["asked_by"] == "buyer"
    ok(await bought.customer.post(f"/api/deliveries/{delivery['tracking_number']}/reschedule/", wish))
    seen = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    assert moment(seen["next_try"]["starts_at"]) == moment(wish["starts_at"])
    assert [step["notes"] for step in seen["tracking_history"] if "rescheduled" in step["message"]] == [wish["note"]]
    stranger = await world.person("customer")
    assert (await stranger.post(path(delivery, "reschedule"), wish)).status_code == 404


async def test_a_dispatcher_says_when_it_is_tried_and_the_audit_log_has_it(world: World) -> None:
    _, _, delivery = await aboard(world)
    admin = await world.admin()
    assert ok(await admin.post(path(delivery, "reschedule"), window()))["next_try"]["asked_by"] == "dispatcher"
    logged = ok(await admin.get("/api/v1/audit/", action="delivery.rescheduled"))["results"]
    assert any(str(delivery["id"]) in str(row) for row in logged)


async def test_an_attempt_that_is_told_late_leaves_what_the_buyer_asked_for_meanwhile(world: World) -> None:
    bought, driver, delivery = await aboard(world)
    ok(await post(driver, delivery, NOBODY), 201)
    happened = datetime.now(UTC)
    wish = window(hours=6)
    ok(await bought.customer.post(path(delivery, "reschedule"), wish))
    late = NOBODY | {"happened_at": happened.isoformat(), "next_try_at": later(hours=1).isoformat()}
    told = ok(await post(driver, delivery, late), 201)
    assert (told["attempt"]["number"], told["next_try"]["asked_by"]) == (2, "buyer")
    assert moment(told["next_try"]["starts_at"]) == moment(wish["starts_at"])


async def test_an_attempt_of_a_parcel_that_is_not_aboard_hears_how_the_delivery_stands(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    assert refusal(await post(driver, delivery, NOBODY)) == (409, "wrong_status", "assigned")
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    assert (await post(await world.driver(), delivery, NOBODY)).status_code == 404
    ok(await driver.post(path(delivery, "deliver"), AT_DOOR))
    assert refusal(await post(driver, delivery, NOBODY)) == (409, "wrong_status", "delivered")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "no_idea"}, "reason"),
        ({}, "reason"),
        (NOBODY | {"photo": "aGVsbG8="}, "photo"),
        (NOBODY | {"next_try_at": "2999-01-01T00:00:00Z"}, "next_try_at"),
        (NOBODY | {"place": "door"}, "place"),
        (NOBODY | {"note": "x" * 2001}, "note"),
    ],
    ids=str,
)
async def test_what_cannot_be_an_attempt_is_refused_by_name_and_counts_nothing(
    world: World, body: dict[str, Any], field: str
) -> None:
    _, driver, delivery = await aboard(world)
    refused = await post(driver, delivery, body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert (await tracked(world, delivery))["attempts"] == []


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [(5, 4, "ends_at"), (-3, 2, "starts_at"), (24 * 400, 24 * 401, "starts_at")],
    ids=["backwards", "over", "far ahead"],
)
async def test_a_window_that_cannot_be_is_refused_by_name(world: World, starts: int, ends: int, field: str) -> None:
    bought, driver, delivery = await aboard(world)
    ok(await post(driver, delivery, NOBODY), 201)
    body = {"starts_at": later(hours=starts).isoformat(), "ends_at": later(hours=ends).isoformat()}
    refused = await bought.customer.post(path(delivery, "reschedule"), body)
    assert refused.status_code == 400
    assert field in refused.json()["errors"]


async def test_an_attempt_at_another_place_is_flagged_for_admins_alone(world: World) -> None:
    _, driver, delivery = await aboard(world)
    ok(await post(driver, delivery, {"reason": "closed"} | AT_PICKUP), 201)
    for_admin = ok(await (await world.admin()).get(f"/api/deliveries/{delivery['id']}/"))
    assert for_admin["attempts"][0]["flags"] == ["far_from_address"]
    assert "flags" not in ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["attempts"][0]


async def test_who_is_at_the_door_has_left_the_pickup_and_watchers_hear_of_the_attempt(world: World) -> None:
    _, driver, delivery = await aboard(world)
    ok(await post(driver, delivery, NOBODY), 201)
    admin = await world.admin()

    async def steps() -> list[str] | None:
        seen = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
        found = [step["status"] for step in seen["tracking_history"]]
        return found if found[-1] == "in_transit" else None

    assert await until(steps) == ["assigned", "picked_up", "in_transit"]


async def test_the_photo_of_an_attempt_opens_for_those_who_have_to_do_with_it_and_for_nobody_else(world: World) -> None:
    bought, driver, delivery = await aboard(world)
    ok(await post(driver, delivery, NOBODY | {"photo": picture("JPEG")}), 201)
    for person in (await world.admin(), bought.seller, driver):
        [attempt] = ok(await person.get(f"/api/deliveries/{delivery['id']}/"))["attempts"]
        address = urlsplit(attempt["photo"]["url"])
        shown = await world.http.get(f"{address.path}?{address.query}")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    [told] = (await tracked(world, delivery))["attempts"]
    assert "photo" not in told
    assert (await world.http.get(f"{address.path}?until=1&signature=x")).status_code == 404


async def test_where_the_courier_is_says_nothing_about_a_next_try_that_is_yet_to_come(world: World) -> None:
    _, driver, delivery = await aboard(world)
    again = later(hours=20).replace(second=0, microsecond=0)
    await world.online_at(driver, *THAMEL)
    assert (await tracked(world, delivery))["eta"] is not None
    ok(await post(driver, delivery, NOBODY | {"next_try_at": again.isoformat()}), 201)
    told = await tracked(world, delivery)
    assert (told["eta"], moment(told["estimated_delivery_time"])) == (None, again)


async def test_whoever_takes_over_a_parcel_that_was_tried_comes_at_the_next_try(world: World) -> None:
    _, driver, delivery = await aboard(world)
    other, admin = await world.driver(), await world.admin()
    again = later(hours=20).replace(microsecond=0)
    ok(await post(driver, delivery, NOBODY | {"next_try_at": again.isoformat()}), 201)
    body = {"transporter_id": other.transporter_id, "taken_from": driver.transporter_id, "reason": "breakdown"}
    ok(await admin.post(path(delivery, "transfer"), body))
    assert moment((await tracked(world, delivery))["estimated_delivery_time"]) == again


async def aboard(world: World) -> tuple[Bought, Driver, dict[str, Any]]:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    return bought, driver, delivery


async def post(person: Person, delivery: dict[str, Any], body: dict[str, Any]) -> Any:
    return await person.post(path(delivery, "attempts"), body)


def refusal(reply: Any) -> tuple[int, str, str]:
    said = reply.json()
    return reply.status_code, said["code"], said["delivery_status"]


async def tracked(world: World, delivery: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    return answer


def window(hours: int = 2) -> dict[str, Any]:
    return {"starts_at": later(hours=hours).isoformat(), "ends_at": later(hours=hours + 2).isoformat()}


def later(**time: float) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


def path(delivery: dict[str, Any], step: str) -> str:
    return f"/api/deliveries/{delivery['id']}/{step}/"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
