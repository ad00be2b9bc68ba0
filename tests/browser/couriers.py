"""A transporter with the app in hand."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from playwright.async_api import Browser, BrowserContext, FilePayload, Locator, Page, Route, expect

from tests.browser.sign_ins import remembered
from tests.browser.windows import Window
from tests.support.pictures import picture_bytes
from tests.support.waiting import PATIENCE_S, until
from tests.support.world import BHAKTAPUR, THAMEL, Driver, World, ok

# What a page that has no network, or whose server is away, cannot help but say.
NO_NETWORK = ("net::ERR_", "WebSocket connection to", "status of 503")
# Between the list of a courier's deliveries and one of them that one may end or go to somebody else. The page leaves it
# out (web/courier/work.test.ts); the browser says so all the same.
GONE_MEANWHILE = re.compile(r"404 \(Not Found\) /api/deliveries/\d+/$")
LONGEST_S = 120  # that an offer may stand
Answers: TypeAlias = Callable[[Route], Awaitable[None]]
# Looked for and pressed in one go, since it goes away by itself; not before the questions are over and all is kept.
SEND_NOW = """() => {
    if (location.pathname.includes("/jobs/")) return false;
    document.querySelectorAll("[data-held] .ways button:last-child").forEach((button) => button.click());
    return true;
}"""

# What the phone keeps of what the server said last.
REMEMBERED = """async (what) => {
    const asked = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const [{ name }] = (await indexedDB.databases()).filter((one) => one.name.startsWith("dispatch.courier."));
    const database = await asked(indexedDB.open(name));
    const found = await asked(database.transaction("remembered").objectStore("remembered").get(what));
    database.close();
    return found ?? null;
}"""


@dataclass
class Courier:
    """A signed-in transporter's page on a phone that knows where it is."""

    world: World
    driver: Driver
    window: Window
    page: Page
    way: list[tuple[float, float]] = field(default_factory=list)
    stands: bool = False
    """Whether the page's clock does."""

    async def at(self, lat: float, lon: float) -> None:
        """The phone has moved."""
        self.way.append((lat, lon))
        await self.window.context.set_geolocation({"latitude": lat, "longitude": lon, "accuracy": 5})

    @property
    def answer(self) -> Locator:
        """The large words."""
        return self.page.locator("h1")

    async def take(self, delivery: dict[str, Any]) -> None:
        """Take a delivery from the list."""
        await self.page.locator(f"[data-delivery='{delivery['id']}']").get_by_role("button", name="Take it").click()

    async def has_kept(self, delivery: dict[str, Any] | None = None) -> None:
        """Wait for what a page without network begins from: who this is, and the delivery as its own."""

        async def is_kept() -> bool:
            jobs = await self.page.evaluate(REMEMBERED, "jobs") or []
            known = delivery is None or any(job["id"] == delivery["id"] for job in jobs)
            return known and await self.page.evaluate(REMEMBERED, "profile") is not None

        await until(is_kept, "the phone keeps what it was told")

    async def is_asked(self) -> dict[str, Any]:
        """For a new delivery, with all the time there can be; the offer as the server has it."""
        admin, delivery = await self.world.admin(), await self.world.delivery()
        path = f"/api/deliveries/{delivery['id']}/offers/"

        async def asked() -> dict[str, Any] | None:
            reply = await admin.post(path, {"mode": "all", "deadline_s": LONGEST_S})
            if reply.status_code == 201:
                offers: list[dict[str, Any]] = ok(await self.driver.get("/api/offers/"))["offers"]
                if offers:
                    return offers[0]
            await admin.post(f"{path}withdraw/")
            return None

        found: dict[str, Any] = await until(asked, "the courier is asked")
        return found

    async def pick_up(self, *, photo: bool = True, send: bool = True) -> None:
        """Through all of its questions; ``send``: without the moment in which it could be undone."""
        await self.page.get_by_role("link", name="Pick up", exact=True).click()
        if photo:
            await self.take_photo()
        done = "Picked up" if photo else "Picked up without a photo"
        await self.page.get_by_role("button", name=done, exact=True).click()
        if send:
            await self.send_now()

    async def send_now(self) -> None:
        """What was done a moment ago need not wait; where its moment is over already it was sent by itself."""
        await self.page.wait_for_function(SEND_NOW)
        if self.stands:
            await self.moment_goes_on()  # where the first try fails, the next one waits for the page's clock

    async def moment_stands(self) -> None:
        """What is done from now on can be undone for as long as the test needs; the page's clock has to be ours."""
        await self.page.clock.set_fixed_time(datetime.now(UTC))
        self.stands = True

    async def moment_goes_on(self) -> None:
        """The moment is as long as it is again."""
        await self.page.clock.set_system_time(datetime.now(UTC))
        self.stands = False

    async def deliver(self, door: tuple[float, float] = THAMEL) -> None:
        """At the door, through all of its questions, without proof."""
        await self.at(*door)
        await self.page.get_by_role("link", name="Hand over", exact=True).click()
        await self.page.get_by_role("button", name="Without a photo").click()
        await self.page.get_by_role("button", name="Delivered without a signature").click()
        await self.send_now()

    async def take_photo(self, size: tuple[int, int] = (2400, 1200)) -> None:
        """As the phone's camera gives it."""
        file = FilePayload(name="parcel.jpg", mimeType="image/jpeg", buffer=picture_bytes("JPEG", size))
        await self.page.locator("input[type=file]").set_input_files(file)

    async def sign(self) -> None:
        """Draw a signature."""
        await draw(self.page)
        await self.page.get_by_role("button", name="Use this signature").click()

    async def stored_way(self) -> list[tuple[float, float]]:
        """The places that the server has stored, once none waits on the phone."""
        expected = {(round(lat, 6), round(lon, 6)) for lat, lon in self.way}

        async def all_there() -> list[tuple[float, float]] | None:
            path = f"/api/transporters/{self.driver.transporter_id}/positions/"
            rows = ok(await self.driver.get(path, page_size=100))["results"]
            found = [(round(row["lat"], 6), round(row["lon"], 6)) for row in rows]
            return found if expected <= set(found) else None

        found: list[tuple[float, float]] = await until(all_there, "every place of the way is stored")
        return found

    async def has_sent_by_app(self) -> bool:
        """Whether a position of a tracking app is in the history already, where the page looks for it."""
        rows = ok(await self.driver.get(f"/api/transporters/{self.driver.transporter_id}/positions/"))["results"]
        return any(row["device"].startswith("osmand-") for row in rows)

    def forgive_no_network(self) -> None:
        """What was complained of while there was no network is no fault of the page."""
        self.window.complaints[:] = [
            said for said in self.window.complaints if not any(known in said for known in NO_NETWORK)
        ]


