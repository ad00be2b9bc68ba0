"""The KPG-2 client against the sandbox gateway: every status, every refusal, every fault."""

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.adapters.khalti import KhaltiClient
from dispatch.ports import (
    GatewayOutcomeUnknown,
    GatewayRefused,
    GatewayStatus,
    GatewayUnavailable,
    InitiateRequest,
    PaymentGateway,
)
from tests.support.gateway_tester import GATEWAY_KEY, GatewayTester
from tests.support.waiting import until

MakeClient = Callable[..., KhaltiClient]
MakeRequest = Callable[..., InitiateRequest]


def test_the_client_is_the_payment_gateway_that_the_business_names() -> None:
    gateway: PaymentGateway = KhaltiClient("https://khalti.com/api/v2/", "key")
    assert gateway is not None


async def test_an_opened_session_has_a_page_and_a_utc_end(
    khalti: KhaltiClient, gateway: GatewayTester, khalti_request: MakeRequest
) -> None:
    session = await khalti.initiate(khalti_request())
    assert session.payment_url == f"{gateway.base_url}/pay/?pidx={session.pidx}"
    assert session.expires_at.tzinfo is UTC
    left = session.expires_at - datetime.now(UTC)
    assert timedelta(minutes=20) < left <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("mode", "bank"),
    [
        ("KHALTI", None),
        ("SCT", None),
        ("CONNECT_IPS", None),
        ("MOBILE_BANKING", "global_ime_bank"),
        ("EBANKING", "himali_bank"),
    ],
)
async def test_each_mode_goes_from_initiate_over_the_page_to_completed(
    khalti: KhaltiClient, gateway: GatewayTester, khalti_request: MakeRequest, mode: str, bank: str | None
) -> None:
    session = await khalti.initiate(khalti_request(mode=mode, bank=bank))
    page = await gateway.page(session.pidx)
    assert page.fields["mode"] == mode
    assert page.choices.get("bank", [None])[0] == bank or mode == "CONNECT_IPS"
    await gateway.press(page, "pay")
    answer = await khalti.lookup(session.pidx)
    assert (answer.status, answer.total_amount_paisa, answer.fee_paisa) == (
        GatewayStatus.COMPLETED,
        292500,
        2925,
    )
    assert answer.transaction_id
    await khalti.refund(answer.transaction_id, amount_paisa=None, mobile="+977-9841234567")
    assert (await khalti.lookup(session.pidx)).status is GatewayStatus.REFUNDED


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (None, GatewayStatus.INITIATED),
        ("pending", GatewayStatus.PENDING),
        ("completed", GatewayStatus.COMPLETED),
        ("refunded", GatewayStatus.REFUNDED),
        ("partially_refunded", GatewayStatus.PARTIALLY_REFUNDED),
        ("expired", GatewayStatus.EXPIRED),
        ("failed", GatewayStatus.EXPIRED),
        ("canceled", GatewayStatus.CANCELED),
    ],
)
async def test_every_status_is_read_also_from_the_400_replies_that_are_answers(
    khalti: KhaltiClient, gateway: GatewayTester, outcome: str | None, status: GatewayStatus
) -> None:
    pidx = await gateway.opened()
    if outcome:
        await gateway.decide(pidx, outcome)
    answer = await khalti.lookup(pidx)
    assert (answer.pidx, answer.status, answer.raw_status) == (pidx, status, status.value)
    assert answer.refunded == (status is GatewayStatus.REFUNDED)
    assert answer.raw == (await gateway.lookup(pidx)).json()


@pytest.mark.parametrize("amount", [1, None])
async def test_a_wrong_or_missing_amount_is_handed_on_as_it_is(
    khalti: KhaltiClient, gateway: GatewayTester, amount: int | None
) -> None:
    pidx = await gateway.opened()
    await gateway.decide(pidx, "completed", amount=amount)
    assert (await khalti.lookup(pidx)).total_amount_paisa == amount


async def test_a_refused_initiate_names_the_fields_and_says_a_sentence(
    khalti: KhaltiClient, khalti_request: MakeRequest
) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        await khalti.initiate(khalti_request(amount_paisa=999, breakdown=(), return_url=""))
    assert refusal.value.fields == {
        "amount": ["Amount should be greater than Rs. 10, that is 1000 paisa."],
        "return_url": ["This field may not be blank."],
    }
    assert refusal.value.reason.startswith("The payment gateway refused the payment: amount: Amount should be")


