"""A customer in the shop, from the catalogue to the parcel, in a real browser and at the sandbox gateway's own page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from api.server.backing_services import find_sandbox
from tests.browser.sign_ins import sign_in, signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, heard, listen, stand_still, unreached, violations
from tests.support.lists import all_pages
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, Bought, Person, World, ok

pytestmark = pytest.mark.usefixtures("goods_without_pictures")

ORDER = re.compile(r"/shop/orders/(\d+)")


async def buyer_at(window: Window, world: World, path: str, buyer: Person) -> Page:
    """A page of the shop with its buyer signed in."""
    sandbox = find_sandbox(world.server.settings)
    assert sandbox is not None
    window.also_visited.add(sandbox.base_url)
    return await signed_in(window, path, buyer)


async def in_the_cart(window: Window, world: World, name: str) -> Page:
    """The shop's page with a product of that name in the cart; nobody is signed in."""
    sandbox = find_sandbox(world.server.settings)
    assert sandbox is not None
    window.also_visited.add(sandbox.base_url)
    page = await window.open("/shop")
    await page.get_by_label("Search").fill(name)
    await expect(page.locator(".offer")).to_have_count(1)
    await page.get_by_role("button", name=f"Add {name}").click()
    return page


async def address_typed(page: Page) -> None:
    await page.get_by_label("Name", exact=True).fill("Sita Rai")
    await page.get_by_label("Phone").fill("9841234567")
    await page.get_by_label("Address", exact=True).fill("Thamel Marg 12")


async def pay_at_the_gateway(page: Page) -> None:
    """On the gateway's own page, whose form is filled in already; it sends the browser back to the shop."""
    await page.wait_for_url("**/pay/**")
    await page.locator("button[value=pay]").click()
    await page.wait_for_url(ORDER)


@pytest.mark.slow
async def test_a_customer_buys_by_clicks_from_the_catalogue_to_the_parcel(world: World, window: Window) -> None:
    seller, buyer, driver = await world.person("seller", name="Rita"), await world.person(), await world.driver()
    await world.product(seller, name="Mountain honey 77")
    page = await in_the_cart(window, world, "Mountain honey 77")
    await page.get_by_role("button", name="One more of Mountain honey 77").click()
    await page.get_by_role("link", name="Cart 2").click()
    sheet = page.get_by_role("dialog")
    await expect(sheet.locator(".sum")).to_contain_text("NPR 2,500.00")
    row, said, sum_of_it = [
        await sheet.locator(f".lines li{part}").bounding_box() for part in ("", " > :first-child", " > p")
    ]
    assert row is not None
    assert said is not None
    assert sum_of_it is not None
    assert said["width"] == row["width"]  # a long name has the line for itself on a phone
    assert sum_of_it["x"] + sum_of_it["width"] == row["x"] + row["width"]
    await sheet.get_by_role("link", name="Order").click()
    await sign_in(page, buyer)
    await expect(page.locator(".sums")).to_contain_text("NPR 325.00")
    await address_typed(page)
    await page.get_by_text("More exact place").first.click()
    await page.get_by_label("The door, on the map").fill("27.71720, 85.32400")
    await page.get_by_role("button", name="Pay NPR 2,925.00").click()
    await pay_at_the_gateway(page)
    await expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
    await expect(page.locator("h1")).to_have_text("Paid; the seller prepares it")
    await expect(page.get_by_text("said here as soon as a courier has it")).to_be_visible()
    await expect(page.get_by_role("link", name="Cart 0")).to_be_visible()
    order_id = ORDER.search(page.url)
    assert order_id is not None
    order = ok(await buyer.get(f"/api/v1/marketplace/orders/{order_id[1]}/"))
    assert (order["is_paid"], order["delivery"]["address"]) == (True, "Thamel Marg 12")
    bought = Bought(
        buyer, seller, 0, order["cart_id"], order["id"], order["transaction_id"], "", order["sales"][0]["id"]
    )
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await page.reload()
    await expect(page.locator("h1")).to_contain_text("Expected")
    await page.get_by_role("link", name="Follow parcel").click()
    await page.wait_for_url(f"**/t/{delivery['tracking_number']}")
    await expect(page.locator("h1")).not_to_be_empty()


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(world: World, window: Window) -> None:
    seller, buyer = await world.person("seller"), await world.person()
    await world.product(seller, name="Walnut oil 31")
    page = await in_the_cart(window, world, "Walnut oil 31")
    await page.goto(f"{window.base_url}/shop/checkout")
    await sign_in(page, buyer)
    await page.get_by_label("Phone").fill("12")
    await page.get_by_label("City").fill("Patan")
    await page.get_by_role("button", name="Pay NPR").click()
    phone = page.get_by_label("Phone")
    await expect(phone).to_be_focused()
    await expect(phone).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Address", exact=True)).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("Fill this in.")).to_be_visible()
    address, wrong = page.get_by_label("Address", exact=True), page.get_by_text("Some fields are missing or wrong.")
    await expect(address).to_have_attribute("aria-required", "true")
    await address.fill("Thamel Marg 12")
    await expect(page.get_by_text("Fill this in.")).to_have_count(0)
    await expect(wrong).to_be_visible()  # the phone still is
    await phone.fill("9841234567")
    await expect(wrong).to_have_count(0)
    await expect(phone).to_have_attribute("aria-invalid", "false")
    await phone.fill("12")
    await page.reload()
    await expect(page.get_by_label("Phone")).to_have_value("12")
    await expect(page.get_by_label("City")).to_have_value("Patan")
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the refusal itself


