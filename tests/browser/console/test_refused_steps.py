"""A dispatcher sees what a courier sent who came too late, where the delivery is looked at."""

import re

from playwright.async_api import expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, violations
from tests.support.pictures import picture
from tests.support.places import at, somewhere
from tests.support.world import Person, World, ok

NO_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


@LANGUAGES_AND_SCHEMES
async def test_what_a_courier_sent_too_late_stands_in_the_deliverys_detail_with_its_pictures(
    world: World, desk: Window, admin: Person, language: str, scheme: str
) -> None:
    here = somewhere()
    ram, sita = await named_driver(world, "Ram Thapa", here), await named_driver(world, "Sita Rai", here)
    [delivery] = await world.deliveries(at(here) | NO_TIME)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await admin.post(f"{path}/assign/", {"transporter_id": ram.transporter_id}))
    ok(await ram.post(f"{path}/pickup/", {"latitude": here[0], "longitude": here[1]}))
    ok(await admin.post(f"{path}/transfer/", {"transporter_id": sita.transporter_id, "reason": "breakdown"}))
    proof = {"delivery_photo": picture("JPEG", (120, 90)), "signature": picture(), "signed_by": "Maya Tamang"}
    late = await ram.post(f"{path}/deliver/", {"latitude": here[0], "longitude": here[1], **proof})
    assert (late.status_code, late.json()["proof_kept"]) == (409, True)

    page = await opened_console(desk, admin, f"?delivery={delivery['id']}&lang={language}")
    kept = page.locator("section[aria-labelledby=refused]")
    told = r"Ram Thapa: .* · .* · .*Maya Tamang"
    if language == "en":
        told = r"Ram Thapa: delivered · somebody else had it by then.* · Signed by Maya Tamang"
        await expect(kept.get_by_role("heading")).to_have_text("Steps that were not taken")
        await expect(kept.get_by_role("img", name="Photo of the refused step 1")).to_have_count(1)
    await expect(kept.locator("li")).to_have_text(re.compile(told))
    await expect(kept.get_by_role("img")).to_have_count(2)
    for shown in await kept.get_by_role("img").all():
        await shown.scroll_into_view_if_needed()
        await expect(shown).to_have_js_property("complete", value=True)
        assert await shown.evaluate("one => one.naturalWidth") > 0
    await stand_still(page, scheme)
    assert await violations(page) == []
