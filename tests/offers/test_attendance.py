"""Who works, who rests and who should be at work: planned shifts beside what was worked, for dispatchers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from dispatch.accounts.models import User
from dispatch.events.models import Event
from dispatch.payments.invoices.fiscal_year import NEPAL_TIME
from dispatch.transporters.models import Transporter
from tests.support.world import Driver, Person, World, ok

PATH = "/api/transporters/attendance/"
DUTY = "/api/transporters/me/duty/"
SHIFTS = "/api/transporters/me/shifts/"


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def _named(world: World, name: str) -> Driver:
    driver = await world.driver()
    async with world.server.services.database.work() as work:
        await work.session.execute(update(User).where(User.id == driver.user_id).values(name=name))
    return driver


async def _of(admin: Person, driver: Driver, **query: Any) -> dict[str, Any] | None:
    found = ok(await admin.get(PATH, search=driver.email, **query))["results"]
    return next((one for one in found if one["id"] == driver.transporter_id), None)


async def _was(world: World, driver: Driver, created: datetime, *changes: datetime) -> None:
    """The transporter is as old, and its events of duty happened then, in their order."""
    subject = f"transporter:{driver.transporter_id}"
    async with world.server.services.database.work() as work:
        await work.session.execute(
            update(Transporter).where(Transporter.id == driver.transporter_id).values(created_at=created)
        )
        numbers = await work.session.execute(
            Event.__table__.select().where(Event.subject == subject).order_by(Event.id)
        )
        for row, at in zip(numbers.all(), changes, strict=True):
            await work.session.execute(update(Event).where(Event.id == row.id).values(at=at))


def _now() -> datetime:
    return datetime.now(NEPAL_TIME)


async def test_who_has_planned_to_work_now_and_is_off_duty_is_missing_and_on_a_break_is_not(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    weekday = _now().weekday()
    whole = [{"weekday": day, "begins": "00:00", "ends": "24:00"} for day in {weekday, (weekday + 1) % 7}]
    ok(await driver.http.put(SHIFTS, json={"shifts": whole}, headers=driver.headers))
    here = await _of(admin, driver)
    assert here is not None
    assert (here["duty"], here["planned_now"], here["is_missing"]) == ("on", True, False)
    ok(await driver.post(DUTY, {"duty": "break", "minutes": 20}))
    rests = await _of(admin, driver, duty="break")
    assert rests is not None
    assert (rests["is_missing"], rests["break_until"] is not None, rests["since"] is not None) == (False, True, True)
    assert await _of(admin, driver, missing="true") is None
    ok(await driver.post(DUTY, {"duty": "off"}))
    gone = await _of(admin, driver, missing="true")
    assert gone is not None
    assert (gone["duty"], gone["is_missing"]) == ("off", True)
    assert await _of(admin, driver, duty="on") is None
    ok(await driver.http.put(SHIFTS, json={"shifts": []}, headers=driver.headers))
    assert await _of(admin, driver, missing="true") is None


async def test_what_was_worked_is_cut_at_the_midnights_of_nepal_also_of_who_worked_through_one(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    for duty in ("off", "on", "off"):
        ok(await driver.post(DUTY, {"duty": duty}))
    midnight = _now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
    ended, began, left = midnight + timedelta(hours=2), midnight + timedelta(hours=22), midnight + timedelta(hours=26)
    await _was(world, driver, midnight - timedelta(hours=3), ended, began, left)

    async def worked(day: int) -> list[tuple[datetime, datetime | None]]:
        found = await _of(admin, driver, day=(midnight + timedelta(days=day)).date().isoformat())
        assert found is not None
        ends = [None if one["ends"] is None else datetime.fromisoformat(one["ends"]) for one in found["worked"]]
        return list(zip([datetime.fromisoformat(one["begins"]) for one in found["worked"]], ends, strict=True))

    assert await worked(-1) == [(midnight - timedelta(hours=3), midnight)]
    assert await worked(0) == [(midnight, ended), (began, midnight + timedelta(days=1))]
    assert await worked(1) == [(midnight + timedelta(days=1), left)]
    assert await worked(2) == []
    assert await worked(-2) == []


async def test_attendance_comes_in_pages_and_what_does_not_fit_is_refused_by_name(world: World, admin: Person) -> None:
    drivers = [await _named(world, f"Attending Person {number}") for number in range(3)]
    page = ok(await admin.get(PATH, search="attending person", page_size=2))
    assert (page["count"], len(page["results"]), page["next"] is not None) == (3, 2, True)
    assert {one["id"] for one in page["results"]} < {driver.transporter_id for driver in drivers}
    for wrong in (
        {"day": "2026-13-01"},
        {"duty": "asleep"},
        {"missing": "perhaps"},
        {"page_size": "101"},
        {"days": "1"},
    ):
        refused = await admin.get(PATH, **wrong)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, list(wrong))
