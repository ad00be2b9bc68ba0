"""A photo on a network that breaks off: it goes on where it stopped, and proves its step once."""

import asyncio
import io
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from playwright.async_api import Browser, FilePayload, Route, expect

from tests.browser.couriers import courier
from tests.browser.windows import violations
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

PARTS_BEFORE_THE_BREAK = 2


def noisy_photo() -> FilePayload:
    """One that no format makes short, as of leaves and gravel."""
    made = io.BytesIO()
    Image.effect_noise((1600, 1200), 60).save(made, "JPEG", quality=80)
    return FilePayload(name="parcel.jpg", mimeType="image/jpeg", buffer=made.getvalue())


class BadNetwork:
    """Lets pictures through until it breaks, and all of them once it is mended."""

    def __init__(self) -> None:
        self.is_mended = False
        self.begun = self.broken = 0
        self.arrived: list[int] = []

    async def __call__(self, route: Route) -> None:
        """One request of an upload."""
        request = route.request
        if request.method == "PATCH" and not self.is_mended and len(self.arrived) >= PARTS_BEFORE_THE_BREAK:
            await route.abort("connectionreset")
            self.broken += 1
            return
        if request.method == "PATCH":
            self.arrived.append(int(parse_qs(urlsplit(request.url).query)["offset"][0]))
        elif request.method == "POST":
            self.begun += 1
        await route.continue_()


async def test_a_photo_whose_network_breaks_off_goes_on_on_a_page_opened_anew_and_proves_the_handover_once(
    world: World, plain_chromium: Browser
) -> None:
    delivery = await world.delivery()
    path, network = f"/api/deliveries/{delivery['id']}", BadNetwork()
    async with courier(world, plain_chromium, routes={"**/api/uploads/**": network}) as one:
        ok(await one.driver.post(f"{path}/accept/"))
        ok(await one.driver.post(f"{path}/pickup/", {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}))
        await one.at(*THAMEL)
        page = one.page
        await page.get_by_role("link", name="Hand over", exact=True).click()
        await page.locator("input[type=file]").set_input_files(noisy_photo())
        await page.get_by_role("button", name="Use this photo").click()
        await page.get_by_role("button", name="Delivered without a signature").click()
        await one.send_now()
        progress = page.get_by_role("progressbar", name="Pictures:")
        await expect(progress).to_be_visible()
        await until(lambda: network.broken, "the network has broken, so the page has heard of each part before")
        await page.get_by_role("link", name="To be sent").click()
        await expect(page.locator("[data-state=saved]")).to_contain_text("% sent")
        assert await violations(page) == []

        # While no page is there: of a part that is under way when a page goes nobody hears whether it came.
        await page.close()
        network.is_mended = True
        page = await one.window.open("/courier/queue")

        async def delivered() -> bool:
            return bool(ok(await one.driver.get(f"{path}/"))["status"] == "delivered")

        await until(delivered, "the server knows of the handover")
        await expect(page.locator("[data-state=saved], [data-state=sending]")).to_have_count(0)
        one.forgive_no_network()
    assert network.begun == 1
    assert network.arrived == sorted(set(network.arrived)), "no part was sent twice"
    assert len(network.arrived) > PARTS_BEFORE_THE_BREAK + 1
    admin = await world.admin()
    shown = ok(await admin.get(f"{path}/proof/"))
    [drop_off] = [one for one in shown["handovers"] if one["end"] == "drop_off"]
    photo = await world.http.get(drop_off["photo"]["url"])
    assert Image.open(io.BytesIO(photo.content)).size == (1600, 1200)
    assert shown["refused"] == []
    assert ok(await admin.get(f"{path}/proof/verify/"))["is_whole"] is True


async def test_a_document_whose_network_breaks_off_goes_on_where_it_stopped_when_it_is_handed_in_again(
    world: World, plain_chromium: Browser
) -> None:
    network = BadNetwork()
    async with courier(world, plain_chromium, routes={"**/api/uploads/**": network}) as one:
        page = one.page
        await page.get_by_role("link", name="My documents").click()
        await page.get_by_label("What it is").select_option("registration")
        await page.get_by_label("Its number").fill("BA 1 PA 1234")
        await page.get_by_label("Its last day").fill("2999-12-31")
        await page.locator("input[type=file]").set_input_files(noisy_photo())
        await page.get_by_role("button", name="Hand it in").click()
        await expect(page.get_by_role("alert").filter(has_text="connection")).to_be_visible()
        await expect(page.get_by_role("progressbar", name="Pictures:")).to_be_visible()
        assert await violations(page) == []
        network.is_mended = True
        await page.get_by_role("button", name="Hand it in").click()
        await expect(page.locator("[data-handed-in]")).to_contain_text("waits to be looked at")
        await expect(page.get_by_role("progressbar")).to_have_count(0)
        one.forgive_no_network()
    assert network.begun == 1
    assert network.arrived == sorted(set(network.arrived)), "no part was sent twice"
    [made] = ok(await one.driver.get("/api/transporters/me/documents/"))["handed_in"]
    photo = await world.http.get(made["picture"]["url"])
    assert Image.open(io.BytesIO(photo.content)).size == (1600, 1200)


async def test_no_other_picture_is_taken_of_a_document_while_one_is_on_its_way(
    world: World, plain_chromium: Browser
) -> None:
    may_go_on = asyncio.Event()

    async def held(route: Route) -> None:
        await may_go_on.wait()
        await route.continue_()

    async with courier(world, plain_chromium, routes={"**/api/uploads/**": held}) as one:
        page = one.page
        await page.get_by_role("link", name="My documents").click()
        await page.get_by_label("What it is").select_option("registration")
        await page.get_by_label("Its number").fill("BA 1 PA 1234")
        await page.get_by_label("Its last day").fill("2999-12-31")
        picture = page.locator("input[type=file]")
        await picture.set_input_files(noisy_photo())
        await page.get_by_role("button", name="Hand it in").click()
        await expect(picture).to_be_disabled()
        may_go_on.set()
        await expect(page.locator("[data-handed-in]")).to_contain_text("waits to be looked at")
        await expect(picture).to_be_enabled()
