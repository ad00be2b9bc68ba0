"""A parcel that does not arrive: a dispatcher says what becomes of it, and what follows is said before."""

from typing import Any

from playwright.async_api import expect

from tests.browser.console.opening import named_driver, opened_console
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, violations
from tests.support.places import at, somewhere
from tests.support.waiting import until
from tests.support.world import Driver, Person, World, ok


async def _aboard(world: World, driver: Driver, place: Any) -> dict[str, Any]:
    [delivery] = await world.deliveries(at(place))
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    return delivery


async def _ended(admin: Person, delivery: dict[str, Any]) -> dict[str, Any]:
    async def ending() -> dict[str, Any] | None:
        shown: dict[str, Any] = ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))
        return shown if shown["ending"] else None

    found: dict[str, Any] = await until(ending, "the delivery has ended")
    return found


async def test_a_parcel_is_sent_back_and_another_is_reported_lost_with_its_money_on_the_way_back(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await named_driver(world, "Ram Thapa", here)
    back, lost = await _aboard(world, ram, here), await _aboard(world, ram, here)
    page = await opened_console(desk, admin, f"?delivery={back['id']}")
    ending = page.locator(".ending.end")
    await ending.locator("summary").click()
    await ending.get_by_label("It goes back to its seller").check()
    await expect(ending.get_by_role("status")).to_contain_text("Its courier brings it to where it was fetched")
    await expect(ending.get_by_role("status")).to_contain_text("without you only after 3 more tries")
    await expect(ending.get_by_role("button", name="End it so")).to_be_disabled()
    await ending.get_by_label("What happened").fill("Nobody takes it")
    await ending.get_by_role("button", name="End it so").click()
    assert (await _ended(admin, back))["ending"] == "returned"
    returns = ok(await admin.get("/api/deliveries/", transporter=ram.transporter_id))["results"]
    assert [one["status"] for one in returns if one["return_of"] == back["id"]] == ["picked_up"]
    page = await opened_console(desk, admin, f"?delivery={lost['id']}")
    ending = page.locator(".ending.end")
    await ending.locator("summary").click()
    await ending.get_by_label("It is lost").check()
    left = ok(await admin.get(f"/api/deliveries/{lost['id']}/loss/"))["left"]
    await expect(ending.get_by_role("status")).to_contain_text(f"All that is left of what was paid is NPR {left:,.2f}.")
    await ending.get_by_label("What happened").fill("The bag was stolen")
    await expect(ending.get_by_label("What happened")).to_have_css("font-weight", "400")
    await expect(ending.get_by_role("button", name="End it so")).to_be_disabled()
    await ending.get_by_label("The money is to go back").check()
    await ending.get_by_role("button", name="End it so").click()
    said = f"{lost['tracking_number']}: It is lost · NPR {left:,.2f} goes back to the buyer"
    await expect(page.locator(".notice")).to_contain_text(said)
    await expect(page.locator(".done-here")).to_contain_text(said)
    assert (await _ended(admin, lost))["status"] == "cancelled"


@LANGUAGES_AND_SCHEMES
async def test_what_ends_a_parcel_can_be_read_and_reached_by_all(
    world: World, desk: Window, admin: Person, language: str, scheme: str
) -> None:
    [delivery] = await world.deliveries(at(somewhere()))
    page = await opened_console(desk, admin, f"?lang={language}&delivery={delivery['id']}")
    ending = page.locator(".ending.end")
    await ending.locator("summary").click()
    await expect(ending.get_by_role("radio")).to_have_count(2)
    await ending.get_by_role("radio").last.check()
    await expect(ending.locator("input[inputmode=decimal]")).to_be_visible()
    await stand_still(page, scheme)
    assert await violations(page) == []
