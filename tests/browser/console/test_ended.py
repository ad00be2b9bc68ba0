"""Where is my parcel: what has ended is found and read at the console though the board has let go of it."""

import re

from playwright.async_api import expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import Window, violations
from tests.support.pictures import picture
from tests.support.places import at, somewhere
from tests.support.waiting import until
from tests.support.world import Person, World, ok

ENDED = "section[aria-labelledby=ended] .row"


async def test_a_search_finds_what_has_ended_below_what_goes_on_and_it_can_be_read(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    done, off, _ = await world.deliveries(at(here), at(here), at(here))
    for step in ("accept", "pickup", "deliver"):
        ok(await ram.post(f"/api/deliveries/{done['id']}/{step}/"))
    ok(await admin.post(f"/api/deliveries/{off['id']}/cancel/", {"reason": "duplicate"}))
    page = await opened_console(desk, admin)
    search = page.get_by_label("Search parcels and couriers")
    await search.fill("Thamel")
    await expect(page.locator("section[aria-labelledby=queue] .row")).to_have_count(1)
    await expect(page.locator(ENDED)).to_have_count(2)
    await search.fill(done["tracking_number"].lower())
    await expect(page.locator("#list")).to_contain_text("No open parcel fits")
    await expect(page.locator(ENDED)).to_have_count(1)
    await expect(page.locator(ENDED)).to_contain_text(re.compile(r"Delivered \d\d:\d\d · Ram Thapa"))
    assert await violations(page) == []
    await page.locator(ENDED).get_by_role("link").click()
    await expect(page).to_have_url(re.compile(rf"delivery={done['id']}\b"))
    sheet = page.locator(".sheet")
    await expect(sheet.locator("header")).to_contain_text(re.compile(r"Delivered \d\d:\d\d"))
    await expect(sheet.locator(".facts")).to_contain_text("Ram Thapa")
    await expect(sheet.locator("ol.history").last).to_contain_text("Ram Thapa took it")
    await expect(sheet.get_by_role("button")).to_have_text(["Show on the map", "Save as GPX"])
    assert await violations(page) == []
    await search.fill("nobody lives here")
    await expect(page.locator("#list")).to_contain_text("No parcel that has ended fits either")
    await page.route("**/api/deliveries/?*search=*", lambda route: route.abort())
    await search.fill("somebody lives here")
    told = page.locator("#list").get_by_role("status").filter(has_text="Parcels that have ended could not be searched.")
    await expect(told).to_be_visible()
    await expect(page.locator("#list").get_by_role("alert")).to_have_count(0)
    desk.complaints[:] = [said for said in desk.complaints if "ERR_FAILED" not in said]


async def test_the_address_of_what_ended_shows_it_and_what_ends_while_it_is_looked_at_stays_there_to_read(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    off, carried = await world.deliveries(at(here), at(here))
    ok(await admin.post(f"/api/deliveries/{off['id']}/cancel/", {"reason": "duplicate"}))
    for step in ("accept", "pickup"):
        ok(await ram.post(f"/api/deliveries/{carried['id']}/{step}/"))
    page = await opened_console(desk, admin, f"?delivery={off['id']}")
    await page.clock.install()
    await expect(page.locator(".sheet header")).to_contain_text(re.compile(r"Cancelled \d\d:\d\d"))
    await page.locator(f"#list [data-delivery='{carried['id']}']").click()
    await expect(page.get_by_role("button", name="Hand on")).to_be_visible()
    proof = {"delivery_photo": picture("JPEG", (120, 90)), "signature": picture(), "signed_by": "Maya Tamang"}
    ok(await ram.post(f"/api/deliveries/{carried['id']}/deliver/", proof))
    await expect(page.locator(".sheet header")).to_contain_text(re.compile(r"Delivered \d\d:\d\d"))
    proofs = page.locator("section[aria-labelledby=proofs]")
    await expect(proofs).to_contain_text("Handed over · Signed by Maya Tamang")
    await expect(proofs.get_by_role("img")).to_have_count(2)
    asked_anew: list[str] = []
    page.on("request", lambda sent: asked_anew.append(sent.url) if sent.url.endswith("/proof/") else None)

    async def renewed() -> bool:
        await page.clock.fast_forward("11:00")
        return asked_anew != []

    await until(renewed, "links of pictures are renewed before they end")
    await page.close()
    page = await opened_console(desk, admin, "?delivery=999999999")
    await expect(page.locator(".panel.detail")).to_contain_text("There is no parcel of this number.")
    desk.complaints[:] = [said for said in desk.complaints if "404" not in said]
