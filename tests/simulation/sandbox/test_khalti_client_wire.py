"""What the KPG-2 client writes on the wire, and what it makes of answers that no gateway should give."""

import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.adapters.khalti import BANKS_FRESH_S, KhaltiClient
from api.adapters.khalti_replies import (
    is_lookup_answer,
    read_banks,
    read_initiated,
    read_lookup,
    read_refunded,
    read_refusal,
)
from dispatch.ports import (
    GatewayError,
    GatewayOutcomeUnknown,
    GatewayRefused,
    GatewayStatus,
    InitiateRequest,
)
from tests.support.gateway_tester import GATEWAY_KEY, GatewayTester, KhaltiScript, khalti_answer

MakeClient = Callable[..., KhaltiClient]
MakeRequest = Callable[..., InitiateRequest]
StartScript = Callable[..., Awaitable[KhaltiScript]]

OPENED = {
    "pidx": "p1",
    "payment_url": "https://pay.test/?pidx=p1",
    "expires_at": "2023-05-25T16:26:16.471649+05:45",
}
LOOKED_UP = {"pidx": "p1", "total_amount": 1000, "status": "Completed", "transaction_id": "t1", "fee": 0}
BANKS = {"records": [{"idx": "nabil_bank", "name": "Nabil Bank", "logo": "https://logo.test/n.jpg", "extra": 1}]}


async def test_initiate_is_written_as_khalti_documents_it(
    khalti_clients: MakeClient, khalti_script: StartScript, khalti_request: MakeRequest
) -> None:
    script = await khalti_script(khalti_answer(OPENED))
    session = await khalti_clients(script.base_url).initiate(khalti_request(mode="EBANKING", bank="himali_bank"))
    head, _, body = script.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/v2/epayment/initiate/ HTTP/1.1\r\n")
    assert f"authorization: Key {GATEWAY_KEY}".encode() in head
    assert json.loads(body) == {
        "return_url": "http://shop.test/return",
        "website_url": "http://shop.test/",
        "amount": 292500,
        "purchase_order_id": "PMT-1",
        "purchase_order_name": "Order PMT-1",
        "customer_info": {"name": "Sita Rai", "email": "sita@shop.test", "phone": "9841234567"},
        "amount_breakdown": [
            {"label": "Items", "amount": 250000},
            {"label": "Tax", "amount": 32500},
            {"label": "Shipping", "amount": 10000},
        ],
        "product_details": [
            {
                "identity": "50",
                "name": "Organic Rice",
                "total_price": 250000,
                "quantity": 2,
                "unit_price": 125000,
            }
        ],
        "modes": ["EBANKING"],
        "bank": "himali_bank",
    }
    assert session.expires_at == datetime(2023, 5, 25, 10, 41, 16, 471649, tzinfo=UTC)


async def test_refunds_and_banks_live_beside_v2_and_banks_see_no_key(
    khalti_clients: MakeClient, khalti_script: StartScript
) -> None:
    done = khalti_answer({"detail": "Transaction refund successful."})
    script = await khalti_script(done, done, khalti_answer(BANKS))
    client = khalti_clients(script.base_url)
    await client.refund("t1", amount_paisa=None, mobile=None)
    await client.refund("t1", amount_paisa=5000, mobile="+977-9841234567")
    (bank,) = await client.list_banks("ebanking")
    full, partial, banks = script.requests
    assert full.startswith(b"POST /api/merchant-transaction/t1/refund/ HTTP/1.1\r\n")
    assert full.endswith(b"\r\n\r\n")
    assert json.loads(partial.partition(b"\r\n\r\n")[2]) == {"amount": 5000, "mobile": "9841234567"}
    assert banks.startswith(b"GET /api/v5/bank/?payment_type=ebanking HTTP/1.1\r\n")
    assert b"authorization" not in banks.lower()
    assert (bank.idx, bank.name, bank.logo) == ("nabil_bank", "Nabil Bank", "https://logo.test/n.jpg")


@pytest.mark.parametrize(
    ("spelled", "status"),
    [
        ("completed", GatewayStatus.COMPLETED),
        ("Partially refunded", GatewayStatus.PARTIALLY_REFUNDED),
        ("User cancelled", GatewayStatus.CANCELED),
        ("Canceled", GatewayStatus.CANCELED),
        ("Failed", GatewayStatus.UNKNOWN),
        ("On hold", GatewayStatus.UNKNOWN),
    ],
)
def test_other_spellings_are_known_and_other_words_are_unknown(spelled: str, status: GatewayStatus) -> None:
    answer = read_lookup("p1", json.dumps(LOOKED_UP | {"status": spelled}).encode(), is_error=False)
    assert (answer.status, answer.raw_status) == (status, spelled)