@pytest.mark.slow
async def test_the_door_is_pointed_at_on_a_map_by_keyboard(world: World, map_window: Window) -> None:
    seller, buyer = await world.person("seller"), await world.person()
    await world.product(seller, name="Brass lamp 64")
    page = await in_the_cart(map_window, world, "Brass lamp 64")
    await page.goto(f"{map_window.base_url}/shop/checkout")
    await sign_in(page, buyer)
    await page.get_by_text("More exact place").first.click()
    await page.get_by_role("button", name="Show on a map").click()
    await page.locator(".pointing canvas").press("ArrowRight")
    await expect(page.locator("[name=place]")).to_have_value(re.compile(r"^27\.\d{5}, 85\.\d{5}$"))


@pytest.mark.slow
async def test_an_order_that_was_not_paid_is_paid_later_from_its_page(world: World, window: Window) -> None:
    seller, buyer = await world.person("seller"), await world.person()
    await world.product(seller, name="Copper bowl 55")
    page = await in_the_cart(window, world, "Copper bowl 55")
    await page.goto(f"{window.base_url}/shop/checkout")
    await sign_in(page, buyer)
    await address_typed(page)
    await page.get_by_role("button", name="Pay NPR").click()
    await page.wait_for_url("**/pay/**")
    await page.get_by_role("button", name="Cancel and return to the shop").click()
    await expect(page.get_by_text("Nothing was paid.")).to_be_visible()
    await page.get_by_role("button", name="Pay NPR").click()
    await pay_at_the_gateway(page)
    await expect(page.locator("h1")).to_have_text("Paid; the seller prepares it")


