"""Steps that a phone without network tells later: when they were stays true, and so does what happened meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.deliveries.step_times import TimeFlag, TimeRules, step_time
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok, ping

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
RULES = TimeRules(tolerance_s=120, max_age_h=24)
AT_PICKUP = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
AT_DOOR = {"latitude": THAMEL[0], "longitude": THAMEL[1]}


def before(**ago: float) -> datetime:
    return NOON - timedelta(**ago)


@pytest.mark.parametrize(
    ("said", "at", "flags"),
    [
        (None, NOON, ()),
        (before(minutes=10), before(minutes=10), ()),
        (before(minutes=-1), NOON, ()),
        (before(minutes=-3), NOON, (TimeFlag.CLOCK_AHEAD,)),
        (before(minutes=61), before(minutes=60), ()),
        (before(minutes=70), NOON, (TimeFlag.BEFORE_LAST_STEP,)),
        (before(hours=25), NOON, (TimeFlag.BEFORE_LAST_STEP, TimeFlag.TOO_LONG_AGO)),
    ],
    ids=str,
)
def test_the_time_of_a_phone_is_believed_where_it_can_be(
    said: datetime | None, at: datetime, flags: tuple[TimeFlag, ...]
) -> None:
    when = step_time(said, since=before(hours=1), now=NOON, rules=RULES)
    assert (when.at, when.noticed_at, when.said, when.flags) == (at, NOON, said, flags)


async def test_a_step_that_is_told_late_keeps_its_true_time_beside_ours(world: World) -> None:
    driver, delivery = await accepted(world)
    picked_up = await now_after_assignment(driver, delivery)
    told = ok(await driver.post(path(delivery, "pickup"), AT_PICKUP | {"happened_at": picked_up.isoformat()}))
    assert moment(told["timestamp"]) == picked_up < moment(told["noticed_at"])
    again = ok(await driver.post(path(delivery, "pickup"), AT_PICKUP))
    assert (again["timestamp"], again["noticed_at"]) == (told["timestamp"], told["noticed_at"])
    arrived = datetime.now(UTC)
    told = ok(await driver.post(path(delivery, "deliver"), AT_DOOR | {"happened_at": arrived.isoformat()}))
    assert moment(told["delivered_at"]) == arrived < moment(told["noticed_at"])
    whole = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    assert (moment(whole["picked_up_at"]), moment(whole["delivered_at"])) == (picked_up, arrived)
    track = f"/api/deliveries/{delivery['tracking_number']}/track/"
    assert moment(ok(await world.http.get(track))["ended_at"]) == arrived
    told = ok(await (await world.admin()).get(track))
    times = {step["status"]: step for step in told["tracking_history"]}
    assert moment(times["delivered"]["timestamp"]) == arrived < moment(times["delivered"]["noticed_at"])
    assert "happened_at" not in times["delivered"]


@pytest.mark.parametrize(
    ("off", "flag"),
    [(timedelta(hours=1), "clock_ahead"), (timedelta(hours=-1), "before_last_step"), (-timedelta(days=2), "too_long")],
    ids=["ahead", "before the assignment", "long ago"],
)
async def test_a_time_that_cannot_be_is_kept_and_flagged_and_ours_counts(
    world: World, off: timedelta, flag: str
) -> None:
    driver, delivery = await accepted(world)
    said = datetime.now(UTC) + off
    told = ok(await driver.post(path(delivery, "pickup"), AT_PICKUP | {"happened_at": said.isoformat()}))
    assert told["timestamp"] == told["noticed_at"]
    shown = ok(await (await world.admin()).get(f"/api/deliveries/{delivery['id']}/"))
    step = next(step for step in shown["tracking_history"] if step["status"] == "picked_up")
    assert any(found.startswith(flag) for found in step["flags"])
    assert moment(step["happened_at"]) == said
    found = ok(await (await world.admin()).get("/api/deliveries/", flagged=True, transporter=driver.transporter_id))
    assert [row["id"] for row in found["results"]] == [delivery["id"]]


async def test_a_time_without_an_offset_is_refused_by_name(world: World) -> None:
    driver, delivery = await accepted(world)
    refused = await driver.post(path(delivery, "pickup"), {"happened_at": "2026-11-28T12:00:00"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["happened_at"])


async def test_who_comes_late_with_a_step_of_a_cancelled_delivery_hears_how_it_stands(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    ok(await driver.post(path(delivery, "accept")))
    picked_up = datetime.now(UTC)
    ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
    cancelled = f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"
    ok(await bought.customer.post(cancelled, {"reason": "changed my mind"}))
    refused = await driver.post(path(delivery, "pickup"), AT_PICKUP | {"happened_at": picked_up.isoformat()})
    assert refused.status_code == 409
    said = refused.json()
    assert (said["code"], said["delivery_status"]) == ("no_longer_yours", "cancelled")
    stranger = await world.driver()
    assert (await stranger.post(path(delivery, "pickup"), AT_PICKUP)).status_code == 404


async def test_who_comes_late_with_a_step_of_somebody_elses_by_now_hears_that_too(world: World) -> None:
    driver, delivery = await accepted(world)
    ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
    other = await world.driver()
    ok(await other.post(path(delivery, "accept")))
    refused = await driver.post(path(delivery, "pickup"), AT_PICKUP)
    assert (refused.status_code, refused.json()["code"], refused.json()["delivery_status"]) == (
        409,
        "no_longer_yours",
        "assigned",
    )


async def test_a_pickup_that_is_told_after_the_fixes_that_followed_it_still_lets_the_drop_off_be_seen(
    world: World,
) -> None:
    driver, delivery = await accepted(world)
    assigned = await now_after_assignment(driver, delivery)
    async with world.phone(driver) as phone:
        # The parcel is picked up, and the phone is at the door for half a minute (a clock a minute ahead, as allowed).
        for seq, after_s in enumerate((1, 25, 50), start=1):
            await phone.send(ping(seq, *THAMEL, at=assigned + timedelta(seconds=after_s), accuracy_m=5))
        await phone.until_ack(3)
        await world.stored_fixes(driver, 3)
        ok(await driver.post(path(delivery, "pickup"), AT_PICKUP | {"happened_at": assigned.isoformat()}))
        await phone.send(ping(4, *THAMEL, at=assigned + timedelta(seconds=60), accuracy_m=5))
        await phone.until_ack(4)

    async def arrived() -> bool:
        seen = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
        return any(event["kind"] == "arrived_at_dropoff" for event in seen["events"])

    await until(arrived, "the arrival at the door")


async def accepted(world: World) -> tuple[Driver, dict[str, Any]]:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(path(delivery, "accept")))
    return driver, delivery


async def now_after_assignment(driver: Driver, delivery: dict[str, Any]) -> datetime:
    """A moment between the assignment and what comes next."""
    assigned = moment(ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["assigned_at"])
    now = datetime.now(UTC)
    assert assigned < now
    return now


def path(delivery: dict[str, Any], verb: str) -> str:
    return f"/api/deliveries/{delivery['id']}/{verb}/"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