@pytest.mark.parametrize("amount", [1000, 1000.0])
def test_an_amount_is_read_as_whole_paisa(amount: float) -> None:
    answer = read_lookup("p1", json.dumps(LOOKED_UP | {"total_amount": amount}).encode(), is_error=False)
    assert repr(answer.total_amount_paisa) == "1000"


@pytest.mark.parametrize(("fee", "paisa"), [(29, 29), (29.0, 29), (29.25, None), ("29", None), (None, None)])
def test_an_odd_fee_does_not_keep_a_payment_from_settling(fee: object, paisa: int | None) -> None:
    answer = read_lookup("p1", json.dumps(LOOKED_UP | {"fee": fee}).encode(), is_error=False)
    assert (answer.status, answer.total_amount_paisa, answer.fee_paisa) == (GatewayStatus.COMPLETED, 1000, paisa)


def test_a_session_without_a_readable_end_uses_the_seconds_that_it_lasts() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    content = json.dumps(OPENED | {"expires_at": "soon", "expires_in": 1800}).encode()
    assert read_initiated(content, now).expires_at == now + timedelta(seconds=1800)


NONSENSE = [
    b"",
    b"<html>",
    b"[]",
    b"null",
    b"{}",
    b'{"pidx":1,"status":"Completed"}',
    b"[" * 100_000,
    b'{"pidx":"p1","status":5,"payment_url":"x","expires_at":"x","records":"x"}',
    b'{"pidx":"p1","payment_url":"javascript:alert(1)","expires_in":1800,"records":[{"idx":"a"}]}',
    b'{"pidx":"p1","status":"Completed","total_amount":"1000"}',
    b'{"pidx":"p1","status":"Completed","total_amount":-1}',
    b'{"pidx":"p1","status":"Completed","total_amount":1000.5}',
    b'{"pidx":"p1","status":"Completed","total_amount":true}',
    b'{"pidx":"p1","status":"Completed","refunded":"no"}',
    b'{"pidx":"someone-else","status":"Completed","total_amount":1000,"detail":7}',
]


@pytest.mark.parametrize("body", NONSENSE)
async def test_an_answer_without_sense_is_an_unknown_outcome(
    khalti_clients: MakeClient, khalti_script: StartScript, khalti_request: MakeRequest, body: bytes
) -> None:
    client = khalti_clients((await khalti_script(*[khalti_answer(body)] * 4)).base_url)
    for call in (
        client.initiate(khalti_request()),
        client.lookup("p1"),
        client.refund("t1", amount_paisa=None, mobile=None),
        client.list_banks("ebanking"),
    ):
        with pytest.raises(GatewayOutcomeUnknown):
            await call


@pytest.mark.parametrize(
    "answer",
    [
        khalti_answer(OPENED, 302),
        khalti_answer(OPENED, 500),
        khalti_answer(OPENED, 503),
        khalti_answer(OPENED, 408),
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\njunk",
        b"junk\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{",
        khalti_answer(b" " * 3_000_000),
        None,
    ],
)
async def test_what_is_not_an_answer_is_an_unknown_outcome_and_initiate_was_sent_once(
    khalti_clients: MakeClient, khalti_script: StartScript, khalti_request: MakeRequest, answer: bytes | None
) -> None:
    script = await khalti_script(answer, answer)
    with pytest.raises(GatewayOutcomeUnknown):
        await khalti_clients(script.base_url).initiate(khalti_request())
    assert len(script.requests) == 1


async def test_a_refusal_that_claims_a_payment_settles_nothing(
    khalti_clients: MakeClient, khalti_script: StartScript
) -> None:
    script = await khalti_script(khalti_answer(LOOKED_UP, 400))
    with pytest.raises(GatewayOutcomeUnknown):
        await khalti_clients(script.base_url).lookup("p1")


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422, 429])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"detail":"No."}', b'{"detail":[[[[[[[["x"]]]]]]]]}'])
async def test_every_4xx_is_a_refusal_with_a_sentence(
    khalti_clients: MakeClient,
    khalti_script: StartScript,
    khalti_request: MakeRequest,
    status: int,
    body: bytes,
) -> None:
    script = await khalti_script(khalti_answer(body, status))
    with pytest.raises(GatewayRefused, match=r"^The payment gateway \w+ .+[.\d]$"):
        await khalti_clients(script.base_url).initiate(khalti_request())


