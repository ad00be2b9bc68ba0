"""The sandbox gateway speaks KPG-2 as Khalti documents it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.gateway_tester import GATEWAY_KEY, GatewayTester

TOO_LITTLE = "Amount should be greater than Rs. 10, that is 1000 paisa."
LOOKUP_KEYS = {"pidx", "total_amount", "status", "transaction_id", "fee", "refunded"}


async def test_initiate_answers_with_the_documented_keys_and_nepal_time(gateway: GatewayTester) -> None:
    response = await gateway.initiate(merchant_extra="kept")
    body = response.json()
    assert response.status_code == 200
    assert set(body) == {"pidx", "payment_url", "expires_at", "expires_in", "merchant_extra"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+05:45", body["expires_at"])
    assert body["expires_in"] == 1800
    assert body["payment_url"] == f"{gateway.base_url}/pay/?pidx={body['pidx']}"


async def test_ttl_decides_when_a_session_expires(gateway: GatewayTester) -> None:
    long = (await gateway.initiate()).json()
    short = (await gateway.initiate(ttl=60)).json()
    gap = datetime.fromisoformat(long["expires_at"]) - datetime.fromisoformat(short["expires_at"])
    assert short["expires_in"] == 60
    assert timedelta(minutes=28) < gap < timedelta(minutes=30)


@pytest.mark.parametrize("amount", [1000, "1000", 1000.0])
async def test_the_smallest_amount_is_exactly_1000_paisa_in_every_form_of_the_samples(
    gateway: GatewayTester, amount: object
) -> None:
    assert (await gateway.initiate(amount=amount)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("return_url", "", "This field may not be blank."),
        ("return_url", None, "This field may not be null."),
        ("return_url", ..., "This field is required."),
        ("return_url", "shop", "Enter a valid URL."),
        ("return_url", "javascript:alert(1)", "Enter a valid URL."),
        ("return_url", "http://shop.test/\r\nx: y", "Enter a valid URL."),
        ("return_url", "http://shop.test:99999/", "Enter a valid URL."),
        ("website_url", "", "This field may not be blank."),
        ("website_url", "ftp://shop.test/", "Enter a valid URL."),
        ("amount", 999, TOO_LITTLE),
        ("amount", -5, TOO_LITTLE),
        ("amount", "ten", "A valid integer is required."),
        ("amount", 1000.5, "A valid integer is required."),
        ("amount", True, "A valid integer is required."),
        ("amount", [1000], "A valid integer is required."),
        ("amount", 10**300, "A valid integer is required."),
        ("amount", 10**13, "Ensure this value is less than or equal to 1000000000000."),
        ("amount", ..., "This field is required."),
        ("purchase_order_id", "", "This field may not be blank."),
        ("purchase_order_id", "a\x00b", "Null characters are not allowed."),
        ("purchase_order_id", {}, "Not a valid string."),
        ("purchase_order_id", "x" * 256, "Ensure this field has no more than 255 characters."),
        ("purchase_order_name", "", "This field may not be blank."),
        ("modes", ["BITCOIN"], '"BITCOIN" is not a valid choice.'),
        ("modes", "KHALTI", 'Expected a list of items but got type "str".'),
        ("bank", "no_such_bank", "Invalid bank."),
        ("ttl", "soon", "A valid integer is required."),
    ],
)
async def test_a_wrong_field_is_named_in_khaltis_words(
    gateway: GatewayTester, field: str, value: object, sentence: str
) -> None:
    response = await gateway.initiate(**{field: value})
    assert response.status_code == 400
    assert response.json() == {field: [sentence], "error_key": "validation_error"}


async def test_a_breakdown_must_add_up_to_the_amount(gateway: GatewayTester) -> None:
    parts = [{"label": "Mark Price", "amount": 1000}, {"label": "VAT", "amount": "300"}]
    assert (await gateway.initiate(amount=1300, amount_breakdown=parts)).status_code == 200
    response = await gateway.initiate(amount=1301, amount_breakdown=parts)
    assert response.json() == {"amount": ["Amount Breakdown mismatch."], "error_key": "validation_error"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_breakdown", [{"label": "VAT"}]),
        ("amount_breakdown", [1]),
        ("amount_breakdown", {}),
        ("product_details", [{"identity": "1", "name": "Rice", "total_price": "x"}]),
        ("customer_info", {"name": ["a"]}),
        ("customer_info", "Sita"),
    ],
)
async def test_wrong_nested_fields_are_a_validation_error_of_their_parent(
    gateway: GatewayTester, field: str, value: object
) -> None:
    response = await gateway.initiate(**{field: value})
    assert response.status_code == 400
    assert set(response.json()) == {field, "error_key"}


@pytest.mark.parametrize("path", ["/api/v2/epayment/initiate/", "/api/v2/epayment/lookup/"])
async def test_a_missing_and_a_wrong_key_have_their_two_401_shapes(gateway: GatewayTester, path: str) -> None:
    missing = {"detail": "Authentication credentials were not provided.", "status_code": 401}
    for key in ("", "Token abc", "Key"):
        response = await gateway.call(path, {}, key=key)
        assert (response.status_code, response.json()) == (401, missing)
    response = await gateway.call(path, {}, key="Key nonsense")
    assert (response.status_code, response.json()) == (401, {"detail": "Invalid token.", "status_code": 401})


async def test_an_unknown_pidx_is_not_found(gateway: GatewayTester) -> None:
    response = await gateway.lookup("nobody")
    assert response.status_code == 404
    assert response.json() == {"detail": "Not found.", "error_key": "validation_error"}


@pytest.mark.parametrize(
    ("outcome", "status", "code", "has_transaction"),
    [
        (None, "Initiated", 200, False),
        ("pending", "Pending", 200, False),
        ("completed", "Completed", 200, True),
        ("refunded", "Refunded", 200, True),
        ("partially_refunded", "Partially Refunded", 200, True),
        ("expired", "Expired", 400, False),
        ("failed", "Expired", 400, False),
        ("canceled", "User canceled", 400, False),
    ],
)
async def test_lookup_answers_every_status_with_its_code_and_the_same_keys(
    gateway: GatewayTester, outcome: str | None, status: str, code: int, *, has_transaction: bool
) -> None:
    pidx = await gateway.opened()
    if outcome:
        assert (await gateway.decide(pidx, outcome)).json()["status"] == status
    response = await gateway.lookup(pidx)
    body = response.json()
    assert response.status_code == code
    assert set(body) - {"reason"} == LOOKUP_KEYS
    assert ("reason" in body) == (outcome == "failed")
    assert (body["status"], body["total_amount"]) == (status, 292500)
    assert (body["transaction_id"] is not None) == has_transaction
    assert body["fee"] == (2925 if has_transaction else 0)
    assert body["refunded"] == (status == "Refunded")


async def test_a_wallet_refund_is_full_with_an_empty_body_and_happens_once(gateway: GatewayTester) -> None:
    pidx, transaction_id = await gateway.paid()
    response = await gateway.refund(transaction_id)
    assert (response.status_code, response.json()) == (200, {"detail": "Transaction refund successful."})
    assert (await gateway.lookup(pidx)).json()["status"] == "Refunded"
    assert (await gateway.refund(transaction_id)).status_code == 400


async def test_partial_refunds_add_up_to_the_payment_and_not_beyond(gateway: GatewayTester) -> None:
    pidx, transaction_id = await gateway.paid()
    assert (await gateway.refund(transaction_id, amount=92500)).status_code == 200
    assert (await gateway.lookup(pidx)).json()["status"] == "Partially Refunded"
    too_much = await gateway.refund(transaction_id, amount=200001)
    assert too_much.status_code == 400
    assert set(too_much.json()) == {"amount", "error_key"}
    assert (await gateway.refund(transaction_id, amount=200000)).status_code == 200
    assert (await gateway.lookup(pidx)).json()["status"] == "Refunded"


@pytest.mark.parametrize("mode", ["MOBILE_BANKING", "EBANKING", "CONNECT_IPS"])
async def test_a_refund_of_bank_money_needs_a_mobile(gateway: GatewayTester, mode: str) -> None:
    _, transaction_id = await gateway.paid(modes=[mode])
    response = await gateway.refund(transaction_id)
    assert response.json() == {"mobile": ["This field is required."], "error_key": "validation_error"}
    assert (await gateway.refund(transaction_id, mobile="98")).status_code == 400
    assert (await gateway.refund(transaction_id, mobile="9841234567")).status_code == 200


async def test_a_refund_of_an_unknown_transaction_is_not_found(gateway: GatewayTester) -> None:
    assert (await gateway.refund("nobody")).status_code == 404


@pytest.mark.parametrize("amount", [0, -1, 1.5, "x", [], 10**40])
async def test_a_refund_of_an_amount_that_is_none_is_refused(gateway: GatewayTester, amount: object) -> None:
    pidx, transaction_id = await gateway.paid()
    assert (await gateway.refund(transaction_id, amount=amount)).status_code == 400
    assert (await gateway.lookup(pidx)).json()["status"] == "Completed"


async def test_banks_are_listed_by_payment_type_without_a_key(gateway: GatewayTester) -> None:
    async def listed(payment_type: str) -> dict[str, Any]:
        params = {"payment_type": payment_type}
        response = await gateway.http.get(f"{gateway.base_url}/api/v5/bank/", params=params)
        body: dict[str, Any] = response.json()
        return body

    ebanking, mobile = await listed("ebanking"), await listed("mobilecheckout")
    assert {"himali_bank", "nepal_sbi_bank"} <= {bank["idx"] for bank in ebanking["records"]}
    assert {"global_ime_bank", "nabil_bank"} <= {bank["idx"] for bank in mobile["records"]}
    assert all(bank["has_ebanking"] for bank in ebanking["records"])
    assert all(bank["has_mobile_checkout"] for bank in mobile["records"])
    assert {"idx", "name", "short_name", "logo", "swift_code"} <= set(mobile["records"][0])
    assert (await gateway.http.get(f"{gateway.base_url}/api/v5/bank/?payment_type=gold")).status_code == 400


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"amount":' + b"9" * 60_000 + b"}",
        b'{"amount":1e999}',
        b'{"pidx":"\\ud800"}',
        b'{"pidx":"\\u0000"}',
        b"x" * 70_000,
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/epayment/initiate/",
        "/api/v2/epayment/lookup/",
        "/sandbox/faults/",
        "/sandbox/payments/x/",
        "/pay/?pidx=x",
    ],
)
async def test_hostile_bodies_get_a_4xx(gateway: GatewayTester, path: str, raw: bytes) -> None:
    assert 400 <= await _post_raw(gateway, path, raw) < 500


async def test_a_body_over_64_kilobytes_is_413(gateway: GatewayTester) -> None:
    assert await _post_raw(gateway, "/api/v2/epayment/lookup/", b" " * 65_537) == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        *("return_url", "website_url", "amount", "purchase_order_id", "purchase_order_name", "customer_info"),
        *("amount_breakdown", "product_details", "modes", "bank", "ttl", "pidx", "mobile", "merchant_x"),
    ]
)
PATHS = st.sampled_from(["/api/v2/epayment/initiate/", "/api/v2/epayment/lookup/", "/sandbox/faults/"])


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(path=PATHS, raw=st.binary(max_size=200))
async def test_no_bytes_make_the_gateway_fail(gateway_session: GatewayTester, path: str, raw: bytes) -> None:
    assert await _post_raw(gateway_session, path, raw) < 500


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(changes=st.dictionaries(FIELDS, JSON, max_size=6))
async def test_no_json_makes_the_gateway_fail(gateway_session: GatewayTester, changes: dict[str, Any]) -> None:
    response = await gateway_session.initiate(**changes)
    assert response.status_code < 500


async def _post_raw(gateway: GatewayTester, path: str, raw: bytes) -> int:
    headers = {"authorization": f"Key {GATEWAY_KEY}", "content-type": "application/json"}
    response = await gateway.http.post(gateway.base_url + path, content=raw, headers=headers)
    return response.status_code
