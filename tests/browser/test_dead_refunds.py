"""A refund that was given up, from the list of what failed to the refund itself, in a real browser."""

import re
from uuid import uuid4

from playwright.async_api import expect
from sqlalchemy import insert

from dispatch.payments.refunds.models import Refund, RefundStatus
from tests.browser.sign_ins import signed_in
from tests.browser.windows import Window
from tests.support.checkout import Checkout
from tests.support.world import World


async def test_a_refund_of_more_than_is_left_is_found_by_the_link_that_leads_to_it(
    world: World, window: Window
) -> None:
    checkout = Checkout(world)
    paid = await checkout.paid()
    payment = await checkout.payment(paid.transaction_id)
    dead = {"status": RefundStatus.FAILED, "attempts": 8, "last_error": "Nothing is left."}
    refund_id, now = uuid4(), checkout.services.clock.now()
    row = {"refund_id": refund_id, "payment_id": payment.id, "reason": "A part", "next_attempt_at": now}
    whole = int(payment.total_amount * 100)
    async with checkout.services.database.work() as work:
        await work.session.execute(insert(Refund).values(row | dead | {"amount_paisa": whole + 1}))
    page = await signed_in(window, f"/ops/dead-letters?kind=refunds&open=refunds~{refund_id}", await world.admin())
    await page.get_by_role("dialog").get_by_role("link", name="See the refund").click()
    await expect(page.get_by_role("dialog")).to_contain_text(str(refund_id))
    await expect(page.get_by_role("dialog")).to_contain_text("Nothing is left.")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("button", name="Close").click()
    await page.get_by_role("link", name="Show everything").click()
    await expect(page).not_to_have_url(re.compile("refund="))