async def draw(page: Page) -> None:
    """On the pad, wherever it stands by then: what is above it may still come."""
    pad = page.locator("canvas.pad")
    await pad.hover(position={"x": 30, "y": 60})
    await page.mouse.down()
    for step in range(1, 6):
        await pad.hover(position={"x": 30 + 40 * step, "y": 60 + (20 if step % 2 else -20)})
    await page.mouse.up()


def _greeted(context: BrowserContext) -> asyncio.Event:
    """Set once a page has been greeted on its socket: from then on it is told at once of what happens."""
    greeted = asyncio.Event()

    def heard(frame: str | bytes) -> None:
        if '"welcome"' in str(frame):
            greeted.set()

    context.on("page", lambda page: page.on("websocket", lambda socket: socket.on("framereceived", heard)))
    return greeted


@asynccontextmanager
async def courier(
    world: World,
    chromium: Browser,
    driver: Driver | None = None,
    *,
    sockets: bool = True,
    clock: bool = False,
    script: str = "",
    routes: Mapping[str, Answers] = MappingProxyType({}),
) -> AsyncIterator[Courier]:
    """A transporter who is signed in on a phone of their own.

    ``sockets``: whether the network lets any through. ``clock``: whether the page's clock can be put forward.
    ``script``: runs before all that the page does. ``routes``: who answers requests for which addresses; from the
    beginning, for once its service worker has taken the page over, the browser shows nobody new what the page asks.
    """
    driver = driver or await world.driver()
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844},
        locale="en-GB",
        color_scheme="light",
        permissions=["geolocation"],
        geolocation={"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1], "accuracy": 5},
    )
    try:
        if not sockets:
            await context.route_web_socket("**/ws/**", lambda socket: asyncio.ensure_future(socket.close()))
        for asked, answers in routes.items():
            await context.route(asked, answers)
        if clock:
            await context.clock.install()
        if script:
            await context.add_init_script(script)
        greeted = _greeted(context)
        window = Window(context, world.server.settings.public_url)
        await remembered(context, "courier", driver)
        page = await window.open("/courier")
        await expect(page.get_by_role("switch")).to_be_visible()
        await expect(page.locator(".chip.live").first).to_be_visible()
        if sockets:
            async with asyncio.timeout(PATIENCE_S):
                await greeted.wait()
        yield Courier(world, driver, window, page, [BHAKTAPUR])
        complaints = [said for said in window.complaints if not GONE_MEANWHILE.search(said)]
        assert not complaints, complaints
    finally:
        await context.close()
