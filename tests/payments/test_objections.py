"""The seller's word that the goods arrived, and the buyer's against it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from dispatch.sales.models import Sale
from tests.support.checkout import Checkout, Opened
from tests.support.world import Bought, World, ok, together

REFUNDS = "/api/v1/payments/refunds"


def order_path(bought: Bought | Opened) -> str:
    return f"/api/v1/marketplace/orders/{bought.order_id}"


async def marked(world: World) -> Bought:
    """A paid order that its seller says arrived."""
    bought = await world.bought()
    ok(await bought.seller.post(f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"))
    return bought


async def test_within_the_grace_the_buyer_sees_that_an_objection_is_possible_and_how_long(world: World) -> None:
    bought = await marked(world)
    shown = ok(await bought.customer.get(f"{order_path(bought)}/"))
    assert (shown["order_status"], shown["can_cancel"], shown["can_refund"]) == ("delivered", False, True)
    until = datetime.fromisoformat(shown["objection_until"])
    grace = timedelta(seconds=world.server.settings.objection_s)
    assert timedelta() < until - datetime.now(UTC) <= grace
    assert ok(await bought.seller.get(f"/api/marketplace/sales/{bought.sale_id}/"))["objection_until"] is not None


async def test_an_objection_moves_no_money_until_an_admin_says_so_and_then_all_of_it(
    world: World, checkout: Checkout
) -> None:
    bought, admin = await marked(world), await world.admin()
    refund = ok(await bought.customer.post(f"{order_path(bought)}/refund/", {"reason": "It never came"}))
    assert (refund["status"], refund["amount"], refund["reason"]) == ("disputed", 2925.00, "It never came")
    assert refund["order"]["can_refund"] is False
    assert (await checkout.gateway_state(bought.pidx))["refunded_amount"] == 0
    assert (await bought.customer.post(f"{order_path(bought)}/refund/", {})).status_code == 403
    await checkout.services.payments.refunds.run()
    listed = ok(await admin.get(f"{REFUNDS}/", status="disputed"))["results"]
    assert refund["refund_id"] in [row["refund_id"] for row in listed]
    for person in (bought.customer, bought.seller):
        assert (await person.post(f"{REFUNDS}/{refund['refund_id']}/approve/", {})).status_code == 403
    granted = ok(await admin.post(f"{REFUNDS}/{refund['refund_id']}/approve/", {}))
    assert (granted["status"], granted["payment_status"]) == ("succeeded", "refunded")
    assert (await checkout.gateway_state(bought.pidx))["refunded_amount"] == 292500
    count = await checkout.count(bought.transaction_id)
    assert (count.gateway_paisa, count.ledger_sum) == (0, 0)


async def test_an_admin_may_grant_a_part_or_deny_and_decides_once(world: World, checkout: Checkout) -> None:
    admin = await world.admin()
    for body, decision, status, back in (
        ({"amount": "1000.00"}, "approve", "succeeded", 100000),
        ({"note": "Signed for"}, "deny", "denied", 0),
    ):
        bought = await marked(world)
        refund = ok(await bought.customer.post(f"{order_path(bought)}/refund/", {}))
        path = f"{REFUNDS}/{refund['refund_id']}"
        assert (await admin.post(f"{path}/approve/", {"amount": "2925.01"})).status_code == 400
        assert ok(await admin.post(f"{path}/{decision}/", body))["status"] == status
        assert (await admin.post(f"{path}/approve/", {})).status_code == 409
        assert (await checkout.gateway_state(bought.pidx))["refunded_amount"] == back


async def test_admins_who_decide_at_the_same_moment_pay_once_or_not_at_all(world: World, checkout: Checkout) -> None:
    bought, admin = await marked(world), await world.admin()
    refund = ok(await bought.customer.post(f"{order_path(bought)}/refund/", {}))
    path = f"{REFUNDS}/{refund['refund_id']}"
    replies = await together(admin.post(f"{path}/{verb}/", {}) for verb in ("approve", "deny", "approve", "deny"))
    assert {reply.status_code for reply in replies} <= {200, 409}
    back = (await checkout.gateway_state(bought.pidx))["refunded_amount"]
    assert (back, (await checkout.count(bought.transaction_id)).refunds) in [(292500, ["succeeded"]), (0, ["denied"])]


async def test_after_the_grace_the_seller_s_word_stands(world: World, checkout: Checkout) -> None:
    bought = await marked(world)
    async with checkout.services.database.work() as work:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await work.session.execute(update(Sale).where(Sale.id == bought.sale_id).values(objection_until=past))
    shown = ok(await bought.customer.get(f"{order_path(bought)}/"))
    assert (shown["can_refund"], shown["objection_until"]) == (False, None)
    assert (await bought.customer.post(f"{order_path(bought)}/refund/", {})).status_code == 403
    admin = await world.admin()
    assert ok(await admin.post(f"{order_path(bought)}/refund/", {}))["status"] == "succeeded"


async def test_what_a_transporter_delivered_is_not_the_seller_s_word(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    shown = ok(await bought.customer.get(f"{order_path(bought)}/"))
    assert (shown["order_status"], shown["can_refund"], shown["objection_until"]) == ("delivered", False, None)
    assert (await bought.customer.post(f"{order_path(bought)}/refund/", {})).status_code == 403


async def test_an_objection_to_one_of_two_sales_asks_for_its_share(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    products = [await world.product(seller, price=price) for price in ("100.00", "300.00")]
    cart_id = await world.cart(customer, dict.fromkeys(products, 1))
    order = await world.order(customer, cart_id)
    payment = await world.initiate(customer, cart_id)
    await world.at_gateway(payment["data"]["pidx"], "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": payment["data"]["pidx"]}))
    sale = next(sale for sale in settled["data"]["marketplace_sales"] if sale["total_amount"] == 100.00)
    ok(await seller.post(f"/api/marketplace/sales/{sale['id']}/mark-as-delivered/"))
    refund = ok(await customer.post(f"/api/v1/marketplace/orders/{order['id']}/refund/", {}))
    assert (refund["status"], refund["amount"]) == ("disputed", settled["data"]["amount"] / 4)
    assert refund["order"]["order_status"] == "confirmed"


async def test_a_key_belongs_to_the_payment_that_it_was_used_on(world: World, checkout: Checkout) -> None:
    """Also once the kept answers are forgotten."""
    admin = await world.admin()
    first, second = await checkout.paid(), await checkout.paid()
    key = {"Idempotency-Key": f"refund-{first.pidx}"}

    async def ask(paid: Opened, body: dict[str, str]) -> int:
        await checkout.forget_answers()
        reply = await admin.post(f"{order_path(paid)}/refund/", body, **key)
        return reply.status_code

    assert await ask(first, {"amount": "10.00"}) == 200
    assert await ask(first, {"amount": "10.00"}) == 200
    assert await ask(first, {"amount": "11.00"}) == 422
    assert await ask(first, {}) == 422
    shown = ok(await first.customer.get(f"{order_path(first)}/"))
    assert (shown["order_status"], (await checkout.gateway_state(first.pidx))["refunded_amount"]) == ("confirmed", 1000)

    assert await ask(second, {}) == 200
    assert await ask(second, {}) == 200
    assert (await checkout.count(second.transaction_id)).refunds == ["succeeded"]
    assert (await checkout.gateway_state(second.pidx))["refunded_amount"] == 292500
    assert (await checkout.count(first.transaction_id)).refunds == ["succeeded"]


async def test_a_key_in_quotes_is_the_key_without_them(world: World, checkout: Checkout) -> None:
    paid, admin = await checkout.paid(), await world.admin()
    for key in ("again", '"again"'):
        await checkout.forget_answers()
        ok(await admin.post(f"{order_path(paid)}/refund/", {"amount": "10.00"}, **{"Idempotency-Key": key}))
    assert (await checkout.gateway_state(paid.pidx))["refunded_amount"] == 1000
