"""The buyer sees the whole sum with its parts, by the same names, before paying and ever after."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dispatch.catalogue.sums import PriceTerms
from dispatch.errors import Invalid
from dispatch.notifications.models import OutboxMessage
from tests.support.checkout import Checkout
from tests.support.world import Person, World, initiate_body, ok

PARTS = ("subtotal", "tax_amount", "shipping_cost", "total_to_pay")
INITIATE = "/api/v1/payments/initiate/"
CENT = Decimal("0.01")


def parts_of(shown: dict[str, Any]) -> list[Decimal]:
    return [Decimal(str(shown[name])).quantize(CENT) for name in PARTS]


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


async def my_order(customer: Person, order_id: int) -> dict[str, Any]:
    rows = ok(await customer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
    return next(row for row in rows if row["id"] == order_id)


async def test_cart_order_payment_and_invoice_name_the_same_sums(world: World, checkout: Checkout) -> None:
    seller, customer = await world.person("seller"), await world.person()
    taxed = await world.product(seller, price="266.50")
    exempt = await world.product(seller, price="133.25", tax_class="exempt")
    cart_id = await world.cart(customer, {taxed: 2, exempt: 2})
    expected = money("799.50", "69.29", "100.00", "968.79")
    assert parts_of(ok(await customer.get(f"/api/v1/marketplace/carts/{cart_id}/"))) == expected
    order = await world.order(customer, cart_id)
    assert (order["total_amount"], order["formatted_total_to_pay"]) == ("799.50", "NPR 968.79")
    assert parts_of(order) == parts_of(await my_order(customer, order["id"])) == expected
    opened = await world.initiate(customer, cart_id)
    assert parts_of(opened["data"]) == expected
    pidx, transaction_id = opened["data"]["pidx"], opened["transaction_id"]
    await world.at_gateway(pidx, "completed")
    assert parts_of(ok(await checkout.callback(pidx))["data"]) == expected
    status = ok(await customer.get(f"/api/v1/payments/status/{transaction_id}/"))["data"]
    invoice = ok(await customer.get(f"/api/v1/payments/{transaction_id}/invoice/"))
    paid = ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))
    assert parts_of(status) == parts_of(invoice) == parts_of(paid) == expected
    assert parts_of(await my_order(customer, order["id"])) == expected
    ok(await customer.post(f"/api/v1/marketplace/orders/{order['id']}/cancel/"))
    await checkout.refunds_settled(transaction_id)
    refunded = ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))
    assert parts_of(refunded) == expected
    assert "Refunded NPR 968.79" in [event["message"] for event in refunded["tracking_events"]]


async def test_the_gateways_page_shows_how_the_sum_comes_about(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller, price="399.75"): 2})
    page = (await world.http.get((await world.initiate(customer, cart_id))["payment_url"])).text
    for label, amount in (
        ("Subtotal", "NPR 799.50"),
        ("VAT", "NPR 103.94"),
        ("Shipping", "NPR 100.00"),
    ):
        assert f"<td>{label}</td><td>{amount}</td>" in page
    assert "<th>Total to pay</th><th>NPR 1,003.44</th>" in page


async def test_an_empty_cart_costs_nothing_not_even_shipping(world: World) -> None:
    customer = await world.person()
    cart = ok(await customer.get(f"/api/v1/marketplace/carts/{await world.cart(customer, {})}/"))
    assert parts_of(cart) == money("0.00", "0.00", "0.00", "0.00")


@pytest.mark.parametrize("asked", ["0", "0.00", "99.99", "1000.00"])
async def test_shipping_is_the_shops_and_not_the_buyers_to_choose(world: World, asked: str) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 1})
    refused = await customer.post(INITIATE, initiate_body(cart_id, shipping_cost=asked))
    assert (refused.status_code, refused.json()["error_code"]) == (400, "SHIPPING_MISMATCH")
    assert "49.99 or 100.00 or 250.01" in refused.json()["errors"]["shipping_cost"]


async def test_what_the_shop_lets_buyers_choose_is_what_order_and_payment_say(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 2})
    order = await world.order(customer, cart_id)
    opened = await world.initiate(customer, cart_id, shipping_cost="250.01", tax_amount="325.00")
    shown = ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))
    assert parts_of(opened["data"]) == parts_of(shown) == money("2500.00", "325.00", "250.01", "3075.01")


async def test_the_contracts_payment_costs_what_it_says(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 2})
    opened = await world.initiate(customer, cart_id, tax_amount="325.00", shipping_cost="100.00")
    assert opened["data"]["amount"] == 2925.00


async def test_what_is_bought_without_an_order_becomes_one_with_its_payment(checkout: Checkout) -> None:
    paid = await checkout.paid(ordered=False)
    orders = ok(await paid.customer.get("/api/v1/marketplace/orders/my-orders/"))["results"]
    assert [(order["order_status"], order["payment_status"]) for order in orders] == [("confirmed", "paid")]
    assert parts_of(orders[0]) == money("2500.00", "325.00", "100.00", "2925.00")
    order = ok(await paid.customer.get(f"/api/v1/marketplace/orders/{orders[0]['id']}/"))
    assert [item["product"]["id"] for item in order["items"]] == [paid.product_id]
    assert [event["message"] for event in order["tracking_events"]] == ["Payment confirmed"]
    sale = ok(await paid.seller.get("/api/marketplace/sales/"))["results"][0]
    assert sale["order"] == order["id"]
    assert ok(await checkout.callback(paid.pidx))["data"]["total_items"] == 1
    assert len(ok(await paid.customer.get("/api/v1/marketplace/orders/my-orders/"))["results"]) == 1
    ok(await paid.customer.post(f"/api/v1/marketplace/orders/{order['id']}/cancel/"))
    await checkout.refunds_settled(paid.transaction_id)
    assert (await checkout.count(paid.transaction_id)).gateway_paisa == 0


async def test_mails_name_the_order_the_parts_and_a_time_that_people_read(checkout: Checkout) -> None:
    paid = await checkout.paid()
    order = ok(await paid.customer.get(f"/api/v1/marketplace/orders/{paid.order_id}/"))
    async with checkout.services.database.work() as work:
        message = (
            await work.session.execute(
                select(OutboxMessage).where(OutboxMessage.key == f"receipt:{paid.transaction_id}")
            )
        ).scalar_one()
    mail = checkout.services.payments.templates.mail("key", "receipt", "to@example.com", message.content)
    for part in (order["order_number"], "NPR 2,500.00", "NPR 325.00", "NPR 100.00", "NPR 2,925.00", "Nepal time"):
        assert part in mail.text
        assert part in mail.html
    assert "+00:00" not in mail.text


TERMS = PriceTerms(Decimal("0.13"), Decimal("100.00"), (Decimal("0.00"),))
LINES = st.lists(
    st.tuples(st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2), st.booleans()), min_size=1, max_size=20
)


@given(LINES)
def test_the_parts_of_any_cart_add_up_to_the_paisa(lines: list[tuple[Decimal, bool]]) -> None:
    sums = TERMS.sums_of(lines)
    assert sums.subtotal + sums.tax_amount + sums.shipping_cost == sums.total_to_pay
    assert sums.total_to_pay == sums.total_to_pay.quantize(CENT)
    taxed = sum((amount for amount, is_taxed in lines if is_taxed), Decimal(0))
    assert abs(sums.tax_amount - taxed * TERMS.vat_rate) <= Decimal("0.005")
    assert TERMS.checked_shipping(Decimal(0)) == 0


@given(st.decimals(Decimal("0.01"), Decimal(1000), places=2).filter(lambda cost: cost != TERMS.shipping_cost))
def test_any_other_shipping_than_the_shops_is_refused(asked: Decimal) -> None:
    with pytest.raises(Invalid, match="Shipping costs"):
        TERMS.checked_shipping(asked)
