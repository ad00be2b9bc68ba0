"""What proves a handover, on the pages of those concerned: asked of couriers, told to buyers, chosen by sellers."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.couriers import courier
from tests.browser.sign_ins import remembered, signed_in
from tests.browser.windows import Window, heard, listen, violations
from tests.support.waiting import until
from tests.support.world import World, ok


@pytest.mark.slow
async def test_a_courier_is_asked_for_all_that_is_required_and_the_buyer_sees_what_proved_it(
    world: World, plain_chromium: Browser, window: Window
) -> None:
    bought = await world.bought()
    delivery = await world.delivery(bought, proof={"drop_off": ["barcode", "signature", "photo", "age", "code"]})
    driver = await world.driver()
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    await remembered(window.context, "shop", bought.customer)
    buyer = await window.open(f"/t/{delivery['tracking_number']}")
    await expect(buyer.get_by_role("heading", name="Your code")).to_be_visible()
    digits = (await buyer.locator(".digits").inner_text()).strip()
    assert await violations(buyer) == []
    async with courier(world, plain_chromium, driver) as one:
        page = one.page
        await page.goto(f"{world.server.settings.public_url}/courier/jobs/{delivery['id']}/deliver")
        await page.get_by_role("button", name="Go on here").click()
        await page.get_by_label("Number on the parcel").fill("TRK0000000000000000")
        await page.get_by_role("button", name="Use this number").click()
        await expect(page.get_by_text("This is another parcel's number.")).to_be_visible()
        await page.get_by_label("Number on the parcel").fill(delivery["tracking_number"].lower())
        await page.get_by_role("button", name="Use this number").click()
        await page.get_by_label("Name of who signs").fill("Maya Tamang")
        await expect(page.get_by_role("button", name="Use this signature")).to_be_disabled()
        await expect(page.get_by_label("Or, without a signature")).to_have_count(0)
        await page.get_by_label("Who that is").select_option("neighbour")
        await one.sign()
        await expect(page.get_by_role("button", name="Without a photo")).to_have_count(0)
        await one.take_photo()
        await expect(page.get_by_role("img", name="The photo that you took")).to_be_visible()
        await page.get_by_role("button", name="Use this photo").click()
        await page.get_by_role("button", name="Yes, I looked at it").click()
        for digit in digits:
            await page.get_by_role("button", name=digit, exact=True).click()
        assert await violations(page) == []
        await page.get_by_role("button", name="Delivered", exact=True).click()
        await expect(page.get_by_role("button", name="Undo")).to_have_count(0)  # the customer waits to hear of the code

        async def arrived() -> bool:
            found = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
            return bool(found["status"] == "delivered")

        await until(arrived, "the server knows of the drop-off")
    await buyer.reload()
    await expect(buyer.get_by_text("Maya Tamang signed at")).to_be_visible()
    await expect(buyer.get_by_alt_text("Photo of the parcel where it was left")).to_have_js_property("complete", True)
    await expect(buyer.get_by_text("A neighbour took it.")).to_be_visible()


@pytest.mark.slow
async def test_a_seller_chooses_what_must_prove_that_a_parcel_changed_hands(world: World, window: Window) -> None:
    seller = await world.person("seller")
    page = await signed_in(window, "/seller/proof", seller)
    door = page.get_by_role("group", name="At the customer's door")
    await expect(door).to_contain_text("Nothing is required")
    await listen(page)
    await door.get_by_label("a photo").check()
    await heard(page, "Saved.")
    await expect(door).to_contain_text("Without what is ticked it cannot change hands.")
    await door.get_by_label("the customer's age, shown by an ID card").check()
    await page.get_by_label("At least so many years old").fill("21")
    await page.get_by_role("button", name="Save the age").click()

    async def kept() -> bool:
        found = ok(await seller.get("/api/sellers/me/proof/"))
        return bool(found["drop_off"] == ["photo", "age"] and found["age_minimum"] == 21)

    await until(kept, "the seller's choice is kept")
    assert await violations(page) == []


@pytest.mark.slow
async def test_a_courier_with_the_wrong_code_is_told_so_and_not_that_the_parcel_is_delivered(
    world: World, plain_chromium: Browser
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, proof={"drop_off": ["code"]})
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    digits = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/code/"))["digits"]
    async with courier(world, plain_chromium, driver) as one:
        page = one.page

        async def told(code: str, left: int) -> None:
            await page.get_by_role("link", name="Hand over", exact=True).click()
            await page.get_by_role("button", name="Go on here").click()
            await page.get_by_role("button", name="Without a photo").click()
            await page.get_by_role("button", name="Without a signature").click()
            await expect(page.get_by_text(f"Tries that are left: {left}")).to_be_visible()
            for digit in code:
                await page.get_by_role("button", name=digit, exact=True).click()
            await page.get_by_role("button", name="Delivered", exact=True).click()

        await told(f"{(int(digits) + 1) % 10000:04}", left=3)
        refused = page.get_by_role("alert").filter(has_text="Not done:")
        await expect(refused).to_contain_text("This is not the customer's code; 2 tries are left.")
        await expect(page.locator(".notice")).to_have_count(0)
        one.window.complaints[:] = [said for said in one.window.complaints if "422" not in said and "409" not in said]
        await told(digits, left=2)
        await expect(page.locator(".notice")).to_contain_text("Delivered:")
        await expect(refused).to_have_count(0)

        async def delivered() -> bool:
            return bool(ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "delivered")

        await until(delivered, "what the page calls delivered is so")
        await page.reload()
        await expect(one.answer).to_be_visible()
        await expect(refused).to_have_count(0)


@pytest.mark.slow
async def test_a_name_that_the_courier_typed_is_never_shown_as_a_signature(
    world: World, window: Window, plain_chromium: Browser
) -> None:
    bought, driver = await world.bought(), await world.driver()
    free = await world.delivery(bought, requires_signature=False)
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{free['id']}/{step}/"))
    async with courier(world, plain_chromium, driver) as one:
        page = one.page
        await page.goto(f"{world.server.settings.public_url}/courier/jobs/{free['id']}/deliver")
        await page.get_by_role("button", name="Go on here").click()
        await page.get_by_role("button", name="Without a photo").click()
        await page.get_by_label("Or, without a signature, the name of who received it").fill("Sarmila Bajgain")
        assert await violations(page) == []
        await page.get_by_role("button", name="Delivered", exact=True).click()
        await one.send_now()

        async def arrived() -> bool:
            return bool(ok(await driver.get(f"/api/deliveries/{free['id']}/"))["status"] == "delivered")

        await until(arrived, "the server knows of the drop-off")
    (handed,) = [
        kept
        for kept in ok(await bought.customer.get(f"/api/deliveries/{free['id']}/proof/"))["handovers"]
        if kept["end"] == "drop_off"
    ]
    assert (handed["signed_by"], handed["signature"]) == ("Sarmila Bajgain", None)
    await remembered(window.context, "shop", bought.customer)
    buyer = await window.open(f"/t/{free['tracking_number']}")
    await expect(buyer.get_by_text("Received by Sarmila Bajgain at")).to_contain_text("(name typed by the courier)")
    await expect(buyer.get_by_alt_text("The signature")).to_have_count(0)
    await expect(buyer.get_by_text("signed at")).to_have_count(0)


@pytest.mark.slow
async def test_after_a_wrong_code_nobody_has_to_sign_or_take_the_photo_once_more(
    world: World, plain_chromium: Browser
) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, proof={"drop_off": ["signature", "photo", "code"]})
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    digits = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/code/"))["digits"]
    async with courier(world, plain_chromium, driver) as one:
        page = one.page

        async def say(code: str) -> None:
            for digit in code:
                await page.get_by_role("button", name=digit, exact=True).click()
            await page.get_by_role("button", name="Delivered", exact=True).click()

        await page.get_by_role("link", name="Hand over", exact=True).click()
        await page.get_by_role("button", name="Go on here").click()
        await page.get_by_label("Name of who signs").fill("Maya Tamang")
        await one.sign()
        await one.take_photo()
        await page.get_by_role("button", name="Use this photo").click()
        await say(f"{(int(digits) + 1) % 10000:04}")
        await expect(page.get_by_role("alert").filter(has_text="Not done:")).to_contain_text("2 tries are left")
        await page.get_by_role("link", name="Hand over", exact=True).click()
        await page.get_by_role("button", name="Go on here").click()
        await expect(page.get_by_role("img", name="The signature that was given")).to_be_visible()
        await expect(page.get_by_label("Name of who signs")).to_have_value("Maya Tamang")
        assert await violations(page) == []
        await page.get_by_role("button", name="Sign again").click()
        await expect(page.get_by_role("button", name="Use this signature")).to_be_disabled()
        await one.sign()
        await expect(page.get_by_role("img", name="The photo that you took")).to_be_visible()
        await page.get_by_role("button", name="Use this photo").click()
        await say(digits)
        await expect(page.locator(".notice")).to_contain_text("Delivered:")
        one.window.complaints[:] = [said for said in one.window.complaints if "422" not in said]

        async def delivered() -> bool:
            return bool(ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))["status"] == "delivered")

        await until(delivered, "the right code, with what was gathered before")


@pytest.mark.slow
async def test_a_dispatcher_gives_a_new_code_where_the_old_one_is_locked(world: World, desk: Window) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    delivery = await world.delivery(bought, proof={"drop_off": ["code"]})
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    digits = ok(await bought.customer.get(f"/api/deliveries/{delivery['id']}/code/"))["digits"]
    for more in range(1, 4):
        wrong = f"{(int(digits) + more) % 10000:04}"
        await driver.post(f"/api/deliveries/{delivery['id']}/deliver/", {"code": wrong})
    page = await signed_in(desk, f"/console?delivery={delivery['id']}", admin)
    await expect(page.get_by_text("Locked: the wrong code was said three times.")).to_be_visible()
    await page.get_by_label("Why", exact=True).fill("She read it wrong")
    await page.get_by_role("button", name="New code").click()
    await expect(page.get_by_text("Tries left: 3")).to_be_visible()