async def test_a_breakdown_that_does_not_add_up_is_refused(khalti: KhaltiClient, khalti_request: MakeRequest) -> None:
    with pytest.raises(GatewayRefused) as refusal:
        await khalti.initiate(khalti_request(breakdown=(("Items", 1),)))
    assert refusal.value.fields == {"amount": ["Amount Breakdown mismatch."]}


async def test_a_wrong_key_is_refused_by_every_call_that_needs_one(
    khalti_clients: MakeClient, gateway: GatewayTester, khalti_request: MakeRequest
) -> None:
    client = khalti_clients(f"{gateway.base_url}/api/v2/", "another-key")
    for call in (
        client.initiate(khalti_request()),
        client.lookup("x"),
        client.refund("x", amount_paisa=None, mobile=None),
    ):
        with pytest.raises(GatewayRefused, match="does not accept our key; check KHALTI_SECRET_KEY"):
            await call
    assert await client.list_banks("ebanking")


async def test_an_unknown_session_or_transaction_is_refused(khalti: KhaltiClient) -> None:
    with pytest.raises(GatewayRefused, match="does not know this payment"):
        await khalti.lookup("nobody")
    with pytest.raises(GatewayRefused, match="does not know this refund"):
        await khalti.refund("nobody", amount_paisa=None, mobile=None)


async def test_partial_refunds_are_in_paisa_and_refused_beyond_the_rest(
    khalti: KhaltiClient, gateway: GatewayTester
) -> None:
    pidx, transaction_id = await gateway.paid()
    await khalti.refund(transaction_id, amount_paisa=100000, mobile=None)
    assert (await khalti.lookup(pidx)).status is GatewayStatus.PARTIALLY_REFUNDED
    with pytest.raises(GatewayRefused) as refusal:
        await khalti.refund(transaction_id, amount_paisa=192501, mobile=None)
    assert set(refusal.value.fields) == {"amount"}
    await khalti.refund(transaction_id, amount_paisa=None, mobile=None)
    with pytest.raises(GatewayRefused, match="already been refunded"):
        await khalti.refund(transaction_id, amount_paisa=None, mobile=None)


async def test_a_bank_refund_without_a_mobile_is_refused(khalti: KhaltiClient, gateway: GatewayTester) -> None:
    _, transaction_id = await gateway.paid(modes=["EBANKING"])
    with pytest.raises(GatewayRefused) as refusal:
        await khalti.refund(transaction_id, amount_paisa=None, mobile=None)
    assert set(refusal.value.fields) == {"mobile"}


@pytest.mark.parametrize(
    ("transaction_id", "amount_paisa"),
    [("../../v2", None), ("", None), ("a b", None), ("abc", 0), ("abc", -1)],
)
async def test_a_refund_that_cannot_be_meant_is_refused_before_it_is_sent(
    khalti: KhaltiClient, gateway: GatewayTester, transaction_id: str, amount_paisa: int | None
) -> None:
    await gateway.fault("drop", "refund")
    with pytest.raises(GatewayRefused):
        await khalti.refund(transaction_id, amount_paisa=amount_paisa, mobile=None)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["drop", "truncate", "garbage", "status"])
async def test_initiate_without_an_answer_is_an_unknown_outcome_and_is_sent_once(
    khalti: KhaltiClient, gateway: GatewayTester, khalti_request: MakeRequest, kind: str, when: str
) -> None:
    order = f"PMT-{kind}-{when}"
    await gateway.fault(kind, "initiate", when=when)
    with pytest.raises(GatewayOutcomeUnknown):
        await khalti.initiate(khalti_request(purchase_order_id=order))
    assert len(await gateway.sessions_of(order)) == (1 if when == "after" else 0)


async def test_initiate_that_is_too_slow_is_an_unknown_outcome_though_the_session_exists(
    khalti_clients: MakeClient, gateway: GatewayTester, khalti_request: MakeRequest
) -> None:
    client = khalti_clients(f"{gateway.base_url}/api/v2/", timeout_s=1.0)
    await gateway.fault("slow", "initiate", when="after", seconds=600)
    with pytest.raises(GatewayOutcomeUnknown, match="did not answer in time"):
        await client.initiate(khalti_request(purchase_order_id="PMT-slow"))

    async def is_there() -> bool:  # maybe later than the client had patience
        return len(await gateway.sessions_of("PMT-slow")) == 1

    await until(is_there)


