"""Duty and shifts: only who works is asked."""

from datetime import timedelta
from typing import Any

import pytest

from dispatch.payments.invoices.fiscal_year import NEPAL_TIME
from tests.support.places import at, somewhere
from tests.support.waiting import until
from tests.support.world import Driver, Person, Place, World, ok

DUTY = "/api/transporters/me/duty/"
SHIFTS = "/api/transporters/me/shifts/"


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def _online(world: World, place: Place) -> Driver:
    driver = await world.driver()
    await world.online_at(driver, *place)
    return driver


async def _asked(world: World, admin: Person, place: Place) -> list[int]:
    """Who is asked first for a delivery at a place."""
    [delivery] = await world.deliveries(at(place))
    search = ok(await admin.post(f"/api/deliveries/{delivery['id']}/offers/"), 201)["searches"][0]
    return [offer["transporter_id"] for offer in search["offers"]]


async def test_being_on_duty_is_the_availability_of_the_profile_and_a_break_is_neither(world: World) -> None:
    driver = await world.driver()

    async def available() -> bool:
        return bool(ok(await driver.get("/api/transporters/me/"))["is_available"])

    told = ok(await driver.get(DUTY))
    assert (told["duty"], told["handover_far_m"], told["commission_rate"]) == ("on", 1000.0, "0.10")
    taken = ok(await driver.post(DUTY, {"duty": "break", "minutes": 10}))
    assert (taken["duty"], await available()) == ("break", False)
    assert taken["break_until"] is not None
    assert ok(await driver.post(DUTY, {"duty": "on"}))["break_until"] is None
    ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
    assert ok(await driver.get(DUTY))["duty"] == "off"
    assert ok(await driver.post(DUTY, {"duty": "break"}), 409)["code"] == "off_duty"


