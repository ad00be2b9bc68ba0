"""An admin at the page of operations, in a real browser."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.async_api import Route, expect
from sqlalchemy import update

from dispatch.notifications.models import MessageStatus, OutboxMessage
from tests.browser.sign_ins import signed_in
from tests.browser.windows import LANGUAGES_AND_SCHEMES, Window, stand_still, unfold, unreached, violations
from tests.support.checkout import Checkout
from tests.support.world import PASSWORD, THAMEL, World, initiate_body, ok


async def dead_message(checkout: Checkout) -> str:
    """A receipt that was given up."""
    paid = await checkout.paid()
    async with checkout.services.database.work() as work:
        message_id = await work.session.scalar(
            update(OutboxMessage)
            .where(OutboxMessage.key == f"receipt:{paid.transaction_id}")
            .values(status=MessageStatus.DEAD, attempts=8, last_error="The mail server said no.")
            .returning(OutboxMessage.id)
        )
    return str(message_id)


@pytest.mark.slow
async def test_the_overview_says_what_waits_and_its_figures_move_by_themselves(world: World, window: Window) -> None:
    letter = await dead_message(Checkout(world))
    page = await signed_in(window, "/ops", await world.admin())
    stored = page.locator(".figures div", has_text="Stored since the start").locator("dd")
    await expect(stored).to_have_text(re.compile(r"\d"))  # a dash before it is known
    before = await stored.inner_text()
    await world.online_at(await world.driver(), *THAMEL)
    await expect(stored).not_to_have_text(before)
    await expect(page.locator(".figures div", has_text="Pings a second").locator("dd")).not_to_have_text("–")
    await expect(page.locator(".figures div", has_text=re.compile(r"Pings a second, last \d+ s"))).to_have_count(1)
    for since in (r"^As it is on \d+ \w+ \d{4} · ", r"^The start of the server was on \d+ \w+ \d{4} · "):
        await expect(page.get_by_text(re.compile(since))).to_be_visible()
    await page.get_by_role("link", name="failed for good in the background").click()
    await unfold(page)
    await page.locator("select[name=kind]").select_option("messages")  # what failed elsewhere may have the same number
    await expect(page.get_by_role("link", name=letter, exact=True)).to_be_visible()


@pytest.mark.slow
async def test_the_overview_counts_what_waits_in_other_lists_and_leads_there(world: World, window: Window) -> None:
    bought = await world.bought()
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    ok(await bought.customer.post(f"/api/v1/marketplace/orders/{bought.order_id}/refund/", {"reason": "Nobody came"}))
    await world.driver(verified=False)
    admin = await world.admin()
    page = await signed_in(window, "/ops", admin)
    for path, filters, one, more in (
        ("/api/v1/payments/refunds/", {"status": "disputed"}, "refund to decide", "refunds to decide"),
        ("/api/transporters/", {"is_verified": "false"}, "transporter not verified", "transporters not verified"),
    ):
        count = ok(await admin.get(path, **filters))["count"]
        words = one if count == 1 else more
        await expect(page.get_by_role("link", name=f"{count} {words}", exact=True)).to_be_visible()
    await page.get_by_role("link", name=re.compile("refunds? to decide")).click()
    await expect(page.locator("select[name=status]")).to_have_value("disputed")


async def test_what_was_given_up_is_tried_again_by_a_click(world: World, window: Window) -> None:
    letter = await dead_message(Checkout(world))
    page = await signed_in(window, "/ops/dead-letters?kind=messages", await world.admin())
    await page.get_by_role("link", name=letter, exact=True).click()
    await expect(page.get_by_role("dialog")).to_contain_text("The mail server said no.")
    await page.get_by_role("dialog").get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("link", name=letter, exact=True)).to_have_count(0)


@pytest.mark.slow
async def test_a_held_payment_is_given_back_by_what_the_gateway_gave_already(world: World, window: Window) -> None:
    checkout = Checkout(world)
    opened = await checkout.opened()
    await world.at_gateway(opened.pidx, "partially_refunded", refund_amount=92500)
    await checkout.callback(opened.pidx)
    page = await signed_in(window, f"/ops/held?open={opened.transaction_id}", await world.admin())
    sheet = page.get_by_role("dialog")
    await sheet.get_by_label("What the gateway gave back already").fill("925.00")
    await sheet.get_by_role("button", name="Give back the rest").click()
    await expect(sheet).to_have_count(0)
    await checkout.refunds_settled(opened.transaction_id)  # a round of the server's own may have it in hand
    count = await checkout.count(opened.transaction_id)
    assert (count.status, sorted(count.refunds)) == ("refunded", ["succeeded", "succeeded"])


@pytest.mark.slow
async def test_a_disputed_refund_is_decided(world: World, window: Window) -> None:
    bought = await world.bought()
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    path = f"/api/v1/marketplace/orders/{bought.order_id}/refund/"
    refund = ok(await bought.customer.post(path, {"reason": "Nobody came"}))
    page = await signed_in(window, f"/ops/refunds?open={refund['refund_id']}", await world.admin())
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text("Nobody came")
    await sheet.get_by_role("button", name="Approve").click()
    await expect(sheet).to_contain_text("given back")
    await expect(sheet.get_by_role("button", name="Approve")).to_have_count(0)


@pytest.mark.slow
async def test_an_unusual_payment_is_let_through(world: World, window: Window) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller, price="250000.00", stock=3): 1})
    held = await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id))
    review_id = held.json()["data"]["review_id"]
    page = await signed_in(window, f"/ops/reviews?open={review_id}", await world.admin())
    await page.get_by_role("dialog").get_by_label("Note").fill("Called them")
    await page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("dialog")).to_contain_text("approved")
    await world.initiate(customer, cart_id)


@pytest.mark.slow
async def test_a_transporter_is_verified_as_the_papers_were_looked_at(world: World, window: Window) -> None:
    driver = await world.driver(
        verified=False, documents=[{"kind": "licence", "number": "12-34", "expires_on": "2031-01-01"}]
    )
    admin = await world.admin()
    page = await signed_in(window, f"/ops/transporters?is_verified=false&open={driver.transporter_id}", admin)
    sheet = page.get_by_role("dialog")
    await expect(sheet.locator("dt").filter(has_text="driving licence")).to_have_count(1)
    await expect(sheet).to_contain_text("12-34")
    ok(await driver.patch("/api/transporters/me/", {"vehicle_number": "BA-2-PA-9999"}))
    await sheet.get_by_role("button", name="Verify as shown").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("changed after it was looked at")
    await page.reload()
    await expect(sheet).to_contain_text("BA-2-PA-9999")
    await sheet.get_by_role("button", name="Verify as shown").click()
    # It is in this list no more, and stays open for whoever is at it.
    await expect(sheet.get_by_role("button", name="Withdraw the verification")).to_be_visible()
    assert ok(await driver.get("/api/transporters/me/"))["is_verified"] is True
    await sheet.get_by_role("button", name="Withdraw the verification").click()
    asked = sheet.get_by_role("form", name="Withdraw the verification")
    await expect(asked).to_contain_text("What was not picked up goes to somebody else")
    sure = asked.get_by_role("button", name="Withdraw the verification")
    await expect(sure).to_be_disabled()
    await asked.get_by_label("I am sure").check()
    await sure.click()
    await expect(asked.get_by_label("Why")).to_have_attribute("aria-invalid", "true")
    await asked.get_by_label("Why").fill("The licence was somebody else's")
    assert await violations(page) == []
    await sure.click()
    await expect(asked).to_have_count(0)
    assert ok(await driver.get("/api/transporters/me/"))["is_verified"] is False
    [told] = ok(await admin.get("/api/v1/audit/", action="transporter.verification_withdrawn", page_size=1))["results"]
    assert told["detail"]["reason"] == "The licence was somebody else's"
    window.complaints[:] = [said for said in window.complaints if "409" not in said]  # the old papers


async def test_the_audit_log_hides_sign_ins_until_asked_and_says_what_it_is_narrowed_to(
    world: World, desk: Window
) -> None:
    admin, bought, today = await world.admin(), await world.bought(), datetime.now(UTC)
    ok(await admin.post(f"/api/v1/marketplace/orders/{bought.order_id}/cancel/"))
    ok(await world.http.post("/api/v1/auth/token/", json={"email": admin.email, "password": PASSWORD}))
    page = await signed_in(desk, "/ops/audit", admin)
    await page.clock.set_fixed_time(today)  # else it may be another day before today is asked for
    rows = page.locator("tbody")
    await expect(rows).to_contain_text("cancelled")
    await expect(rows.get_by_text(re.compile(r"signed in$"))).to_have_count(0)
    await page.get_by_role("link", name="Show sign-ins too").click()
    await expect(page.locator("tbody tr", has_text="signed in").first).to_be_visible()
    await page.goto(f"{desk.base_url}/ops/audit?subject_kind=order&subject_id={bought.order_id}")
    await expect(page.locator("[data-about]")).to_contain_text(f"order {bought.order_id}")
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert await violations(page) == []
    await page.get_by_role("link", name="Show everything").click()
    await expect(page.locator("[data-about]")).to_have_count(0)
    await page.get_by_role("button", name="Last hour").click()
    await expect(page.get_by_role("button", name="Since")).to_have_attribute("aria-pressed", "true")
    await expect(rows).to_contain_text("cancelled")
    await expect(page).to_have_url(re.compile("date_from="))
    await page.get_by_role("button", name="Today").click()
    await expect(page.get_by_role("button", name="Last hour")).to_have_attribute("aria-pressed", "false")
    await expect(rows).to_contain_text("cancelled")
    await page.get_by_role("button", name="Today").click()
    await expect(page).not_to_have_url(re.compile("date_from="))
    await page.get_by_label("To day").fill("2020-01-01")
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()


@pytest.mark.slow
async def test_an_address_gets_events_and_a_machine_a_key_whose_secrets_are_shown_once(
    world: World, window: Window
) -> None:
    admin = await world.admin()
    page = await signed_in(window, "/ops/webhooks", admin)
    url = f"https://{uuid4().hex}.example/hooks"
    await page.locator("input[name=url]").fill(url)
    await page.locator("input[name=types]").fill("delivery.*")
    await page.get_by_role("button", name="Send events there").click()
    await expect(page.get_by_text("whsec_")).to_be_visible()
    await page.get_by_role("link", name=url).click()
    for act in ("Pause", "Send again", "Delete"):  # of two that are under way the last may be done first
        async with page.expect_response(re.compile(r"/webhooks/\d+/$")):
            await page.get_by_role("button", name=act, exact=True).click()
    await expect(page.get_by_role("link", name=url)).to_have_count(0)
    await page.goto(f"{window.base_url}/ops/keys")
    await page.locator("input[name=name]").fill("warehouse")
    await page.get_by_role("button", name="Make a key").click()
    await expect(page.locator("code")).to_contain_text("dak_")


async def test_only_admins_use_it(world: World, window: Window) -> None:
    page = await signed_in(window, "/ops", await world.person("seller"))
    await expect(page.get_by_role("alert")).to_contain_text("cannot use this page")


@pytest.mark.slow
@LANGUAGES_AND_SCHEMES
async def test_the_page_of_operations_is_for_everyone(world: World, window: Window, language: str, scheme: str) -> None:
    driver = await world.driver(verified=False)
    page = await signed_in(window, "/ops", await world.admin())
    await stand_still(page, scheme)
    open_one = f"/ops/transporters?is_verified=false&open={driver.transporter_id}"
    for path in (
        "/ops",
        "/ops/dead-letters",
        "/ops/webhooks",
        "/ops/keys",
        "/ops/refunds",
        "/ops/reviews?status=pending",
        open_one,
        "/ops/audit?actor_kind=operator",
    ):
        mark = "&" if "?" in path else "?"
        await page.goto(f"{window.base_url}{path}{mark}lang={language}")
        await expect(page.locator(".loaded").first).to_be_visible()
        assert await violations(page) == [], path
        if path == "/ops/refunds":
            assert await unreached(page) == [], path


async def test_kinds_of_goods_are_made_named_put_in_order_and_retired(world: World, desk: Window) -> None:
    admin, mark = await world.admin(), uuid4().hex
    # Within a kind of their own, so that no kind of another test stands between them.
    shelf = ok(await admin.post("/api/v1/marketplace/categories/", {"name": f"Shelf of {admin.user_id}"}), 201)
    page = await signed_in(desk, "/ops/categories", admin)
    names = [f"{name} {mark}" for name in ("Spices", "Herbs")]
    for name in names:
        await page.get_by_role("link", name="New kind of goods").click()
        sheet = page.get_by_role("dialog")
        await sheet.get_by_role("button", name="Make it").click()
        await expect(sheet.get_by_label("Name in English")).to_have_attribute("aria-invalid", "true")
        await sheet.get_by_label("Name in English").fill(name)
        await sheet.get_by_label("Within").select_option(str(shelf["id"]))
        assert await violations(page) == []
        await sheet.get_by_role("button", name="Make it").click()
        await expect(sheet).to_have_count(0)
    rows = page.locator(".tree li", has_text=mark)
    await expect(rows).to_have_count(2)
    first = await rows.first.locator("a").inner_text()
    lower = page.get_by_role("button", name=f"Lower {first}")
    await lower.click()
    await expect(rows.last.locator("a")).to_have_text(first)
    await expect(lower).to_be_focused()
    await expect(rows.last.get_by_text("0 products")).to_be_visible()
    changes: list[str] = []

    async def second_fails(route: Route) -> None:
        if route.request.method == "PATCH":
            changes.append(route.request.url)
        if len(changes) == 2:
            await route.fulfill(status=503, json={"detail": "Not now.", "code": "unavailable"})
        else:
            await route.continue_()

    await page.route(re.compile(r"/categories/\d+/$"), second_fails)
    async with page.expect_response(re.compile(r"/categories/all/$")):  # what was done of it is shown
        await page.get_by_role("button", name=f"Higher {first}").click()
    await expect(page.get_by_role("alert").first).not_to_be_empty()
    await page.unroute_all()
    await page.get_by_role("link", name=first).click()
    await page.get_by_role("dialog").get_by_role("button", name="Retire").click()
    await expect(rows.filter(has_text=first)).to_contain_text("retired")
    assert await violations(page) == []
    shown = ok(await world.http.get("/api/v1/marketplace/categories/"))["results"]
    assert [one["name"] for one in shown if one["name"] in names] == [name for name in names if name != first]
    desk.complaints[:] = [said for said in desk.complaints if "400" not in said and "503" not in said]


async def test_on_a_phone_the_rooms_are_one_row_with_the_present_one_in_view_and_all_reached_by_keyboard(
    world: World, window: Window
) -> None:
    page = await signed_in(window, "/ops/audit", await world.admin())
    for path in ("/ops/audit", "/ops/search"):
        await page.goto(f"{window.base_url}{path}")
        await expect(page.locator(".loaded")).to_be_attached()  # of a search that nothing was looked for it is empty
        await expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
        box = await page.locator(".tabs").bounding_box()
        assert box is not None
        assert box["height"] < 70
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await unreached(page) == [], path
        assert await violations(page) == [], path
