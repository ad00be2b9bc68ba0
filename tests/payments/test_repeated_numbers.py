"""Numbers that people read out are short, so one may be drawn twice: it is drawn anew, and nobody notices."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from dispatch.accounts.models import User
from dispatch.numbers import Numbers, NumbersRepeatError
from dispatch.orders.models import DeliveryInfo, Order
from dispatch.orders.service import Orders
from dispatch.payments.models import PaymentMode, PaymentTransaction
from dispatch.payments.opening.initiation import NewPayment, PaymentInitiation
from dispatch.payments.rows import get_by_transaction_id
from dispatch.payments.settling.settlement import PaymentSettlement
from dispatch.sales.models import Sale
from tests.support.checkout import Checkout
from tests.support.world import Person, World, ok

ORDERS = "/api/v1/marketplace/orders"
DOOR = {"customer_name": "Sita", "phone_number": "+977-9841234567", "address": "Thamel", "city": "Kathmandu"}


def said(*numbers: str) -> Callable[[datetime], str]:
    """A source that gives these, one after the other, and the last again and again."""
    left = list(numbers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def unheard(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:20]}"


async def user_of(checkout: Checkout, person: Person) -> User:
    async with checkout.services.database.work() as work:
        return await work.session.get_one(User, person.user_id)


async def settled(checkout: Checkout, transaction_id: str, numbers: Numbers) -> PaymentTransaction:
    """As the callback does, with numbers from this source."""
    services = checkout.services
    settlement = PaymentSettlement(services.database, services.payments.gateway, services.clock, numbers=numbers)
    payment = await get_by_transaction_id(services.database, UUID(transaction_id))
    return (await settlement.settle(payment)).payment


async def opened(checkout: Checkout, customer: Person, cart_id: int, numbers: Numbers) -> PaymentTransaction:
    """As its buyer opens it, with numbers from this source."""
    services = checkout.services
    terms, user = services.payments.initiation.terms, await user_of(checkout, customer)
    new = NewPayment(cart_id, PaymentMode.KHALTI, None, "https://shop.example/", "Sita", customer.email, "9841234567")
    initiation = PaymentInitiation(services.database, services.payments.gateway, terms, services.clock, numbers)
    return await initiation.initiate(user, new)


async def test_an_order_gets_another_number_where_the_first_two_are_others_and_has_its_lines(
    world: World, checkout: Checkout
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id, free = await world.product(seller), unheard("MP")
    taken = [(await world.order(customer, await world.cart(customer, {product_id: 1})))["order_number"] for _ in "12"]
    cart_id, services = await world.cart(customer, {product_id: 3}), checkout.services
    async with services.database.work() as work:
        user = await work.session.get_one(User, customer.user_id)
        orders = Orders(work, services.clock, Numbers(order=said(*taken, free)))
        made = await orders.create(user, cart_id, DeliveryInfo(**DOOR), None, services.marketplace.order_rules)
    shown = ok(await customer.get(f"{ORDERS}/{made.id}/"))
    assert (shown["order_number"], shown["delivery"]["address"]) == (free, "Thamel")
    assert [(line["product"]["id"], line["quantity"]) for line in shown["items"]] == [(product_id, 3)]
    assert len(shown["tracking_events"]) == 1


async def test_a_payment_gets_another_number_where_the_first_is_anothers_and_has_its_lines_once(
    world: World, checkout: Checkout
) -> None:
    before, free = await checkout.opened(), unheard("PMT")
    taken = (await checkout.payment(before.transaction_id)).order_number
    customer, product_id = await world.person(), await world.product(await world.person("seller"), stock=5)
    cart_id = await world.cart(customer, {product_id: 2})
    made = await opened(checkout, customer, cart_id, Numbers(payment=said(taken, free)))
    kept = await get_by_transaction_id(checkout.services.database, made.transaction_id)
    assert (kept.order_number, [item.quantity for item in kept.items]) == (free, [2])
    assert (await checkout.product(product_id)).reserved == 2


async def test_each_line_of_a_payment_is_sold_though_two_draw_one_number_and_one_that_of_another_sale(
    world: World, checkout: Checkout
) -> None:
    bought, customer = await world.bought(), await world.person()
    async with checkout.services.database.work() as work:
        taken = (await work.session.get_one(Sale, bought.sale_id)).order_number
    products = [await world.product(await world.person("seller"), price="100.00") for _ in range(3)]
    cart_id = await world.cart(customer, dict.fromkeys(products, 1))
    order = await world.order(customer, cart_id)
    payment = await world.initiate(customer, cart_id)
    await world.at_gateway(payment["data"]["pidx"], "completed")
    transaction_id = payment["transaction_id"]
    both, second, third = unheard("MS"), unheard("MS"), unheard("MS")
    kept = await settled(checkout, transaction_id, Numbers(sale=said(both, both, taken, second, both, third)))
    assert kept.status.value == "completed"
    async with checkout.services.database.work() as work:
        sales = list(await work.session.scalars(select(Sale).where(Sale.transaction_id == kept.transaction_id)))
    assert {sale.order_number for sale in sales} == {both, second, third}
    assert sorted(sale.product_id for sale in sales) == sorted(products)
    lines = (await get_by_transaction_id(checkout.services.database, kept.transaction_id)).items
    assert {item.product_id: item.sale_id for item in lines} == {sale.product_id: sale.id for sale in sales}
    assert len(ok(await customer.get(f"{ORDERS}/{order['id']}/"))["sales"]) == 3
    assert (await checkout.count(transaction_id)).ledger_sum == 0


async def test_what_is_bought_without_an_order_gets_one_under_a_free_number_and_one_place_for_it(
    world: World, checkout: Checkout
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    taken = (await world.order(customer, await world.cart(customer, {await world.product(seller): 1})))["order_number"]
    name, free = f"Sita {uuid4().hex}", unheard("MP")
    bought = await checkout.opened(ordered=False, customer_name=name)
    await world.at_gateway(bought.pidx, "completed")
    kept = await settled(checkout, bought.transaction_id, Numbers(order=said(taken, taken, free)))
    async with checkout.services.database.work() as work:
        order = await work.session.get_one(Order, kept.order_id)
        places = await work.session.scalar(select(func.count()).where(DeliveryInfo.customer_name == name))
        place = await work.session.get_one(DeliveryInfo, order.delivery_info_id)
    assert (order.order_number, order.customer_id) == (free, bought.customer.user_id)
    assert (place.customer_name, places) == (name, 1), "a draw that came to nothing leaves no address behind"


async def test_a_source_of_numbers_that_only_repeats_itself_ends_in_an_error_and_nothing_is_held(
    world: World, checkout: Checkout
) -> None:
    before = await checkout.opened()
    taken = (await checkout.payment(before.transaction_id)).order_number
    customer, product_id = await world.person(), await world.product(await world.person("seller"), stock=5)
    cart_id = await world.cart(customer, {product_id: 2})
    with pytest.raises(NumbersRepeatError):
        await opened(checkout, customer, cart_id, Numbers(payment=said(taken)))
    assert (await checkout.product(product_id)).reserved == 0
