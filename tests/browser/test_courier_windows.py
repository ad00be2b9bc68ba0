"""The courier's page in two windows of one phone: they share what is kept, and who is signed in."""

from playwright.async_api import Browser, Page, Request, Route, expect

from tests.browser.couriers import Courier, courier
from tests.browser.sign_ins import becomes
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok


async def at_the_door(one: Courier) -> str:
    """With a parcel in hand that is to be handed over; answers where the API has it."""
    delivery = await one.world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    ok(await one.driver.post(f"{path}/accept/"))
    ok(await one.driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
    await one.at(*THAMEL)
    return path


async def hand_over(page: Page) -> None:
    """Through all questions, without proof; it is held then."""
    await page.get_by_role("link", name="Hand over", exact=True).click()
    await page.get_by_role("button", name="Without a photo").click()
    await page.get_by_role("button", name="Delivered without a signature").click()


async def test_a_step_is_taken_back_in_either_window_and_then_sent_by_none(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium, clock=True) as one:
        path = await at_the_door(one)
        told: list[str] = []

        def heard(request: Request) -> None:
            if request.method == "POST" and request.url.endswith("/deliver/"):
                told.append(request.url)

        one.window.context.on("request", heard)
        other = await one.window.open("/courier")
        await expect(other.get_by_role("link", name="Hand over", exact=True)).to_be_visible()
        await one.moment_stands()
        await hand_over(one.page)
        await other.get_by_role("button", name="Undo").click()
        for page in (one.page, other):
            await expect(page.locator("[data-held]")).to_have_count(0)
            await expect(page.get_by_role("link", name="Hand over", exact=True)).to_be_visible()
        await one.moment_goes_on()
        await one.window.context.clock.run_for(15_000)
        assert told == []
        await one.moment_stands()
        await hand_over(other)
        await one.page.get_by_role("button", name="Send now").click()
        await one.moment_goes_on()  # where the first try fails, the next one waits for the page's clock

        async def delivered() -> bool:
            return bool(ok(await one.driver.get(f"{path}/"))["status"] == "delivered")

        await until(delivered, "the server knows of the handover")
        for page in (one.page, other):
            await expect(page.locator("[data-held]")).to_have_count(0)
            await expect(page.get_by_role("link", name="Hand over", exact=True)).to_have_count(0)
        assert len(told) == 1


async def test_what_one_courier_did_is_never_told_in_the_name_of_another_who_signed_in_in_another_window(
    world: World, plain_chromium: Browser
) -> None:
    second: Driver = await world.driver()
    away, told_by = [True], set()

    async def network(route: Route) -> None:
        told_by.add(route.request.headers["authorization"])
        await (route.abort("connectionreset") if away[0] else route.continue_())

    async with courier(world, plain_chromium, routes={"**/deliver/": network}) as one:
        path = await at_the_door(one)
        elsewhere = await one.window.open("/")
        await hand_over(one.page)
        await one.send_now()
        await one.page.get_by_role("link", name="To be sent").click()
        await expect(one.page.locator("[data-state=saved]")).to_be_visible()
        await becomes(elsewhere, "courier", second)
        await expect(one.page.locator("[data-state]")).to_have_count(0)
        await one.page.get_by_role("link", name="Back").click()
        await expect(one.page.get_by_text(second.email).last).to_be_visible()
        away[0] = False
        assert ok(await one.driver.get(f"{path}/"))["status"] != "delivered"
        await becomes(elsewhere, "courier", one.driver)

        async def delivered() -> bool:
            return bool(ok(await one.driver.get(f"{path}/"))["status"] == "delivered")

        await until(delivered, "who did it is signed in again, and it is told")
        assert told_by == {one.driver.headers["Authorization"]}
        one.forgive_no_network()


async def test_a_page_that_the_browser_brings_back_is_that_of_whoever_signed_in_meanwhile(
    world: World, plain_chromium: Browser
) -> None:
    second: Driver = await world.driver()
    async with courier(world, plain_chromium) as one:
        await expect(one.page.get_by_text(one.driver.email).last).to_be_visible()
        await becomes(one.page, "courier", second)  # of which a page hears nothing that was put aside
        await one.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        await expect(one.page.get_by_text(second.email).last).to_be_visible()


async def test_a_step_that_a_sleeping_window_has_in_hand_is_sent_by_another_after_some_minutes(
    world: World, plain_chromium: Browser
) -> None:
    async with courier(world, plain_chromium, clock=True) as one:
        path = await at_the_door(one)
        asleep = await one.window.open("/")
        held = await asleep.evaluate(
            """(name) => new Promise((got) => void navigator.locks.request(name, () => {
                got(true);
                return new Promise(() => undefined);
            }))""",
            f"dispatch.courier.{one.driver.user_id}.actions.1",
        )
        assert held
        await hand_over(one.page)
        await one.send_now()
        await one.page.get_by_role("link", name="To be sent").click()
        await expect(one.page.locator("[data-state=sending]")).to_be_visible()
        assert ok(await one.driver.get(f"{path}/"))["status"] != "delivered"
        await one.window.context.clock.fast_forward(300_000)

        async def delivered() -> bool:
            return bool(ok(await one.driver.get(f"{path}/"))["status"] == "delivered")

        await until(delivered, "the step is sent though another window holds it")
