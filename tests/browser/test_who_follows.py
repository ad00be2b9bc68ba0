"""Somebody else signs in in another tab, while the page of whoever was there before is open."""

import asyncio

from playwright.async_api import FilePayload, Request, Route, expect

from tests.browser.sign_ins import becomes, signed_in
from tests.browser.windows import Window
from tests.support.pictures import picture_bytes
from tests.support.world import World, ok

PRODUCTS = "/api/v1/marketplace/products/"
TAKEN_UP = "() => fetch('/api/v1/marketplace/categories/').then((reply) => reply.ok)"
"""All that follows an answer is on its way before the answer of this."""


async def test_what_takes_a_seller_several_calls_ends_in_no_others_name_who_signed_in_in_another_tab(
    world: World, window: Window
) -> None:
    seller, second = await world.person("seller"), await world.person("seller")
    page = await signed_in(window, "/seller/products", seller)
    elsewhere = await window.open("/")
    await page.get_by_role("link", name="New product").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("What it is called").fill("Sour honey")
    await sheet.get_by_label("Price in NPR").fill("1250.50")
    await sheet.get_by_label("Stock").fill("5")
    honey = FilePayload(name="honey.png", mimeType="image/png", buffer=picture_bytes("PNG", (24, 12)))
    await sheet.get_by_label("Add a picture").set_input_files(honey)
    await expect(sheet.get_by_alt_text("The new picture")).to_be_visible()
    asked, meanwhile, in_others_name = asyncio.Event(), asyncio.Event(), list[str]()

    async def made(route: Route) -> None:
        asked.set()
        await meanwhile.wait()
        await route.continue_()

    def note(sent: Request) -> None:
        if sent.method != "GET" and sent.headers.get("authorization") == f"Bearer {second.access}":
            in_others_name.append(sent.url)

    await page.route(
        f"**{PRODUCTS}", lambda route: made(route) if route.request.method == "POST" else route.continue_()
    )
    page.on("request", note)
    await sheet.get_by_role("button", name="Put on sale").click()
    await asked.wait()
    await becomes(elsewhere, "seller", second)
    await expect(page.get_by_text(second.email).last).to_be_visible()
    async with page.expect_response(lambda got: got.url.endswith(PRODUCTS) and got.request.method == "POST") as answer:
        meanwhile.set()
    assert (await answer.value).status == 201
    assert await page.evaluate(TAKEN_UP)
    assert in_others_name == []
    [product] = ok(await seller.get(f"{PRODUCTS}mine/"))["results"]
    assert product["images"] == [], "what had begun is there for whoever began it"