async def test_on_a_break_one_keeps_what_one_has_and_is_asked_for_nothing_more(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _online(world, here)
    [carried] = await world.deliveries(at(here))
    ok(await driver.post(f"/api/deliveries/{carried['id']}/accept/"))
    ok(await driver.post(DUTY, {"duty": "break"}))
    assert await _asked(world, admin, here) == []
    assert ok(await admin.get(f"/api/deliveries/{carried['id']}/"))["status"] == "assigned"
    ok(await driver.post(DUTY, {"duty": "off"}))
    assert ok(await admin.get(f"/api/deliveries/{carried['id']}/"))["status"] == "available"


async def test_a_break_that_is_not_ended_in_time_ends_off_duty_and_the_app_is_told(world: World) -> None:
    driver = await world.driver()
    async with world.phone(driver) as phone:
        ok(await driver.post(DUTY, {"duty": "break"}))
        async with world.server.services.database.connection() as connection:
            await connection.execute("UPDATE transporters SET break_until = now() WHERE id = $1", driver.transporter_id)
        assert await phone.receive() == {"type": "duty", "duty": "off", "why": "break_over"}
    assert ok(await driver.get(DUTY))["duty"] == "off"


async def test_outside_planned_shifts_nobody_is_asked(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _online(world, here)
    now = world.server.services.clock.now().astimezone(NEPAL_TIME)
    whole_day = {"begins": "00:00", "ends": "24:00"}
    # Two days on either side, so that it holds also where midnight passes meanwhile.
    away = [{"weekday": (now.weekday() + days) % 7} | whole_day for days in (3, 4)]
    around = [{"weekday": (now.weekday() + days) % 7} | whole_day for days in (0, 1)]
    assert ok(await _plan(driver, away))["on_shift"] is False
    assert await _asked(world, admin, here) == []
    assert ok(await _plan(driver, around))["on_shift"] is True
    assert await _asked(world, admin, here) == [driver.transporter_id]


async def test_whoever_is_outside_of_planned_shifts_is_given_nothing_by_itself_and_the_decision_says_why(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _online(world, here)
    today = world.server.services.clock.now().astimezone(NEPAL_TIME).weekday()
    ok(await _plan(driver, [{"weekday": (today + 3) % 7, "begins": "08:00", "ends": "09:00"}]))
    single, bulk = await world.deliveries(*[at(here)] * 2)
    refused = ok(await admin.post("/api/auto-assign/", {"delivery_id": single["id"]}), 409)
    assert refused["code"] == "no_transporter"
    assert any("planned shifts" in one for one in refused["suggestions"])
    body = {"operation": "auto_assign", "delivery_ids": [bulk["id"]]}
    assert ok(await admin.post("/api/deliveries/bulk-operations/", body))["results"]["successful"] == 0
    for parcel in (single, bulk):
        path = f"/api/deliveries/{parcel['id']}/decision/"
        why = ok(await admin.get(path, transporter=driver.transporter_id))["asked"]
        assert why["verdict"] == "off_shift"
    listed = ok(await admin.get(f"/api/deliveries/{single['id']}/candidates/"))
    assert listed["excluded_counts"]["off_shift"] >= 1
    ok(await admin.post(f"/api/deliveries/{single['id']}/assign/", {"transporter_id": driver.transporter_id}))
    ok(await _plan(driver, []))
    given = ok(await admin.post("/api/auto-assign/", {"delivery_id": bulk["id"]}))
    assert given["assigned_transporter"]["id"] == driver.transporter_id


async def _plan(driver: Driver, shifts: list[dict[str, Any]]) -> Any:
    return await driver.http.put(SHIFTS, json={"shifts": shifts}, headers=driver.headers)


@pytest.mark.parametrize(
    ("shifts", "wrong"),
    [
        ([{"weekday": 7, "begins": "09:00", "ends": "10:00"}], "weekday"),
        ([{"weekday": 1, "begins": "10:00", "ends": "09:00"}], "ends"),
        ([{"weekday": 1, "begins": "9", "ends": "10:00"}], "begins"),
        (
            [{"weekday": 1, "begins": "09:00", "ends": "11:00"}, {"weekday": 1, "begins": "10:00", "ends": "12:00"}],
            "overlap",
        ),
    ],
)
async def test_shifts_that_cannot_be_meant_are_refused_by_name(
    world: World, shifts: list[dict[str, Any]], wrong: str
) -> None:
    reply = await _plan(await world.driver(), shifts)
    ok(reply, 400)
    assert wrong in reply.text


async def test_three_unanswered_offers_in_a_row_put_a_transporter_off_duty_and_the_app_is_told(
    world: World, admin: Person
) -> None:
    here = somewhere()
    driver = await _online(world, here)
    async with world.phone(driver) as phone:
        for _ in range(3):
            assert await _asked(world, admin, here) == [driver.transporter_id]
            async with world.server.services.database.connection() as connection:
                await connection.execute(
                    "UPDATE offers SET opens_at = opens_at - $2::interval, deadline = deadline - $2::interval "
                    "WHERE transporter_id = $1 AND status = 'open'",
                    driver.transporter_id,
                    timedelta(hours=1),
                )
                await connection.execute(
                    "UPDATE offer_searches SET next_at = now() WHERE status = 'searching' AND id = "
                    "(SELECT search_id FROM offers WHERE transporter_id = $1 ORDER BY id DESC LIMIT 1)",
                    driver.transporter_id,
                )

            async def expired() -> bool:
                return not ok(await driver.get("/api/offers/"))["offers"] and not await _unanswered(world, driver)

            await until(expired)
        told = {frame["type"]: frame for frame in [await phone.receive() for _ in range(7)]}
    assert told["duty"] == {"type": "duty", "duty": "off", "why": "unanswered_offers"}
    assert told["offer_end"]["status"] == "expired"
    assert ok(await driver.get(DUTY))["duty"] == "off"


async def _unanswered(world: World, driver: Driver) -> int:
    async with world.server.services.database.connection() as connection:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM offers WHERE transporter_id = $1 AND status = 'open'", driver.transporter_id
        )
        return found


async def test_who_goes_off_duty_loses_its_open_offers(world: World, admin: Person) -> None:
    here = somewhere()
    driver = await _online(world, here)
    [delivery] = await world.deliveries(at(here))
    path = f"/api/deliveries/{delivery['id']}/offers/"
    ok(await admin.post(path), 201)
    ok(await driver.post(DUTY, {"duty": "off"}))

    async def ended() -> str | None:
        why: str | None = ok(await admin.get(path))["searches"][0]["offers"][0]["end_reason"]
        return why

    assert await until(ended) == "off_duty"
