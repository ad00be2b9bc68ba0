"""A gateway that refuses our key: buyers hear that they cannot pay now, the operator why."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from api.adapters.khalti import KhaltiClient
from api.cli.doctor import _gateway as gateway_check
from dispatch.accounts.models import User
from dispatch.errors import DispatchError
from dispatch.payments.models import PaymentMode
from dispatch.payments.opening.initiation import NewPayment
from dispatch.payments.refunds.models import RefundStatus
from dispatch.payments.refunds.sender import RefundSender
from dispatch.ports import GatewayError
from tests.payments.refunding import nameless_refund, refund_of
from tests.support.checkout import Checkout, ShiftedClock
from tests.support.world import World


@pytest.fixture
async def refused(checkout: Checkout) -> AsyncIterator[KhaltiClient]:
    """A client with another key than the gateway's."""
    client = KhaltiClient(f"{checkout.gateway_url}/api/v2/", "another-key")
    yield client
    await client.aclose()


def counted() -> float:
    return REGISTRY.get_sample_value("dispatch_gateway_key_refused_total") or 0.0


async def test_no_word_of_the_key_reaches_the_buyer_and_the_operator_finds_it_in_log_and_metric(
    refused: KhaltiClient, caplog: pytest.LogCaptureFixture
) -> None:
    before = counted()
    with pytest.raises(GatewayError) as caught:
        await refused.lookup("x")
    assert caught.value.reason == "The payment gateway is not available at the moment."
    assert counted() == before + 1
    assert "check KHALTI_SECRET_KEY" in caplog.text
    assert "another-key" not in caplog.text


async def test_doctor_says_that_the_key_is_refused(checkout: Checkout, refused: KhaltiClient) -> None:
    assert (await gateway_check(checkout.services)).state == "ok"
    payments = dataclasses.replace(checkout.services.payments, gateway=refused)
    found = await gateway_check(dataclasses.replace(checkout.services, payments=payments))
    assert found.state == "bad"
    assert "check KHALTI_SECRET_KEY" in found.found


async def test_a_refund_waits_for_the_right_key(checkout: Checkout, refused: KhaltiClient) -> None:
    paid = await nameless_refund(checkout)
    refund = await refund_of(checkout, paid)
    carrier = RefundSender(checkout.services.database, refused, ShiftedClock(timedelta(hours=1)))
    await carrier.try_one(refund.id)
    waiting = await refund_of(checkout, paid)
    assert (waiting.status, waiting.attempts) == (RefundStatus.REQUESTED, refund.attempts + 1)
    assert "KHALTI" not in (waiting.last_error or "")


async def test_a_payment_that_cannot_be_opened_tells_the_buyer_no_setting(
    world: World, checkout: Checkout, refused: KhaltiClient
) -> None:
    payments = dataclasses.replace(checkout.services.payments, gateway=refused)
    seller, customer = await world.person("seller"), await world.person()
    cart_id = await world.cart(customer, {await world.product(seller): 1})

    async with checkout.services.database.work() as work:
        user = await work.session.get_one(User, customer.user_id)
    new = NewPayment(cart_id, PaymentMode.KHALTI, None, "https://shop.example/", "Sita", "s@example.com", "9841234567")
    with pytest.raises(DispatchError) as caught:
        await payments.initiation.initiate(user, new)
    assert caught.value.code == "GATEWAY_ERROR"
    assert "KHALTI" not in caught.value.detail