@pytest.mark.slow
async def test_the_list_of_orders_says_what_is_in_them_and_leads_to_the_parcel(world: World, window: Window) -> None:
    bought = await world.bought()
    parcel = await world.delivery(bought)
    page = await buyer_at(window, world, "/shop/orders", bought.customer)
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    row = page.locator(".orders li", has_text=order["order_number"])
    name = row.get_by_role("link", name=order["items"][0]["product"]["name"], exact=True)
    await expect(name).to_be_visible()
    await page.set_viewport_size({"width": 390, "height": 844})
    number = row.get_by_text(order["order_number"], exact=True)
    assert await number.evaluate("(one) => one.getClientRects().length") == 1  # it breaks nowhere
    tops = [await one.evaluate("(it) => it.getBoundingClientRect().top") for one in (name, row)]
    assert tops[0] - tops[1] < 12  # what is pressed is high enough, without a blank line above the name
    driver = await world.driver()
    for verb in ("accept", "pickup"):
        here = {} if verb == "accept" else {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
        ok(await driver.post(f"/api/deliveries/{parcel['id']}/{verb}/", here))
    asked: list[str] = []
    listed_at = page.url
    await page.goto(f"{window.base_url}/shop")  # the list is asked for again and again, as long as it shows
    page.on("request", lambda request: asked.append(request.url) if "/my-orders/?" in request.url else None)
    await page.goto(listed_at)
    await expect(row).to_contain_text("Expected")
    assert len(asked) == 1, asked
    await row.get_by_role("link", name="Follow parcel").click()
    await page.wait_for_url(f"**/t/{parcel['tracking_number']}")


@pytest.mark.slow
async def test_what_waits_for_money_and_what_comes_soonest_stands_before_what_has_ended(
    world: World, window: Window
) -> None:
    older = await world.bought()
    parcel = await world.delivery(older)
    ok(await (await world.driver()).post(f"/api/deliveries/{parcel['id']}/accept/"))
    cart_id = await world.cart(older.customer, {await world.product(older.seller): 1})
    newer = await world.order(older.customer, cart_id)
    # Made later than what is under way, and ended: it fills the first page of the list all the same.
    for _ in range(20):
        called_off = await world.order(older.customer, await world.cart(older.customer, {older.product_id: 1}))
        ok(await older.customer.post(f"/api/v1/marketplace/orders/{called_off['id']}/cancel/"))
    page = await buyer_at(window, world, "/shop/orders", older.customer)
    before = ok(await older.customer.get(f"/api/v1/marketplace/orders/{older.order_id}/"))
    numbers = [newer["order_number"], before["order_number"]]
    listed = page.locator(".orders li .number:not(strong)")
    await expect(listed).to_have_count(20)
    assert (await listed.all_inner_texts())[:2] == numbers
    await expect(page.locator(".turn h2")).to_have_text(["To be paid", "Under way", "Ended"])
    await page.get_by_role("link", name="Next page").click()
    await expect(page.locator(".turn h2")).to_have_text(["Ended"])


@pytest.mark.slow
async def test_a_paid_order_is_called_off_and_its_money_goes_back(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await buyer_at(window, world, f"/shop/orders/{bought.order_id}", bought.customer)
    await page.get_by_role("button", name="Cancel the order").click()
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text("get the money back?")
    title, way_out = [
        await one.bounding_box() for one in (sheet.get_by_role("heading"), sheet.get_by_role("button", name="Close"))
    ]
    assert title is not None
    assert way_out is not None
    assert way_out["x"] >= title["x"] + title["width"]  # beside a title of two lines, not below it
    await sheet.get_by_role("button", name="Cancel the order").click()
    await expect(page.locator("h1")).to_have_text("Cancelled, and the money went back")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert (order["order_status"], order["payment_status"]) == ("cancelled", "refunded")


@pytest.mark.slow
async def test_what_only_the_seller_says_arrived_is_objected_to(world: World, window: Window) -> None:
    bought = await world.bought()
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    page = await buyer_at(window, world, f"/shop/orders/{bought.order_id}", bought.customer)
    await page.get_by_role("button", name="It did not arrive").click()
    await page.get_by_label("What is wrong").fill("Nobody came")
    await page.get_by_role("button", name="Ask for the money back").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    admin = await world.admin()
    disputed = await all_pages(admin, "/api/v1/payments/refunds/", status="disputed")
    assert "Nobody came" in [
        one["reason"] for one in disputed if one["payment_transaction_id"] == bought.transaction_id
    ]


@pytest.mark.slow
async def test_an_invoice_is_read_printed_and_kept(world: World, window: Window) -> None:
    bought = await world.bought()
    page = await buyer_at(window, world, f"/shop/orders/{bought.order_id}", bought.customer)
    await page.get_by_role("link", name="Invoice").click()
    await expect(page.locator(".invoice h1")).to_contain_text("Invoice INV-")
    await expect(page.locator(".invoice")).to_contain_text("NPR 2,925.00")
    await page.emulate_media(media="print")
    await expect(page.locator(".bar")).not_to_be_visible()
    await expect(page.get_by_role("button", name="Print")).not_to_be_visible()
    await page.emulate_media(media="screen")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save as PDF").click()
    download = await saved.value
    assert re.fullmatch(r"INV-[\d-]+\.pdf", download.suggested_filename)
    assert (await download.path()).read_bytes().startswith(b"%PDF")


@pytest.mark.slow
async def test_somebody_without_an_account_makes_one_on_the_way_to_the_order(world: World, window: Window) -> None:
    seller = await world.person("seller")
    await world.product(seller, name="Felt slippers 12")
    page = await in_the_cart(window, world, "Felt slippers 12")
    await page.goto(f"{window.base_url}/shop/checkout")
    await page.get_by_text("I have no account yet").click()
    await page.get_by_label("Your e-mail").fill("new.buyer.of.slippers@example.com")
    await page.get_by_label("A new password").fill("1234")
    await page.get_by_role("button", name="Make an account").click()
    await expect(page.get_by_label("A new password")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("A new password").fill("slow yellow bicycle 41")
    await page.get_by_role("button", name="Make an account").click()
    await expect(page.get_by_role("button", name="Pay NPR")).to_be_visible()
    window.complaints[:] = [said for said in window.complaints if "400" not in said]  # the weak password


async def test_a_product_whose_picture_is_not_there_is_shown_by_a_letter(world: World, window: Window) -> None:
    images = ["/media/not/there.jpg", "/media/nor/there.jpg"]
    await world.product(await world.person("seller"), name="Quince paste 31", images=images)
    page = await window.open("/shop?q=Quince+paste+31")
    await expect(page.locator(".offer")).to_have_count(1)
    await expect(page.locator(".offer span.picture")).to_have_text("Q")
    await expect(page.locator(".offer img")).to_have_count(0)


@pytest.mark.slow
async def test_whatever_is_pasted_into_a_search_is_looked_for_and_widens_nothing(world: World, window: Window) -> None:
    await world.product(await world.person("seller"))
    page = await window.open("/shop")
    await expect(page.locator(".offer").first).to_be_visible()
    await page.get_by_label("Search").fill("nowhere\0" + "x" * 20_000)
    await expect(page.get_by_text("Nothing is called")).to_be_visible()
    page = await window.open("/shop?q=" + "y" * 10_000)
    await expect(page.get_by_text("Nothing is called")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_where_the_server_does_not_answer_the_goods_stay_and_it_is_said(world: World, window: Window) -> None:
    seller = await world.person("seller")
    await world.product(seller, name="Juniper soap 90")
    await window.context.clock.install()
    page = await in_the_cart(window, world, "Juniper soap 90")
    asked, failed = list[str](), list[str]()
    page.on("request", lambda sent: asked.append(sent.url) if "/products/?" in sent.url else None)
    page.on("requestfailed", lambda sent: failed.append(sent.url) if "/products/?" in sent.url else None)
    await window.context.set_offline(True)
    await page.get_by_label("Search").fill("Juniper soap")
    await expect(page.get_by_role("alert")).to_contain_text("What you see is as it was at")
    await expect(page.locator(".offer")).to_have_count(1)
    await page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # it would try again by itself
    await until(lambda: len(failed) == len(asked), "nothing is under way")
    await window.context.set_offline(False)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    window.complaints[:] = [said for said in window.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


@LANGUAGES_AND_SCHEMES
async def test_the_shop_is_for_everyone(world: World, window: Window, language: str, scheme: str) -> None:
    bought = await world.bought()
    page = await buyer_at(window, world, "/shop/orders", bought.customer)
    await stand_still(page, scheme)
    for path in (
        "/shop",
        f"/shop?product={bought.product_id}",
        "/shop?cart=1",
        "/shop/settings",
        "/shop/orders",
        f"/shop/orders/{bought.order_id}",
        f"/shop/invoices/{bought.transaction_id}",
    ):
        mark = "&" if "?" in path else "?"
        await page.goto(f"{window.base_url}{path}{mark}lang={language}")
        await expect(page.locator(".loaded, dialog p").first).to_be_visible()
        assert await violations(page) == [], path
        if "=" not in path:
            assert await unreached(page) == [], path


@pytest.mark.slow
async def test_a_customer_chooses_the_language_of_messages_and_whether_there_are_any_of_parcels(
    world: World, window: Window
) -> None:
    buyer = await world.person()
    page = await buyer_at(window, world, "/shop/orders", buyer)
    await page.get_by_role("link", name="Your account").click()
    await expect(page.get_by_label("Language of mails and messages")).to_be_enabled()
    await listen(page)
    await page.get_by_label("Language of mails and messages").scroll_into_view_if_needed()  # as whoever chooses there
    await page.get_by_label("Language of mails and messages").select_option("ne")
    await heard(page, "Saved.")
    await page.get_by_label("Write to me while a parcel is on its way").uncheck()

    async def kept() -> bool:
        account = ok(await buyer.get("/api/v1/auth/me/"))
        return (account["language"], account["parcel_messages"]) == ("ne", False)

    await until(kept, "the choices are kept")
    await page.reload()
    await expect(page.get_by_label("Language of mails and messages")).to_have_value("ne")
    await expect(page.get_by_label("Write to me while a parcel is on its way")).not_to_be_checked()
    assert await violations(page) == []
    assert await unreached(page) == []


async def test_whoever_bought_what_is_lost_reads_on_the_order_what_becomes_of_the_money(
    world: World, window: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought)
    lost = {"ending": "lost", "reason": "Stolen"}
    told = ok(await (await world.admin()).post(f"/api/deliveries/{delivery['id']}/loss/", lost))
    page = await buyer_at(window, world, f"/shop/orders/{bought.order_id}", bought.customer)
    card = page.locator("[data-setbacks]")
    await expect(card).to_contain_text("was lost on its way.")
    await expect(card).to_contain_text(f"NPR {told['refund']['amount']:,.2f}")
    assert await violations(page) == []