def test_nested_errors_are_flattened_and_nothing_personal_stays_in_them() -> None:
    body = {
        "customer_info": {"phone": ["9841234567 is wrong"], "email": ["sita@shop.test is wrong"]},
        "product_details": [{"name": ["Too long."]}, {"name": "Twice."}],
        "amount": f"with {GATEWAY_KEY} and 4242 4242 4242 4242",
        "error_key": "validation_error",
    }
    refusal = read_refusal(400, json.dumps(body).encode(), "payment", GATEWAY_KEY)
    assert refusal.fields == {
        "customer_info.phone": ["[number] is wrong"],
        "customer_info.email": ["[e-mail] is wrong"],
        "product_details.name": ["Too long.", "Twice."],
        "amount": ["with [key] and [number]"],
    }


def read_everything(content: bytes) -> None:
    """Read bytes as every kind of reply; only the documented exception may come."""
    readers: list[Callable[[], Any]] = [
        lambda: read_initiated(content, datetime.now(UTC)),
        lambda: read_lookup("p1", content, is_error=True),
        lambda: read_refunded(content),
        lambda: read_banks(content),
    ]
    for read in readers:
        try:
            read()
        except GatewayError as error:
            assert type(error) is GatewayOutcomeUnknown  # noqa: PT017  either outcome is right
    assert isinstance(is_lookup_answer(content), bool)
    assert read_refusal(400, content, "payment", "k").reason


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_client_fail_otherwise(content: bytes) -> None:
    read_everything(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["pidx", "status", "total_amount", "expires_at", "records", "detail"]), VALUES))
def test_no_json_makes_the_client_fail_otherwise(body: dict[str, Any]) -> None:
    read_everything(json.dumps(body).encode())


async def test_banks_are_fetched_once_an_hour_and_an_old_list_outlives_a_failure(
    khalti_clients: MakeClient, khalti_script: StartScript
) -> None:
    now_s = 1000.0
    newer = {"records": [{"idx": "b", "name": "B"}]}
    script = await khalti_script(khalti_answer(BANKS), *[khalti_answer(b"", 500)] * 3, khalti_answer(newer))
    client = khalti_clients(script.base_url, monotonic_s=lambda: now_s)
    first = await client.list_banks("ebanking")
    first.clear()
    assert [bank.idx for bank in await client.list_banks("ebanking")] == ["nabil_bank"]
    assert len(script.requests) == 1
    now_s += BANKS_FRESH_S
    for _ in range(2):
        assert [bank.idx for bank in await client.list_banks("ebanking")] == ["nabil_bank"]
    assert len(script.requests) == 4
    now_s += 61.0
    assert [bank.idx for bank in await client.list_banks("ebanking")] == ["b"]


async def test_without_any_list_a_failure_is_told_and_shared_for_a_moment(
    khalti_clients: MakeClient, khalti_script: StartScript
) -> None:
    now_s = 1000.0
    script = await khalti_script(*[None] * 3, khalti_answer(BANKS))
    client = khalti_clients(script.base_url, monotonic_s=lambda: now_s)
    for _ in range(3):
        with pytest.raises(GatewayOutcomeUnknown):
            await client.list_banks("mobilecheckout")
    assert len(script.requests) == 3
    now_s += 6.0
    assert await client.list_banks("mobilecheckout")


async def test_banks_of_another_kind_are_refused(khalti: KhaltiClient) -> None:
    with pytest.raises(GatewayRefused):
        await khalti.list_banks("gold")


async def test_no_secret_is_in_any_log_line_exception_or_repr(
    khalti: KhaltiClient,
    khalti_clients: MakeClient,
    khalti_script: StartScript,
    gateway: GatewayTester,
    khalti_request: MakeRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = khalti_answer({"phone": [f"9841234567 {GATEWAY_KEY}"], "detail": f"{GATEWAY_KEY} 9841234567"}, 400)
    script = await khalti_script(echo, echo, None, b"junk\r\n\r\n")
    hostile = khalti_clients(script.base_url)
    told = [repr(khalti), repr(hostile)]
    session = await khalti.initiate(khalti_request())
    await gateway.press(await gateway.page(session.pidx), "pay")
    transaction_id = (await khalti.lookup(session.pidx)).transaction_id or ""
    await khalti.refund(transaction_id, amount_paisa=None, mobile="9841234567")
    for _ in range(2):
        for call in (
            hostile.initiate(khalti_request()),
            hostile.refund("t1", amount_paisa=None, mobile="9841234567"),
        ):
            with pytest.raises(GatewayError) as raised:
                await call
            told += [repr(raised.value), str(getattr(raised.value, "fields", ""))]
            told += traceback.format_exception(raised.value)
    said = caplog.text + "".join(told)
    for secret in (GATEWAY_KEY, "9841234567", "987654", "sita@shop.test"):
        assert secret not in said
