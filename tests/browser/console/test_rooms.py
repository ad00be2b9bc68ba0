"""Rooms of the console beside the board: zones, shifts, replay."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from dispatch.rolling.models import RollingPlace
from dispatch.tracking.store import FixStore
from realtime.protocol import Fix
from tests.browser.sign_ins import remembered
from tests.browser.windows import Window, stand_still, unreached, violations
from tests.support.fixes import run_of
from tests.support.places import at, somewhere
from tests.support.world import Person, World, ok

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}
SQUARE = "27.70, 85.30\n27.70, 85.32\n27.72, 85.32\n27.72, 85.30"


async def _room(desk: Window, admin: Person, path: str) -> Page:
    await remembered(desk.context, "console", admin)
    page = await desk.open(path)
    await expect(page.get_by_text(admin.email)).to_be_visible()
    return page


async def _zones(admin: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await admin.get("/api/zones/"))["results"]
    return found


def _forgive(desk: Window, answer: str) -> None:
    """A browser complains of each refusal; this one was wanted."""
    desk.complaints[:] = [said for said in desk.complaints if answer not in said]


async def test_a_zone_is_drawn_by_its_corners_a_crossing_is_told_at_once_and_it_is_paused_and_resumed(
    desk: Window, admin: Person
) -> None:
    page = await _room(desk, admin, "/console/zones")
    await page.get_by_role("link", name="New zone").click()
    await page.get_by_label("Name").fill("Thamel")
    corners = page.get_by_label("Corners", exact=True)
    await corners.fill("27.70, 85.30\n27.72, 85.32\n27.70, 85.32\n27.72, 85.30")
    await expect(page.get_by_text("The outline crosses itself: side 1, 3.")).to_be_visible()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    await corners.fill(SQUARE)
    await page.get_by_label("Radius, km").fill("2.5")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name="Thamel")).to_be_visible()
    [zone] = await _zones(admin)
    assert (zone["name"], zone["radius_km"], len(zone["area"]["coordinates"][0])) == ("Thamel", 2.5, 5)
    await page.get_by_label("Why is it paused?").fill("Flood at the bridge")
    await page.get_by_role("button", name="Pause the zone").click()
    await expect(page.get_by_text("paused since")).to_be_visible()
    assert (await _zones(admin))[0]["pause_reason"] == "Flood at the bridge"
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_role("button", name="Pause the zone")).to_be_visible()
    await stand_still(page, "dark")
    assert await violations(page) == []
    assert await unreached(page) == []


async def test_a_zone_says_what_lies_in_it_while_it_is_drawn_how_its_ticks_went_and_is_paused_from_the_list(
    world: World, desk: Window, admin: Person
) -> None:
    inside, outside = (27.71, 85.31), (27.75, 85.31)
    driver = await world.driver()
    await world.online_at(driver, *inside)
    waiting, *_ = await world.deliveries(at(inside) | NO_TIME, at(inside) | NO_TIME, at(outside) | NO_TIME)
    page = await _room(desk, admin, "/console/zones?open=new")
    lies_in = page.get_by_label("What lies in it now")
    await expect(lies_in).to_contain_text("parcel that waits")
    await page.get_by_label("Corners", exact=True).fill(SQUARE)
    await expect(lies_in).to_contain_text("parcels that wait in it: 2")
    await expect(lies_in).to_contain_text("free couriers in it: 1")
    await page.get_by_label("Name").fill("Thamel")
    await page.get_by_label("Dispatched by itself").check()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name="Rolling dispatch")).to_be_visible()
    [zone] = await _zones(admin)
    assert zone["rolling"] is True
    now = datetime.now(UTC)
    async with world.server.services.database.work() as work:
        place = RollingPlace(
            zone_id=zone["id"], leader="another", term=9, lease_until=now + timedelta(hours=1),
            next_at=now + timedelta(hours=1), ticked_at=now, duration_s=0.4, waiting=9, held_count=1, given=4, moved=2,
            left_out_count=1, left_out=[[waiting["id"], "Nobody is online, available and verified."]],
        )  # fmt: skip
        await work.session.merge(place)
    rolling = page.locator(".rolling")
    await expect(rolling).to_contain_text("4 given, 1 held, nobody for 1")
    await expect(rolling).to_contain_text("9 waited")
    await expect(rolling).to_contain_text("2 moved")
    await expect(rolling.get_by_role("link", name=waiting["tracking_number"])).to_be_visible()
    await expect(rolling).to_contain_text("Nobody is online")
    await expect(rolling).to_contain_text(re.compile(r"Last hour: ticks: \d"))  # one may have been before another led
    await page.get_by_role("button", name="Back", exact=True).click()
    await expect(page.locator(".zone-list")).to_contain_text("4 given, 1 held, nobody for 1")
    await page.get_by_role("button", name="Pause or resume Thamel").click()
    await page.get_by_label("Why is it paused?").fill("Flood")
    await page.get_by_role("button", name="Pause the zone").click()
    await expect(page.locator(".zone-list")).to_contain_text("paused: Flood")
    assert (await _zones(admin))[0]["pause_reason"] == "Flood"
    await page.get_by_role("link", name="Outside of all zones").click()
    await expect(page.get_by_text("Not dispatched by itself now.")).to_be_visible()
    await stand_still(page, "light")
    assert await violations(page) == []


@pytest.mark.slow
async def test_who_changes_a_zone_that_somebody_else_changed_meanwhile_is_told_what_and_undoes_nothing(
    desk: Window, admin: Person
) -> None:
    ring = [[85.30, 27.70], [85.32, 27.70], [85.32, 27.72], [85.30, 27.70]]
    body = {"name": "Patan", "area": {"type": "Polygon", "coordinates": [ring]}}
    zone = ok(await admin.post("/api/zones/", body), 201)
    page = await _room(desk, admin, f"/console/zones?open={zone['id']}")
    await page.get_by_label("Radius, km").fill("4")
    ok(await admin.patch(f"/api/zones/{zone['id']}/", {"mode": "waves"}))
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(
        page.get_by_text("Somebody else has changed it meanwhile: how couriers get deliveries.")
    ).to_be_visible()
    await page.get_by_role("button", name="Keep my changes on top").click()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("link", name="Patan")).to_be_visible()
    [saved] = await _zones(admin)
    assert (saved["radius_km"], saved["mode"]) == (4, "waves")
    _forgive(desk, "409 (Conflict)")


async def test_what_was_drawn_for_a_new_zone_is_none_of_the_zone_that_is_opened_after_it(
    map_desk: Window, admin: Person
) -> None:
    ring = [[85.30, 27.70], [85.32, 27.70], [85.32, 27.72], [85.30, 27.70]]
    ok(await admin.post("/api/zones/", {"name": "Patan", "area": {"type": "Polygon", "coordinates": [ring]}}), 201)
    page = await _room(map_desk, admin, "/console/zones?open=new")
    corners = page.get_by_label("Corners", exact=True)
    drawn = page.locator(".map-box canvas")
    await expect(page.locator(".map-box .cross")).to_be_visible()  # the map is there
    for x, y in ((100, 100), (300, 100), (300, 300)):
        before = await corners.input_value()
        await drawn.click(position={"x": x, "y": y})
        await expect(corners).not_to_have_value(before)
    await page.get_by_role("button", name="Back", exact=True).click()
    await page.get_by_role("link", name="Patan").click()
    await expect(page.get_by_role("heading", name="Patan")).to_be_visible()
    await expect(corners).to_have_value("27.70000, 85.30000\n27.70000, 85.32000\n27.72000, 85.32000")
    await expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()


async def test_a_geojson_file_with_one_zone_is_opened_as_a_new_one(desk: Window, admin: Person) -> None:
    page = await _room(desk, admin, "/console/zones")
    ring = [[85.30, 27.70], [85.32, 27.70], [85.32, 27.72], [85.30, 27.70]]
    zone = {
        "type": "Feature",
        "properties": {"name": "Kirtipur"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file = FilePayload(name="town.geojson", mimeType="application/geo+json", buffer=json.dumps(zone).encode())
    await page.locator("input[type=file]").set_input_files(file)
    await expect(page.get_by_label("Name")).to_have_value("Kirtipur")


@pytest.mark.slow
async def test_zones_of_a_geojson_file_are_made_and_those_that_cannot_be_are_told(desk: Window, admin: Person) -> None:
    page = await _room(desk, admin, "/console/zones")
    ring = [[85.30, 27.70], [85.32, 27.70], [85.32, 27.72], [85.30, 27.70]]
    crossed = [[85.30, 27.70], [85.32, 27.72], [85.32, 27.70], [85.30, 27.72], [85.30, 27.70]]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [which]}}
        for name, which in (("Kirtipur", ring), ("Crossed", crossed))
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    file = FilePayload(name="town.geojson", mimeType="application/geo+json", buffer=content)
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="Make 2 zones").click()
    await expect(page.get_by_text("1 made.")).to_be_visible()
    await expect(page.get_by_text("Crossed: ")).to_be_visible()
    assert [zone["name"] for zone in await _zones(admin)] == ["Kirtipur"]
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save as GeoJSON").click()
    written = json.loads((await (await saved.value).path()).read_text())
    assert [one["properties"]["name"] for one in written["features"]] == ["Kirtipur"]
    _forgive(desk, "400 (Bad Request)")


@pytest.mark.slow
async def test_a_dispatcher_sees_who_should_be_at_work_and_is_not(world: World, desk: Window, admin: Person) -> None:
    gone, here = await world.driver(), await world.driver()
    shifts = [{"weekday": day, "begins": "00:00", "ends": "24:00"} for day in range(7)]
    for driver in (gone, here):
        path = "/api/transporters/me/shifts/"
        ok(await driver.http.put(path, json={"shifts": shifts}, headers=driver.headers))
    ok(await gone.post("/api/transporters/me/duty/", {"duty": "off"}))
    page = await _room(desk, admin, "/console/shifts")
    await expect(page.get_by_text("2 couriers")).to_be_visible()
    await page.get_by_role("button", name="Should be here").click()
    await expect(page).to_have_url(re.compile("show=missing"))
    rows = page.locator("[data-transporter]")
    await expect(rows).to_have_count(1)
    await expect(rows).to_have_attribute("data-transporter", str(gone.transporter_id))
    await expect(rows).to_contain_text("should be on duty, off since")
    await page.get_by_role("link", name="Day before").click()
    await expect(page).to_have_url(re.compile(r"day=\d{4}-"))
    await stand_still(page, "dark")
    assert await violations(page) == []
    assert await unreached(page) == []


@pytest.mark.slow
async def test_an_hour_is_seen_again_with_who_was_where_and_what_was_decided_and_the_address_says_the_moment(
    world: World, desk: Window, admin: Person
) -> None:
    driver, here = await world.driver(), somewhere()
    began = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=50)
    fixes = [Fix(1 + at, here[0] + at * 1e-3, here[1], began + timedelta(minutes=at)) for at in range(11)]
    await FixStore(world.server.services.database).write([run_of(driver.transporter_id, fixes)])
    await world.online_at(driver, *here)
    [delivery] = await world.deliveries(at(here))
    ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}))
    start = began.isoformat().replace("+00:00", "Z")
    page = await _room(desk, admin, f"/console/replay?from={start}&courier={driver.transporter_id}")
    moment = page.get_by_role("slider")
    await expect(page.get_by_text(f"{here[0]:.5f}, {here[1]:.5f}")).to_be_visible()
    await expect(page.get_by_text("Decided until then: 0 of 1")).to_be_visible()
    await moment.fill("330")
    await expect(page.get_by_text(f"{here[0] + 0.0055:.5f}, {here[1]:.5f}")).to_be_visible()
    await expect(page).to_have_url(re.compile("at=330"))
    await page.reload()
    await expect(moment).to_have_value("330")
    await page.get_by_label("Speed").select_option("300")
    play, pause = page.get_by_role("button", name="Play"), page.get_by_role("button", name="Pause")
    await play.click()
    await expect(page.get_by_text("Decided until then: 1 of 1")).to_be_visible()
    await page.get_by_role("button", name=f"{delivery['tracking_number']}: why?").click()
    await expect(page.locator(".why")).to_contain_text("got it.")
    await expect(play).to_be_visible()  # it has come to its end
    await page.get_by_label("Speed").select_option("10")
    await page.locator("h1").click()
    await page.keyboard.press("Space")
    await expect(pause).to_be_visible()  # from the beginning, for six minutes
    await page.keyboard.press("Space")
    await expect(play).to_be_visible()
    stopped_at = int(await moment.input_value())
    await page.keyboard.press("ArrowLeft")
    await expect(moment).to_have_value(str(max(0, stopped_at - 30)))
    await stand_still(page, "dark")
    assert await violations(page) == []
    assert await unreached(page) == []


async def test_a_window_that_begins_before_anybody_was_heard_opens_where_somebody_was(
    world: World, desk: Window, admin: Person
) -> None:
    driver, here = await world.driver(), somewhere()
    began = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=59)
    fixes = [Fix(1 + at, here[0], here[1], began + timedelta(minutes=45 + at)) for at in range(3)]
    await FixStore(world.server.services.database).write([run_of(driver.transporter_id, fixes)])
    start = began.isoformat().replace("+00:00", "Z")
    page = await _room(desk, admin, f"/console/replay?from={start}")
    moment = page.get_by_role("slider")
    await expect(moment).to_have_value(str(45 * 60))
    await expect(page.get_by_text("1 of 1 couriers are seen")).to_be_visible()
    await page.goto(f"{page.url.partition('?')[0]}?from={start}&at=0")
    await expect(page.get_by_text("0 of 1 couriers are seen")).to_be_visible()
    await expect(moment).to_have_value("0")