@pytest.mark.parametrize(("when", "refunded"), [("before", 0), ("after", 500)])
@pytest.mark.parametrize("kind", ["drop", "truncate", "garbage", "status"])
async def test_a_refund_without_an_answer_is_an_unknown_outcome_and_is_sent_once(
    khalti: KhaltiClient, gateway: GatewayTester, kind: str, when: str, refunded: int
) -> None:
    order = f"PMT-refund-{kind}-{when}"
    _, transaction_id = await gateway.paid(purchase_order_id=order)
    await gateway.fault(kind, "refund", when=when)
    with pytest.raises(GatewayOutcomeUnknown):
        await khalti.refund(transaction_id, amount_paisa=500, mobile=None)
    (session,) = await gateway.sessions_of(order)
    assert session["refunded_amount"] == refunded


@pytest.mark.parametrize("kind", ["drop", "truncate", "status"])
async def test_a_lookup_is_tried_three_times_and_no_more(
    khalti: KhaltiClient, gateway: GatewayTester, kind: str
) -> None:
    pidx = await gateway.opened()
    await gateway.fault(kind, "lookup", times=2)
    assert (await khalti.lookup(pidx)).status is GatewayStatus.INITIATED
    await gateway.fault(kind, "lookup", times=3)
    with pytest.raises(GatewayOutcomeUnknown):
        await khalti.lookup(pidx)
    assert (await khalti.lookup(pidx)).status is GatewayStatus.INITIATED


async def test_a_lookup_that_says_pending_for_a_while_ends_with_the_truth(
    khalti: KhaltiClient, gateway: GatewayTester
) -> None:
    pidx, _ = await gateway.paid()
    await gateway.fault("pending", "lookup", times=2)
    told = [(await khalti.lookup(pidx)).status for _ in range(3)]
    assert told == [GatewayStatus.PENDING, GatewayStatus.PENDING, GatewayStatus.COMPLETED]


async def test_a_gateway_that_is_down_is_unavailable_for_every_call(
    khalti_clients: MakeClient, khalti_request: MakeRequest
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = khalti_clients(f"http://127.0.0.1:{port}/api/v2/")
    for call in (
        client.initiate(khalti_request()),
        client.lookup("x"),
        client.refund("x", amount_paisa=None, mobile=None),
        client.list_banks("ebanking"),
    ):
        with pytest.raises(GatewayUnavailable, match="cannot be reached"):
            await call


class ComesUpLate(httpx.AsyncBaseTransport):
    """A network on which the first connections fail."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.failures:
            self.failures -= 1
            raise httpx.ConnectError("refused", request=request)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


async def test_a_connection_that_never_came_about_is_tried_again_even_for_initiate(
    khalti_clients: MakeClient, gateway: GatewayTester, khalti_request: MakeRequest
) -> None:
    client = khalti_clients(f"{gateway.base_url}/api/v2/", transport=ComesUpLate(2))
    await client.initiate(khalti_request(purchase_order_id="PMT-late"))
    assert len(await gateway.sessions_of("PMT-late")) == 1
    client = khalti_clients(f"{gateway.base_url}/api/v2/", transport=ComesUpLate(3))
    with pytest.raises(GatewayUnavailable):
        await client.initiate(khalti_request(purchase_order_id="PMT-never"))
    assert await gateway.sessions_of("PMT-never") == []


async def test_many_calls_at_once_do_not_disturb_each_other(
    khalti: KhaltiClient, gateway: GatewayTester, khalti_request: MakeRequest
) -> None:
    orders = [f"PMT-many-{number}" for number in range(30)]
    sessions = await asyncio.gather(*(khalti.initiate(khalti_request(purchase_order_id=order)) for order in orders))
    answers = await asyncio.gather(*(khalti.lookup(session.pidx) for session in sessions))
    assert [answer.pidx for answer in answers] == [session.pidx for session in sessions]
    assert len({session.pidx for session in sessions}) == 30
    assert (await gateway.sessions_of(orders[7]))[0]["pidx"] == sessions[7].pidx


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        ("", "key"),
        ("khalti.com/api/v2/", "key"),
        ("ftp://khalti.com/api/v2/", "key"),
        ("https://khalti.com/", "key"),
        ("https://khalti.com/api/v2/?x=1", "key"),
        ("http://khalti.com/api/v2/", "key"),
        ("https://khalti.com/api/v2/", ""),
        ("https://khalti.com/api/v2/", "two\nlines"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(base_url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"gateway|https only"):
        KhaltiClient(base_url, key)


def test_the_client_shows_its_address_and_not_its_key() -> None:
    assert repr(KhaltiClient("https://khalti.com/api/v2", GATEWAY_KEY)) == "KhaltiClient('https://khalti.com/api/v2/')"
