"""What the console shows while frames are late: nothing that it does not know, and at once what it was answered."""

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from tests.browser.sign_ins import remembered
from tests.browser.windows import Window, moment_stands
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.world import Person, World, ok

pytestmark = pytest.mark.slow

ANY_TIME = {"requested_pickup_date": None, "requested_delivery_date": None}


@pytest.fixture
async def admin(world: World, desk: Window) -> Person:
    """Signed in on the console of this browser."""
    person = await world.admin()
    await remembered(desk.context, "console", person)
    return person


@pytest.mark.usefixtures("admin")
async def test_before_the_first_word_of_the_server_nothing_is_said_of_what_there_is(world: World, desk: Window) -> None:
    opened: list[WebSocketRoute] = []
    await world.deliveries(at(somewhere()) | ANY_TIME)

    def silent(socket: WebSocketRoute) -> None:  # opens, and says nothing
        opened.append(socket)

    await desk.context.route_web_socket("**/ws/console", silent)
    page = await desk.open("/console")
    await until(lambda: opened)
    await expect(page.locator("#list")).to_contain_text("Loading")
    await expect(page.locator(".filter .number")).to_have_text(["–"] * 6)
    await expect(page.locator(".panel.line")).to_contain_text("Loading")
    await expect(page.locator(".chip[data-state]")).to_have_text("connecting")
    await page.close()


async def test_what_was_answered_shows_and_can_be_acted_on_before_any_frame_tells_it(
    world: World, desk: Window, admin: Person
) -> None:
    here = somewhere()
    ram = await world.driver(business_name="Ram Thapa")
    await world.online_at(ram, *north_of(here, 500))
    [delivery] = await world.deliveries(at(here) | ANY_TIME)
    late: list[str | bytes] = []
    holds = False
    sockets: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        def frame(told: str | bytes) -> None:
            if holds:
                late.append(told)
            else:
                socket.send(told)

        sockets.append(socket)
        socket.connect_to_server().on_message(frame)

    await desk.context.route_web_socket("**/ws/console", between)
    page = await desk.open(f"/console?delivery={delivery['id']}")
    tick = page.get_by_label(f"Choose {delivery['tracking_number']}")
    waiting = page.locator("#list li").filter(has=tick).filter(has_text="Waiting for a courier")
    await expect(waiting).to_have_count(1)
    await expect(page.locator(".candidate")).to_have_count(1)
    holds = True

    async def after_its_frame(route: Route) -> None:  # the way back is open for ten seconds from the answer on
        answer = await route.fetch()
        await until(lambda: any('"status":"assigned"' in str(told) for told in late))
        await route.fulfill(response=answer)

    await page.route("**/assign/", after_its_frame)
    # The way back goes away by itself, and an old frame counts after all where for five seconds nothing newer came.
    async with moment_stands(page):
        await page.keyboard.press("a")
        await expect(page.locator(".notice")).to_contain_text("has")
        await expect(waiting).to_have_count(0)  # it is given, whatever the frames say
        await page.keyboard.press("z")
        await expect(page.locator(".notice")).to_contain_text("Undone")
        await expect(waiting).to_have_count(1)
        for told in late:
            sockets[-1].send(told)  # that it was given: true once, and old
        await page.keyboard.press("x")
        await expect(tick).to_be_checked()
    assert ok(await admin.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "available"
    await page.close()
